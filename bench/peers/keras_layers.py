"""Keras on TensorFlow as a peer of bench/kernels.mjs, as it compiles a model by default. In: the number of threads."""

import os
import sys

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import keras
import numpy
import tensorflow
from answer import answer_requests

tensorflow.config.threading.set_intra_op_parallelism_threads(int(sys.argv[1]))
tensorflow.config.threading.set_inter_op_parallelism_threads(int(sys.argv[1]))
LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}


def create_step(cell, size):
    batch, steps, inputs, units = size
    model = keras.Sequential([keras.Input((steps, inputs)), LAYERS[cell](units), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    x = numpy.random.rand(batch, steps, inputs).astype("float32")
    y = numpy.random.rand(batch, 1).astype("float32")
    # The first one compiles.
    model.train_on_batch(x, y)
    return lambda: model.train_on_batch(x, y)


answer_requests(create_step)
