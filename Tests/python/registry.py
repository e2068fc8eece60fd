"""One layer of every class that elman has."""

import elman
import numpy as np
from elman import layers
from elman.layers import Layer

# What a class needs, where it needs any.
_POSITIONAL = {
    "Activation": ("relu",),
    "Bidirectional": (lambda: layers.GRU(2),),
    "Conv1D": (2, 2),
    "Conv1DTranspose": (2, 2),
    "Conv2D": (2, 2),
    "ConvLSTM1D": (2, 2),
    "ConvLSTM2D": (2, 2),
    "Convolution1D": (2, 2),
    "Convolution1DTranspose": (2, 2),
    "Convolution2D": (2, 2),
    "Dense": (2,),
    "DepthwiseConv1D": (2,),
    "Dot": (1,),
    "Dropout": (0.5,),
    "AlphaDropout": (0.5,),
    "Embedding": (4, 2),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (0.5,),
    "GroupNormalization": (1,),
    "GroupQueryAttention": (2, 4, 2),
    "GroupedQueryAttention": (2, 4, 2),
    "InputLayer": ((4, 2),),
    "Lambda": (abs,),
    "MultiHeadAttention": (2, 2),
    "Permute": ((2, 1),),
    "RNN": (lambda: layers.GRUCell(2),),
    "RepeatVector": (2,),
    "Rescaling": (0.5,),
    "Reshape": ((2, 4),),
    "SeparableConv1D": (2, 2),
    "SeparableConvolution1D": (2, 2),
    "SpatialDropout1D": (0.5,),
    "SpatialDropout2D": (0.5,),
    "StackedRNNCells": (lambda: [layers.GRUCell(2), layers.LSTMCell(3)],),
    "TimeDistributed": (lambda: layers.Dense(2),),
    **dict.fromkeys(
        ("CuDNNGRU", "CuDNNLSTM", "GRU", "GRUCell", "LSTM", "LSTMCell"), (2,)
    ),
    **dict.fromkeys(("SimpleRNN", "SimpleRNNCell"), (2,)),
}

# Layers of several inputs, which tests of graphs call.
_OF_SEVERAL_INPUTS = (
    "Add",
    "AdditiveAttention",
    "Attention",
    "Average",
    "Concatenate",
    "Dot",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "Maximum",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Subtract",
)

ALL_NAMES = [
    name
    for name in layers.__all__
    if isinstance(getattr(layers, name), type)
    and issubclass(getattr(layers, name), Layer)
    and name not in ("AbstractRNNCell", "Layer")
]
# Layers of one input.
NAMES = [name for name in ALL_NAMES if name not in _OF_SEVERAL_INPUTS]


def arguments(name):
    """What a class needs to be made, in its order."""
    return [
        given() if getattr(given, "__name__", "") == "<lambda>" else given
        for given in _POSITIONAL.get(name, ())
    ]


def make(name, **keywords):
    """A layer of a class, not built."""
    return getattr(layers, name)(*arguments(name), **keywords)


def input_shape(name):
    """The shape of inputs that the layer of ``make`` takes."""
    cls = getattr(layers, name)
    if issubclass(cls, elman.layers.cells.Cell) or name == "RepeatVector":
        return (3, 2)
    if name.startswith("ConvLSTM"):
        return (3, 4, 3, 2) if name.endswith("1D") else (3, 4, 3, 5, 2)
    if name.endswith("2D"):
        return (3, 4, 5, 2)
    if name.endswith("3D"):
        return (3, 4, 5, 2, 2)
    return (3, 4) if name == "Embedding" else (3, 4, 2)


def built(name, **keywords):
    """A layer of a class that has its weights."""
    layer = make(name, **keywords)
    layer.build(input_shape(name))
    return layer


def inputs(name):
    """Inputs for the layer of ``make``."""
    return np.ones(input_shape(name), np.float32)
