"""The training of bench/train.mjs in NeuralForecast: logarithms, windows to mean 0 and deviation 1, its GRU with one layer and a linear
decoder, which is the network nearest to the others'. In and out as pytorch_train.py."""

import json
import logging
import sys
import warnings

import numpy
import pandas
import torch
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MSE
from neuralforecast.models import GRU

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
given = json.loads(sys.argv[1])
data = pandas.read_csv(given["data"])
data.columns = ["ds", "y"]
frame = pandas.DataFrame({"unique_id": "series", "ds": pandas.to_datetime(data["ds"]), "y": numpy.log(data["y"])})
model = GRU(
    h=given["horizon"],
    input_size=given["window"],
    encoder_n_layers=1,
    encoder_hidden_size=given["units"],
    decoder_layers=1,
    max_steps=given["steps"],
    batch_size=given["batch"],
    windows_batch_size=given["batch"],
    loss=MSE(),
    scaler_type="standard",
    learning_rate=given["rate"],
    lr_scheduler=torch.optim.lr_scheduler.OneCycleLR,
    lr_scheduler_kwargs={
        "max_lr": given["rate"],
        "total_steps": given["steps"],
        "pct_start": 0.1,
        "cycle_momentum": False,
    },
    gradient_clip_val=1.0,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
forecaster = NeuralForecast(models=[model], freq="MS")
forecaster.fit(frame)
forecast = forecaster.predict()
with open(given["output"], "w") as file:
    print("month,forecast", file=file)
    for month, value in zip(forecast["ds"], numpy.exp(forecast["GRU"])):
        print(f"{month:%Y-%m},{value}", file=file)
