# ruff: noqa: E501  configs are as wide as the Kerases write them
"""Make Tests/data/models.zip: small files of Keras 3 and tf_keras, and of older Kerases
in their layouts, with what they give. Two of them stand beside it for the C tests.

    python make_files.py        needs keras 3, tf_keras, tensorflow and h5py

Files of Keras 3 and tf_keras are what these write. Those of Keras 1 and 2, and of
tf_keras on Windows, are made here from what is known of their layouts; what they give
is computed by a model of tf_keras with the same weights.
"""

import io
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py
import keras
import numpy as np
import tf_keras
from tf_keras.src.saving.legacy.hdf5_format import _convert_rnn_weights

DATA = Path(__file__).resolve().parent.parent.parent / "data"
OUT = Path(tempfile.mkdtemp())
expected: dict[str, np.ndarray] = {}
rng = np.random.default_rng(7)


def inputs_of(model):
    return [
        rng.standard_normal((2, *(3 if d is None else d for d in t.shape[1:]))).astype(
            "float32"
        )
        for t in model.inputs
    ]


def randomized(model):
    """Weights that show each mistake: no zeros, no ones."""
    model.set_weights(
        [rng.uniform(0.1, 0.9, w.shape).astype("float32") - 0.4 * (w.ndim > 1)
         for w in model.get_weights()]
    )  # fmt: skip
    return model


def note(name, model, inputs=None):
    inputs = inputs or inputs_of(model)
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    for i, x in enumerate(inputs):
        expected[f"{name}/in{i}"] = x
    for i, y in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        expected[f"{name}/out{i}"] = y
    return inputs


# -- what Keras 3 and tf_keras write ------------------------------------------


def every_shape(k):
    """Layers in layers: cells, directions, models, projections."""
    layers = k.layers
    x = start = k.Input((4, 3))
    x = layers.MultiHeadAttention(2, 2, name="heads")(x, x)
    x = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    x = layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)], return_sequences=True)(x)
    inner = k.Sequential(
        [layers.Dense(3), layers.BatchNormalization(), layers.Dropout(0.2)]
    )
    x = layers.TimeDistributed(inner)(x)
    x = layers.SimpleRNN(3, dropout=0.3, return_sequences=True)(x)
    x = layers.LayerNormalization()(x)
    x = layers.Conv1D(2, 2, padding="same")(x)
    return randomized(k.Model(start, layers.GRU(2, reset_after=False)(x)))


def chain(k):
    """Two layers of a class, whose names sort otherwise than they stand."""
    layers = k.layers
    return randomized(
        k.Sequential(
            [
                k.Input((4, 3)),
                layers.GRU(3, return_sequences=True, name="z_first"),
                layers.Dropout(0.1),
                layers.GRU(2, name="a_second", recurrent_activation="hard_sigmoid"),
                layers.Dense(2, activation="softmax", name="head"),
            ]
        )
    )


def encoder_decoder(k):
    layers = k.layers
    source, target = (
        k.Input((None, 3), name="source"),
        k.Input((None, 2), name="target"),
    )
    _, h, c = layers.LSTM(3, return_state=True, name="encoder")(source)
    y, _, _ = layers.LSTM(3, return_sequences=True, return_state=True, name="decoder")(
        target, initial_state=[h, c]
    )
    return randomized(k.Model([source, target], [layers.Dense(2)(y), h]))


def shared(k):
    """A model that stands in another twice, beside a layer that is in both."""
    layers = k.layers
    tower = k.Sequential(
        [k.Input((3, 2)), layers.LSTM(2), layers.Dense(2)], name="tower"
    )
    a, b = k.Input((3, 2)), k.Input((3, 2))
    return randomized(k.Model([a, b], layers.Concatenate()([tower(a), tower(b)])))


def write_real(tag, k):
    for model, name in [(every_shape(k), "shapes"), (chain(k), "chain"),
                        (encoder_decoder(k), "states"), (shared(k), "shared")]:  # fmt: skip
        inputs = note(f"{tag}_{name}.keras", model)
        model.save(OUT / f"{tag}_{name}.keras")
        model.save(OUT / f"{tag}_{name}.h5")
        note(f"{tag}_{name}.h5", model, inputs)
        if name == "chain":
            model.save_weights(OUT / f"{tag}_chain.weights.h5")
            note(f"{tag}_chain.weights.h5", model, inputs)
            if k is tf_keras:
                model.save_weights(OUT / "tf_chain_weights.h5", save_format="h5")
                note("tf_chain_weights.h5", model, inputs)


# -- old layouts ----------------------------------------------------------------


def write_legacy(name, config, layers, *, version=None, backend=None, split=False):
    """A file of Keras 1 or 2: `layers` has (name, [(weight's name, array)])."""
    with h5py.File(OUT / name, "w") as f:
        group = f
        if config is not None:
            f.attrs["model_config"] = json.dumps(config)
            # What no loader needs, and names nobody knows.
            f.attrs["training_config"] = json.dumps({"loss": "my_own_loss"})
            group = f.create_group("model_weights")
        if version:
            f.attrs["keras_version"] = version
        if backend:
            f.attrs["backend"] = backend
        group.attrs["layer_names"] = np.array([n.encode() for n, _ in layers])
        for layer, weights in layers:
            inner = group.create_group(layer)
            names = [n.encode() for n, _ in weights]
            if split and len(names) > 1:
                inner.attrs["weight_names0"] = np.array(names[:1])
                inner.attrs["weight_names1"] = np.array(names[1:])
            else:
                inner.attrs["weight_names"] = np.array(names) if names else np.array([])
            for n, array in weights:
                inner.create_dataset(n, data=array)


def gates(layer, weights, order, suffix=""):
    """The arrays of a layer of Keras 1: for each gate W, U and b."""
    kernel, recurrent, bias = weights
    parts = [np.split(a, len(order), axis=-1) for a in (kernel, recurrent, bias)]
    modern = {"icfo": "ifco", "zrh": "zrh"}[order]
    arrays = []
    for gate in order:
        at = modern.index(gate)
        for letter, part in zip("WUb", parts):
            arrays.append((f"{layer}_{letter}_{gate}{suffix}", part[at]))
    return arrays


def recurrent_1(name, units, **more):
    config = {
        "name": name, "trainable": True, "return_sequences": False, "go_backwards": False,
        "stateful": False, "unroll": False, "consume_less": "cpu", "input_dim": None,
        "input_length": None, "output_dim": units, "init": "glorot_uniform",
        "inner_init": "orthogonal", "activation": "tanh", "inner_activation": "hard_sigmoid",
        "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.1},
        "U_regularizer": None, "b_regularizer": None, "dropout_W": 0.2, "dropout_U": 0.0,
    }  # fmt: skip
    return {**config, **more}


def dense_1(class_name, name, units, **more):
    return {
        "class_name": class_name,
        "config": {
            "name": name, "trainable": True, "output_dim": units, "init": "uniform",
            "activation": "linear", "W_regularizer": None, "b_regularizer": None,
            "activity_regularizer": None, "W_constraint": {"name": "MaxNorm", "m": 3, "axis": 0},
            "b_constraint": None, "bias": True, "input_dim": None, **more,
        },
    }  # fmt: skip


def keras_1_chain():
    """A list of layers: Convolution1D, Bidirectional LSTM, GRU, TimeDistributedDense."""
    L = tf_keras.layers
    hard = {"recurrent_activation": "hard_sigmoid"}
    model = randomized(tf_keras.Sequential([
        tf_keras.Input((5, 3)),
        L.Conv1D(4, 2),
        L.Bidirectional(L.LSTM(2, return_sequences=True, **hard)),
        L.GRU(3, return_sequences=True, reset_after=False, **hard),
        L.Dense(2),
    ]))  # fmt: skip
    w = model.get_weights()
    config = {"class_name": "Sequential", "config": [
        {"class_name": "Convolution1D", "config": {
            "name": "convolution1d_1", "trainable": True, "batch_input_shape": [None, 5, 3],
            "input_dtype": "float32", "nb_filter": 4, "filter_length": 2, "init": "uniform",
            "activation": "linear", "border_mode": "valid", "subsample_length": 1,
            "W_regularizer": None, "b_regularizer": None, "activity_regularizer": None,
            "W_constraint": None, "b_constraint": None, "bias": True, "input_dim": 3,
            "input_length": 5}},
        {"class_name": "Bidirectional", "config": {
            "name": "bidirectional_1", "trainable": True, "merge_mode": "concat",
            "layer": {"class_name": "LSTM", "config": recurrent_1(
                "lstm_1", 2, return_sequences=True, forget_bias_init="one")}}},
        {"class_name": "GRU", "config": recurrent_1("gru_1", 3, return_sequences=True)},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": True, "p": 0.3}},
        dense_1("TimeDistributedDense", "timedistributeddense_1", 2, input_length=None),
    ]}  # fmt: skip
    for backend, kernel, suffix in [
        ("tensorflow", w[0][:, None], ":0"),
        ("theano", w[0][::-1][:, None], ""),
    ]:
        layers = [
            ("convolution1d_1", [(f"convolution1d_1_W{suffix}", kernel), (f"convolution1d_1_b{suffix}", w[1])]),
            ("bidirectional_1", gates("forward_lstm_1", w[2:5], "icfo", suffix)
             + gates("backward_lstm_1", w[5:8], "icfo", suffix)),
            ("gru_1", gates("gru_1", w[8:11], "zrh", suffix)),
            ("dropout_1", []),
            ("timedistributeddense_1", [("t_W", w[11]), ("t_b", w[12])]),
        ]  # fmt: skip
        name = f"keras1_{backend}.h5"
        write_legacy(name, config, layers, version="1.2.2", backend=backend)
        note(name, model)


def keras_1_merge():
    """A graph: two GRUs, one of which reads from the end, merged. No version at all."""
    L = tf_keras.layers
    start = tf_keras.Input((4, 3))
    hard = {"recurrent_activation": "hard_sigmoid", "reset_after": False}
    ahead, back = L.GRU(2, **hard)(start), L.GRU(2, go_backwards=True, **hard)(start)
    model = randomized(
        tf_keras.Model(start, L.Dense(2)(L.Concatenate()([ahead, back])))
    )
    w = model.get_weights()

    def entry(class_name, config, *inbound):
        nodes = [[[name, 0, 0] for name in inbound]] if inbound else []
        name = config["name"]
        return {
            "class_name": class_name,
            "config": config,
            "name": name,
            "inbound_nodes": nodes,
        }

    merge = {
        "name": "merge_1", "mode": "concat", "mode_type": "raw", "concat_axis": -1,
        "dot_axes": -1, "output_shape": None, "output_shape_type": "raw", "output_mask": None,
        "output_mask_type": "raw", "arguments": {},
    }  # fmt: skip
    start_config = {
        "name": "input_1", "batch_input_shape": [None, 4, 3], "input_dtype": "float32", "sparse": False,
    }  # fmt: skip
    config = {"class_name": "Model", "config": {
        "name": "model_1",
        "layers": [
            entry("InputLayer", start_config),
            entry("GRU", recurrent_1("gru_1", 2), "input_1"),
            entry("GRU", recurrent_1("gru_2", 2, go_backwards=True), "input_1"),
            entry("Merge", merge, "gru_1", "gru_2"),
            entry("Dense", dense_1("Dense", "dense_1", 2)["config"], "merge_1"),
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["dense_1", 0, 0]],
    }}  # fmt: skip
    layers = [
        ("input_1", []),
        ("gru_1", gates("gru_1", w[0:3], "zrh")),
        ("gru_2", gates("gru_2", w[3:6], "zrh")),
        ("merge_1", []),
        ("dense_1", [("dense_1_W", w[6]), ("dense_1_b", w[7])]),
    ]
    write_legacy("keras1_merge.h5", config, layers)
    note("keras1_merge.h5", model)


def keras_2(name, units, **more):
    config = {
        "name": name, "trainable": True, "units": units, "return_sequences": False,
        "use_bias": True, "kernel_regularizer": None, "stateful": False,
        "kernel_initializer": {"class_name": "VarianceScaling", "config": {
            "scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}},
    }  # fmt: skip
    return {**config, **more}


def keras_2_old():
    """Keras 2.1: no `reset_after`, foreign names of weights, lists of names in parts."""
    L = tf_keras.layers
    model = randomized(tf_keras.Sequential([
        tf_keras.Input((4, 3)),
        L.GRU(2, reset_after=False, recurrent_activation="hard_sigmoid"),
        L.Dense(1),
    ]))  # fmt: skip
    w = model.get_weights()
    gru = keras_2("net", 2, batch_input_shape=[None, 4, 3], recurrent_activation="hard_sigmoid",
                  implementation=1, unroll=False)  # fmt: skip
    config = {"class_name": "Sequential", "config": [
        {"class_name": "GRU", "config": gru},
        {"class_name": "Dense", "config": {"name": "dense_1", "trainable": True, "units": 1,
                                           "activation": "linear", "use_bias": True}},
    ]}  # fmt: skip
    half = w[3].astype("float16").astype("float32")
    model.set_weights([*w[:3], half, w[4]])
    layers = [
        ("net", [(f"net_10/{n}", a) for n, a in zip(["kernel:0", "recurrent_kernel:0", "bias:0"], w)]),
        ("dense_1", [("dense_1/kernel:0", half.astype("float16")), ("dense_1/bias:0", w[4].astype(">f8"))]),
    ]  # fmt: skip
    write_legacy(
        "keras2_old.h5",
        config,
        layers,
        version="2.1.4",
        backend="tensorflow",
        split=True,
    )
    note("keras2_old.h5", model)


def cudnn():
    """CuDNNLSTM and CuDNNGRU, and the same weights without the class."""
    L = tf_keras.layers
    lstm, gru = L.LSTM(2, return_sequences=True), L.GRU(3)
    model = randomized(tf_keras.Sequential([tf_keras.Input((4, 3)), lstm, gru]))
    stored = {
        "cu_dnnlstm_1": [
            rng.standard_normal(s).astype("float32") for s in [(3, 8), (2, 8), (16,)]
        ],
        "cu_dnngru_1": [
            rng.standard_normal(s).astype("float32") for s in [(2, 9), (3, 9), (18,)]
        ],
    }
    for layer, arrays in zip([lstm, gru], stored.values()):
        layer.set_weights(_convert_rnn_weights(layer, arrays))
    first = keras_2(
        "cu_dnnlstm_1",
        2,
        return_sequences=True,
        unit_forget_bias=True,
        batch_input_shape=[None, 4, 3],
    )
    config = {"class_name": "Sequential", "config": [
        {"class_name": "CuDNNLSTM", "config": {k: v for k, v in first.items() if k != "use_bias"}},
        {"class_name": "CuDNNGRU", "config": {
            k: v for k, v in keras_2("cu_dnngru_1", 3).items() if k != "use_bias"}},
    ]}  # fmt: skip
    layers = [
        (name, [(f"{name}/{n}:0", a) for n, a in zip(["kernel", "recurrent_kernel", "bias"], arrays)])
        for name, arrays in stored.items()
    ]  # fmt: skip
    write_legacy(
        "keras2_cudnn.h5", config, layers, version="2.2.0", backend="tensorflow"
    )
    inputs = note("keras2_cudnn.h5", model)
    write_legacy("keras2_cudnn_weights.h5", None, layers, version="2.2.0")
    note("keras2_cudnn_weights.h5", model, inputs)


def windows():
    """What tf_keras 2.13 wrote on Windows: backslashes, and numbers that skip."""
    source = zipfile.ZipFile(OUT / "tf_chain.keras")
    renamed = {
        r"_layer_checkpoint_dependencies\gru\cell": "layers/gru/cell",
        r"_layer_checkpoint_dependencies\gru_2\cell": "layers/gru_1/cell",
        r"_layer_checkpoint_dependencies\dense": "layers/dense",
    }
    old, new = h5py.File(io.BytesIO(source.read("model.weights.h5"))), io.BytesIO()
    with h5py.File(new, "w") as f:
        for name, path in renamed.items():
            old.copy(path, f, name)
    with zipfile.ZipFile(OUT / "tf_windows.keras", "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": "2.13.1"}))
        z.writestr("config.json", source.read("config.json"))
        z.writestr("model.weights.h5", new.getvalue())
    for end in ("in0", "out0"):
        expected[f"tf_windows.keras/{end}"] = expected[f"tf_chain.keras/{end}"]


write_real("k3", keras)
write_real("tf", tf_keras)
keras_1_chain()
keras_1_merge()
keras_2_old()
cudnn()
windows()
np.savez_compressed(OUT / "expected.npz", **expected)
with zipfile.ZipFile(
    DATA / "models.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
) as z:
    for path in sorted(OUT.iterdir()):
        z.write(path, path.name)
for name in ("k3_chain.keras", "keras1_merge.h5"):
    shutil.copy(OUT / name, DATA / name)
shutil.rmtree(OUT)
