"""The names that programs for Keras import, and Keras 1's names of arguments."""

import textwrap
import warnings

import elman
import numpy as np
import pytest
import registry
from conftest import in_a_new_process
from elman import layers
from elman.layers import _keras_1


def run(program):
    """What a program prints that begins with the alias."""
    result = in_a_new_process(
        "import elman; elman.keras_alias()\n" + textwrap.dedent(program)
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


# -- modules ------------------------------------------------------------


def test_old_paths_have_the_names_of_today():
    run(
        """
        import importlib
        paths = {
            "layers.core": "Activation Dense Dropout Flatten Lambda Masking Permute "
            "RepeatVector Reshape",
            "layers.recurrent": "GRU LSTM RNN SimpleRNN",
            "layers.embeddings": "Embedding",
            "layers.convolutional": "Conv1D Convolution1D Conv2D MaxPooling2D "
            "UpSampling1D ZeroPadding2D",
            "layers.convolutional_recurrent": "ConvLSTM1D ConvLSTM2D",
            "layers.cudnn_recurrent": "CuDNNGRU CuDNNLSTM",
            "layers.pooling": "MaxPooling1D GlobalAveragePooling1D",
            "layers.wrappers": "Bidirectional TimeDistributed",
            "layers.normalization": "BatchNormalization",
            "layers.noise": "GaussianNoise GaussianDropout",
            "layers.advanced_activations": "LeakyReLU PReLU ELU",
            "layers.merge": "",
            "engine": "Layer Input InputLayer Sequential",
            "engine.topology": "Layer Input InputLayer",
            "engine.training": "",
            "utils.np_utils": "",
            "utils.vis_utils": "",
            "utils.data_utils": "",
            "utils.generic_utils": "set_random_seed",
            "backend.tensorflow_backend": "clear_session",
        }
        roots = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")
        for root in roots:
            for path, names in paths.items():
                module = importlib.import_module(f"{root}.{path}")
                for name in names.split():
                    found = getattr(module, name)
                    owners = (elman.layers, elman.models, elman.utils, elman.backend)
                    assert any(getattr(o, name, None) is found for o in owners), name
        import keras, tensorflow as tf
        assert keras.layers.core.Dense is tf.keras.layers.recurrent.Dense
        from keras.layers import core, recurrent
        from keras.utils import np_utils
        from keras.layers.core import *
        assert Dense is elman.layers.Dense
        """
    )


@pytest.mark.parametrize(
    ("statement", "kind", "name"),
    [
        ("from keras.layers.core import Highway", "ImportError", "Highway"),
        ("from keras import optimizers", "ImportError", "keras.optimizers"),
        ("from tensorflow.keras import losses", "ImportError", "keras.losses"),
        ("import keras.applications", "ImportError", "keras.applications"),
        ("import tensorflow.data", "ImportError", "tensorflow.data"),
        ("from keras.utils.np_utils import x", "ImportError", "np_utils.x"),
        ("import tensorflow as tf; tf.data", "AttributeError", "tensorflow.data"),
        ("import keras; keras.fit", "AttributeError", "keras.fit"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(statement, kind, name):
    printed = run(
        f"""
        try:
            {statement}
        except {kind} as error:
            print(error)
        """
    )
    assert name in printed and "elman stands in for Keras" in printed


def test_keras_is_elman_under_a_version_of_its_own():
    run(
        """
        import keras, tf_keras, tensorflow as tf
        for module in (keras, tf_keras, tf.keras, tf.python.keras):
            assert module.__name__ == "keras"
            for name in elman.__all__:
                if name != "__version__":
                    assert getattr(module, name) is getattr(elman, name)
        assert keras.__version__ == tf.__version__ == "2.15.0"
        assert tuple(map(int, tf.__version__.split("."))) >= (2, 0)
        assert elman.__version__ != keras.__version__
        """
    )


def test_what_programs_ask_of_tensorflow():
    run(
        """
        import numpy as np
        import tensorflow as tf
        from tensorflow.random import set_seed
        x = np.ones((1, 3), np.float32)
        outputs = []
        for seed in (7, 7, -8):
            tf.random.set_seed(seed)
            outputs.append(tf.keras.layers.Dense(4)(x))
        assert (outputs[0] == outputs[1]).all() and (outputs[0] != outputs[2]).any()
        assert tf.config.list_physical_devices("GPU") == []
        assert tf.config.experimental.list_physical_devices("GPU") == []
        (device,) = tf.config.list_physical_devices()
        assert device == tf.config.list_physical_devices("CPU")[0]
        assert device.device_type == "CPU" and "CPU" in device.name
        assert not tf.test.is_gpu_available() and tf.test.gpu_device_name() == ""
        try:
            tf.config.experimental.set_memory_growth(device, True)
        except ValueError as error:
            assert "non-GPU" in str(error)
        assert tf.float32 == np.float32 and tf.int32.name == "int32"
        tf.keras.layers.Dense(2, dtype=tf.float32)
        """
    )


def test_results_have_numpy():
    printed = run(
        """
        import numpy as np
        from keras import Sequential, layers
        x = np.ones((2, 3, 4), np.float32)
        model = Sequential([layers.LSTM(5, input_shape=(3, 4))])
        for _ in range(3):
            y = model(x)
            assert type(y.numpy()) is np.ndarray and isinstance(y, np.ndarray)
            np.testing.assert_array_equal(y.numpy(), model.predict(x, verbose=0))
        assert type(model.predict(x, verbose=0)) is np.ndarray
        assert y[0].numpy().shape == (5,) and float(y[0, 1].numpy()) == float(y[0, 1])
        output, h, c = layers.LSTM(5, return_state=True)(x)
        assert h.numpy().shape == c.numpy().shape == (2, 5)
        output, states = layers.GRUCell(5)(x[:, 0], np.zeros((2, 5)))
        assert states[0].numpy().shape == (2, 5)
        assert (np.tanh(y) + 1).numpy().shape == (2, 5)
        print(f"{y[0, 0] ** 2 * 0:.3f}")
        """
    )
    assert printed == "0.000\n"


def test_without_the_alias_results_are_plain_arrays():
    model = elman.Sequential([layers.Dense(2, input_shape=(3,))])
    for _ in range(3):
        assert type(model(np.ones((1, 3), np.float32))) is np.ndarray
    assert type(layers.Dense(2)(np.ones((1, 3)))) is np.ndarray


# -- layers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("AvgPool1D", "AveragePooling1D"),
        ("AvgPool2D", "AveragePooling2D"),
        ("AvgPool3D", "AveragePooling3D"),
        ("Convolution1D", "Conv1D"),
        ("Convolution1DTranspose", "Conv1DTranspose"),
        ("Convolution2D", "Conv2D"),
        ("GlobalAvgPool1D", "GlobalAveragePooling1D"),
        ("GlobalAvgPool2D", "GlobalAveragePooling2D"),
        ("GlobalMaxPool1D", "GlobalMaxPooling1D"),
        ("GlobalMaxPool2D", "GlobalMaxPooling2D"),
        ("MaxPool1D", "MaxPooling1D"),
        ("MaxPool2D", "MaxPooling2D"),
        ("MaxPool3D", "MaxPooling3D"),
        ("SeparableConvolution1D", "SeparableConv1D"),
    ],
)
def test_other_names_of_layers(alias, name):
    assert getattr(layers, alias) is getattr(layers, name)
    config = registry.make(name).get_config()
    layer = layers.deserialize({"class_name": alias, "config": config})
    assert layers.serialize(layer)["class_name"] == name


@pytest.mark.parametrize(("name", "base"), [("CuDNNLSTM", "LSTM"), ("CuDNNGRU", "GRU")])
def test_layers_for_gpus(name, base, rng):
    x = rng.random((2, 5, 3))
    layer = getattr(layers, name)(4, return_sequences=True, return_state=True)
    assert isinstance(layer, getattr(layers, base))
    assert layer.name == {"LSTM": "cu_dnnlstm", "GRU": "cu_dnngru"}[base]
    outputs = layer(x)
    plain = getattr(layers, base)(4, return_sequences=True, return_state=True)
    plain.build(x.shape)
    plain.set_weights(layer.get_weights())
    for ours, theirs in zip(outputs, plain(x)):
        np.testing.assert_array_equal(ours, theirs)
    config = layers.serialize(layer)
    assert config["class_name"] == base
    assert config["config"]["recurrent_activation"] == "sigmoid"
    assert layers.deserialize(config).return_state is True


@pytest.mark.parametrize(("name", "gates"), [("CuDNNLSTM", 4), ("CuDNNGRU", 3)])
def test_weights_in_the_layout_of_cudnn_are_refused(name, gates):
    # Its kernels are turned round, too: two biases alone would be no LSTM's.
    layer = getattr(layers, name)(4)
    layer.build((None, 5, 3))
    kernel, recurrent_kernel, _ = layer.get_weights()
    with pytest.raises(ValueError, match="shape"):
        layer.set_weights([kernel, recurrent_kernel, np.zeros(2 * gates * 4)])


@pytest.mark.parametrize("name", ["CuDNNLSTM", "CuDNNGRU"])
def test_configs_of_layers_for_gpus(name):
    # As Keras 2.3 wrote it.
    zeros = {"class_name": "Zeros", "config": {}}
    config = {
        "name": "first",
        "trainable": True,
        "batch_input_shape": [None, 5, 3],
        "dtype": "float32",
        "return_sequences": False,
        "return_state": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
        "units": 4,
        "kernel_initializer": zeros,
        "recurrent_initializer": zeros,
        "bias_initializer": zeros,
        "kernel_regularizer": None,
        "recurrent_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "recurrent_constraint": None,
        "bias_constraint": None,
    }
    stored = [{"class_name": name, "config": config}]
    if name == "CuDNNLSTM":
        config["unit_forget_bias"] = True
    model = elman.Sequential.from_config({"name": "old", "layers": stored})
    assert model.get_layer("first").activation is elman.activations.tanh
    assert model(np.ones((1, 5, 3))).tolist() == [[0.0] * 4]
    assert model.to_json().count(name) == 0
    if name == "CuDNNGRU":
        assert model.layers[0].reset_after is True


def test_a_cell_of_ones_own_with_the_base_of_keras(rng):
    class Minimal(layers.AbstractRNNCell):
        def __init__(self, units, **kwargs):
            self.units = units
            super().__init__(**kwargs)

        @property
        def state_size(self):
            return self.units

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.units),
                initializer="uniform",
                name="kernel",
            )
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, self.units), name="recurrent_kernel"
            )
            self.built = True

        def call(self, inputs, states):
            output = inputs @ self.kernel + states[0] @ self.recurrent_kernel
            return output, [output]

        def get_config(self):
            return {"units": self.units, **super().get_config()}

    x = rng.random((2, 3, 4)).astype(np.float32)
    cell = Minimal(5, name="minimal")
    output = layers.RNN(cell)(x)
    state = cell.get_initial_state(batch_size=2)
    for step in range(3):
        _, (state,) = cell(x[:, step], [state])
    np.testing.assert_allclose(output, state, rtol=1e-5)
    again = Minimal.from_config(cell.get_config())
    assert again.units == 5 and again.name == "minimal"
    for use in (
        lambda: layers.AbstractRNNCell().state_size,
        lambda: layers.AbstractRNNCell().call(x, []),
    ):
        with pytest.raises(NotImplementedError, match="AbstractRNNCell must have"):
            use()


# -- models and the backend ---------------------------------------------


def test_clone_model():
    model = elman.Sequential(name="mine")
    model.add(layers.InputLayer((3, 4)))
    model.add(layers.Bidirectional(layers.LSTM(5)))
    model.add(layers.Dense(2))
    clone = elman.models.clone_model(model)
    assert clone.get_config() == model.get_config()
    assert clone.input_shape == model.input_shape
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights([w + 1 for w in model.get_weights()])
    assert not np.array_equal(clone.get_weights()[-1], model.get_weights()[-1])

    late = elman.Sequential([layers.Dense(2)])
    assert not elman.models.clone_model(late).built
    late(np.ones((1, 3)))
    assert elman.models.clone_model(late).built


def test_clone_model_with_other_layers():
    def frozen(layer):
        return type(layer).from_config({**layer.get_config(), "trainable": False})

    model = elman.Sequential([layers.Dense(2, input_shape=(3,)), layers.Dense(1)])
    clone = elman.models.clone_model(model, clone_function=frozen)
    assert not clone.trainable and model.trainable
    for wrong in ({"model": layers.Dense(2)}, {"model": model, "input_tensors": [1]}):
        with pytest.raises(ValueError, match="Received"):
            elman.models.clone_model(**wrong)


def test_backend():
    backend = elman.backend
    assert backend.epsilon() == 1e-7 and backend.floatx() == "float32"
    assert backend.image_data_format() == "channels_last"
    backend.set_floatx("float32")
    backend.set_image_data_format("channels_last")
    assert backend.backend() == "elman"
    for refused in (
        lambda: backend.set_floatx("float16"),
        lambda: backend.set_image_data_format("channels_first"),
    ):
        with pytest.raises(ValueError, match="Received"):
            refused()


# -- Keras 1's names of arguments ---------------------------------------

KERAS_1 = [
    ("Dense", {"output_dim": 3}, {"units": 3}),
    ("Dense", {"output_dim": 3, "init": "zeros"}, {"kernel_initializer": "zeros"}),
    ("Dense", {"output_dim": 3, "bias": False}, {"use_bias": False}),
    ("Dense", {"units": 3, "W_regularizer": "l2"}, {"kernel_regularizer": "l2"}),
    ("Dense", {"units": 3, "b_regularizer": "l1"}, {"bias_regularizer": "l1"}),
    (
        "Dense",
        {"units": 3, "W_constraint": "non_neg"},
        {"kernel_constraint": "non_neg"},
    ),
    ("Dense", {"units": 3, "b_constraint": "non_neg"}, {"bias_constraint": "non_neg"}),
    ("LSTM", {"output_dim": 3}, {"units": 3}),
    (
        "LSTM",
        {"units": 3, "inner_activation": "relu"},
        {"recurrent_activation": "relu"},
    ),
    ("LSTM", {"units": 3, "inner_init": "ones"}, {"recurrent_initializer": "ones"}),
    ("LSTM", {"units": 3, "forget_bias_init": "one"}, {"unit_forget_bias": True}),
    ("LSTM", {"units": 3, "forget_bias_init": "zero"}, {"unit_forget_bias": False}),
    ("LSTM", {"units": 3, "dropout_W": 0.5}, {"dropout": 0.5}),
    ("LSTM", {"units": 3, "dropout_U": 0.5}, {"recurrent_dropout": 0.5}),
    ("GRU", {"units": 3, "U_regularizer": "l2"}, {"recurrent_regularizer": "l2"}),
    (
        "GRU",
        {"units": 3, "U_constraint": "non_neg"},
        {"recurrent_constraint": "non_neg"},
    ),
    ("SimpleRNN", {"units": 3, "consume_less": "gpu"}, {}),
    ("Embedding", {"input_dim": 5, "output_dim": 3, "init": "ones"}, {"output_dim": 3}),
    (
        "Embedding",
        {"input_dim": 5, "output_dim": 3, "W_regularizer": "l2"},
        {"embeddings_regularizer": "l2"},
    ),
    (
        "Embedding",
        {"input_dim": 5, "output_dim": 3, "W_constraint": "non_neg"},
        {"embeddings_constraint": "non_neg"},
    ),
    ("Convolution1D", {"nb_filter": 2, "filter_length": 3}, {"kernel_size": [3]}),
    ("Conv1D", {"nb_filter": 2, "filter_length": 3}, {"filters": 2}),
    (
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "border_mode": "same"},
        {"padding": "same"},
    ),
    (
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "subsample_length": 2},
        {"strides": [2]},
    ),
    (
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "atrous_rate": 2},
        {"dilation_rate": [2]},
    ),
    ("MaxPooling1D", {"pool_length": 3, "stride": 1}, {"pool_size": [3]}),
    ("UpSampling1D", {"length": 3}, {"size": 3}),
    ("Dropout", {"p": 0.25}, {"rate": 0.25}),
    ("SpatialDropout1D", {"p": 0.25}, {"rate": 0.25}),
    ("GaussianNoise", {"sigma": 0.25}, {"stddev": 0.25}),
    ("PReLU", {"init": "ones"}, {"alpha_initializer": "ones"}),
    ("BatchNormalization", {"gamma_init": "zeros"}, {"gamma_initializer": "zeros"}),
    ("BatchNormalization", {"beta_init": "ones"}, {"beta_initializer": "ones"}),
]


@pytest.mark.parametrize(("name", "old", "new"), KERAS_1)
def test_arguments_by_their_names_in_keras_1(name, old, new):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        config = getattr(layers, name)(**old).get_config()
    for argument, value in new.items():
        found = config[argument]
        if isinstance(found, dict):
            found = found["class_name"].lower().replace("nonneg", "non_neg")
        assert found == value


def test_every_name_of_keras_1_is_tried():
    tried = {argument for _, old, _ in KERAS_1 for argument in old}
    assert _keras_1._RENAMED.keys() <= tried


def test_a_name_of_keras_1_is_warned_of_once(monkeypatch):
    monkeypatch.setattr(_keras_1, "_warned", set())
    with pytest.warns(DeprecationWarning, match="'output_dim'.*'units'") as warned:
        layers.Dense(output_dim=3)
        layers.LSTM(output_dim=3)
    assert len(warned) == 1 and warned[0].filename == __file__


def test_a_name_of_keras_1_beside_its_new_one():
    with pytest.raises(TypeError, match="'units' and 'output_dim'"):
        layers.Dense(units=3, output_dim=4)
    with pytest.raises(TypeError, match="output_dimm"):
        layers.Dense(3, output_dimm=4)


def test_a_subclass_keeps_its_own_names():
    class Mine(layers.Dense):
        def __init__(self, output_dim, p=1, **kwargs):
            super().__init__(output_dim + p, **kwargs)

    assert Mine(output_dim=3).units == 4
