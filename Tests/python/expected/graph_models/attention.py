"""Attention of all kinds, with and without masks."""

from .support import embedded, is_legacy, sequence, words

CAUSAL = {"use_causal_mask": True}
SCORES = {"return_attention_scores": True}


def models(keras):
    yield from dot_products(keras)
    yield from several_heads(keras)


def dot_products(keras):
    layers = keras.layers
    kinds = {
        "Attention": lambda **more: layers.Attention(**more),
        "AdditiveAttention": lambda **more: layers.AdditiveAttention(**more),
    }
    for name, make in kinds.items():
        yield name, over(keras, make())
        yield f"{name}, scale", over(keras, make(use_scale=True))
        yield f"{name}, without scale", over(keras, make(use_scale=False))
        yield f"{name}, key", over(keras, make(), key=True)
        yield f"{name}, scores", over(keras, make(), **SCORES)
        yield f"{name}, causal", over(keras, make(), **CAUSAL)
        yield f"{name}, dropout", over(keras, make(dropout=0.5))
        yield f"{name} of words", over_words(keras, make())
        yield f"{name} of words, causal", over_words(keras, make(), **CAUSAL, **SCORES)
        yield f"{name} of itself", of_itself(keras, make())
        yield f"{name}, masks given", masks_given(keras, make())
    concat = layers.Attention(score_mode="concat", use_scale=True)
    yield "Attention, concat", over(keras, concat)
    concat = layers.Attention(score_mode="concat")
    yield "Attention of words, concat", over_words(keras, concat)


def inputs_for(keras, key):
    names = ["query", "value", "key"] if key else ["query", "value"]
    return [sequence(keras, name, 4 if name == "query" else 5) for name in names]


def over(keras, layer, key=False, **call):
    inputs = inputs_for(keras, key)
    y = layer(inputs, **call)
    if call.get("return_attention_scores"):
        return keras.Model(inputs, list(y))
    return keras.Model(inputs, keras.layers.Dense(2)(y))


def over_words(keras, layer, **call):
    """The masks come from the embeddings; the pooling sees the one that goes on."""
    query, value = words(keras, "query", 4), words(keras, "value", 6)
    y = layer([embedded(keras, query), embedded(keras, value)], **call)
    if call.get("return_attention_scores"):
        return keras.Model([query, value], list(y))
    pooled = keras.layers.GlobalAveragePooling1D()(y)
    return keras.Model([query, value], [y, pooled])


def of_itself(keras, layer):
    layers = keras.layers
    x = words(keras, "x", 6)
    y = layers.GRU(4, return_sequences=True)(embedded(keras, x))
    y = layers.LayerNormalization()(layers.Add()([layer([y, y]), y]))
    return keras.Model(x, y)


def masks_given(keras, layer):
    query, value = inputs_for(keras, False)
    masks = [
        keras.Input((4,), dtype="bool", name="query_mask"),
        keras.Input((5,), dtype="bool", name="value_mask"),
    ]
    y = layer([query, value], mask=masks)
    return keras.Model([query, value, *masks], y)


def several_heads(keras):
    layers = keras.layers
    name = "MultiHeadAttention"

    def make(heads=2, key_dim=3, **more):
        return layers.MultiHeadAttention(heads, key_dim, **more)

    yield name, heads_over(keras, make())
    yield f"{name}, one head", heads_over(keras, make(1))
    yield f"{name}, value_dim", heads_over(keras, make(3, 2, value_dim=4))
    yield f"{name}, output_shape", heads_over(keras, make(output_shape=5))
    yield f"{name}, without bias", heads_over(keras, make(use_bias=False))
    yield f"{name}, key", heads_over(keras, make(), key=True)
    yield f"{name}, dropout", heads_over(keras, make(dropout=0.2))
    yield f"{name}, scores", heads_over(keras, make(), **SCORES)
    yield f"{name}, causal", heads_over(keras, make(), **CAUSAL)
    yield f"{name}, causal scores", heads_over(keras, make(), **CAUSAL, **SCORES)
    yield f"{name} of words", heads_of_words(keras, make())
    yield f"{name} of words, scores", heads_of_words(keras, make(), **SCORES)
    yield f"{name} of words, causal", heads_of_words(keras, make(), **CAUSAL)
    yield f"{name}, attention_mask", heads_masked(keras, make())
    yield "transformer", transformer(keras)
    if not is_legacy(keras):
        group = layers.GroupQueryAttention(3, 4, 2)
        yield "GroupQueryAttention", heads_over(keras, group)


def heads_over(keras, layer, key=False, **call):
    inputs = inputs_for(keras, key)
    names = dict(zip(["query", "value", "key"], inputs))
    y = layer(**names, **call) if key else layer(*inputs, **call)
    if call.get("return_attention_scores"):
        return keras.Model(inputs, list(y))
    return keras.Model(inputs, keras.layers.Dense(2)(y))


def heads_of_words(keras, layer, **call):
    query, value = words(keras, "query", 4), words(keras, "value", 6)
    y = layer(embedded(keras, query), embedded(keras, value), **call)
    if call.get("return_attention_scores"):
        return keras.Model([query, value], list(y))
    pooled = keras.layers.GlobalAveragePooling1D()(y)
    return keras.Model([query, value], [y, pooled])


def heads_masked(keras, layer):
    query, value = inputs_for(keras, False)
    mask = keras.Input((4, 5), dtype="bool", name="mask")
    y = layer(query, value, attention_mask=mask)
    return keras.Model([query, value, mask], y)


def transformer(keras):
    layers = keras.layers
    x = sequence(keras, "x", 5, 4)
    attended = layers.MultiHeadAttention(2, 3)(x, x, **CAUSAL)
    y = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, attended]))
    z = layers.Dense(8, activation="relu")(y)
    z = layers.Dropout(0.1)(layers.Dense(4)(z))
    z = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([y, z]))
    z = layers.GlobalAveragePooling1D()(z)
    return keras.Model(x, layers.Dense(2, activation="softmax")(z))
