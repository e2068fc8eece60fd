"""Writes training.json: what losses and optimizers of Keras 3 compute, for Swift.

Run with Keras 3 on TensorFlow: python make_training.py
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

random = np.random.default_rng(7)


def numbers(array):
    return [float(f"{value:.9g}") for value in np.asarray(array, np.float32).ravel()]


# Losses: values and gradients of a batch of 4 samples of 3 outputs.

SAMPLES, OUTPUTS = 4, 3
real = random.normal(size=(SAMPLES, OUTPUTS)).astype("float32")
probabilities = random.uniform(0.05, 0.95, size=(SAMPLES, OUTPUTS)).astype("float32")
probabilities[1, 0] = 0.0
positive = np.abs(real) + 0.1
binary = random.integers(0, 2, size=(SAMPLES, OUTPUTS)).astype("float32")
classes = np.array([2, 0, 1, 2], "float32")
one_hot = np.eye(OUTPUTS, dtype="float32")[classes.astype(int)]
signs = 2 * binary - 1
real_targets = random.normal(size=(SAMPLES, OUTPUTS)).astype("float32")

LOSSES = [
    ("MeanSquaredError", {}, real_targets, real),
    ("MeanAbsoluteError", {}, real_targets, real),
    ("MeanAbsolutePercentageError", {}, real_targets, real),
    ("MeanSquaredLogarithmicError", {}, np.abs(real_targets), positive),
    ("Huber", {}, real_targets, real),
    ("Huber", {"delta": 0.3}, real_targets, real),
    ("LogCosh", {}, real_targets, real),
    ("Poisson", {}, np.abs(real_targets), positive),
    ("KLDivergence", {}, one_hot, probabilities),
    ("CosineSimilarity", {}, real_targets, real),
    ("Hinge", {}, binary, real),
    ("Hinge", {}, signs, real),
    ("SquaredHinge", {}, binary, real),
    ("CategoricalHinge", {}, one_hot, real),
    ("BinaryCrossentropy", {}, binary, probabilities),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, binary, probabilities),
    ("BinaryCrossentropy", {"from_logits": True}, binary, real),
    ("BinaryFocalCrossentropy", {"gamma": 1.5}, binary, probabilities),
    (
        "BinaryFocalCrossentropy",
        {"from_logits": True, "apply_class_balancing": True},
        binary,
        real,
    ),
    ("CategoricalCrossentropy", {}, one_hot, probabilities),
    ("CategoricalCrossentropy", {"label_smoothing": 0.2}, one_hot, probabilities),
    (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.2},
        one_hot,
        real,
    ),
    ("CategoricalFocalCrossentropy", {}, one_hot, probabilities),
    (
        "CategoricalFocalCrossentropy",
        {"from_logits": True, "alpha": 0.4, "gamma": 3.0},
        one_hot,
        real,
    ),
    ("SparseCategoricalCrossentropy", {}, classes, probabilities),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, classes, real),
    (
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": 0},
        classes,
        real,
    ),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, classes, probabilities),
]

WEIGHTS = np.array([0.5, 2.0, 0.0, 1.5], "float32")
MASK = np.array([True, False, True, True])
REDUCTIONS = ["sum_over_batch_size", "sum", "mean_with_sample_weight"]


def loss_case(name, config, targets, outputs, weights=None, mask=None):
    config = dict(config)
    loss = getattr(keras.losses, name)(**config)
    variable = tf.Variable(outputs)
    with tf.GradientTape() as tape:
        output = tf.convert_to_tensor(variable)
        if mask is not None:
            output._keras_mask = tf.constant(mask)
        value = loss(targets, output, sample_weight=weights)
    case = {
        "class_name": name,
        "config": config,
        "shape": list(outputs.shape),
        "targets": numbers(targets),
    }
    case |= {
        "outputs": numbers(outputs),
        "loss": numbers(value)[0],
        "gradient": numbers(tape.gradient(value, variable)),
    }
    if weights is not None:
        case["weights"] = numbers(weights)
    if mask is not None:
        case["mask"] = [int(flag) for flag in mask]
    return case


losses = [loss_case(*case) for case in LOSSES]
for reduction in REDUCTIONS:
    for weights, mask in [(None, None), (WEIGHTS, None), (None, MASK), (WEIGHTS, MASK)]:
        case = ("MeanSquaredError", {"reduction": reduction}, real_targets, real)
        losses.append(loss_case(*case, weights=weights, mask=mask))
losses.append(loss_case(*LOSSES[-1], weights=WEIGHTS, mask=MASK))

# Optimizers: two variables after each of five steps.

SHAPES = [(2, 3), (4,)]
starts = [random.normal(size=shape).astype("float32") for shape in SHAPES]
gradients = [
    [random.normal(size=shape).astype("float32") for shape in SHAPES] for _ in range(5)
]

OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "learning_rate": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "learning_rate": 0.05}),
    ("AdamW", {}),
    ("Adamax", {}),
    ("Nadam", {}),
    ("Adagrad", {"learning_rate": 0.1}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Ftrl", {"learning_rate": 0.1}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "learning_rate_power": -0.7,
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.02,
            "l2_shrinkage_regularization_strength": 0.03,
            "beta": 0.1,
        },
    ),
    ("Lion", {}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.1, "relative_step": False}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"clipnorm": 0.5}),
    ("SGD", {"clipvalue": 0.3}),
    ("SGD", {"global_clipnorm": 0.7}),
    (
        "Adam",
        {
            "use_ema": True,
            "ema_momentum": 0.5,
            "ema_overwrite_frequency": 2,
            "learning_rate": 0.1,
        },
    ),
    ("SGD", {"gradient_accumulation_steps": 2, "learning_rate": 0.1}),
    ("SGD", {"loss_scale_factor": 4.0}),
]


def optimizer_case(name, config):
    optimizer = getattr(keras.optimizers, name)(**config)
    variables = [keras.Variable(start) for start in starts]
    steps = []
    for step in gradients:
        optimizer.apply([tf.constant(gradient) for gradient in step], variables)
        steps.append([numbers(variable) for variable in variables])
    return {"class_name": name, "config": config, "steps": steps}


content = {
    "losses": losses,
    "shapes": [list(shape) for shape in SHAPES],
    "starts": [numbers(start) for start in starts],
    "gradients": [[numbers(gradient) for gradient in step] for step in gradients],
    "optimizers": [optimizer_case(*case) for case in OPTIMIZERS],
}
Path(__file__).with_name("training.json").write_text(
    json.dumps(content, indent=None, separators=(",", ":")) + "\n"
)
