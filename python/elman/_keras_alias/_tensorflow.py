"""What programs ask of TensorFlow before they come to Keras."""

from __future__ import annotations

import operator
from types import ModuleType
from typing import NamedTuple, NoReturn

import numpy as np

from .._library import check, lib
from ._stand_in import VERSION, StandIn, linked


class PhysicalDevice(NamedTuple):
    """A device as TensorFlow lists it."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of a type: elman runs on the processor."""
    devices = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    return [d for d in devices if device_type in (None, d.device_type)]


def set_memory_growth(device: object, enable: bool) -> NoReturn:
    """Raise the ValueError that TensorFlow has for what is no GPU."""
    raise ValueError(
        "Cannot set memory growth on non-GPU devices: elman has no others. "
        f"Received: device={device!r}"
    )


def set_seed(seed: int) -> None:
    """Seed elman's random numbers, as ``tf.random.set_seed`` seeds TensorFlow's."""
    check(lib().elman_set_seed(operator.index(seed) % 2**64))


def is_gpu_available(*arguments: object, **keywords: object) -> bool:
    """Whether there is a GPU: there is none."""
    return False


def gpu_device_name() -> str:
    """The name of the GPU; "" where there is none."""
    return ""


_TYPES = ("bool", "float16", "float32", "float64", "int8", "int16", "int32", "int64")
_NAMES = {
    "tensorflow": {
        "__version__": VERSION,
        "set_random_seed": set_seed,
        "newaxis": None,
        **{name: np.dtype(name) for name in _TYPES},
    },
    "tensorflow.config": {"list_physical_devices": list_physical_devices},
    "tensorflow.config.experimental": {
        "list_physical_devices": list_physical_devices,
        "set_memory_growth": set_memory_growth,
    },
    "tensorflow.random": {"set_seed": set_seed},
    "tensorflow.test": {
        "gpu_device_name": gpu_device_name,
        "is_gpu_available": is_gpu_available,
    },
    "tensorflow.python": {},
}


def modules_of_tensorflow(keras: ModuleType) -> dict[str, ModuleType]:
    """The modules by their full names, with ``keras`` where TensorFlow has it."""
    modules: dict[str, ModuleType] = {
        name: StandIn(name, names) for name, names in _NAMES.items()
    }
    modules["tensorflow.keras"] = modules["tensorflow.python.keras"] = keras
    return linked(modules)
