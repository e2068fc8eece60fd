"""Keras's ``utils``: what models without a data set use of it."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np

from ._library import check, lib
from ._plot import DIRECTIONS, Details, picture
from .saving import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "plot_model",
    "register_keras_serializable",
    "set_random_seed",
]


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and elman's random numbers.

    The weights of layers built afterwards are the same on every machine; only the
    last bits of orthogonal ones differ on x86-64 processors without AVX2.
    """
    if not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(
            "Expected `seed` argument to be an integer from 0 to 2**32 - 1. "
            f"Received: seed={seed!r}"
        )
    random.seed(int(seed))
    np.random.seed(int(seed))
    check(lib().elman_set_seed(int(seed)))


class Picture:
    """A picture of a model, which notebooks show."""

    def __init__(self, svg: str):
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the picture to an .svg file."""
        path = _svg_path(file)
        path.write_text(self.svg, encoding="utf-8")


def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] | None = None,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 96,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
) -> Picture:
    """Draw a model: a box for each layer, and arrows along the data.

    Needs neither Graphviz nor pydot.

    Parameters
    ----------
    model : elman.Model or elman.Sequential
        A model that is built.
    to_file : path, optional
        An .svg file to write.
    show_shapes, show_dtype, show_layer_names : bool
        Tell the shapes of inputs and outputs, the type, the name of each layer.
    rankdir : {"TB", "BT", "LR", "RL"}
        Where the data go: from top to bottom, from left to right, ...
    expand_nested : bool
        Show the layers of models that are layers.
    dpi : float
        The size: at 96 letters are as large as those of a page.
    show_layer_activations, show_trainable : bool
        Tell the activation of each layer that has one, and whether it is trained.

    Returns
    -------
    Picture
        Its text is ``svg``; a notebook shows it.

    Raises
    ------
    ValueError
        If the model is not built, or ``to_file``, ``rankdir`` or ``dpi`` is none of
        the above.
    """
    if getattr(model, "_kind", None) != "model":
        raise TypeError(f"plot_model draws models of elman. Received: model={model!r}")
    if rankdir not in DIRECTIONS:
        raise ValueError(f"rankdir must be one of {DIRECTIONS}. Received: {rankdir!r}")
    if not 1 <= dpi <= 10_000:
        raise ValueError(f"dpi must be 1 to 10000. Received: {dpi!r}")
    if to_file is not None:
        _svg_path(to_file)
    details = Details(
        names=show_layer_names,
        shapes=show_shapes,
        dtype=show_dtype,
        activations=show_layer_activations,
        trainable=show_trainable,
        nested=expand_nested,
    )
    drawn = Picture(picture(model._handle, details, rankdir, dpi))
    if to_file is not None:
        drawn.save(to_file)
    return drawn


def _svg_path(file: str | os.PathLike[str]) -> Path:
    path = Path(file)
    if path.suffix.lower() != ".svg":
        raise ValueError(
            "plot_model draws SVG: to_file must end in .svg (browsers and Inkscape "
            f"convert it). Received: {str(file)!r}"
        )
    return path
