"""Keras's initializers. They are descriptions: the library makes the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._arrays import sizes
from ._described import Described, find
from ._library import check, lib


class Initializer(Described):
    """The base of all: a class name and its arguments."""

    def __call__(
        self, shape: Sequence[int], dtype: Any = None
    ) -> npt.NDArray[np.float32]:
        """First values of a shape, as the library makes them for a weight."""
        if self._class_name == "Initializer":
            raise NotImplementedError
        values = np.empty(tuple(int(size) for size in shape), np.float32)
        apply, data = lib().elman_initializer_apply, values.ctypes.data
        check(apply(self._json(), sizes(values), values.ndim, data, values.size))
        return values if dtype is None else values.astype(dtype)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """An initializer from what ``get_config`` gives, also of Keras.

        Its axes of inputs and outputs are those of the weight, its type is float32.
        """
        ignored = ("input_axes", "output_axes", "dtype")
        return cls(**{k: v for k, v in config.items() if k not in ignored})

    def clone(self) -> Initializer:
        """Another of the same arguments."""
        return self.from_config(self.get_config())


class Zeros(Initializer):
    """All 0."""

    def __init__(self) -> None:
        super().__init__()


class Ones(Initializer):
    """All 1."""

    def __init__(self) -> None:
        super().__init__()


class Constant(Initializer):
    """All ``value``, or the values of an array.

    An array is broadcast to the shape of the weight, as in Keras 3; as many numbers as
    the weight has fill it row by row, as in Keras 2.
    """

    def __init__(self, value: npt.ArrayLike = 0.0):
        super().__init__(value=value)


class RandomNormal(Initializer):
    """Normal values."""

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None
    ):
        super().__init__(mean=mean, stddev=stddev, seed=seed)


class TruncatedNormal(Initializer):
    """Normal values within two deviations."""

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None
    ):
        super().__init__(mean=mean, stddev=stddev, seed=seed)


class RandomUniform(Initializer):
    """Uniform values."""

    def __init__(
        self,
        minval: float = -0.05,
        maxval: float = 0.05,
        seed: int | None = None,
    ):
        super().__init__(minval=minval, maxval=maxval, seed=seed)


class VarianceScaling(Initializer):
    """Values whose variance is ``scale`` over the number of inputs or outputs."""

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ):
        super().__init__(scale=scale, mode=mode, distribution=distribution, seed=seed)


class _Seeded(VarianceScaling):
    """VarianceScaling of three fixed arguments."""

    def __init__(self, seed: int | None = None):
        Described.__init__(self, seed=seed)


class GlorotUniform(_Seeded):
    """Uniform, variance 2 / (inputs + outputs)."""

    scale, mode, distribution = 1.0, "fan_avg", "uniform"


class GlorotNormal(_Seeded):
    """Truncated normal, variance 2 / (inputs + outputs)."""

    scale, mode, distribution = 1.0, "fan_avg", "truncated_normal"


class HeUniform(_Seeded):
    """Uniform, variance 2 / inputs."""

    scale, mode, distribution = 2.0, "fan_in", "uniform"


class HeNormal(_Seeded):
    """Truncated normal, variance 2 / inputs."""

    scale, mode, distribution = 2.0, "fan_in", "truncated_normal"


class LecunUniform(_Seeded):
    """Uniform, variance 1 / inputs."""

    scale, mode, distribution = 1.0, "fan_in", "uniform"


class LecunNormal(_Seeded):
    """Truncated normal, variance 1 / inputs."""

    scale, mode, distribution = 1.0, "fan_in", "truncated_normal"


class Orthogonal(Initializer):
    """A matrix with orthonormal rows or columns, times ``gain``."""

    def __init__(self, gain: float = 1.0, seed: int | None = None):
        super().__init__(gain=gain, seed=seed)


class Identity(Initializer):
    """The identity matrix, times ``gain``."""

    def __init__(self, gain: float = 1.0):
        super().__init__(gain=gain)


_SHORT_NAMES = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "random_normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "random_uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
    "orthogonal": Orthogonal,
    "identity": Identity,
    "uniform": RandomUniform,
    "normal": RandomNormal,
}
# Keras 3's other names.
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal

_CLASSES = {cls.__name__: cls for cls in _SHORT_NAMES.values()}
globals().update(_SHORT_NAMES)


def get(identifier: Any) -> Any:
    """An initializer from its name, its config, an array, or itself; None stays None.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if isinstance(identifier, (list, np.ndarray)):
        return Constant(identifier)
    return find(identifier, {**_SHORT_NAMES, **_CLASSES}, "initializer")


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """An initializer from what ``serialize`` gives, or a name.

    Parameters
    ----------
    config : dict or str
        ``{"class_name": ..., "config": ...}``, as Keras writes it.
    custom_objects : dict, optional
        Classes and functions of your own, by name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    return find(config, {**_SHORT_NAMES, **_CLASSES}, "initializer", custom_objects)


def serialize(initializer: Initializer) -> dict[str, Any]:
    """``{"class_name": ..., "config": ...}``."""
    return initializer.serialized("keras.initializers")
