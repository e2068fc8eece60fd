"""Configs as Keras 1 and the Keras 2 of 2018 wrote them, written down by hand.

Neither runs any more, so beside each config stands the same network in tf_keras.
"""

from .support import sequence, vector, words

GLOROT = {
    "class_name": "VarianceScaling",
    "config": {
        "scale": 1.0,
        "mode": "fan_avg",
        "distribution": "uniform",
        "seed": None,
    },
}
ORTHOGONAL = {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": None}}
ZEROS = {"class_name": "Zeros", "config": {}}
HARD = {"recurrent_activation": "hard_sigmoid"}


def models(keras):
    """(name, which Keras, config as text, the same model in tf_keras)."""
    for name, make in {
        "encoder and decoder of Keras 2.2": encoder_decoder,
        "siamese Sequential of Keras 2.2": siamese,
        "Sequential as a list in a model of Keras 2.1": sequential_as_a_list,
        "GRUs of Keras 2.1": grus,
        "attention of Keras 2.2": attention,
        "two outputs of Keras 2.2": two_outputs,
    }.items():
        yield (name, "2.2", *make(keras))
    for name, make in {
        "backward and forward GRU of Keras 1": merged_grus,
        "skip connection of Keras 1": merged_sum,
        "shared LSTM of Keras 1": shared_lstm,
    }.items():
        yield (name, "1", *make(keras))


def model_2(layers, inputs, outputs, version="2.2.4"):
    return {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": layers,
            "input_layers": [[name, 0, 0] for name in inputs],
            "output_layers": outputs,
        },
        "keras_version": version,
        "backend": "tensorflow",
    }


def layer_2(class_name, name, config, *nodes):
    """A layer; a node lists (layer, node, tensor) of each tensor it was called on."""
    return {
        "name": name,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **config},
        "inbound_nodes": [[[*tensor, {}] for tensor in node] for node in nodes],
    }


def input_2(name, *shape, dtype="float32"):
    config = {
        "batch_input_shape": [None, *shape],
        "dtype": dtype,
        "sparse": False,
        "name": name,
    }
    return {
        "name": name,
        "class_name": "InputLayer",
        "config": config,
        "inbound_nodes": [],
    }


def dense_2(units, activation="linear", **config):
    return {
        "units": units,
        "activation": activation,
        "use_bias": True,
        "kernel_initializer": GLOROT,
        "bias_initializer": ZEROS,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
        **config,
    }


def recurrent_2(units, **config):
    return {
        "return_sequences": False,
        "return_state": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
        **dense_2(units, "tanh"),
        "recurrent_activation": "hard_sigmoid",
        "recurrent_initializer": ORTHOGONAL,
        "recurrent_regularizer": None,
        "recurrent_constraint": None,
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
        "implementation": 1,
        **config,
    }


def encoder_decoder(keras):
    lstm = {"unit_forget_bias": True}
    config = model_2(
        [
            input_2("input_1", None, 3),
            input_2("input_2", None, 2),
            layer_2(
                "LSTM",
                "lstm_1",
                recurrent_2(4, return_state=True, **lstm),
                [("input_1", 0, 0)],
            ),
            layer_2(
                "LSTM",
                "lstm_2",
                recurrent_2(4, return_sequences=True, return_state=True, **lstm),
                [("input_2", 0, 0), ("lstm_1", 0, 1), ("lstm_1", 0, 2)],
            ),
            layer_2("Dense", "dense_1", dense_2(3, "softmax"), [("lstm_2", 0, 0)]),
        ],
        ["input_1", "input_2"],
        [["dense_1", 0, 0], ["lstm_2", 0, 2]],
    )
    layers = keras.layers
    a = keras.Input((None, 3), name="input_1")
    b = keras.Input((None, 2), name="input_2")
    _, h, c = layers.LSTM(4, return_state=True, **HARD)(a)
    decoder = layers.LSTM(4, return_sequences=True, return_state=True, **HARD)
    y, _, c = decoder(b, initial_state=[h, c])
    y = layers.Dense(3, activation="softmax")(y)
    return config, keras.Model([a, b], [y, c])


def siamese(keras):
    """The calls of the Sequential are its nodes 1 and 2: 0 is of its own making."""
    tower = [
        {
            "class_name": "LSTM",
            "config": {
                "name": "lstm_1",
                "trainable": True,
                "batch_input_shape": [None, 5, 3],
                "dtype": "float32",
                **recurrent_2(4, unit_forget_bias=True),
            },
        },
        {
            "class_name": "Dense",
            "config": {"name": "dense_1", "trainable": True, **dense_2(2, "tanh")},
        },
    ]
    shared = {
        "name": "sequential_1",
        "class_name": "Sequential",
        "config": {"name": "sequential_1", "layers": tower},
        "inbound_nodes": [[["input_1", 0, 0, {}]], [["input_2", 0, 0, {}]]],
    }
    dot = {"axes": 1, "normalize": True}
    config = model_2(
        [
            input_2("input_1", 5, 3),
            input_2("input_2", 5, 3),
            shared,
            layer_2(
                "Dot", "dot_1", dot, [("sequential_1", 1, 0), ("sequential_1", 2, 0)]
            ),
        ],
        ["input_1", "input_2"],
        [["dot_1", 0, 0]],
    )
    layers = keras.layers
    a, b = sequence(keras, "input_1"), sequence(keras, "input_2")
    lstm, dense = layers.LSTM(4, **HARD), layers.Dense(2, activation="tanh")
    y = layers.Dot(axes=1, normalize=True)([dense(lstm(a)), dense(lstm(b))])
    return config, keras.Model([a, b], y)


def sequential_as_a_list(keras):
    inner = [
        {
            "class_name": "Dense",
            "config": {
                "name": "dense_1",
                "trainable": True,
                "batch_input_shape": [None, 3],
                "dtype": "float32",
                **dense_2(4, "relu"),
            },
        },
        {
            "class_name": "Dropout",
            "config": {
                "name": "dropout_1",
                "trainable": True,
                "rate": 0.5,
                "noise_shape": None,
                "seed": None,
            },
        },
    ]
    config = model_2(
        [
            input_2("input_1", 3),
            {
                "name": "sequential_1",
                "class_name": "Sequential",
                "config": inner,
                "inbound_nodes": [[["input_1", 0, 0, {}]]],
            },
            layer_2(
                "Concatenate",
                "concatenate_1",
                {"axis": -1},
                [("sequential_1", 1, 0), ("input_1", 0, 0)],
            ),
        ],
        ["input_1"],
        [["concatenate_1", 0, 0]],
        "2.1.6",
    )
    x = vector(keras, "input_1")
    y = keras.layers.Dense(4, activation="relu")(x)
    return config, keras.Model(x, keras.layers.Concatenate()([y, x]))


def grus(keras):
    """No reset_after in the config: it was not there yet, and is false."""
    embedding = {
        "batch_input_shape": [None, 5],
        "dtype": "float32",
        "input_dim": 7,
        "output_dim": 3,
        "embeddings_initializer": {
            "class_name": "RandomUniform",
            "config": {"minval": -0.05, "maxval": 0.05, "seed": None},
        },
        "embeddings_regularizer": None,
        "activity_regularizer": None,
        "embeddings_constraint": None,
        "mask_zero": True,
        "input_length": 5,
    }
    inner = {"class_name": "GRU", "config": {"name": "gru_1", **recurrent_2(3)}}
    both = {"layer": inner, "merge_mode": "concat"}
    config = model_2(
        [
            input_2("words", 5, dtype="int32"),
            layer_2("Embedding", "embedding_1", embedding, [("words", 0, 0)]),
            layer_2("Bidirectional", "bidirectional_1", both, [("embedding_1", 0, 0)]),
            layer_2("GRU", "gru_2", recurrent_2(6), [("embedding_1", 0, 0)]),
            layer_2("Add", "add_1", {}, [("bidirectional_1", 0, 0), ("gru_2", 0, 0)]),
        ],
        ["words"],
        [["add_1", 0, 0]],
        "2.1.4",
    )
    layers, before = keras.layers, {"reset_after": False, **HARD}
    x = words(keras)
    y = layers.Embedding(7, 3, mask_zero=True)(x)
    both_ways = layers.Bidirectional(layers.GRU(3, **before))(y)
    y = layers.Add()([both_ways, layers.GRU(6, **before)(y)])
    return config, keras.Model(x, y)


def attention(keras):
    config = model_2(
        [
            input_2("input_1", 5, 3),
            layer_2(
                "LSTM",
                "lstm_1",
                recurrent_2(4, return_sequences=True, unit_forget_bias=True),
                [("input_1", 0, 0)],
            ),
            layer_2(
                "TimeDistributed",
                "time_distributed_1",
                {
                    "layer": {
                        "class_name": "Dense",
                        "config": {"name": "dense_1", "trainable": True, **dense_2(1)},
                    }
                },
                [("lstm_1", 0, 0)],
            ),
            layer_2(
                "Flatten",
                "flatten_1",
                {"data_format": "channels_last"},
                [("time_distributed_1", 0, 0)],
            ),
            layer_2(
                "Activation",
                "activation_1",
                {"activation": "softmax"},
                [("flatten_1", 0, 0)],
            ),
            layer_2(
                "RepeatVector", "repeat_vector_1", {"n": 4}, [("activation_1", 0, 0)]
            ),
            layer_2(
                "Permute", "permute_1", {"dims": [2, 1]}, [("repeat_vector_1", 0, 0)]
            ),
            layer_2(
                "Multiply", "multiply_1", {}, [("lstm_1", 0, 0), ("permute_1", 0, 0)]
            ),
        ],
        ["input_1"],
        [["multiply_1", 0, 0]],
    )
    layers = keras.layers
    x = sequence(keras, "input_1")
    y = layers.LSTM(4, return_sequences=True, **HARD)(x)
    weights = layers.Flatten()(layers.TimeDistributed(layers.Dense(1))(y))
    weights = layers.RepeatVector(4)(layers.Activation("softmax")(weights))
    y = layers.Multiply()([y, layers.Permute((2, 1))(weights)])
    return config, keras.Model(x, y)


def two_outputs(keras):
    """A hard_sigmoid among the outputs, one of which is also an input of a layer."""
    config = model_2(
        [
            input_2("input_1", 3),
            layer_2(
                "Dense", "dense_1", dense_2(4, "hard_sigmoid"), [("input_1", 0, 0)]
            ),
            layer_2("Dense", "dense_2", dense_2(2), [("dense_1", 0, 0)]),
        ],
        ["input_1"],
        [["dense_2", 0, 0], ["dense_1", 0, 0]],
    )
    x = vector(keras, "input_1")
    y = keras.layers.Dense(4, activation="hard_sigmoid")(x)
    return config, keras.Model(x, [keras.layers.Dense(2)(y), y])


def model_1(layers, inputs, outputs):
    config = {
        "name": "model_1",
        "layers": layers,
        "input_layers": [[name, 0, 0] for name in inputs],
        "output_layers": [[name, 0, 0] for name in outputs],
    }
    return {"class_name": "Model", "config": config, "keras_version": "1.2.2"}


def layer_1(class_name, name, config, *nodes):
    return {
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **config},
        "inbound_nodes": [[list(tensor) for tensor in node] for node in nodes],
        "name": name,
    }


def input_1(name, *shape):
    config = {
        "batch_input_shape": [None, *shape],
        "input_dtype": "float32",
        "sparse": False,
    }
    return layer_1("InputLayer", name, config)


def dense_1(units, inputs, activation="linear"):
    return {
        "output_dim": units,
        "init": "glorot_uniform",
        "activation": activation,
        "W_regularizer": None,
        "b_regularizer": None,
        "activity_regularizer": None,
        "W_constraint": None,
        "b_constraint": None,
        "bias": True,
        "input_dim": inputs,
    }


def recurrent_1(units, inputs, **config):
    return {
        "return_sequences": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
        "consume_less": "cpu",
        "input_dim": inputs,
        "input_length": None,
        "output_dim": units,
        "init": "glorot_uniform",
        "inner_init": "orthogonal",
        "activation": "tanh",
        "inner_activation": "hard_sigmoid",
        "W_regularizer": None,
        "U_regularizer": None,
        "b_regularizer": None,
        "dropout_W": 0.0,
        "dropout_U": 0.0,
        **config,
    }


def merge_1(mode, axis=-1):
    return {
        "mode": mode,
        "mode_type": "raw",
        "concat_axis": axis,
        "dot_axes": -1,
        "output_shape": None,
        "output_shape_type": "raw",
        "output_mask": None,
        "output_mask_type": "raw",
        "arguments": {},
    }


def merged_grus(keras):
    config = model_1(
        [
            input_1("input_1", 5, 3),
            layer_1("GRU", "gru_1", recurrent_1(4, 3), [("input_1", 0, 0)]),
            layer_1(
                "GRU",
                "gru_2",
                recurrent_1(4, 3, go_backwards=True),
                [("input_1", 0, 0)],
            ),
            layer_1(
                "Merge",
                "merge_1",
                merge_1("concat"),
                [("gru_1", 0, 0), ("gru_2", 0, 0)],
            ),
            layer_1("Dense", "dense_1", dense_1(2, 8, "softmax"), [("merge_1", 0, 0)]),
        ],
        ["input_1"],
        ["dense_1"],
    )
    layers, before = keras.layers, {"reset_after": False, **HARD}
    x = sequence(keras, "input_1")
    forward = layers.GRU(4, **before)(x)
    backward = layers.GRU(4, go_backwards=True, **before)(x)
    y = layers.Concatenate()([forward, backward])
    return config, keras.Model(x, layers.Dense(2, activation="softmax")(y))


def merged_sum(keras):
    config = model_1(
        [
            input_1("input_1", 3),
            layer_1("Dense", "dense_1", dense_1(3, 3, "tanh"), [("input_1", 0, 0)]),
            layer_1("Dropout", "dropout_1", {"p": 0.5}, [("dense_1", 0, 0)]),
            layer_1(
                "Merge",
                "merge_1",
                merge_1("sum"),
                [("input_1", 0, 0), ("dropout_1", 0, 0)],
            ),
            layer_1(
                "Merge",
                "merge_2",
                merge_1("mul"),
                [("merge_1", 0, 0), ("dense_1", 0, 0)],
            ),
        ],
        ["input_1"],
        ["merge_2", "merge_1"],
    )
    layers = keras.layers
    x = vector(keras, "input_1")
    dense = layers.Dense(3, activation="tanh")(x)
    total = layers.Add()([x, dense])
    return config, keras.Model(x, [layers.Multiply()([total, dense]), total])


def shared_lstm(keras):
    lstm = {"forget_bias_init": "one"}
    config = model_1(
        [
            input_1("input_1", 5, 3),
            input_1("input_2", 5, 3),
            layer_1(
                "LSTM",
                "lstm_1",
                recurrent_1(4, 3, **lstm),
                [("input_1", 0, 0)],
                [("input_2", 0, 0)],
            ),
            layer_1(
                "Merge",
                "merge_1",
                merge_1("concat"),
                [("lstm_1", 1, 0), ("lstm_1", 0, 0)],
            ),
        ],
        ["input_1", "input_2"],
        ["merge_1"],
    )
    layers = keras.layers
    a, b = sequence(keras, "input_1"), sequence(keras, "input_2")
    layer = layers.LSTM(4, **HARD)
    y = layers.Concatenate()([layer(b), layer(a)])
    return config, keras.Model([a, b], y)
