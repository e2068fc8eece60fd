"""Sequential and its layers, as a user of Keras expects them."""

import copy
import gc
import json
import pickle
import threading

import elman
import numpy as np
import pytest
from elman.layers import (
    LSTM,
    Activation,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    InputLayer,
    Lambda,
    SimpleRNN,
)


def small_model():
    return elman.Sequential([SimpleRNN(3, input_shape=(2, 4)), Dense(2)])


# -- building -------------------------------------------------------------


def test_layers_are_the_ones_added():
    rnn, dense = SimpleRNN(3, input_shape=(2, 4)), Dense(2, name="head")
    model = elman.Sequential([rnn, dense])
    assert model.layers == [rnn, dense]
    assert model.get_layer("head") is dense
    assert model.get_layer(index=0) is rnn
    assert model.pop() is dense
    assert model.output_shape == (None, 3)


def test_shapes_and_counts():
    model = small_model()
    assert model.input_shape == (None, 2, 4)
    assert model.output_shape == (None, 2)
    assert model.count_params() == 24 + 8
    assert model.layers[0].output_shape == (None, 3)
    assert model.compute_output_shape((7, 2, 4)) == (7, 2)


@pytest.mark.parametrize(
    "first",
    [
        lambda: [Input((2, 4)), SimpleRNN(3)],
        lambda: [InputLayer(batch_shape=(None, 2, 4)), SimpleRNN(3)],
        lambda: [SimpleRNN(3, batch_input_shape=(None, 2, 4))],
        lambda: [SimpleRNN(3, input_dim=4, input_length=2)],
    ],
)
def test_every_way_to_give_the_input_shape(first):
    model = elman.Sequential(first())
    assert model.built and model.input_shape == (None, 2, 4)
    assert len(model.layers) == 1


def test_a_model_without_an_input_shape_builds_at_its_first_call():
    model = elman.Sequential([SimpleRNN(3), Dense(2)])
    assert not model.built
    with pytest.raises(ValueError, match="has not yet been built"):
        model.summary()
    assert model(np.zeros((8, 2, 4))).shape == (8, 2)
    assert model.output_shape == (8, 2)
    assert model(np.zeros((5, 9, 4))).shape == (5, 2)
    assert model.output_shape == (None, 2)


def test_another_number_of_features_than_the_first_input_had():
    model = elman.Sequential([LSTM(3)])
    model(np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match=r"expected shape=\(None, None, 4\), found"):
        model(np.zeros((2, 3, 5)))
    layer = Dense(2)
    layer(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"expected shape=\(None, 3\), found"):
        layer(np.ones((1, 4)))
    with pytest.raises(ValueError, match=r"expected shape=\(None, 3\), found"):
        layer(np.ones((2, 1, 3)))


def test_build_by_hand():
    model = elman.Sequential([SimpleRNN(3)])
    model.build((None, 5, 4))
    assert model.count_params() == 24
    with pytest.raises(ValueError, match="expected shape"):
        model(np.zeros((1, 6, 4)))


def test_config_and_json_make_the_model_again(capsys):
    model = elman.Sequential(
        [
            Bidirectional(SimpleRNN(4, return_sequences=True), input_shape=(7, 5)),
            SimpleRNN(3, activation="relu", kernel_initializer="he_normal"),
            Dropout(0.5),
            Activation("softmax"),
        ]
    )
    again = elman.models.model_from_json(model.to_json())
    assert again.to_json() == model.to_json()
    assert json.loads(model.to_json())["class_name"] == "Sequential"
    again.set_weights(model.get_weights())
    x = np.ones((2, 7, 5))
    np.testing.assert_array_equal(again(x), model(x))


def test_keras_3_configs_load():
    policy = {"class_name": "DTypePolicy", "config": {"name": "float32"}}
    config = {
        "name": "sequential",
        "layers": [
            {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": {
                    "batch_shape": [None, 10, 4],
                    "dtype": "float32",
                    "sparse": False,
                    "ragged": False,
                    "name": "input_layer",
                    "optional": False,
                },
                "registered_name": None,
            },
            {
                "module": "keras.layers",
                "class_name": "SimpleRNN",
                "config": {
                    "name": "simple_rnn",
                    "dtype": policy,
                    "zero_output_for_mask": False,
                    "units": 8,
                    "kernel_initializer": {
                        "module": "keras.initializers",
                        "class_name": "GlorotUniform",
                        "config": {
                            "seed": None,
                            "input_axes": None,
                            "output_axes": None,
                        },
                        "registered_name": None,
                    },
                },
            },
        ],
        "build_input_shape": [None, 10, 4],
    }
    assert elman.Sequential.from_config(config).count_params() == 104


def test_configs_of_c_and_of_to_json_are_taken_everywhere():
    model = small_model()
    for config in (model._text("config"), model.to_json()):
        for again in (
            elman.Sequential.from_config(json.loads(config)),
            elman.models.model_from_json(config),
        ):
            assert again.to_json() == model.to_json()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, r"list of 'layers'.*Received: \{\}"),
        (3, "Received: 3"),
        ([], r"Received: \[\]"),
        ({"layers": 3}, "'layers': 3"),
        ({"layers": [3]}, "Received: 3"),
        ({"layers": [{"class_name": "Dense", "config": 3}]}, "'config': 3"),
        ({"layers": [{"class_name": ["Dense"]}]}, "'class_name': "),
        ({"class_name": "Functional", "config": {}}, "Functional|functional"),
        ({"class_name": "Sequential"}, "'class_name': 'Sequential'"),
        ({"class_name": "Sequential", "config": 3}, "'config': 3"),
    ],
)
def test_what_is_no_config(config, message):
    with pytest.raises(ValueError, match=message):
        elman.Sequential.from_config(config)
    with pytest.raises(ValueError, match=message):
        elman.models.model_from_json(json.dumps(config))


# -- weights --------------------------------------------------------------


def test_weights_go_in_and_out(rng):
    model = small_model()
    weights = [rng.random(w.shape).astype(np.float32) for w in model.get_weights()]
    model.set_weights(weights)
    for got, expected in zip(model.get_weights(), weights):
        np.testing.assert_array_equal(got, expected)
    assert model.weight_names == [
        "simple_rnn/kernel",
        "simple_rnn/recurrent_kernel",
        "simple_rnn/bias",
        "dense/kernel",
        "dense/bias",
    ]


def test_wrong_weights_leave_the_old_ones():
    model = small_model()
    before = model.get_weights()
    for wrong in (before[:2], [*before[:4], np.zeros(3)], [*before, np.zeros(1)]):
        with pytest.raises(ValueError):
            model.set_weights(wrong)
    for wrong in (None, 3):
        with pytest.raises(TypeError, match=f"list of arrays. Received: {wrong}"):
            model.set_weights(wrong)
        for got, expected in zip(model.get_weights(), before):
            np.testing.assert_array_equal(got, expected)


def test_the_weights_argument():
    weights = [np.full((4, 2), 0.5), np.ones(2)]
    model = elman.Sequential([Dense(2, input_shape=(4,), weights=weights)])
    np.testing.assert_allclose(model(np.ones((1, 4))), [[3.0, 3.0]])
    late = elman.Sequential([Dense(2, weights=weights)])
    np.testing.assert_allclose(late(np.ones((1, 4))), [[3.0, 3.0]])


def test_seeds_decide_the_weights():
    elman.utils.set_random_seed(7)
    first = small_model().get_weights()
    elman.utils.set_random_seed(7)
    for a, b in zip(first, small_model().get_weights()):
        np.testing.assert_array_equal(a, b)


# -- calls ----------------------------------------------------------------


def reference(x, kernel, recurrent_kernel, bias):
    """All hidden states of a SimpleRNN, in float64."""
    h = np.zeros((x.shape[0], kernel.shape[1]))
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1)


def test_simple_rnn_follows_its_formula(rng):
    layer = SimpleRNN(9, return_sequences=True, bias_initializer="random_normal")
    x = rng.standard_normal((5, 11, 4))
    y = layer(x)
    expected = reference(x, *[w.astype(float) for w in layer.get_weights()])
    np.testing.assert_allclose(y, expected, atol=2e-6)


def test_return_state_gives_a_list(rng):
    output, state = SimpleRNN(3, return_state=True)(rng.random((2, 5, 4)))
    np.testing.assert_array_equal(output, state)
    outputs = Bidirectional(SimpleRNN(3, return_state=True, return_sequences=True))(
        rng.random((2, 5, 4))
    )
    assert [o.shape for o in outputs] == [(2, 5, 6), (2, 3), (2, 3)]
    np.testing.assert_array_equal(outputs[0][:, -1, :3], outputs[1])
    np.testing.assert_array_equal(outputs[0][:, 0, 3:], outputs[2])


def test_initial_state_and_mask_on_a_call(rng):
    layer = SimpleRNN(3, return_state=True)
    x = rng.random((2, 6, 4))
    _, middle = layer(x[:, :4])
    end, _ = layer(x[:, 4:], initial_state=middle)
    np.testing.assert_array_equal(end, layer(x)[0])
    mask = np.array([[True] * 4 + [False] * 2] * 2)
    np.testing.assert_array_equal(layer(x, mask=mask)[0], middle)
    with pytest.raises(ValueError, match="initial state"):
        layer(x, initial_state=np.zeros((2, 4)))
    with pytest.raises(ValueError, match="mask"):
        layer(x, mask=mask[:, :3])


def test_go_backwards_reads_from_the_end(rng):
    x = rng.random((2, 5, 4))
    forward = SimpleRNN(3, return_sequences=True)
    backward = SimpleRNN(3, return_sequences=True, go_backwards=True)
    forward(x), backward(x)
    backward.set_weights(forward.get_weights())
    np.testing.assert_array_equal(backward(x), forward(x[:, ::-1]))


def test_stateful_goes_on_until_it_is_reset(rng):
    model = elman.Sequential(
        [SimpleRNN(3, stateful=True, batch_input_shape=(2, None, 4))]
    )
    x = rng.random((2, 6, 4))
    whole = model(x)
    model.reset_states()
    model(x[:, :2])
    np.testing.assert_array_equal(model(x[:, 2:]), whole)
    with pytest.raises(ValueError, match="expected shape"):
        model(x[:1])


@pytest.mark.parametrize("units", [3, 8, 65, 129])
def test_a_row_has_the_same_bits_in_every_batch_and_on_two_threads(units, rng):
    model = elman.Sequential(
        [SimpleRNN(units, return_sequences=True, input_shape=(20, 33)), Dense(7)]
    )
    x = rng.random((64, 20, 33))
    elman.set_num_threads(1)
    whole = model(x)
    for row in (0, 31, 63):
        np.testing.assert_array_equal(model(x[row : row + 1])[0], whole[row])
    elman.set_num_threads(2)
    assert elman.get_num_threads() == 2
    np.testing.assert_array_equal(model(x), whole)


def test_two_threads_may_call_one_model(rng):
    model = small_model()
    inputs = rng.random((2, 8, 2, 4))
    expected = [model(x) for x in inputs]
    wrong = []

    def work(index):
        for _ in range(2000):
            if not np.array_equal(model(inputs[index]), expected[index]):
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(i % 2,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_inputs_of_every_kind_are_taken(rng):
    model = small_model()
    x = np.arange(16).reshape(2, 2, 4)
    expected = model(x.astype(np.float32))
    for other in (x, x.tolist(), x.astype(np.float64), np.asfortranarray(x), x[::1]):
        np.testing.assert_array_equal(model(other), expected)
    np.testing.assert_array_equal(model(np.stack([x, x], axis=-1)[..., 0]), expected)


def test_results_are_not_overwritten_by_the_next_call(rng):
    model = small_model()
    x = rng.random((1, 2, 4))
    first = [model(x) for _ in range(3)]
    kept = [y.copy() for y in first]
    model(-x)
    np.testing.assert_array_equal(first, kept)


def test_nan_propagates_to_its_row_alone():
    model = small_model()
    x = np.zeros((2, 2, 4))
    x[0, 0, 0] = np.nan
    y = model(x)
    assert np.isnan(y[0]).all() and not np.isnan(y[1]).any()


def test_an_empty_batch_gives_an_empty_output():
    assert small_model()(np.zeros((0, 2, 4))).shape == (0, 2)


def test_dense_flatten_and_dropout(rng):
    x = rng.random((2, 3, 4)).astype(np.float32)
    np.testing.assert_array_equal(Dropout(0.5)(x), x)
    np.testing.assert_array_equal(Flatten()(x), x.reshape(2, 12))
    dense = Dense(5, activation="sigmoid")
    y = dense(x)
    kernel, bias = dense.get_weights()
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-(x @ kernel + bias))), atol=1e-6)


def test_activations_by_name():
    x = np.linspace(-3, 3, 13)[None]
    np.testing.assert_allclose(elman.activations.relu(x), np.maximum(x, 0), atol=1e-6)
    np.testing.assert_allclose(elman.activations.get("tanh")(x), np.tanh(x), atol=1e-6)
    with pytest.raises(ValueError, match="Could not interpret activation"):
        elman.activations.get("tnah")


def test_memory_takes_timesteps_where_there_are_any():
    recurrent = elman.Sequential([SimpleRNN(3, input_shape=(None, 4))])
    assert recurrent.memory(4, 7) > 0
    embedding = elman.Sequential([Embedding(5, 4), SimpleRNN(3)])
    embedding.build((None, None))
    assert embedding.memory(4, 7) > 0
    dense = elman.Sequential([Dense(2, input_shape=(3,))])
    assert dense.memory(4) >= 0
    for timesteps in (3, 7):
        with pytest.raises(ValueError, match=r"no timesteps.*\(None, 3\)"):
            dense.memory(4, timesteps)


# -- predict --------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [None, 1, 7, 32, 1000])
def test_predict_goes_batch_by_batch(batch_size, rng, capsys):
    model = small_model()
    x = rng.random((70, 2, 4))
    y = model.predict(x, batch_size=batch_size, verbose=0)
    np.testing.assert_array_equal(y, model(x))
    two = model.predict(x, batch_size=7, steps=2, verbose=0)
    np.testing.assert_array_equal(two, y[:14])
    assert capsys.readouterr().out == ""


def test_predict_shows_its_progress(rng, capsys):
    small_model().predict(rng.random((70, 2, 4)))
    assert "3/3 [====" in capsys.readouterr().out
    small_model().predict(rng.random((70, 2, 4)), verbose=2)
    assert capsys.readouterr().out.startswith("3/3 - ")


def test_predict_refuses_what_it_cannot_do(rng):
    model = small_model()
    for arguments in (
        *({"batch_size": size} for size in (0, 1.5)),
        *({"steps": steps} for steps in (0, -1, 1.5, "a")),
        {"verbose": 3},
    ):
        with pytest.raises(ValueError, match=f"{next(iter(arguments))} must be"):
            model.predict(rng.random((4, 2, 4)), **arguments)
    with pytest.raises(ValueError, match="at least one sample"):
        model.predict(np.zeros((0, 2, 4)))


# -- summary --------------------------------------------------------------


def test_summary_to_a_function_and_of_a_range():
    model = elman.Sequential(
        [SimpleRNN(3, input_shape=(2, 4)), Dense(2), Dense(3), Dense(4)]
    )
    lines = []
    model.summary(print_fn=lines.append, layer_range=["dense$", "dense_1"])
    text = "\n".join(lines)
    assert "dense_1" in text and "simple_rnn" not in text and "dense_2" not in text
    backward = []
    model.summary(print_fn=backward.append, layer_range=["dense_1", "dense$"])
    assert backward == lines
    with pytest.raises(ValueError, match="layer_names"):
        model.summary(layer_range=["x", "y"])


def test_summary_of_other_sizes_and_styles(capsys):
    model = small_model()
    model.layers[0].trainable = False
    model.summary(line_length=40, positions=[0.4, 0.7, 1.0], show_trainable=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "_" * 51
    assert lines[4].endswith("N          ")
    assert "Non-trainable params: 24" in lines
    model.summary(style="keras3")
    box = capsys.readouterr().out
    assert "┃ Layer (type)                    ┃ Output Shape" in box
    assert " Non-trainable params: 24 (96.00 B)" in box
    with pytest.raises(ValueError, match="style"):
        model.summary(style="keras4")


def test_a_model_shows_itself_in_a_notebook():
    html = small_model()._repr_html_()
    assert "<td>simple_rnn (SimpleRNN)</td><td>(None, 3)</td><td>24</td>" in html


@pytest.mark.parametrize(
    "name",
    [
        "compile",
        "fit",
        "evaluate",
    ],
)
def test_what_comes_next_is_not_there_yet(name):
    model = small_model()
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match=f"'{name}' yet: .*training comes next"):
        getattr(model, name)
    with pytest.raises(AttributeError, match=r"no attribute 'fitt'$"):
        _ = model.fitt


# -- bad input ------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SimpleRNN(3, unit=1), TypeError, "Did you mean 'units'"),
        (lambda: SimpleRNN(0), ValueError, "positive integer"),
        (lambda: SimpleRNN(-1), ValueError, "positive integer"),
        (lambda: SimpleRNN(2**40), ValueError, "at most"),
        (lambda: SimpleRNN(2**70), ValueError, f"'units' of SimpleRNN.*{2**70}"),
        (lambda: SimpleRNN(3, input_shape=(2, 2**70)), ValueError, f"int64.*{2**70}"),
        (lambda: SimpleRNN(3, name="\ud800"), ValueError, r"'name' of.*'\\ud800'"),
        (lambda: elman.Sequential(name="\ud800"), ValueError, r"surrogate.*'\\ud800'"),
        (lambda: SimpleRNN(3.5), TypeError, "integer"),
        (lambda: SimpleRNN("3"), TypeError, "integer"),
        (lambda: SimpleRNN(3, activation="tnah"), ValueError, "tanh"),
        (lambda: Dense(3, activation="foo"), ValueError, "activations are linear, "),
        (
            lambda: Dense(3, kernel_initializer="foo"),
            ValueError,
            "^Unknown initializer: 'foo'. The initializers are zeros, ones, ",
        ),
        (lambda: SimpleRNN(3, activation=object()), TypeError, "argument"),
        (lambda: SimpleRNN(3, return_sequences="yes"), TypeError, "true or false"),
        (lambda: SimpleRNN(3, name=""), ValueError, "name"),
        (lambda: SimpleRNN(3, input_shape=(2, -1)), ValueError, "positive"),
        (lambda: SimpleRNN(3, input_shape="ab"), TypeError, "list"),
        (lambda: Bidirectional(Dense(3)), ValueError, "recurrent"),
        (lambda: Bidirectional("x"), ValueError, "layer"),
        (lambda: Bidirectional(SimpleRNN(3), "add"), ValueError, "merge mode"),
        (lambda: Dropout(2), ValueError, "between 0 and 1"),
        (lambda: elman.Sequential(name=3), TypeError, "string"),
        (lambda: elman.Sequential([3]), TypeError, "instance of class Layer"),
        (lambda: elman.Sequential().pop(), ValueError, "no layers"),
        (lambda: elman.set_num_threads(-1), ValueError, "threads"),
        (lambda: elman.set_num_threads(1.5), TypeError, "threads"),
        (lambda: elman.utils.set_random_seed(-1), ValueError, "seed"),
        (lambda: SimpleRNN(2**30).build((1, 2, 4)), MemoryError, "memory"),
        (
            lambda: elman.layers.deserialize({"class_name": "Lambda"}),
            NotImplementedError,
            "function",
        ),
        (
            lambda: elman.layers.deserialize({"class_name": "os.system"}),
            ValueError,
            "Unknown",
        ),
        (lambda: elman.layers.deserialize(3), ValueError, "class_name"),
    ],
)
def test_bad_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((1, 3, 4)),
        np.zeros((1, 2, 5)),
        np.zeros((2, 4)),
        np.float32(3),
        np.zeros((1, 2, 4, 1)),
    ],
)
def test_inputs_of_a_wrong_shape(x):
    with pytest.raises(ValueError, match=r"expected shape|1 to 8 dimensions"):
        small_model()(x)


@pytest.mark.parametrize("x", [["a"], [None], [[1, 2], [3]], object(), [1j]])
def test_inputs_that_are_not_numbers(x):
    with pytest.raises((TypeError, ValueError)):
        small_model()(x)


def test_layers_are_called_with_arrays():
    for call in (Dense(2), small_model(), small_model().predict):
        with pytest.raises(TypeError, match=r"arrays, or with.*<InputLayer name="):
            call(InputLayer((3,)))


def test_training_is_true_or_false(rng):
    x = rng.random((1, 2, 4))
    model = small_model()
    for _ in range(2):
        with pytest.raises(TypeError, match=r"training must be.*ndarray"):
            model(x, x)
        for training in (True, False, None, 1, np.bool_(False)):
            assert model(x, training).shape == (1, 2)
    with pytest.raises(TypeError, match=r"training must be.*str"):
        Dense(2)(x, training="no")


def test_wrong_batch_and_zero_timesteps():
    layer = SimpleRNN(3, stateful=True, batch_input_shape=(8, 2, 4))
    model = elman.Sequential([layer])
    with pytest.raises(ValueError, match=r"expected shape=\(8, 2, 4\)"):
        model(np.zeros((7, 2, 4)))
    with pytest.raises(ValueError, match="at least one timestep"):
        SimpleRNN(3)(np.zeros((2, 0, 4)))


def test_models_that_cannot_be():
    with pytest.raises(ValueError, match="unique names"):
        elman.Sequential([Dense(1, name="a"), Dense(1, name="a")])
    with pytest.raises(ValueError, match="single output"):
        elman.Sequential([SimpleRNN(3, return_state=True)])
    with pytest.raises(ValueError, match="ndim=3"):
        elman.Sequential([SimpleRNN(3, input_shape=(2, 4)), SimpleRNN(3)])
    with pytest.raises(ValueError, match="stateful"):
        elman.Sequential([SimpleRNN(3, stateful=True, input_shape=(2, 4))])
    with pytest.raises(ValueError, match="No such layer"):
        small_model().get_layer("x")
    with pytest.raises(ValueError, match="index 5"):
        small_model().get_layer(index=5)


# -- life -----------------------------------------------------------------


@pytest.mark.parametrize("make", [small_model, lambda: Dense(2)])
@pytest.mark.parametrize(
    "use",
    [
        lambda closed: closed(np.zeros((1, 2, 4), np.float32)),
        lambda closed: closed.get_weights(),
        lambda closed: closed.get_config(),
        lambda closed: closed.name,
        lambda closed: elman.Sequential().add(closed),
        lambda closed: copy.deepcopy(closed),
    ],
)
def test_what_is_closed_says_so(make, use):
    closed = make()
    for _ in range(2):
        closed(np.zeros((1, 2, 4), np.float32))
    closed.close()
    closed.close()
    name = type(closed).__name__
    assert repr(closed) == f"<{name} closed>"
    with pytest.raises((RuntimeError, TypeError), match=f"{name} (was )?closed"):
        use(closed)


def test_a_closed_model_shows_itself_in_a_notebook():
    model = small_model()
    model.close()
    assert model._repr_html_() == "&lt;Sequential closed&gt;"


def test_a_layer_outlives_its_model_and_the_other_way_round():
    model = small_model()
    layer = model.layers[0]
    x = np.ones((1, 2, 4))
    expected = model(x)
    del model
    gc.collect()
    assert len(layer.get_weights()) == 3
    model = small_model()
    for kept in model.layers:
        kept.close()
    assert model(x).shape == expected.shape


def test_copies_and_pickles_are_models_of_their_own(rng):
    model = small_model()
    x = rng.random((3, 2, 4))
    for copied in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(copied(x), model(x))
        copied.set_weights([w + 1 for w in copied.get_weights()])
        assert not np.array_equal(copied(x), model(x))
    layer = pickle.loads(pickle.dumps(model.layers[1]))
    assert isinstance(layer, Dense) and layer.name == "dense"
    np.testing.assert_array_equal(layer.get_weights()[0], model.get_weights()[3])


def test_a_subclass_is_a_layer_of_its_base():
    class Mine(SimpleRNN):
        pass

    model = elman.Sequential([Mine(3, input_shape=(2, 4))])
    assert model.to_json().count("SimpleRNN") == 1
    assert model(np.zeros((1, 2, 4))).shape == (1, 3)


@pytest.mark.parametrize(
    ("base", "method"),
    [
        (SimpleRNN, "call"),
        (SimpleRNN, "__call__"),
        (Dense, "build"),
        (elman.layers.LSTMCell, "call"),
        (elman.Sequential, "call"),
    ],
)
def test_a_subclass_cannot_change_what_the_library_runs(base, method):
    with pytest.raises(TypeError, match=f"Mine cannot have a '{method}'.*Lambda"):
        type("Mine", (base,), {method: lambda self, x: x})
    mixin = type("Mixin", (), {method: lambda self, x: x})
    with pytest.raises(TypeError, match=f"Mine cannot have a '{method}'"):
        type("Mine", (mixin, base), {})


def test_a_subclass_may_have_other_defaults():
    class Mine(SimpleRNN):
        def __init__(self, units=3, **kwargs):
            super().__init__(units, return_sequences=True, **kwargs)

    assert Mine()(np.zeros((1, 2, 4))).shape == (1, 2, 3)


def test_layer_itself_cannot_be_made():
    for arguments in ({}, {"name": "mine"}):
        with pytest.raises(TypeError, match=r"elman\.layers\.LSTM\(8\)"):
            elman.layers.Layer(**arguments)


def test_sizes_that_c_cannot_hold():
    with pytest.raises(ValueError, match="int64"):
        elman.Sequential([SimpleRNN(3)]).build((2**70, 2, 4))
    with pytest.raises(ValueError, match="line_length"):
        small_model().summary(line_length=2**31)
    for size in (2**31, 2**64 + 1):
        with pytest.raises(ValueError, match=f"at most 2147483647.*{size}"):
            small_model().stream(size)
    with pytest.raises(ValueError, match="int64"):
        Lambda(lambda x: x, output_shape=(2**64 + 3,))(np.zeros((2, 3)))
    lines = []
    small_model().summary(show_trainable=2**32, print_fn=lines.append)
    assert "Trainable" in lines[2]
    with pytest.raises(ValueError, match="at most 8 dimensions"):
        Lambda(lambda x: x, input_shape=(1,) * 8)
    with pytest.raises(TypeError, match=r"tuple of integers.*Received: 3"):
        SimpleRNN(3).build(3)


def test_weight_memory_counts_what_is_there():
    model = elman.Sequential([LSTM(32, input_shape=(None, 16))])
    size = 4 * model.count_params()
    assert model.weight_memory() == (0, 0)
    model(np.zeros((1, 3, 16)))
    assert model.weight_memory() == (size, size)
    model.quantize("int8")
    model(np.zeros((1, 3, 16)))
    memory = model.weight_memory()
    assert memory.values == size
    assert memory.packed < size / 2


def test_weights_that_are_set_replace_initial_ones_unmade():
    model = elman.Sequential([Dense(8, input_shape=(4,)), Dense(2)])
    values = [np.full(weight, 3.0) for weight in ((4, 8), (8,), (8, 2), (2,))]
    model.layers[0].set_weights(values[:2])
    assert model.weight_memory().values == 4 * (32 + 8)
    model.set_weights(values)
    assert model.weight_memory().values == 4 * model.count_params()
    for got, value in zip(model.get_weights(), values, strict=True):
        np.testing.assert_array_equal(got, value)


def test_the_weights_of_a_seed_follow_from_the_order_of_building():
    def build():
        elman.utils.set_random_seed(3)
        return elman.Sequential([LSTM(5, input_shape=(None, 4)), Dense(3), Dense(2)])

    expected = build().get_weights()
    model = build()
    model.layers[0].set_weights([np.zeros_like(w) for w in expected[:3]])
    elman.utils.set_random_seed(4)
    for got, value in zip(model.get_weights()[3:], expected[3:], strict=True):
        np.testing.assert_array_equal(got, value)
