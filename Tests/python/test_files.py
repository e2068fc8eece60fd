"""Files of every Keras, as these wrote them: see expected/make_files.py."""

import ctypes
import io
import zipfile

import elman
import numpy as np
import pytest
from conftest import DATA
from elman._library import check, lib
from elman._prototypes import Array, LoadOptions, LoadWeightsOptions, Output


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder with the files."""
    folder = tmp_path_factory.mktemp("models")
    with zipfile.ZipFile(DATA / "models.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def expected(files):
    return np.load(files / "expected.npz")


with zipfile.ZipFile(DATA / "models.zip") as archive:
    NAMES = [name for name in archive.namelist() if name != "expected.npz"]
WEIGHTS = {
    "k3_chain.weights.h5": "k3_chain.keras",
    "tf_chain.weights.h5": "tf_chain.keras",
    "tf_chain_weights.h5": "tf_chain.h5",
    "keras2_cudnn_weights.h5": "keras2_cudnn.h5",
}
MODELS = [name for name in NAMES if name not in WEIGHTS]


class Loaded:
    """A model through the C functions: a chain or a graph."""

    def __init__(self, path):
        handle = ctypes.c_uint64()
        check(lib().elman_model_load(bytes(path), None, ctypes.byref(handle)))
        self.handle = handle.value

    def __call__(self, inputs):
        arrays, kept = (Array * len(inputs))(), []
        for array, x in zip(arrays, inputs, strict=True):
            x = np.ascontiguousarray(x, np.float32)
            shape = (ctypes.c_int64 * x.ndim)(*x.shape)
            array.data, array.shape, array.rank = x.ctypes.data, shape, x.ndim
            kept += [x, shape]
        run, count = lib().elman_model_run, ctypes.c_size_t()
        given = (self.handle, arrays, len(inputs), None)
        check(run(*given, None, 0, ctypes.byref(count)))
        outputs = (Output * count.value)()
        check(run(*given, outputs, count.value, None))
        results = []
        for output in outputs:
            y = np.empty(tuple(output.shape[: output.rank]), np.float32)
            output.data = y.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            output.count = y.size
            results.append(y)
        check(run(*given, outputs, count.value, None))
        return results

    def close(self):
        check(lib().elman_model_release(self.handle))


def arrays(expected, name, what):
    keys = (f"{name}/{what}{i}" for i in range(9))
    return [expected[key] for key in keys if key in expected]


def matches(model, expected, name):
    outputs = model(arrays(expected, name, "in"))
    wanted = arrays(expected, name, "out")
    assert len(outputs) == len(wanted) > 0
    for output, want in zip(outputs, wanted, strict=True):
        np.testing.assert_allclose(output, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_whole_models(files, expected, name):
    model = Loaded(files / name)
    matches(model, expected, name)
    model.close()


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_alone(files, expected, name):
    model = Loaded(files / WEIGHTS[name])
    count = ctypes.c_size_t()
    check(lib().elman_model_weight_count(model.handle, ctypes.byref(count)))
    zero = (ctypes.c_int64 * 8)()
    rank = ctypes.c_size_t()
    for index in range(count.value):
        shape = lib().elman_model_weight_shape
        check(shape(model.handle, index, zero, 8, ctypes.byref(rank)))
        values = np.zeros(tuple(zero[: rank.value]), np.float32)
        array = Array(values.ctypes.data, zero, rank.value)
        check(lib().elman_model_set_weight(model.handle, index, ctypes.byref(array)))
    check(lib().elman_model_load_weights(model.handle, bytes(files / name), None))
    matches(model, expected, name)
    model.close()


def chain(files, name="k3_chain.keras"):
    return elman.models.load_model(files / name)


def test_paths_bytes_and_file_objects(files, expected):
    path = files / "k3_chain.keras"
    x = expected["k3_chain.keras/in0"]
    want = chain(files)(x)
    for given in [str(path), path, path.read_bytes(), io.BytesIO(path.read_bytes())]:
        model = elman.models.load_model(given, compile=False, custom_objects={"a": 1})
        np.testing.assert_array_equal(model(x), want)
    with open(path, "rb") as file:
        np.testing.assert_array_equal(elman.models.load_model(file)(x), want)
    with open(path, encoding="latin-1") as file, pytest.raises(TypeError):
        elman.models.load_model(file)


def test_names_of_layers_stay(files):
    assert [layer.name for layer in chain(files).layers[::2]] == ["z_first", "a_second"]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    "name", [n for n in MODELS if n.endswith(".keras") or "2" in n]
)
def test_what_is_written_is_read(files, expected, tmp_path, name, suffix):
    first = Loaded(files / name)
    path = tmp_path / f"again{suffix}"
    check(lib().elman_model_save(first.handle, bytes(path), None))
    first.close()
    again = Loaded(path)
    matches(again, expected, name)
    again.close()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".weights.h5", ".h5"])
def test_weights_written_and_read(files, expected, tmp_path, suffix):
    model, x = chain(files), expected["k3_chain.keras/in0"]
    want = model(x)
    model.save_weights(tmp_path / f"w{suffix}")
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.load_weights((tmp_path / f"w{suffix}").read_bytes())
    np.testing.assert_array_equal(model(x), want)


def test_two_saves_are_the_same_bytes(files, tmp_path):
    model = chain(files)
    model.save(tmp_path / "a.keras")
    model.save(tmp_path / "b.keras")
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


def test_save_keeps_the_old_file_where_it_cannot(files, tmp_path):
    model = elman.Sequential([elman.layers.Lambda(lambda x: x, input_shape=(2,))])
    path = tmp_path / "model.h5"
    path.write_text("old")
    with pytest.raises(NotImplementedError, match="holds a function"):
        model.save(path)
    with pytest.raises(FileExistsError):
        chain(files).save(path, overwrite=False)
    assert path.read_text() == "old"
    with pytest.raises(ValueError, match=r"Please add either a `.keras` extension"):
        chain(files).save(tmp_path / "model.tf")
    with pytest.raises(ValueError, match="could not be made"):
        chain(files).save(tmp_path / "nowhere" / "model.h5")


def test_by_name_and_skip_mismatch(files):
    source = chain(files, "tf_chain.h5")
    layers = [
        elman.layers.GRU(3, return_sequences=True, name="z_first", input_shape=(4, 3)),
        elman.layers.Dense(5, name="head"),
    ]
    model = elman.Sequential(layers)
    path = files / "tf_chain.h5"
    with pytest.raises(ValueError, match="containing 3 layers with weights"):
        model.load_weights(path)
    with pytest.raises(ValueError, match=r"'head/kernel' has shape \(3, 5\).*\(2, 2\)"):
        model.load_weights(path, by_name=True)
    before = model.get_weights()
    model.load_weights(path, by_name=True, skip_mismatch=True)
    after = model.get_weights()
    for new, want in zip(after[:3], source.get_weights()[:3], strict=True):
        np.testing.assert_array_equal(new, want)
    for new, want in zip(after[3:], before[3:], strict=True):
        np.testing.assert_array_equal(new, want)
    with pytest.raises(ValueError, match="by_name"):
        model.load_weights(files / "k3_chain.weights.h5", by_name=True)


def test_nothing_is_set_where_one_does_not_fit(files):
    model = elman.Sequential(
        [
            elman.layers.GRU(3, return_sequences=True, input_shape=(4, 3)),
            elman.layers.GRU(2),
            elman.layers.Dense(9),
        ]
    )
    before = model.get_weights()
    for name in ["k3_chain.weights.h5", "tf_chain_weights.h5"]:
        with pytest.raises(ValueError, match="does not fit"):
            model.load_weights(files / name)
    for new, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "git-lfs pointer",
        ),
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        (b"\x80\x04\x95" + bytes(20), "pickle"),
        (b"\x08\x01\x12" + bytes(20), "SavedModel"),
        (b"\x08\x07\x12" + bytes(20), "ONNX"),
        (b"\x40" + bytes(7) + b'{"a":{}}', "safetensors"),
        (b"<!DOCTYPE html>", "web page"),
        (b"", "empty"),
        (b"abc", "does not know"),
    ],
)
def test_other_formats_are_named(content, named):
    with pytest.raises(NotImplementedError, match=named):
        elman.models.load_model(content)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(ValueError, match="No such file"):
        elman.models.load_model(tmp_path / "none.keras")
    with pytest.raises(NotImplementedError, match="is a directory"):
        elman.models.load_model(tmp_path)


def repacked(files, change):
    """The archive of Keras 3 with another config."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(files / "k3_chain.keras") as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()) if name == "config.json" else data)
    return target.getvalue()


def test_foreign_code_is_named(files):
    custom = repacked(files, lambda text: text.replace('"Dense"', '"MyLayer"'))
    with pytest.raises(ValueError, match="MyLayer"):
        elman.models.load_model(custom)
    function = repacked(files, lambda text: text.replace('"Dense"', '"Lambda"'))
    with pytest.raises(NotImplementedError, match="Lambda"):
        elman.models.load_model(function)


def of_units(files, units):
    return repacked(files, lambda text: text.replace('"units": 2', f'"units": {units}'))


def test_weights_that_do_not_fit_the_config(files):
    with pytest.raises(ValueError, match="does not fit"):
        elman.models.load_model(of_units(files, 5000))
    with pytest.raises(MemoryError):
        elman.models.load_model(of_units(files, 2147483647))


@pytest.mark.parametrize("name", ["k3_chain.keras", "keras2_old.h5"])
def test_cut_and_changed_files(files, name):
    """Every end, and a bit of every byte: an error or a model, and never more."""
    whole = (files / name).read_bytes()
    rng = np.random.default_rng(0)
    errors = (ValueError, TypeError, NotImplementedError, MemoryError)
    for end in range(0, len(whole), 97):
        with pytest.raises(errors):
            elman.models.load_model(whole[:end])
    failed = 0
    for place in rng.integers(0, len(whole), 1500):
        changed = bytearray(whole)
        changed[place] ^= 1 << rng.integers(8)
        try:
            elman.models.load_model(bytes(changed))
        except errors:
            failed += 1
    assert 0 < failed < 1500


def test_the_limit_of_bytes(files, monkeypatch):
    path = files / "k3_chain.keras"
    monkeypatch.setenv("ELMAN_MAX_MODEL_BYTES", "1000")
    with pytest.raises(ValueError, match="allowed are 1000"):
        elman.models.load_model(path)
    monkeypatch.setenv("ELMAN_MAX_MODEL_BYTES", "lots")
    with pytest.raises(ValueError, match="ELMAN_MAX_MODEL_BYTES must be"):
        elman.models.load_model(path)


def test_config_and_weights_in_two_files(files, tmp_path, expected):
    with zipfile.ZipFile(files / "k3_chain.keras") as archive:
        (tmp_path / "config.json").write_bytes(archive.read("config.json"))
    config, handle = tmp_path / "config.json", ctypes.c_uint64()
    with pytest.raises(NotImplementedError, match="no weights"):
        elman.models.load_model(config)
    weights = bytes(files / "k3_chain.weights.h5")
    options = LoadOptions(ctypes.sizeof(LoadOptions), 0, weights)
    load = lib().elman_model_load
    check(load(bytes(config), ctypes.byref(options), ctypes.byref(handle)))
    model = elman.models.Sequential._wrap(handle.value)
    x = expected["k3_chain.keras/in0"]
    np.testing.assert_array_equal(model(x), chain(files)(x))


def test_sizes_of_the_structs():
    assert ctypes.sizeof(LoadOptions) == 24
    assert ctypes.sizeof(LoadWeightsOptions) == 24
