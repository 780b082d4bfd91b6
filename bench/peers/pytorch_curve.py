"""PyTorch's loss curve for given first weights and one batch, with Adam. In: JSON on stdin {cell, size, steps, parameters, x, y}, the
parameters in the order of stock TensorFlow.js layers. Out: JSON, the loss before each step."""

import json
import sys

import torch


def split(parameters, shapes):
    flat = torch.tensor(parameters)
    parts = flat.split([torch.Size(shape).numel() for shape in shapes])
    return [part.reshape(shape).clone() for part, shape in zip(parts, shapes)]


def built_in(make, kernel, recurrent, bias):
    """nn.RNN or nn.LSTM: transposed weights, the same order of gates, and a second bias that stays zero."""
    layer = make(kernel.shape[0], recurrent.shape[0], batch_first=True)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(kernel.t())
        layer.weight_hh_l0.copy_(recurrent.t())
        layer.bias_ih_l0.copy_(bias)
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad_(False)
    trained = [p for p in layer.parameters() if p.requires_grad]
    return trained, lambda x: layer(x)[0][:, -1]


def reset_before_gru(kernel, recurrent, bias):
    """The GRU whose reset comes before the recurrent product, which nn.GRU does not offer."""
    trained = [tensor.requires_grad_() for tensor in (kernel, recurrent, bias)]
    units = recurrent.shape[0]

    def last_state(x):
        h = torch.zeros(x.shape[0], units)
        for t in range(x.shape[1]):
            a = x[:, t] @ kernel + bias
            z, r = torch.sigmoid(a[:, : 2 * units] + h @ recurrent[:, : 2 * units]).split(units, 1)
            proposed = torch.tanh(a[:, 2 * units :] + (r * h) @ recurrent[:, 2 * units :])
            h = z * h + (1 - z) * proposed
        return h

    return trained, last_state


torch.manual_seed(0)
request = json.load(sys.stdin)
cell, (batch, time, inputs, units) = request["cell"], request["size"]
width = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * units
shapes = [(inputs, width), (units, width), (width,), (units, 1), (1,)]
*weights, head_kernel, head_bias = split(request["parameters"], shapes)
makers = {"lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
trained, last_state = built_in(makers[cell], *weights) if cell in makers else reset_before_gru(*weights)
head_kernel.requires_grad_()
head_bias.requires_grad_()
optimiser = torch.optim.Adam([*trained, head_kernel, head_bias], lr=1e-3)
x = torch.tensor(request["x"]).reshape(batch, time, inputs)
y = torch.tensor(request["y"]).reshape(batch, 1)
losses = []
for _ in range(request["steps"]):
    optimiser.zero_grad()
    loss = torch.nn.functional.mse_loss(last_state(x) @ head_kernel + head_bias, y)
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
print(json.dumps(losses))
