"""The training of bench/train.mjs in PyTorch: logarithms, each window less its last value, GRU and a dense head, Adam with a one-cycle
rate and clipping, on the mean squared error. In: JSON {data, output, window, horizon, units, steps, batch, rate}, data a CSV of month and
value. Out: output, a CSV of the forecast of the months that follow."""

import csv
import datetime
import json
import math
import sys

import torch

given = json.loads(sys.argv[1])
window, horizon, batch = given["window"], given["horizon"], given["batch"]
with open(given["data"]) as file:
    rows = list(csv.reader(file))[1:]
torch.manual_seed(1)
series = torch.tensor([float(value) for _, value in rows]).log()


class Network(torch.nn.Module):
    def __init__(self, units):
        super().__init__()
        self.layer = torch.nn.GRU(1, units, batch_first=True)
        self.head = torch.nn.Linear(units, horizon)

    def forward(self, past):
        last = past[:, -1:]
        states, _ = self.layer((past - last)[:, :, None])
        return self.head(states[:, -1]) + last


network = Network(given["units"])
optimiser = torch.optim.Adam(network.parameters(), lr=given["rate"], fused=True)
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimiser, max_lr=given["rate"], total_steps=given["steps"], pct_start=0.1, cycle_momentum=False
)
windows = series.unfold(0, window + horizon, 1)
order = torch.empty(0, dtype=torch.long)
for _ in range(given["steps"]):
    if len(order) == 0:
        order = torch.randperm(len(windows))
    chosen, order = windows[order[:batch]], order[batch:]
    optimiser.zero_grad()
    loss = torch.nn.functional.mse_loss(network(chosen[:, :window]), chosen[:, window:])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    schedule.step()

with torch.no_grad():
    forecast = network(series[None, -window:])[0].exp()
month = datetime.date.fromisoformat(rows[-1][0] + "-01")
with open(given["output"], "w") as file:
    print("month,forecast", file=file)
    for value in forecast.tolist():
        month = (month + datetime.timedelta(days=32)).replace(day=1)
        print(f"{month:%Y-%m},{value}", file=file)
