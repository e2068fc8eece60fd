"""Makes graphs.json and graphs.npz: functional models as both Kerases run them.

Run where `pip install tensorflow-cpu tf_keras keras numpy` was done (made with
tensorflow 2.21, tf_keras 2.21, keras 3.15): `python make_graphs.py`.

The models are in `graph_models`. Each is made in tf_keras, which writes configs
as Keras 2 does, and in Keras 3; `graph_models/older.py` has configs as Keras 1 and
the Keras 2 of 2018 wrote them. `graph_cases.read_cases` reads what is stored. A
case is one model of one Keras:

    name, keras    what it is; which Keras's config: "1", "2.2", "2" or "3"
    config         the text that `to_json()` of that Keras wrote
    inputs         {name, shape, dtype} of each, in the order of `model.inputs`
    form           of the inputs: a name, or lists or dicts of names
    masked         the inputs that get a mask in `model(inputs, mask=...)`, if any
    weights        shapes, in the order of `get_weights()`; "variances" are the
                   indices of those that must not be negative
    outputs        as `model(inputs)` gives them: an array, or lists or dicts of them

Batches have BATCH rows; what a model leaves open has TIMESTEPS. Rows that are masked
throughout are among the inputs: an average over none of the timesteps is NaN.

Before a case is stored, the Keras that wrote its config reads it again, takes the
weights and must give the same outputs.

Cases of the same name have the same inputs and weights in both Kerases, and the same
outputs, but for these, where each has a rule of its own:

- Merges join masks with "and" in tf_keras, with "or" in Keras 3. Where an input has
  none, tf_keras takes the masks that there are, Keras 3 none. Multiply, Maximum and
  Minimum of Keras 3 leave masked timesteps out of the products and choices.
- Keras 3 ignores the mask of a recurrent layer's input where the layer is given an
  initial state.
- MultiHeadAttention of Keras 3 has scores of zero where all is masked, if it computes
  scores (`return_attention_scores`, dropout); tf_keras, and Keras 3 otherwise, spread
  them evenly.

Only one of them has a case for these:

- tf_keras fails to concatenate a masked and an unmasked tensor.
- Keras 3 takes no initial states in the list of inputs, but nests lists in dicts, and
  has GroupQueryAttention.
"""

from __future__ import annotations

import json
import os

import numpy as np
from graph_cases import inputs_for, leaves, masks_for, weights_of, write_cases

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

BATCH = 5
TIMESTEPS = 4


def described(tensor):
    """An input of a model, for JSON."""
    sizes = [TIMESTEPS if size is None else size for size in tensor.shape[1:]]
    dtype = getattr(tensor.dtype, "name", tensor.dtype)
    return {"name": tensor.name, "shape": [BATCH, *sizes], "dtype": dtype}


def form_of(model):
    """The names of a model's inputs, structured as the model was given them."""
    if hasattr(model, "_nested_inputs"):
        return replaced(model._nested_inputs, lambda tensor: tensor.name)
    struct = getattr(model, "_functional", model)._inputs_struct
    return replaced(struct, lambda tensor: tensor.name)


def replaced(structure, function):
    """A structure of lists and dicts, in the same order, with other leaves."""
    if isinstance(structure, dict):
        return {key: replaced(value, function) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [replaced(item, function) for item in structure]
    return function(structure)


def case_of(name, keras, model, masked=()):
    """A case without its outputs."""
    names = [weight.name for weight in model.weights]
    variances = [index for index, n in enumerate(names) if "variance" in n]
    return {
        "name": name,
        "keras": "2" if keras.__name__ == "tf_keras" else "3",
        "inputs": [described(tensor) for tensor in model.inputs],
        "form": form_of(model),
        **({"masked": masked} if masked else {}),
        "weights": [list(weight.shape) for weight in model.weights],
        **({"variances": variances} if variances else {}),
        "config": model.to_json(),
    }


def run(model, case):
    """The model's outputs, as arrays."""
    model.set_weights(weights_of(case))
    inputs = inputs_for(case)
    options = {}
    if "masked" in case:
        masks = masks_for(case)
        options["mask"] = masks if isinstance(case["form"], list) else masks[0]
    outputs = model(replaced(case["form"], inputs.get), **options)
    return replaced(outputs, lambda tensor: np.asarray(tensor, np.float32))


def read_again(keras, case):
    """The outputs of the model that this Keras makes of the config."""
    model = keras.models.model_from_json(case["config"])
    shapes = [list(weight.shape) for weight in model.get_weights()]
    assert shapes == case["weights"], (case["name"], shapes)
    return run(model, case)


def same(first, second):
    pairs = zip(leaves(first), leaves(second), strict=True)
    return all(np.allclose(a, b, 1e-6, 1e-7, equal_nan=True) for a, b in pairs)


def written_today(keras):
    from graph_models import SUBJECTS

    for subject in SUBJECTS:
        for name, model, *masked in subject.models(keras):
            case = case_of(name, keras, model, *masked)
            outputs = run(model, case)
            assert same(outputs, read_again(keras, case)), name
            yield {**case, "outputs": outputs}


def written_long_ago(keras):
    from graph_models import older

    for name, era, config, model in older.models(keras):
        case = case_of(name, keras, model)
        case |= {"keras": era, "config": json.dumps(config)}
        outputs = run(model, case)
        if era != "1" and "GRU" not in name:
            # tf_keras still reads these; of a GRU it would take reset_after for true.
            assert same(outputs, read_again(keras, case)), name
        yield {**case, "outputs": outputs}


def main():
    import keras
    import tf_keras

    cases = [
        *written_today(tf_keras),
        *written_today(keras),
        *written_long_ago(tf_keras),
    ]
    assert len({(case["keras"], case["name"]) for case in cases}) == len(cases)
    write_cases(cases)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
