"""Layers and cells of one's own: subclasses of Layer, with weights of the model."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import threading
import warnings
import weakref

import elman
import numpy as np
import pytest
from elman.layers import LSTM, RNN, Dense, Layer, Masking, TimeDistributed


class Linear(Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer="random_normal",
            trainable=True,
            name="w",
        )
        self.b = self.add_weight(
            shape=(self.units,), initializer="ones", trainable=True, name="b"
        )
        self.built = True

    def call(self, inputs):
        return inputs @ self.w + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Antirectifier(Layer):
    """Of Keras's examples: no weights, another shape."""

    def call(self, inputs):
        inputs = inputs - inputs.mean(axis=-1, keepdims=True)
        positive, negative = np.maximum(inputs, 0), np.maximum(-inputs, 0)
        return np.concatenate([positive, negative], axis=-1)


class Attend(Layer):
    """Attention over timesteps: in the words of Keras 2, which names weights first."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        self.w = self.add_weight("w", shape=(input_shape[-1], 1), initializer="ones")
        super().build(input_shape)

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, inputs, mask=None):
        scores = np.tanh(inputs @ self.w)[..., 0]
        if mask is not None:
            scores = np.where(mask, scores, -1e9)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return (inputs * weights[..., None]).sum(axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


class MinimalRNNCell(Layer):
    """Of Keras's documentation of RNN."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units),
            initializer="uniform",
            name="recurrent_kernel",
        )

    def call(self, inputs, states):
        output = inputs @ self.kernel + states[0] @ self.recurrent_kernel
        return output, [output]


def values(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


def test_linear_layer():
    layer = Linear(4)
    x = values(2, 3)
    y = layer(x)
    np.testing.assert_allclose(y, x @ layer.get_weights()[0] + 1, rtol=1e-5)
    assert [w.path for w in layer.weights] == [f"{layer.name}/w", f"{layer.name}/b"]
    assert layer.weights[0] is layer.w
    assert layer.count_params() == 16
    assert layer.name.startswith("linear")
    layer.set_weights([np.ones((3, 4)), np.zeros(4)])
    np.testing.assert_allclose(
        layer(x), x.sum(1, keepdims=True).repeat(4, 1), rtol=1e-5
    )


def test_in_a_sequential():
    model = elman.Sequential([Linear(4, input_shape=(3,)), Antirectifier(), Dense(2)])
    assert model.built and model.output_shape == (None, 2)
    assert model.layers[1].output_shape == (None, 8)
    assert model.count_params() == 16 + 18
    assert len(model.trainable_weights) == 4
    x = values(5, 3)
    first = model.layers[0](x)
    np.testing.assert_array_equal(model(x), model.layers[2](model.layers[1](first)))
    np.testing.assert_array_equal(model.predict(x, verbose=0), model(x))
    model.layers[0].b.assign(np.full(4, 9))
    assert not np.array_equal(model.layers[0](x), first)
    np.testing.assert_array_equal(model.weights[1].numpy(), np.full(4, 9))


def test_built_by_the_first_call():
    model = elman.Sequential([Linear(4), Dense(1)])
    assert not model.built
    assert model(values(2, 3)).shape == (2, 1)
    with pytest.raises(ValueError):
        model(values(2, 5))


def ramp(*shape):
    count = np.prod(shape)
    return (np.arange(count, dtype=np.float32).reshape(shape) / count - 0.5).astype(
        "f4"
    )


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (
            lambda: [Linear(2)],
            [
                [[-0.486111, 0.055556], [-0.611111, 0.055556]],
                [[-0.736111, 0.055556], [-0.861111, 0.055556]],
                [[-0.986111, 0.055556], [-1.111111, 0.055556]],
                [[-1.0, 0.0], [-1.0, 0.0]],
            ],
        ),
        (
            lambda: [Linear(2), Antirectifier()],
            [
                [[0.0, 0.270833, 0.270833, 0.0], [0.0, 0.333333, 0.333333, 0.0]],
                [[0.0, 0.395833, 0.395833, 0.0], [0.0, 0.458333, 0.458333, 0.0]],
                [[0.0, 0.520833, 0.520833, 0.0], [0.0, 0.583333, 0.583333, 0.0]],
                [[0.0, 0.5, 0.5, 0.0], [0.0, 0.5, 0.5, 0.0]],
            ],
        ),
        (
            lambda: [Masking(), Attend()],
            [[-0.329837, -0.288171, -0.246504], [0.058613, 0.100280, 0.141946]],
        ),
        (
            lambda: [Masking(), RNN(MinimalRNNCell(2), return_sequences=True)],
            [
                [[0.513889, 0.055556], [-0.125, -0.173611]],
                [[0.388889, 0.03125], [-0.25, -0.123264]],
                [[0.013889, 0.055556], [-0.125, 0.076389]],
                [[-0.125, 0.076389], [-0.125, 0.076389]],
            ],
        ),
    ],
)
def test_values_of_keras(layers, expected):
    """What Keras 3.15 computes with the same classes, in the words of keras.ops."""
    model = elman.Sequential([elman.Input((4, 3)), *layers()])
    model.set_weights([2 * ramp(*weight.shape) for weight in model.weights])
    x = ramp(2, 4, 3)
    x[1, 2:] = 0
    y = model(x)
    np.testing.assert_allclose(y, np.reshape(expected, y.shape), atol=2e-6)


def test_masks():
    x = values(2, 4, 3)
    x[:, 2:] = 0
    model = elman.Sequential([Masking(input_shape=(4, 3)), Attend(), Dense(1)])
    np.testing.assert_allclose(
        model.layers[1](x, mask=(x != 0).any(-1)),
        Attend.call(model.layers[1], x[:, :2]),
        rtol=1e-5,
    )

    class Known(Layer):
        def call(self, inputs, mask=None):
            return inputs if mask is None else inputs * mask[..., None]

    masked = elman.Sequential([Masking(input_shape=(4, 3)), Known(), LSTM(2)])
    masked.layers[1].supports_masking = False
    passing = elman.Sequential([Masking(input_shape=(4, 3)), Known(), LSTM(2)])
    passing.layers[1].supports_masking = True
    passing.set_weights(masked.get_weights())
    assert not np.allclose(masked(x), passing(x))
    np.testing.assert_allclose(passing(x), passing.layers[2](x[:, :2]), rtol=1e-5)


def test_a_mask_of_its_own():
    class Skip(Layer):
        wrong = False

        def call(self, inputs):
            return inputs

        def compute_mask(self, inputs, mask=None):
            return inputs if self.wrong else inputs[..., 0] > 0

    x = np.abs(values(1, 5, 2))
    x[:, 3:] *= -1
    model = elman.Sequential([Skip(input_shape=(5, 2)), LSTM(3)])
    np.testing.assert_allclose(model(x), model.layers[1](x[:, :3]), rtol=1e-5)
    Skip.wrong = True
    with pytest.raises(ValueError, match="compute_mask returned"):
        model(x)


def test_training_is_told():
    class Shift(Layer):
        def call(self, inputs, training=False):
            return inputs + bool(training)

    layer = Shift()
    assert layer(np.zeros((1, 1)))[0, 0] == 0
    assert layer(np.zeros((1, 1)), training=True)[0, 0] == 1
    model = elman.Sequential([Shift(input_shape=(1,))])
    assert model(np.zeros((1, 1)), training=True)[0, 0] == 1


def test_in_time_distributed():
    layer = TimeDistributed(Linear(2))
    x = values(2, 5, 3)
    np.testing.assert_allclose(
        layer(x), layer.layer(x.reshape(10, 3)).reshape(2, 5, 2), rtol=1e-6
    )
    assert len(layer.weights) == 2 and layer.weights[0] is layer.layer.w


def test_a_cell_in_rnn():
    cell = MinimalRNNCell(3)
    layer = RNN(cell, return_sequences=True)
    x = values(2, 4, 5)
    y = layer(x)
    state = np.zeros((2, 3), np.float32)
    for t in range(4):
        state = x[:, t] @ cell.kernel + state @ cell.recurrent_kernel
        np.testing.assert_allclose(y[:, t], state, rtol=1e-4, atol=1e-6)
    assert [w.name for w in layer.weights] == ["kernel", "recurrent_kernel"]
    assert layer.weights[0] is cell.kernel
    model = elman.Sequential([RNN(cell, input_shape=(None, 5)), Dense(1)])
    assert model.count_params() == 15 + 9 + 4
    assert cell(x[:, 0], [state])[0].shape == (2, 3)
    stacked = RNN([MinimalRNNCell(2), MinimalRNNCell(4)])
    assert stacked(x).shape == (2, 4) and len(stacked.weights) == 4


def test_a_cell_in_both_directions():
    layer = elman.layers.Bidirectional(RNN(MinimalRNNCell(3)))
    x = values(2, 4, 5)
    y = layer(x)
    assert len(layer.weights) == 4
    np.testing.assert_array_equal(y[:, :3], layer.forward_layer(x))
    backward = RNN(MinimalRNNCell(3))
    backward.build((None, 4, 5))
    backward.set_weights(layer.get_weights()[2:])
    np.testing.assert_allclose(y[:, 3:], backward(x[:, ::-1]), rtol=1e-5)


def test_a_cell_with_two_states_and_a_beginning():
    class Count(Layer):
        state_size = [2, 1]
        output_size = 1

        def get_initial_state(self, batch_size=None):
            return [np.ones((batch_size, 2)), np.full((batch_size, 1), 5)]

        def call(self, inputs, states):
            total, steps = states
            return steps, [total + inputs, steps + 1]

    out, total, steps = RNN(Count(), return_state=True)(np.ones((3, 4, 2)))
    assert out[0, 0] == 8 and total[0, 0] == 5 and steps[0, 0] == 9


def test_layers_inside():
    class Block(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.first = Linear(4)
            self.rest = [Dense(3), Dense(2)]

        def build(self, input_shape):
            self.last = Dense(1)
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

        def call(self, inputs):
            x = self.first(inputs)
            for layer in self.rest:
                x = layer(x)
            return self.last(x) * self.scale

    model = elman.Sequential([Block(input_shape=(5,))])
    assert model.count_params() == 1 + 24 + 15 + 8 + 3
    block = model.layers[0]
    assert model.weight_names[0] == f"{block.name}/scale"
    assert model.weight_names[1] == f"{block.name}/{block.first.name}/w"
    assert [w.path for w in block.weights] == model.weight_names
    assert model(values(2, 5)).shape == (2, 1)
    weights = model.get_weights()
    assert len(weights) == 9
    model.set_weights([np.zeros_like(w) for w in weights])
    assert not model(values(2, 5)).any()
    block.trainable = False
    assert model.trainable_weights == []


def test_order_of_weights():
    class Mixed(Layer):
        def build(self, input_shape):
            self.mean = self.add_weight(shape=(2,), trainable=False, name="mean")
            self.gamma = self.add_weight(shape=(3,), name="gamma", regularizer="l2")

        def call(self, inputs):
            return inputs

    layer = Mixed()
    layer.build((None, 2))
    assert [w.name for w in layer.weights] == ["gamma", "mean"]
    assert layer.mean.shape == (2,) and layer.gamma.shape == (3,)
    assert layer.trainable_weights == [layer.gamma]
    assert isinstance(layer.gamma.regularizer, elman.regularizers.L2)
    assert len(layer.losses) == 1


def test_weights_of_one_name_and_without():
    class Twins(Layer):
        def __init__(self):
            super().__init__()
            self.a = self.add_weight(shape=(1,), name="w")

        def build(self, input_shape):
            self.b = self.add_weight(shape=(2,), name="w")
            self.c = self.add_weight(shape=(3,))

        def call(self, inputs):
            return inputs

    layer = Twins()
    assert len(layer.weights) == 1
    layer.build((None, 2))
    assert [w.name for w in layer.weights] == ["w", "w_1", "variable"]
    assert layer.b.shape == (2,)
    with pytest.raises(ValueError, match="already built"):
        layer.add_weight(shape=(1,))
    with pytest.raises(ValueError, match="already built"):
        layer.late = Dense(1)


def test_initializers():
    class Own(Layer):
        def build(self, input_shape):
            self.a = self.add_weight(
                shape=(2,), initializer=lambda shape, dtype: [3, 4]
            )
            self.b = self.add_weight(
                shape=(2,), initializer=elman.initializers.Constant(5)
            )
            assert self.a.numpy().tolist() == [3, 4]

        def call(self, inputs):
            return inputs * self.a + self.b

    assert Own()(np.ones((1, 2))).tolist() == [[8, 9]]


def test_errors_of_the_user_stay_with_their_call():
    class Fails(Layer):
        on = "call"

        def build(self, input_shape):
            self.add_weight(shape=(1,))
            if self.on == "build":
                raise KeyError("mine")

        def call(self, inputs):
            if self.on == "call":
                raise ZeroDivisionError("mine")
            return inputs if self.on != "type" else np.array(["text"] * len(inputs))

    layer = Fails()
    layer.on = "build"
    with pytest.raises(KeyError, match="mine"):
        layer(np.ones((1, 2)))
    assert layer.weights == [] and not layer.built
    layer.on = "call"
    with pytest.raises(ZeroDivisionError, match="mine"):
        layer(np.ones((1, 2)))
    layer.on = "type"
    with pytest.raises(TypeError, match="real numbers"):
        layer(np.ones((1, 2)))
    layer.on = None
    assert layer(np.ones((1, 2))).shape == (1, 2)
    assert len(layer.weights) == 1


def test_wrong_shapes():
    class Wrong(Layer):
        def call(self, inputs):
            return inputs[:, :1]

        def compute_output_shape(self, input_shape):
            return input_shape

    with pytest.raises(ValueError, match="must have shape"):
        Wrong()(np.ones((2, 3)))

    class Several(Layer):
        def call(self, inputs):
            return [inputs, 2 * inputs]

    first, second = Several()(np.ones((2, 3)))
    assert second[0, 0] == 2 * first[0, 0]

    class Less(Several):
        def compute_output_shape(self, input_shape):
            return [input_shape, input_shape, input_shape]

    with pytest.raises(ValueError, match="3 arrays"):
        Less()(np.ones((2, 3)))


def test_what_is_missing():
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match="does not have a `call"):
        Nothing()(np.ones((1, 1)))

    class Forgets(Layer):
        def __init__(self):
            self.units = 3

        def call(self, inputs):
            return inputs

    with pytest.raises(RuntimeError, match="forgot to call"):
        Forgets()(np.ones((1, 1)))
    with pytest.raises(TypeError, match="Unrecognized keyword"):
        Linear(3, unknown=1)
    with pytest.raises(NotImplementedError, match="float32"):
        Linear(3, dtype="float64")


def test_what_changes_the_model_is_refused_inside():
    class Meddles(Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(1,))

        def call(self, inputs):
            self.w.assign([1])
            return inputs

        def compute_output_shape(self, input_shape):
            return input_shape

    with pytest.raises(ValueError, match="inside its own run"):
        Meddles()(np.ones((1, 1)))


def test_no_streams_and_no_bidirectional():
    model = elman.Sequential([Linear(2, input_shape=(None, 3))])
    with pytest.raises(NotImplementedError, match="cannot be streamed"):
        model.stream()
    with pytest.raises((ValueError, NotImplementedError)):
        elman.layers.Bidirectional(Linear(2))


def test_configs():
    layer = Linear(7, name="mine")
    config = layer.get_config()
    assert config == {"name": "mine", "trainable": True, "dtype": "float32", "units": 7}
    again = Linear.from_config(config)
    assert again.units == 7 and again.name == "mine"
    written = elman.layers.serialize(layer)
    assert written["class_name"] == written["registered_name"] == "Linear"
    with pytest.raises(ValueError, match="Unknown layer: 'Linear'"):
        elman.layers.deserialize(written)
    made = elman.layers.deserialize(written, custom_objects={"Linear": Linear})
    assert isinstance(made, Linear) and made.units == 7


def test_arguments_that_are_taken_as_given():
    class Plain(Layer):
        def __init__(self, units, rate=0.5, **kwargs):
            super().__init__(**kwargs)

        def call(self, inputs):
            return inputs

    layer = Plain(3, name="plain")
    config = layer.get_config()
    assert config == {
        "name": "plain",
        "trainable": True,
        "dtype": "float32",
        "units": 3,
    }
    assert Plain.from_config(config).get_config() == config
    with pytest.raises(NotImplementedError, match="get_config"):
        Plain(object()).get_config()
    model = elman.Sequential([Plain(object(), input_shape=(1,))])
    with pytest.raises(NotImplementedError, match="get_config"):
        model.to_json()


def test_models_from_json():
    model = elman.Sequential(
        [
            Linear(4, input_shape=(6, 3)),
            TimeDistributed(Linear(2)),
            RNN(MinimalRNNCell(3)),
        ]
    )
    text = model.to_json()
    with pytest.raises(ValueError, match="Linear"):
        elman.models.model_from_json(text)
    custom = {"Linear": Linear, "MinimalRNNCell": MinimalRNNCell}
    again = elman.models.model_from_json(text, custom_objects=custom)
    gc.collect()
    assert isinstance(again.layers[0], Linear)
    assert isinstance(again.layers[1].layer, Linear)
    assert isinstance(again.layers[2].cell, MinimalRNNCell)
    again.set_weights(model.get_weights())
    x = values(2, 6, 3)
    np.testing.assert_array_equal(again(x), model(x))
    with elman.utils.custom_object_scope(custom):
        assert elman.models.model_from_json(text).count_params() == model.count_params()
    with pytest.raises(ValueError, match="Linear"):
        elman.models.model_from_json(text)
    clone = elman.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(x), model(x))


def test_registered_classes():
    @elman.saving.register_keras_serializable(package="mine", name="Twice")
    class Double(Layer):
        def call(self, inputs):
            return 2 * inputs

    assert elman.utils.get_registered_name(Double) == "mine>Twice"
    assert elman.saving.get_registered_object("mine>Twice") is Double
    model = elman.Sequential([Double(input_shape=(2,))])
    written = json.loads(model.to_json())["config"]["layers"][-1]
    assert written["registered_name"] == "mine>Twice"
    again = elman.models.model_from_json(model.to_json())
    assert again(np.ones((1, 2))).tolist() == [[2, 2]]
    elman.utils.get_custom_objects().pop("mine>Twice")
    with pytest.raises(ValueError, match="Twice"):
        elman.models.model_from_json(model.to_json())
    with pytest.raises(ValueError, match="get_config"):
        elman.saving.register_keras_serializable()(type("Bare", (), {}))


def test_nothing_is_imported_by_name():
    config = {
        "module": "os",
        "class_name": "system",
        "config": {"command": "false"},
        "registered_name": "os>system",
    }
    with pytest.raises(ValueError, match="system"):
        elman.layers.deserialize(config)
    with pytest.raises(ValueError, match="system"):
        elman.Sequential.from_config({"layers": [config]})


class Attention(Layer):
    """A name that elman's own layers may have."""

    def call(self, inputs):
        return inputs + 1


def test_a_name_of_elmans():
    model = elman.Sequential([Attention(input_shape=(2,))])
    custom = {"Attention": Attention}
    again = elman.models.model_from_json(model.to_json(), custom_objects=custom)
    assert again(np.zeros((1, 2))).tolist() == [[1, 1]]


def test_copies_and_pickles():
    layer = Linear(2)
    x = values(2, 3)
    y = layer(x)
    for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(again(x), y)
        assert again.w is not layer.w
    model = elman.Sequential([Linear(2, input_shape=(4, 3)), RNN(MinimalRNNCell(2))])
    again = pickle.loads(pickle.dumps(model))
    x = values(2, 4, 3)
    np.testing.assert_array_equal(again(x), model(x))


def test_nothing_is_kept_for_ever():
    def make():
        model = elman.Sequential(
            [Linear(2, input_shape=(4, 3)), RNN(MinimalRNNCell(2))]
        )
        model(values(2, 4, 3))
        return [weakref.ref(model), *map(weakref.ref, model.layers)]

    references = make()
    gc.collect()
    assert [reference() for reference in references] == [None] * 3


def test_what_holds_a_layer():
    wrapper = TimeDistributed(Linear(2))
    x = values(1, 2, 3)
    expected = wrapper(x)
    model = elman.Sequential([RNN(MinimalRNNCell(2), input_shape=(None, 3))])
    stream = model.stream()
    whole = model(x)
    del model
    gc.collect()
    np.testing.assert_array_equal(wrapper(x), expected)
    for step in x[0]:
        y = stream.step(step[None])
    np.testing.assert_array_equal(y, whole)


def test_a_layer_that_python_has_freed():
    layer = Linear(2, input_shape=(3,))
    model = elman.Sequential([layer])
    model._layers.clear()
    del layer
    gc.collect()
    with pytest.raises(RuntimeError, match="Python has freed"):
        model(values(1, 3))


def test_threads():
    model = elman.Sequential([Linear(8, input_shape=(8,)), Antirectifier(), Dense(3)])
    x = values(4, 8)
    expected = model(x)
    different = []

    def work():
        for _ in range(50):
            if not np.array_equal(model(x), expected):
                different.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not different


def test_forks():
    import multiprocessing

    model = elman.Sequential([Linear(8, input_shape=(8,)), Antirectifier()])
    x = values(4, 8)
    expected = model(x)

    def work(queue):
        queue.put(np.array_equal(model(x), expected))

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = context.Process(target=work, args=(queue,))
        process.start()
    assert queue.get(timeout=60)
    process.join()


def test_first_weights():
    w, b = values(3, 2), values(2)
    layer = Linear(2, weights=[w, b])
    np.testing.assert_allclose(layer(np.ones((1, 3))), (w.sum(0) + b)[None], rtol=1e-5)


def test_subclasses_of_elmans_layers_stay_theirs():
    class Wide(Dense):
        def __init__(self, **kwargs):
            super().__init__(64, **kwargs)

    assert Wide()(np.ones((1, 2))).shape == (1, 64)
    with pytest.raises(NotImplementedError, match="weights of its class"):
        Wide().add_weight(shape=(1,))
    with pytest.raises(TypeError, match="of its own"):
        type("Mine", (Dense,), {"call": lambda self, inputs: inputs})
    assert isinstance(Linear(1), Layer) and issubclass(Linear, Layer)


def test_inheritance():
    class Scaled(Linear):
        def build(self, input_shape):
            super().build(input_shape)
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

        def call(self, inputs):
            return super().call(inputs) * self.scale

    layer = Scaled(2)
    layer.build((None, 3))
    assert len(layer.weights) == 3 and layer.built
    layer.scale.assign(0)
    assert not layer(np.ones((1, 3))).any()


def test_summary():
    model = elman.Sequential([Linear(4, input_shape=(3,)), Dense(1)])
    lines = []
    model.summary(print_fn=lines.append)
    assert "(Linear)" in "\n".join(map(str, lines))


class Blend(Layer):
    """Of two inputs, given as in Keras 3: one after the other."""

    def build(self, input_shape):
        assert [len(shape) for shape in input_shape] == [2, 2]
        self.share = self.add_weight(shape=(), initializer="ones", name="share")

    def call(self, a, b):
        return self.share * a + b, a - b


class Sum(Layer):
    """Of a list of inputs."""

    def call(self, inputs):
        return inputs[0] + 2 * inputs[1]


def test_in_graphs():
    a, b = elman.Input((3,)), elman.Input((3,))
    hidden = Linear(3, name="shared")
    plus, minus = Blend(name="blend")(hidden(a), hidden(b))
    model = elman.Model([a, b], [Sum()([plus, minus]), minus])
    x, y = values(2, 3), values(2, 3)[::-1].copy()
    first, second = model([x, y])
    np.testing.assert_allclose(second, hidden(x) - hidden(y), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(first, 3 * hidden(x) - hidden(y), rtol=1e-5, atol=1e-5)
    assert model.count_params() == 9 + 3 + 1
    custom = {"Linear": Linear, "Blend": Blend, "Sum": Sum}
    again = elman.models.model_from_json(model.to_json(), custom_objects=custom)
    gc.collect()
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again([x, y])[0], first)
    assert isinstance(again.get_layer("blend"), Blend)
    for copied in (
        pickle.loads(pickle.dumps(model)),
        pickle.loads(pickle.dumps(again)),
    ):
        np.testing.assert_array_equal(copied([x, y])[1], second)
    clone = elman.models.clone_model(again)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone([x, y])[0], first)


def test_several_inputs_as_arrays():
    x, y = values(2, 3), np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(Sum()([x, y]), x + 2)
    plus, minus = Blend()(x, y)
    np.testing.assert_array_equal(plus, x + 1)
    np.testing.assert_array_equal(minus, x - 1)
    layer = Blend()
    layer.build([(None, 3), (None, 3)])
    assert len(layer.weights) == 1


def test_a_model_inside_a_layer():
    class Around(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = elman.Sequential([Dense(2, input_shape=(3,)), Linear(2)])

        def call(self, inputs):
            return self.inner(inputs)

    model = elman.Sequential([Around(input_shape=(3,))])
    assert model.count_params() == 8 + 6
    x = values(2, 3)
    np.testing.assert_array_equal(model(x), model.layers[0].inner(x))
