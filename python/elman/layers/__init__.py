"""The layers, one module each."""

from __future__ import annotations

import ctypes
import reprlib
from collections.abc import Mapping
from typing import Any

from .._custom_callbacks import owner_of
from .._custom_objects import custom_object_scope, made_objects, named_by
from .._library import check, lib, text
from ._inputs import InputSpec
from ._layer import Layer, serialize
from ._operations import OPERATIONS
from .abstract_rnn_cell import AbstractRNNCell
from .activation import Activation
from .activity_regularization import ActivityRegularization
from .add import Add, add
from .additive_attention import AdditiveAttention
from .alpha_dropout import AlphaDropout
from .attention import Attention
from .average import Average, average
from .average_pooling_1d import AveragePooling1D
from .average_pooling_2d import AveragePooling2D
from .average_pooling_3d import AveragePooling3D
from .batch_normalization import BatchNormalization
from .bidirectional import Bidirectional
from .cells import (
    GRUCell,
    LSTMCell,
    PythonCell,
    SimpleRNNCell,
    StackedRNNCells,
)
from .concatenate import Concatenate, concatenate
from .conv_1d import Conv1D
from .conv_1d_transpose import Conv1DTranspose
from .conv_2d import Conv2D
from .conv_lstm_1d import ConvLSTM1D
from .conv_lstm_2d import ConvLSTM2D
from .cropping_1d import Cropping1D
from .cropping_2d import Cropping2D
from .cudnn import CuDNNGRU, CuDNNLSTM
from .dense import Dense
from .depthwise_conv_1d import DepthwiseConv1D
from .dot import Dot, dot
from .dropout import Dropout
from .elu import ELU
from .embedding import Embedding
from .flatten import Flatten
from .gaussian_dropout import GaussianDropout
from .gaussian_noise import GaussianNoise
from .global_average_pooling_1d import GlobalAveragePooling1D
from .global_average_pooling_2d import GlobalAveragePooling2D
from .global_max_pooling_1d import GlobalMaxPooling1D
from .global_max_pooling_2d import GlobalMaxPooling2D
from .group_normalization import GroupNormalization
from .grouped_query_attention import GroupedQueryAttention
from .gru import GRU
from .input_layer import Input, InputLayer
from .lambda_ import Lambda
from .layer_normalization import LayerNormalization
from .leaky_relu import LeakyReLU
from .lstm import LSTM
from .masking import Masking
from .max_pooling_1d import MaxPooling1D
from .max_pooling_2d import MaxPooling2D
from .max_pooling_3d import MaxPooling3D
from .maximum import Maximum, maximum
from .minimum import Minimum, minimum
from .multi_head_attention import MultiHeadAttention
from .multiply import Multiply, multiply
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
from .spatial_dropout_2d import SpatialDropout2D
from .subtract import Subtract, subtract
from .thresholded_relu import ThresholdedReLU
from .time_distributed import TimeDistributed
from .unit_normalization import UnitNormalization
from .up_sampling_1d import UpSampling1D
from .up_sampling_2d import UpSampling2D
from .zero_padding_1d import ZeroPadding1D
from .zero_padding_2d import ZeroPadding2D

# Keras's other names.
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GroupQueryAttention = GroupedQueryAttention
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D

__all__ = [
    "AbstractRNNCell",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Cropping1D",
    "Cropping2D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "Dense",
    "DepthwiseConv1D",
    "Dot",
    "Dropout",
    "ELU",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "GroupQueryAttention",
    "GroupedQueryAttention",
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
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
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
    "SpatialDropout2D",
    "StackedRNNCells",
    "Subtract",
    "ThresholdedReLU",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]


_MODELS = ("Functional", "Model", "Sequential")


def _class(name: str) -> type[Any]:
    found = OPERATIONS.get(name) or globals().get(name)
    if name in _MODELS:
        from .. import models

        return models.Sequential if name == "Sequential" else models.Model
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
    if named_by(config) is None:
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
        Classes of your own, by name: see ``elman.saving``.

    Raises
    ------
    ValueError
        If it is no layer of elman.
    """
    with custom_object_scope(custom_objects), made_objects():
        check_serialized(config)
        cls = named_by(config) or _class(config["class_name"])
        return cls.from_config(config.get("config", {}))  # type: ignore[no-any-return]


def deserialize_handle(handle: int) -> Layer:
    """The Python side of a layer, or a model, that the library handed out."""
    context = ctypes.c_void_p()
    check(lib().elman_layer_context(handle, ctypes.byref(context)))
    own = owner_of(context.value)
    if own is not None:
        check(lib().elman_layer_release(handle))
        return own  # type: ignore[no-any-return]
    name = text(lib().elman_layer_class_name, handle)
    if name in _MODELS:
        from ..models.model import nested_model

        return nested_model(handle)  # type: ignore[return-value]
    cls = PythonCell if name == "CallbackCell" else _class(name)
    return cls._wrap(handle)
