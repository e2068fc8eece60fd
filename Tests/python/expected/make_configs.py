"""Makes keras_configs.json: models as Keras 2 and Keras 3 write them.

Run where `pip install tensorflow-cpu tf_keras keras` was done, with elman on the
path: `python make_configs.py`. It also lets both Kerases read what elman writes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

HERE = Path(__file__).resolve().parent


def models(keras, first):
    """Models that between them hold every layer."""
    layers = keras.layers
    yield [
        first((5, 3)),
        layers.LSTM(
            4,
            return_sequences=True,
            kernel_regularizer=keras.regularizers.L2(0.1),
            bias_constraint=keras.constraints.MaxNorm(2),
        ),
        layers.GRU(3, recurrent_activation="tanh", kernel_initializer="he_normal"),
    ]
    yield [
        first((5, 3)),
        layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(2)),
        layers.RNN([layers.LSTMCell(3), layers.GRUCell(2, reset_after=False)]),
    ]
    yield [
        first((None,)),
        layers.Embedding(10, 4, mask_zero=True),
        layers.Bidirectional(layers.LSTM(3), merge_mode="sum"),
        layers.Dropout(0.1),
        layers.Dense(1, activation="sigmoid"),
    ]
    yield [
        first((8, 4)),
        layers.Conv1D(3, 2, padding="causal"),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling1D(2),
        layers.SeparableConv1D(3, 2),
        layers.LayerNormalization(),
        layers.PReLU(shared_axes=[1]),
        layers.ELU(),
        layers.Softmax(),
        layers.GlobalAveragePooling1D(),
        layers.RepeatVector(3),
        layers.ZeroPadding1D(1),
        layers.Cropping1D(1),
        layers.UpSampling1D(2),
        layers.Permute((2, 1)),
        layers.Flatten(),
        layers.Reshape((3, 6)),
        layers.Conv1DTranspose(2, 3),
        layers.DepthwiseConv1D(2),
        layers.AveragePooling1D(2),
        layers.UnitNormalization(),
        layers.GaussianNoise(0.1),
        layers.GaussianDropout(0.1),
        layers.AlphaDropout(0.1),
        layers.SpatialDropout1D(0.1),
        layers.ActivityRegularization(0.1),
        layers.Rescaling(0.5),
        layers.GroupNormalization(2),
        layers.Masking(),
        layers.GlobalMaxPooling1D(),
        layers.Activation("tanh"),
        layers.Normalization(),
    ]
    yield [
        first((3, 12, 10, 2)),
        layers.TimeDistributed(layers.Conv2D(4, (3, 2), dilation_rate=(1, 2))),
        layers.TimeDistributed(layers.SpatialDropout2D(0.1)),
        layers.ConvLSTM2D(3, 2, recurrent_activation="sigmoid", return_sequences=True),
        layers.MaxPooling3D((1, 2, 2)),
        layers.AveragePooling3D((2, 1, 1)),
        layers.Reshape((4, 3, -1)),
        layers.ZeroPadding2D(((1, 0), (2, 1))),
        layers.Cropping2D((1, 1)),
        layers.UpSampling2D((2, 3), interpolation="bilinear"),
        layers.MaxPooling2D(2, strides=1, padding="same"),
        layers.AveragePooling2D((2, 1)),
        layers.GlobalMaxPooling2D(keepdims=True),
        layers.GlobalAveragePooling2D(),
    ]


def names(keras):
    """The names that a layer of each class and its weights get."""
    layers = keras.layers
    sequence, vector, pictures = (2, 4, 3), (2, 3), (2, 4, 5, 3)
    given = {
        "SimpleRNN": ((2,), sequence), "LSTM": ((2,), sequence),
        "GRU": ((2,), sequence), "ConvLSTM1D": ((2, 2), (2, 3, 4, 3)),
        "SimpleRNNCell": ((2,), vector), "LSTMCell": ((2,), vector),
        "GRUCell": ((2,), vector), "Dense": ((2,), vector),
        "Embedding": ((4, 2), vector), "Conv1D": ((2, 2), sequence),
        "SeparableConv1D": ((2, 2), sequence), "DepthwiseConv1D": ((2,), sequence),
        "Conv1DTranspose": ((2, 2), sequence), "MaxPooling1D": ((2,), sequence),
        "AveragePooling1D": ((2,), sequence), "GlobalMaxPooling1D": ((), sequence),
        "GlobalAveragePooling1D": ((), sequence), "BatchNormalization": ((), vector),
        "LayerNormalization": ((), vector), "GroupNormalization": ((1,), vector),
        "UnitNormalization": ((), vector), "Normalization": ((), vector),
        "PReLU": ((), vector), "ReLU": ((), vector), "LeakyReLU": ((), vector),
        "ELU": ((), vector), "ThresholdedReLU": ((), vector), "Softmax": ((), vector),
        "Masking": ((), sequence), "RepeatVector": ((2,), vector),
        "ZeroPadding1D": ((), sequence), "Cropping1D": ((), sequence),
        "UpSampling1D": ((), sequence), "SpatialDropout1D": ((0.5,), sequence),
        "GaussianNoise": ((0.5,), vector), "GaussianDropout": ((0.5,), vector),
        "AlphaDropout": ((0.5,), vector), "Flatten": ((), vector),
        "ActivityRegularization": ((), vector), "Rescaling": ((0.5,), vector),
        "Conv2D": ((2, 2), pictures), "ConvLSTM2D": ((2, 2), (2, 3, 4, 5, 3)),
        "MaxPooling2D": ((2,), pictures), "AveragePooling2D": ((2,), pictures),
        "MaxPooling3D": ((2,), (2, 4, 4, 4, 3)),
        "AveragePooling3D": ((2,), (2, 4, 4, 4, 3)),
        "GlobalMaxPooling2D": ((), pictures),
        "GlobalAveragePooling2D": ((), pictures), "ZeroPadding2D": ((), pictures),
        "Cropping2D": ((), pictures), "UpSampling2D": ((), pictures),
        "SpatialDropout2D": ((0.5,), pictures),
    }  # fmt: skip
    for class_name, (arguments, shape) in given.items():
        keras.backend.clear_session()
        layer = getattr(layers, class_name)(*arguments)
        layer.build(shape)
        tails = [w.name.split("/")[-1].split(":")[0] for w in layer.weights]
        yield class_name, [list(arguments), list(shape), layer.name, tails]


def main():
    import elman
    import keras
    import tf_keras

    stored = []
    for library, first in (
        (tf_keras, lambda shape: tf_keras.layers.InputLayer(shape)),
        (keras, lambda shape: keras.Input(shape)),
    ):
        for layers in models(library, first):
            model = library.Sequential(layers)
            text = model.to_json()
            shapes = [list(w.shape) for w in model.weights]
            stored.append(
                {
                    "keras": library.__name__,
                    "json": text,
                    "weight_shapes": shapes,
                    "output_shape": list(model.output_shape),
                }
            )
            again = elman.models.model_from_json(text).to_json()
            for reader in (tf_keras, keras):
                back = reader.models.model_from_json(again)
                assert [list(w.shape) for w in back.weights] == shapes, reader
    (HERE / "keras_configs.json").write_text(json.dumps(stored, indent=1) + "\n")
    text = json.dumps(dict(names(tf_keras)), indent=1)
    (HERE / "keras_names.json").write_text(text + "\n")
    print(f"{len(stored)} models, read back by both")


if __name__ == "__main__":
    main()
