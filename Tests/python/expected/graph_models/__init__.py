"""The networks of make_graphs.py, one file a subject.

Each file has `models(keras)`, which yields (name, model) for Keras 3 or tf_keras, or
(name, model, names of the inputs that get a mask when the model is called).
What an input holds follows from its dtype and name: int32 is for indices below 7,
bool for masks; inputs named `padded...` have timesteps of zeros.
"""

from . import (
    attention,
    branches,
    masks,
    merging,
    nesting,
    operators,
    seq2seq,
    sharing,
    structures,
)

SUBJECTS = [
    seq2seq,
    attention,
    merging,
    masks,
    sharing,
    nesting,
    structures,
    operators,
    branches,
]
