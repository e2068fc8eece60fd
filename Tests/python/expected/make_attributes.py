"""Makes keras_attributes.json: what attributes layers have in Keras 2 and Keras 3.

Run where `pip install tensorflow-cpu tf_keras keras` was done, with elman on the
path: `python make_attributes.py`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import elman  # noqa: E402
import registry  # noqa: E402

SHAPES = {name: registry.input_shape(name) for name in registry.NAMES}
PLAIN = (
    "supports_masking",
    "state_size",
    "output_size",
    "units",
    "trainable",
    "stateful",
    "compute_dtype",
    "variable_dtype",
)
BASES = ("Initializer", "Regularizer", "Constraint")
LISTS = (
    "trainable_weights",
    "non_trainable_weights",
    "trainable_variables",
    "non_trainable_variables",
)


def specification(spec):
    """The arguments of an InputSpec, or of several."""
    if spec is None:
        return None
    if isinstance(spec, (list, tuple)):
        return [specification(one) for one in spec]
    axes = {str(axis): size for axis, size in (spec.axes or {}).items()}
    shape = None if spec.shape is None else list(spec.shape)
    return {"ndim": spec.ndim, "min_ndim": spec.min_ndim, "axes": axes, "shape": shape}


def jsonable(value):
    """Tuples and tensors as lists."""
    if isinstance(value, (list, tuple)):
        return [jsonable(one) for one in value]
    if hasattr(value, "as_list"):
        return value.as_list()
    return value if isinstance(value, (int, str, type(None))) else None


def masks(value):
    """Masks as nested lists of booleans."""
    if value is None or isinstance(value, (list, tuple)):
        return value and [masks(one) for one in value]
    return np.asarray(value).tolist()


def shapes(states):
    """The shapes of nested states."""
    if isinstance(states, (list, tuple)):
        return [shapes(state) for state in states]
    return list(np.shape(states))


def mask_for(name):
    """A mask of the inputs that the registry has for a class."""
    mask = np.ones(SHAPES[name][:2], bool)
    mask[:, -1] = False
    return mask


def weight_attributes(layer, weights, seen, prefix=""):
    """The index of the weight under each attribute, also of layers inside."""
    found = {}
    for attribute in vars(layer):
        public = attribute.lstrip("_")
        if not hasattr(type(layer), public) and public != attribute:
            continue
        value = getattr(layer, public, None)
        if id(value) in weights:
            found[prefix + public] = weights[id(value)]
        elif hasattr(value, "count_params") and id(value) not in seen:
            seen.add(id(value))
            path = f"{prefix}{public}."
            found.update(weight_attributes(value, weights, seen, path))
    return found


def of_layer(name, layer, keras_2):
    """What the attributes of a layer are."""
    shape = SHAPES[name]
    result = {"spec": [specification(getattr(layer, "input_spec", None))]}
    if name != "InputLayer":
        layer.build(shape)
    result["spec"].append(specification(getattr(layer, "input_spec", None)))
    for attribute in PLAIN:
        if hasattr(layer, attribute):
            result[attribute] = jsonable(getattr(layer, attribute))
    kept = {id(weight): index for index, weight in enumerate(layer.weights)}
    result["weights"] = [
        {
            "name": weight.name if keras_2 else weight.path,
            "shape": list(weight.shape),
            "trainable": weight.trainable,
        }
        for weight in layer.weights
    ]
    for attribute in LISTS:
        listed = [kept.get(id(weight)) for weight in getattr(layer, attribute)]
        result[attribute] = [index for index in listed if index is not None]
    result["attributes"] = weight_attributes(layer, kept, {id(layer)})
    if layer.built:
        result["count_params"] = int(layer.count_params())
    try:
        mask = layer.compute_mask(registry.inputs(name), mask_for(name))
        result["mask"] = masks(mask)
    except TypeError:
        result["mask"] = "TypeError"
    if hasattr(layer, "get_initial_state") and not keras_2:
        result["initial_state"] = shapes(layer.get_initial_state(batch_size=3))
    layer.trainable = False
    for attribute in LISTS[:2]:
        listed = [kept[id(weight)] for weight in getattr(layer, attribute)]
        result["frozen_" + attribute] = listed
    return result


def several_outputs(layers):
    """The shapes of layers with several outputs, and their masks."""
    cells = [layers.GRUCell(2), layers.LSTMCell(3)]
    made = {
        "LSTM": layers.LSTM(2, return_state=True),
        "GRU": layers.GRU(2, return_sequences=True, return_state=True),
        "RNN": layers.RNN(cells, return_state=True),
        "ConvLSTM1D": layers.ConvLSTM1D(2, 2, return_state=True),
        "Bidirectional": layers.Bidirectional(layers.LSTM(2, return_state=True)),
    }
    for name, layer in made.items():
        shape = layer.compute_output_shape((3, 4, 3, 2)[: len(SHAPES[name])])
        yield name, jsonable(shape)


def of_objects(keras):
    """What initializers, regularizers and constraints have as attributes."""
    for part in ("initializers", "regularizers", "constraints"):
        module = getattr(keras, part)
        for name in sorted(set(dir(module)) & set(dir(getattr(elman, part)))):
            cls = getattr(module, name)
            if not isinstance(cls, type) or name in BASES or cls.__name__ != name:
                continue
            made = cls()
            public = {k: v for k, v in vars(made).items() if k[0] != "_"}
            public = {k: v for k, v in public.items() if k not in ("seed", "built")}
            kept = {
                k: float(v) if hasattr(v, "numpy") else v for k, v in public.items()
            }
            yield f"{part}.{name}", {"attributes": kept, "config": made.get_config()}


def main():
    import keras
    import tf_keras

    data = {}
    for version, module in (("2", tf_keras), ("3", keras)):
        registry.layers = module.layers
        data[version] = layers = {}
        for name in registry.NAMES:
            if not hasattr(module.layers, name):
                continue
            if version == "3" and name.startswith(("AveragePool", "AvgPool")):
                continue  # It needs a pool_size there.
            module.backend.clear_session()
            layers[name] = of_layer(name, registry.make(name), version == "2")
    data["objects"] = dict(of_objects(keras))
    data["several_outputs"] = dict(several_outputs(keras.layers))
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    (HERE / "keras_attributes.json").write_text(text.replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
