"""What the networks share."""


def is_legacy(keras):
    """Whether this is tf_keras, which goes on with Keras 2."""
    return keras.__name__ == "tf_keras"


def sequence(keras, name="x", timesteps=5, features=3):
    return keras.Input((timesteps, features), name=name)


def vector(keras, name="x", features=3):
    return keras.Input((features,), name=name)


def words(keras, name="words", timesteps=5):
    return keras.Input((timesteps,), dtype="int32", name=name)


def embedded(keras, indices, features=4):
    """Vectors of the indices, with the mask of those that are not zero."""
    return keras.layers.Embedding(7, features, mask_zero=True)(indices)
