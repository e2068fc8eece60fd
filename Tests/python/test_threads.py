"""Threads share a layer's work, and never change its bits."""

import os
import subprocess
import sys
import threading

import elman
import numpy as np
import pytest
from elman.layers import GRU, LSTM, Bidirectional, SimpleRNN


@pytest.fixture(autouse=True)
def threads_as_before():
    before = elman.get_num_threads()
    yield
    elman.set_num_threads(before)


def model(layer, features=30):
    net = elman.Sequential([layer])
    net.build((None, None, features))
    return net


LAYERS = [
    lambda: SimpleRNN(256, return_sequences=True),
    lambda: SimpleRNN(300),
    lambda: LSTM(128, return_sequences=True),
    lambda: LSTM(131),
    lambda: GRU(150, return_sequences=True),
    lambda: GRU(150, reset_after=False),
    lambda: LSTM(128, return_sequences=True, go_backwards=True),
    lambda: Bidirectional(LSTM(128, return_sequences=True)),
]


@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize("batch", [1, 3, 9])
def test_units_and_rows_shared_give_the_same_bits(make, batch):
    net = model(make())
    x = np.random.default_rng(0).standard_normal((batch, 41, 30)).astype("f")
    elman.set_num_threads(1)
    alone = net(x)
    for threads in (2, 3, 5):
        elman.set_num_threads(threads)
        for _ in range(5):
            assert net(x).tobytes() == alone.tobytes()


def test_callers_that_run_at_once_each_get_their_own():
    net = model(LSTM(128, return_sequences=True))
    elman.set_num_threads(2)
    inputs = np.random.default_rng(0).standard_normal((4, 1, 20, 30)).astype("f")
    expected = [net(x).tobytes() for x in inputs]
    wrong = []

    def call(index):
        for _ in range(100):
            if net(inputs[index]).tobytes() != expected[index]:
                wrong.append(index)

    callers = [threading.Thread(target=call, args=(i,)) for i in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ELMAN_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, 3),
        ({"OMP_NUM_THREADS": "5"}, 5),
        ({"OMP_NUM_THREADS": "4,2"}, 4),
        ({"ELMAN_NUM_THREADS": "many", "OMP_NUM_THREADS": "2"}, 2),
    ],
)
def test_the_environment_says_how_many(variables, expected):
    names = ("ELMAN_NUM_THREADS", "OMP_NUM_THREADS")
    environment = {k: v for k, v in os.environ.items() if k not in names}
    program = "import elman; print(elman.get_num_threads())"
    output = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **variables, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert int(output) == expected
