"""Models in forked processes, as multiprocessing and its users make them."""

import concurrent.futures
import multiprocessing
import os
import threading
import traceback

import elman
import numpy as np
import pytest
from elman.layers import GRU, LSTM, Bidirectional, Dense, Lambda

CONTEXT = multiprocessing.get_context("fork")


def new_model():
    return elman.Sequential(
        [
            Bidirectional(GRU(40, return_sequences=True), input_shape=(None, 8)),
            LSTM(20),
            Dense(3, activation="softmax"),
        ]
    )


MODEL = new_model()
X = np.random.default_rng(0).normal(size=(64, 12, 8)).astype(np.float32)


def predict(seed):
    """What a worker does: with the parent's model, and with one of its own."""
    threads = [threading.Thread(target=MODEL, args=(X,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    own = new_model()
    own.set_weights(MODEL.get_weights())
    assert np.array_equal(own(X), MODEL(X))
    stream = elman.Sequential([LSTM(4, input_shape=(None, 8))]).stream()
    stream.run(X[:1])
    for thread in threads:
        thread.join()
    return MODEL(X * seed)


@pytest.fixture
def busy():
    """Threads that use the library while the test forks."""
    stop = threading.Event()
    weights = MODEL.get_weights()

    def work(kind):
        while not stop.is_set():
            if kind == 0:
                MODEL(X)
            elif kind == 1:
                new_model().set_weights(weights)
            else:
                elman.layers.Lambda(np.sin)(X)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()


def expected():
    return [MODEL(X * seed) for seed in range(6)]


def test_a_pool_of_multiprocessing(busy):
    with CONTEXT.Pool(2) as pool:
        results = pool.map_async(predict, range(6)).get(timeout=120)
    assert np.array_equal(results, expected())


def test_a_pool_of_concurrent_futures(busy):
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=CONTEXT) as pool:
        results = list(pool.map(predict, range(6), timeout=120))
    assert np.array_equal(results, expected())


def test_joblib(busy):
    joblib = pytest.importorskip("joblib")
    parallel = joblib.Parallel(n_jobs=2, backend="multiprocessing", timeout=120)
    results = parallel(joblib.delayed(predict)(seed) for seed in range(6))
    assert np.array_equal(results, expected())


def in_child(work):
    """The exit code of a child that does some work; its traceback goes to stderr."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def test_many_children_and_children_of_children(busy):
    for _ in range(20):
        assert in_child(lambda: predict(1)) == 0
    assert in_child(lambda: os._exit(in_child(lambda: predict(2)))) == 0


def test_a_child_forked_inside_a_callback():
    codes = []

    def function(x):
        if not codes:
            codes.append(None)
            codes[0] = in_child(lambda: predict(1))
        return x

    model = elman.Sequential([Lambda(function, output_shape=(2,), input_shape=(2,))])
    model(np.zeros((1, 2)))
    assert codes == [0]
