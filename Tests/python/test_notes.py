"""The notes, cell by cell."""

import json
import multiprocessing
from pathlib import Path

import elman
import numpy as np
import pytest
from conftest import DATA, in_a_new_process, table
from elman.layers import Bidirectional, SimpleRNN

NOTEBOOK = (
    Path(__file__).resolve().parents[2] / "examples" / "notebooks" / "rnn_notes.ipynb"
)


def use_up(models, layers):
    """Use up names, as the models that a notebook made before."""
    for _ in range(models):
        elman.Sequential()
    for _ in range(layers):
        SimpleRNN(1)


def printed(model, capsys):
    capsys.readouterr()
    model.summary()
    return capsys.readouterr().out


def test_five_summaries_byte_for_byte(capsys):
    use_up(models=1, layers=1)
    model = elman.Sequential()
    model.add(SimpleRNN(3, input_shape=(2, 10)))
    assert printed(model, capsys) == table("summary_1_simple_rnn")

    model = elman.Sequential()
    model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10)))
    assert printed(model, capsys) == table("summary_2_batch_input_shape")

    model = elman.Sequential()
    model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10), return_sequences=True))
    assert printed(model, capsys) == table("summary_3_return_sequences")

    use_up(models=34, layers=44)
    model = elman.Sequential()
    model.add(SimpleRNN(8, input_shape=(20, 4), return_sequences=True))
    model.add(SimpleRNN(8, input_shape=(20, 8), return_sequences=True))
    assert printed(model, capsys) == table("summary_4_deep")

    use_up(models=1, layers=0)
    model = elman.Sequential()
    model.add(Bidirectional(SimpleRNN(8, return_sequences=True), input_shape=(10, 4)))
    for _ in range(3):
        model.add(Bidirectional(SimpleRNN(8, return_sequences=True)))
    assert printed(model, capsys) == table("summary_5_bidirectional")


def numpy_states(inputs, Wx, Wh, b, state):
    states = []
    for input_t in inputs:
        state = np.tanh(np.dot(Wx, input_t) + np.dot(Wh, state) + b)
        states.append(state)
    return np.stack(states)


@pytest.mark.parametrize("sizes", [(10, 4, 8), (1, 1, 1), (7, 3, 17), (30, 70, 33)])
def test_hidden_states_are_numpys(sizes, rng):
    timesteps, input_dim, units = sizes
    inputs = rng.random((timesteps, input_dim))
    Wx, Wh = rng.random((units, input_dim)), rng.random((units, units)) / units
    b, h0 = rng.random(units), rng.random(units)
    states = elman.hidden_states(inputs, Wx, Wh, b)
    assert states.dtype == np.float64
    expected = numpy_states(inputs, Wx, Wh, b, np.zeros(units))
    np.testing.assert_allclose(states, expected, rtol=0, atol=1e-12)
    states = elman.hidden_states(inputs, Wx, Wh, b, initial_state=h0)
    expected = numpy_states(inputs, Wx, Wh, b, h0)
    np.testing.assert_allclose(states, expected, rtol=0, atol=1e-12)
    single = [a.astype(np.float32) for a in (inputs, Wx, Wh, b, h0)]
    states = elman.hidden_states(*single)
    assert states.dtype == np.float32
    np.testing.assert_allclose(states, expected, rtol=0, atol=2e-6)


def test_hidden_states_of_a_batch(rng):
    inputs = rng.random((3, 5, 4))
    Wx, Wh, b = rng.random((8, 4)), rng.random((8, 8)), rng.random(8)
    h0 = rng.random((3, 8))
    states = elman.hidden_states(inputs, Wx, Wh, b, h0)
    assert states.shape == (3, 5, 8)
    for row in range(3):
        alone = elman.hidden_states(inputs[row], Wx, Wh, b, h0[row])
        np.testing.assert_array_equal(states[row], alone)


def test_hidden_states_of_nothing():
    Wx, Wh, b = np.zeros((8, 4)), np.zeros((8, 8)), np.zeros(8)
    assert elman.hidden_states(np.zeros((0, 4)), Wx, Wh, b).shape == (0, 8)
    assert elman.hidden_states(np.zeros((0, 5, 4)), Wx, Wh, b).shape == (0, 5, 8)
    with pytest.raises(ValueError, match="at least 1"):
        elman.hidden_states(
            np.zeros((2, 4)), np.zeros((0, 4)), np.zeros((0, 0)), np.zeros(0)
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": np.zeros(4)}, r"timesteps, input_dim.*shape=\(4,\)"),
        ({"Wx": np.zeros((4, 8))}, r"Wx must have shape \(8, 4\)"),
        ({"Wh": np.zeros((8, 4))}, r"Wh must have shape \(8, 8\)"),
        ({"b": np.zeros((8, 1))}, r"b must be \(units,\)"),
        ({"initial_state": np.zeros(7)}, r"initial_state must have shape"),
    ],
)
def test_hidden_states_say_which_shape_is_wrong(change, message):
    arguments = {
        "inputs": np.zeros((10, 4)),
        "Wx": np.zeros((8, 4)),
        "Wh": np.zeros((8, 8)),
        "b": np.zeros(8),
    }
    with pytest.raises(ValueError, match=message):
        elman.hidden_states(**{**arguments, **change})


def test_the_notebook_runs_and_holds_the_notes_cells():
    nbformat = pytest.importorskip("nbformat")
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    sources = [c.source for c in notebook.cells if c.cell_type == "code"]
    for cell in json.loads((DATA / "notes_cells.json").read_text()):
        assert cell in sources
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    texts = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream"
    ]
    assert len(texts) == 5
    first = table("summary_1_simple_rnn")
    assert texts[0] == first.replace("sequential_1", "sequential").replace(
        "simple_rnn_1 (SimpleRNN)  ", "simple_rnn (SimpleRNN)    "
    )
    assert texts[4].endswith(
        table("summary_5_bidirectional").split("bidirectional_3", 1)[1]
    )


def test_keras_alias_serves_the_notes_imports():
    result = in_a_new_process(
        """
import importlib
import elman
elman.keras_alias(); elman.keras_alias()
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import SimpleRNN, Bidirectional
import tensorflow.keras.backend as K
import keras
from keras.layers import Dense
from tensorflow.keras.regularizers import l2
from tensorflow.keras.constraints import max_norm
for name in elman.__all__:
    if isinstance(getattr(elman, name), type(elman)):
        module = importlib.import_module(f"tensorflow.keras.{name}")
        assert module is getattr(elman, name)
import tensorflow as tf
assert tf.keras is keras and tf.keras.layers.SimpleRNN is SimpleRNN
K.clear_session()
assert Sequential([SimpleRNN(3, input_shape=(2, 10))]).count_params() == 42
try:
    import tensorflow.keras.applications
except ModuleNotFoundError as error:
    print(error)
"""
    )
    assert result.returncode == 0, result.stderr
    assert "elman stands in for Keras" in result.stdout


def test_keras_alias_refuses_beside_the_real_one():
    result = in_a_new_process(
        """
import sys, types
sys.modules["keras"] = types.ModuleType("keras")
import elman
elman.keras_alias()
"""
    )
    assert "ImportError: keras is already imported" in result.stderr


def test_import_is_lazy():
    result = in_a_new_process(
        """
import sys, elman
assert "tqdm" not in sys.modules and "IPython" not in sys.modules
from elman import _library
assert _library._library is None
"""
    )
    assert result.returncode == 0, result.stderr


def _forward_in_child(queue, x):
    elman.set_num_threads(2)
    queue.put(_model()(x))


def _model():
    elman.utils.set_random_seed(3)
    return elman.Sequential(
        [SimpleRNN(128, input_shape=(50, 64), return_sequences=True)]
    )


def test_fork_after_a_forward_with_two_threads(rng):
    x = rng.random((64, 50, 64)).astype(np.float32)
    elman.set_num_threads(2)
    expected = _model()(x)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_forward_in_child, args=(queue, x))
    child.start()
    result = queue.get(timeout=60)
    child.join(timeout=60)
    np.testing.assert_array_equal(result, expected)
