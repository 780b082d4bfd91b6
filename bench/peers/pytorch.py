"""PyTorch as a peer of bench/kernels.mjs, with its fused Adam. Its GRU resets after the recurrent product, which costs about
the same: it serves for timing alone. In: the number of threads; then a line for each turn. Out: milliseconds of each step."""

import json
import sys
import time

import torch

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


made = {}
for line in sys.stdin:
    request = json.loads(line)
    key = (request["cell"], *request["size"])
    if key not in made:
        made[key] = create_step(request["cell"], request["size"])
    times = []
    begin = time.perf_counter()
    while len(times) < 3 or (len(times) < request["steps"] and (time.perf_counter() - begin) * 1e3 < request["ms"]):
        before = time.perf_counter()
        made[key]()
        times.append((time.perf_counter() - before) * 1e3)
    print(json.dumps(times), flush=True)
