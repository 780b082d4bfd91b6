"""PyTorch as a peer of bench/kernels.mjs, with its fused Adam. Its GRU resets after the recurrent product, which costs about
the same: it serves for timing alone. In: the number of threads."""

import sys

import torch
from answer import answer_requests

torch.set_num_threads(int(sys.argv[1]))
LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}


def create_step(cell, size):
    batch, steps, inputs, units = size
    layer = LAYERS[cell](inputs, units, batch_first=True)
    head = torch.nn.Linear(units, 1)
    optimiser = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=1e-3, fused=True)
    x, y = torch.rand(batch, steps, inputs), torch.rand(batch, 1)

    def step():
        optimiser.zero_grad()
        states, _ = layer(x)
        loss = torch.nn.functional.mse_loss(head(states[:, -1]), y)
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


answer_requests(create_step)
