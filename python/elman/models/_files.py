"""Model files: what Keras saved, and what Keras opens."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from .._library import check, encoded, lib
from .._network import Network
from .._prototypes import LoadOptions, LoadWeightsOptions, SaveOptions


class Stored(Network):
    """A model that is written to files, and takes weights from them."""

    def save(
        self,
        filepath: str | os.PathLike[str],
        overwrite: bool = True,
        zipped: bool | None = None,
        save_format: str | None = None,
        include_optimizer: bool = True,
        **kwargs: Any,
    ) -> None:
        """Write the model to a file that Keras opens.

        The file is written whole or not at all: whatever happens, the old one or the
        new one is there.

        Parameters
        ----------
        filepath : str or path
            Ends in ``.keras`` (Keras 3) or in ``.h5`` (all Kerases).
        overwrite : bool
            Whether a file that is there may be replaced.
        zipped, include_optimizer
            Keras's; elman zips, and models here have no optimizer.
        save_format : {"keras", "h5"}, optional
            The format whatever the suffix.
        **kwargs
            Nothing: a ValueError.

        Raises
        ------
        ValueError
            For another suffix, and where the file cannot be written.
        FileExistsError
            If the file is there and may not be replaced.
        NotImplementedError
            If a layer holds a function, as a Lambda does.
        """
        if kwargs:
            raise ValueError(
                f"The following argument(s) are not supported: {list(kwargs)}"
            )
        path = _path(filepath, overwrite)
        options = SaveOptions(ctypes.sizeof(SaveOptions), encoded(save_format))
        check(lib().elman_model_save(self._handle, path, ctypes.byref(options)))

    def save_weights(
        self,
        filepath: str | os.PathLike[str],
        overwrite: bool = True,
        save_format: str | None = None,
    ) -> None:
        """Write the weights alone.

        To ``.weights.h5`` in the form of Keras 3, to another ``.h5`` in that of
        Keras 2. ``save_format`` is Keras 2's, and the suffix says all.
        """
        path = _path(filepath, overwrite)
        check(lib().elman_model_save_weights(self._handle, path))

    def load_weights(
        self,
        filepath: Any,
        by_name: bool = False,
        skip_mismatch: bool = False,
    ) -> None:
        """Set the weights to those of a file: all or, if one does not fit, none.

        Parameters
        ----------
        filepath : str, path, file object or bytes
            ``.weights.h5``, ``.h5`` of Keras 1, 2 or 3, or a whole model.
        by_name : bool
            Into the layers that have the names of the file: ``.h5`` of Keras 2 alone.
        skip_mismatch : bool
            Leave layers as they are whose weights do not fit.

        Raises
        ------
        ValueError
            If there is no such file, it is damaged, or it does not fit the model.
        """
        options = LoadWeightsOptions(
            ctypes.sizeof(LoadWeightsOptions), 0, bool(by_name), bool(skip_mismatch)
        )
        content = _content(filepath)
        if content is None:
            path = encoded(os.fspath(filepath), "A path")
            load = lib().elman_model_load_weights
            check(load(self._handle, path, ctypes.byref(options)))
        else:
            load = lib().elman_model_load_weights_memory
            check(load(self._handle, content, len(content), ctypes.byref(options)))


def load_model(
    filepath: Any,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model in a file of Keras, from 1.0 on.

    The content says which format it is, whatever the file is called: a ``.keras``
    archive of Keras 3 or tf_keras, or HDF5 of Keras 1, 2, tf.keras or 3. What a name
    or a default meant in the Keras that wrote the file is what it means here.

    Parameters
    ----------
    filepath : str, path, file object or bytes
        The file, or its content.
    custom_objects, compile, safe_mode
        Keras's. Nothing in a file is ever run or imported, so that there is nothing to
        allow; compile settings are not read.

    Raises
    ------
    ValueError
        If there is no such file, it is damaged, or a layer in it is unknown.
    NotImplementedError
        If it is of another format, which the message names, or has a Lambda in it.

    Examples
    --------
    >>> import elman, os, tempfile
    >>> model = elman.Sequential([elman.layers.GRU(3, input_shape=(2, 10))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.keras")
    ...     model.save(path)
    ...     elman.models.load_model(path).count_params()
    135
    """
    handle = ctypes.c_uint64()
    options = LoadOptions(ctypes.sizeof(LoadOptions), 0, None)
    content = _content(filepath)
    at = ctypes.byref(handle)
    if content is None:
        path = encoded(os.fspath(filepath), "A path")
        check(lib().elman_model_load(path, ctypes.byref(options), at))
    else:
        load = lib().elman_model_load_memory
        check(load(content, len(content), ctypes.byref(options), at))
    from .model import wrapped

    return wrapped(handle.value)


def _content(file: Any) -> bytes | None:
    """The bytes of a file object or of what is bytes already; None for a path."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        return bytes(file)
    if hasattr(file, "read"):
        content = file.read()
        if not isinstance(content, bytes):
            raise TypeError(
                "A model file must be opened in binary mode: open(path, 'rb')"
            )
        return content
    return None


def _path(path: str | os.PathLike[str], overwrite: bool) -> bytes | None:
    """Where to write, as the library takes it."""
    if not overwrite and Path(path).exists():
        raise FileExistsError(f"{path} exists already, and overwrite is False.")
    return encoded(os.fspath(path), "A path")
