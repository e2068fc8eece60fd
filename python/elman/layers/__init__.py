"""The layers, one module each."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from .._library import lib, text
from ._inputs import InputSpec
from ._layer import Layer, serialize
from .abstract_rnn_cell import AbstractRNNCell
from .activation import Activation
from .activity_regularization import ActivityRegularization
from .alpha_dropout import AlphaDropout
from .average_pooling_1d import AveragePooling1D
from .batch_normalization import BatchNormalization
from .bidirectional import Bidirectional
from .cells import (
    GRUCell,
    LSTMCell,
    PythonCell,
    SimpleRNNCell,
    StackedRNNCells,
)
from .conv_1d import Conv1D
from .conv_1d_transpose import Conv1DTranspose
from .conv_lstm_1d import ConvLSTM1D
from .cropping_1d import Cropping1D
from .cudnn import CuDNNGRU, CuDNNLSTM
from .dense import Dense
from .depthwise_conv_1d import DepthwiseConv1D
from .dropout import Dropout
from .elu import ELU
from .embedding import Embedding
from .flatten import Flatten
from .gaussian_dropout import GaussianDropout
from .gaussian_noise import GaussianNoise
from .global_average_pooling_1d import GlobalAveragePooling1D
from .global_max_pooling_1d import GlobalMaxPooling1D
from .group_normalization import GroupNormalization
from .gru import GRU
from .input_layer import Input, InputLayer
from .lambda_ import Lambda
from .layer_normalization import LayerNormalization
from .leaky_relu import LeakyReLU
from .lstm import LSTM
from .masking import Masking
from .max_pooling_1d import MaxPooling1D
from .normalization import Normalization
from .permute import Permute
from .prelu import PReLU
from .relu import ReLU
from .repeat_vector import RepeatVector
from .rescaling import Rescaling
from .reshape import Reshape
from .rms_normalization import RMSNormalization
from .rnn import RNN
from .separable_conv_1d import SeparableConv1D
from .simple_rnn import SimpleRNN
from .softmax import Softmax
from .spatial_dropout_1d import SpatialDropout1D
from .thresholded_relu import ThresholdedReLU
from .time_distributed import TimeDistributed
from .unit_normalization import UnitNormalization
from .up_sampling_1d import UpSampling1D
from .zero_padding_1d import ZeroPadding1D

# Keras's other names.
AvgPool1D = AveragePooling1D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalMaxPool1D = GlobalMaxPooling1D
MaxPool1D = MaxPooling1D
SeparableConvolution1D = SeparableConv1D

__all__ = [
    "AbstractRNNCell",
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "AveragePooling1D",
    "AvgPool1D",
    "BatchNormalization",
    "Bidirectional",
    "Conv1D",
    "Conv1DTranspose",
    "ConvLSTM1D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Cropping1D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "Dense",
    "DepthwiseConv1D",
    "Dropout",
    "ELU",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
    "GroupNormalization",
    "Input",
    "InputLayer",
    "InputSpec",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPooling1D",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RNN",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SeparableConv1D",
    "SeparableConvolution1D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "StackedRNNCells",
    "ThresholdedReLU",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "ZeroPadding1D",
    "deserialize",
    "serialize",
]


def _class(name: str) -> type[Layer]:
    found = globals().get(name)
    if isinstance(found, type) and issubclass(found, Layer):
        return found
    raise ValueError(
        f"Unknown layer: {name!r}. elman has "
        + ", ".join(n for n in __all__ if n[0].isupper())
        + "."
    )


def check_serialized(config: Any) -> None:
    """Raise a ValueError where a config is not that of a layer of elman."""
    inner = config.get("config", {}) if isinstance(config, dict) else None
    if not isinstance(inner, dict) or not isinstance(config.get("class_name"), str):
        raise ValueError(
            "A layer's config is a dict with 'class_name' and 'config'. "
            f"Received: {reprlib.repr(config)}"
        )
    _class(config["class_name"])


def deserialize(
    config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Layer:
    """A layer from what ``serialize`` gives, or from Keras's own config.

    Parameters
    ----------
    config : dict
        ``{"class_name": ..., "config": ...}``.
    custom_objects : dict, optional
        Subclasses of elman's layers, by name.

    Raises
    ------
    ValueError
        If it is no layer of elman.
    """
    name = config.get("class_name") if isinstance(config, dict) else None
    custom = (custom_objects or {}).get(name) if isinstance(name, str) else None
    if custom is not None:
        return custom.from_config(config.get("config", {}))  # type: ignore[no-any-return]
    check_serialized(config)
    return _class(config["class_name"]).from_config(config.get("config", {}))


def deserialize_handle(handle: int) -> Layer:
    """The Python side of a layer that the library handed out."""
    name = text(lib().elman_layer_class_name, handle)
    cls = PythonCell if name == "CallbackCell" else _class(name)
    return cls._wrap(handle)
