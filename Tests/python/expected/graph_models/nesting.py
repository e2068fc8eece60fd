"""Models in models, in Sequentials, in TimeDistributed."""

from .support import sequence, vector, words


def models(keras):
    yield "model in a model", model_in_a_model(keras)
    yield "model in a Sequential", model_in_a_sequential(keras)
    yield "Sequential in a model", sequential_in_a_model(keras)
    yield "Sequential in a Sequential", sequential_in_a_sequential(keras)
    yield "model of several inputs in a model", several_inputs(keras)
    yield "model of dicts in a model", of_dicts(keras)
    yield "nested three deep", three_deep(keras)
    yield "nested and shared three deep", shared_three_deep(keras)
    yield "TimeDistributed model", distributed_model(keras)
    yield "TimeDistributed Sequential", distributed_sequential(keras)
    yield "TimeDistributed recurrent model", distributed_recurrent(keras)
    yield "model around a model's parts", parts(keras)
    yield "output in the middle of a Sequential", middle(keras)


def dense_model(keras, features=3, units=2, name="inner"):
    x = vector(keras, name, features)
    layers = keras.layers
    y = layers.Add()([layers.Dense(units)(x), layers.Dense(units, use_bias=False)(x)])
    return keras.Model(x, y)


def model_in_a_model(keras):
    x = vector(keras)
    y = dense_model(keras)(keras.layers.Dense(3, activation="relu")(x))
    return keras.Model(x, keras.layers.Dense(1)(y))


def model_in_a_sequential(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5, 3), name="x"),
            layers.LSTM(4),
            dense_model(keras, 4),
            layers.Dense(1),
        ]
    )


def sequential_in_a_model(keras):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((5, 3)), layers.GRU(4, return_sequences=True), layers.GRU(2)]
    )
    x = sequence(keras)
    y = layers.Concatenate()([inner(x), layers.Flatten()(x)])
    return keras.Model(x, layers.Dense(2)(y))


def sequential_in_a_sequential(keras):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)]
    )
    return keras.Sequential([keras.Input((3,), name="x"), layers.Dense(3), inner])


def several_inputs(keras):
    layers = keras.layers
    a, b = sequence(keras, "inner_a"), vector(keras, "inner_b", 4)
    y, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(a)
    inner = keras.Model([a, b], [layers.Multiply()([y, b]), h, c])
    x, v = sequence(keras), vector(keras, "v", 4)
    y, h, c = inner([x, v])
    y = layers.LSTM(4)(y, initial_state=[h, c])
    return keras.Model([x, v], [y, h])


def of_dicts(keras):
    layers = keras.layers
    a, b = vector(keras, "a"), vector(keras, "b", 2)
    inner = keras.Model(
        {"a": a, "b": b}, {"sum": layers.Dense(2)(a), "product": layers.Dense(3)(b)}
    )
    x, y = vector(keras, "x", 2), vector(keras, "y")
    outputs = inner({"a": y, "b": x})
    return keras.Model(
        [x, y], layers.Concatenate()([outputs["sum"], outputs["product"]])
    )


def three_deep(keras):
    layers = keras.layers
    first = dense_model(keras)
    middle = keras.Sequential([keras.Input((3,)), first, layers.Dense(4)])
    x = vector(keras, "outer")
    outer = keras.Model(x, layers.Add()([middle(x), layers.Dense(4)(x)]))
    x = sequence(keras)
    y = outer(layers.SimpleRNN(3)(x))
    return keras.Model(x, layers.Dense(1)(y))


def shared_three_deep(keras):
    layers = keras.layers
    first = dense_model(keras, 3, 3)
    x = vector(keras, "middle")
    middle = keras.Model(x, first(first(x)))
    a, b = vector(keras, "inner_a"), vector(keras, "inner_b")
    outer = keras.Model([a, b], layers.Subtract()([middle(a), middle(b)]))
    x, y = vector(keras, "x"), vector(keras, "y")
    return keras.Model([x, y], [outer([x, y]), outer([y, x])])


def distributed_model(keras):
    x = sequence(keras)
    y = keras.layers.TimeDistributed(dense_model(keras))(x)
    return keras.Model(x, keras.layers.LSTM(3)(y))


def distributed_sequential(keras):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((4, 3)), layers.Conv1D(2, 2), layers.Flatten(), layers.Dense(3)]
    )
    x = keras.Input((5, 4, 3), name="x")
    return keras.Model(x, layers.GRU(2)(layers.TimeDistributed(inner)(x)))


def distributed_recurrent(keras):
    """Sentences of words: hierarchical attention without the attention."""
    layers = keras.layers
    inner = words(keras, "sentence", 4)
    y = layers.Embedding(7, 3)(inner)
    sentence = keras.Model(inner, layers.Bidirectional(layers.GRU(2))(y))
    x = keras.Input((3, 4), dtype="int32", name="document")
    y = layers.TimeDistributed(sentence)(x)
    return keras.Model(x, layers.LSTM(3)(y))


def parts(keras):
    """A feature extractor: new outputs for the tensors of another model."""
    layers = keras.layers
    x = sequence(keras)
    y = layers.GRU(4, return_sequences=True, name="features")(x)
    whole = keras.Model(x, layers.Dense(1)(layers.Flatten()(y)))
    return keras.Model(whole.inputs, whole.get_layer("features").output)


def middle(keras):
    layers = keras.layers
    whole = keras.Sequential(
        [keras.Input((5, 3), name="x"), layers.LSTM(4), layers.Dense(3)]
    )
    return keras.Model(whole.inputs, [layer.output for layer in whole.layers])
