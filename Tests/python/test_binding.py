"""The ctypes declarations beside the headers of C."""

import ctypes
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import elman
import numpy as np
import pytest
from elman import _library, _prototypes
from elman.layers import LSTM, Dense, Embedding
from elman.models import _calls

ROOT = Path(__file__).resolve().parents[2]
HEADER = "".join(file.read_text() for file in sorted(ROOT.glob("include/*.h")))


def declared():
    """The functions of the headers and how many parameters each has."""
    code = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
    found = {}
    for name, parameters in re.findall(
        r"ELMAN_API [\w \*]+?(elman_\w+)\(([^;]*?)\);", code, flags=re.S
    ):
        empty = parameters.strip() == "void"
        found[name] = 0 if empty else parameters.count(",") + 1
    return found


def test_every_function_of_the_headers_is_declared():
    mirrored = {name: len(args) for name, (_, args) in _prototypes.PROTOTYPES.items()}
    assert mirrored == declared()
    for name in mirrored:
        function = getattr(_library.lib(), name)
        assert function.argtypes is not None and function.restype is not None


STRUCTS = {
    "elman_array": _prototypes.Array,
    "elman_run_options": _prototypes.RunOptions,
    "elman_output": _prototypes.Output,
    "elman_summary_options": _prototypes.SummaryOptions,
}


def test_the_header_names_the_classes_of_layers():
    text = re.search(r"class_name    one of (.*?)\n \*   config_json", HEADER, re.S)[1]
    named = re.findall(r"[A-Z]\w+", re.sub(r"\(.*?\)", "", text))
    create = _library.lib().elman_layer_create
    with pytest.raises(ValueError, match="Unknown layer") as error:
        _library.check(create(b"?", None, ctypes.byref(ctypes.c_uint64())))
    known = str(error.value).split("The layers are ")[1]
    assert sorted(named) == sorted(re.findall(r"\w+", known))


def test_structs_lie_in_memory_as_in_c():
    lines = []
    for name, struct in STRUCTS.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field, _ in struct._fields_:
            lines.append(f'printf("{name}.{field} %zu\\n", offsetof({name}, {field}));')
    program = (
        "#include <elman.h>\n#include <stdio.h>\nint main(void) {"
        + "".join(lines)
        + "return 0; }"
    )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(program)
        probe = f"{folder}/probe"
        subprocess.run(
            ["cc", str(source), f"-I{ROOT / 'include'}", "-o", probe], check=True
        )
        output = subprocess.run(
            [probe], capture_output=True, text=True, check=True
        ).stdout
    expected = dict(line.split() for line in output.splitlines())
    for name, struct in STRUCTS.items():
        assert ctypes.sizeof(struct) == int(expected[name])
        for field, _ in struct._fields_:
            offset = getattr(struct, field).offset
            assert offset == int(expected[f"{name}.{field}"]), field


def test_a_missing_library_says_where_it_was_looked_for():
    code = """
import os
os.environ["ELMAN_LIBRARY"] = "/nowhere/libelman.so"
import elman
elman.kernels()
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "python")},
    )
    assert "/nowhere/libelman.so: no such file" in result.stderr
    assert "make lib" in result.stderr


def test_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(_library, "__version__", "9.9.9")
    with pytest.raises(ImportError, match=r"is elman 0\.2\.0.*9\.9\.9"):
        _library._load()


@pytest.mark.parametrize(
    ("cls", "config"),
    [
        ("SimpleRNN", {"units": 3}),
        ("Dense", {"units": 3}),
        ("Flatten", {}),
        ("Dropout", {"rate": 0.5}),
        ("Activation", {"activation": "tanh"}),
    ],
)
def test_pythons_defaults_are_the_engines(cls, config):
    made = getattr(elman.layers, cls)(**config, name="same")
    bare = getattr(elman.layers, cls).from_config({**config, "name": "same"})
    assert made.get_config() == bare.get_config()


@pytest.mark.parametrize("kernels", ["baseline", "avx2", "avx512"])
def test_every_set_of_kernels_runs_the_notes(kernels):
    flags = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    needed = {"baseline": "", "avx2": " avx2 ", "avx512": " avx512vl "}[kernels]
    if needed not in flags:
        pytest.skip(f"this CPU has no {kernels}")
    code = """
import elman, numpy as np
rng = np.random.default_rng(0)
layer = elman.layers.SimpleRNN(37, return_sequences=True)
x = rng.standard_normal((9, 12, 21)).astype(np.float32)
y = layer(x)
W, U, b = (w.astype(float) for w in layer.get_weights())
h = np.zeros((9, 37))
for t in range(12):
    h = np.tanh(x[:, t] @ W + h @ U + b)
    assert np.abs(h - y[:, t]).max() < 1e-5
print(elman.kernels())
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path), "ELMAN_KERNELS": kernels},
    )
    assert result.stdout.strip() == kernels, result.stderr


@pytest.mark.skipif(_library._fast is None, reason="elman._fast was not compiled")
@pytest.mark.parametrize("rows", [2, 100, 1000])
def test_calls_without_ctypes_are_taken_and_give_the_same_bits(rows):
    model = elman.Sequential([LSTM(5, return_sequences=True, input_shape=(4, 3))])
    rng = np.random.default_rng(1)
    x = rng.standard_normal((rows, 4, 3)).astype(np.float32)
    expected = model(x)
    before = expected.tobytes()
    results = [model._fast(x), model(x)]
    model(-x)
    assert [before] * 3 == [array.tobytes() for array in (expected, *results)]
    stream = model.stream()
    steps = [stream.step(row) for row in x[0]]
    assert np.stack(steps).tobytes() == expected[0].tobytes()
    assert stream._fast_single(x[0, 0]) is not None


@pytest.mark.parametrize("rows", [2, 1000])
def test_a_layer_that_another_thread_adds_is_in_the_next_call(rows, monkeypatch):
    model = elman.Sequential([LSTM(5, return_sequences=True, input_shape=(4, 3))])
    run = _calls.run

    def run_then_add(*arguments):
        outputs = run(*arguments)
        model.add(Dense(7))
        monkeypatch.undo()
        return outputs

    monkeypatch.setattr(_calls, "run", run_then_add)
    x = np.ones((rows, 4, 3), np.float32)
    assert [model(x).shape[-1] for _ in range(3)] == [5, 7, 7]


def test_an_error_of_a_call_with_a_large_output_is_told():
    model = elman.Sequential([Embedding(10, 600, input_length=8)])
    x = np.zeros((2, 8), np.float32)
    model(x)
    for _ in range(3):
        with pytest.raises(ValueError, match="10"):
            model(x + 10)
    assert model(x).shape == (2, 8, 600)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.astype(np.float64),
        lambda x: x[:, ::-1][:, ::-1],
        lambda x: np.asfortranarray(x),
        lambda x: x.tolist(),
        lambda x: x.astype(">f4"),
    ],
)
def test_what_is_not_dense_float32_goes_another_way(change):
    model = elman.Sequential([LSTM(5, return_sequences=True, input_shape=(4, 3))])
    x = np.random.default_rng(1).integers(-2, 3, (2, 4, 3)).astype(np.float32)
    expected = model(x)
    assert model(change(x)).tobytes() == expected.tobytes()
    stream = model.stream()
    assert stream.step(change(x)[0][0]).shape == (5,)


def test_a_released_stream_says_so_at_the_next_step():
    model = elman.Sequential([LSTM(5, return_sequences=True, input_shape=(4, 3))])
    stream = model.stream()
    x = np.zeros(3, np.float32)
    stream.step(x)
    stream.close()
    assert repr(stream) == "<Stream closed>"
    for given in (x, x.tolist(), x[None]):
        with pytest.raises(RuntimeError, match="This Stream was closed"):
            stream.step(given)
