"""What the headers declare: every function with its argument and result types.

Handles are structs of one uint64, which travel as a uint64. Pointers to arrays
are declared as ``c_void_p``, so that an address can be passed as an int.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_size_t,
    c_uint64,
    c_void_p,
)

MAX_RANK = 8

SIZE_P = POINTER(c_size_t)
INT32_P = POINTER(c_int32)
INT64_P = POINTER(c_int64)
HANDLE = c_uint64
HANDLE_P = POINTER(c_uint64)
TEXT = (c_void_p, c_size_t, SIZE_P)
SHAPE_IN = (c_void_p, c_size_t)
SHAPE_OUT = (INT64_P, c_size_t, SIZE_P)


class Array(ctypes.Structure):
    """``elman_array``."""

    _fields_ = [
        ("data", c_void_p),
        ("shape", INT64_P),
        ("rank", c_size_t),
    ]


class Mask(ctypes.Structure):
    """``elman_mask``."""

    _fields_ = [
        ("data", c_void_p),
        ("shape", INT64_P),
        ("rank", c_size_t),
    ]


class CallOptions(ctypes.Structure):
    """``elman_call_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("initial_states", HANDLE_P),
        ("initial_state_count", c_size_t),
        ("masks", HANDLE_P),
        ("mask_count", c_size_t),
        ("use_causal_mask", c_int32),
        ("return_attention_scores", c_int32),
    ]


class RunOptions(ctypes.Structure):
    """``elman_run_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("training", c_int32),
        ("reserved", c_int32),
        ("initial_states", POINTER(Array)),
        ("initial_state_count", c_size_t),
        ("masks", POINTER(Mask)),
        ("mask_count", c_size_t),
    ]


class Output(ctypes.Structure):
    """``elman_output``."""

    _fields_ = [
        ("data", POINTER(c_float)),
        ("count", c_size_t),
        ("shape", c_int64 * MAX_RANK),
        ("rank", c_size_t),
    ]


class LoadOptions(ctypes.Structure):
    """``elman_load_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("max_bytes", c_int64),
        ("weights_path", c_char_p),
    ]


class LoadWeightsOptions(ctypes.Structure):
    """``elman_load_weights_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("max_bytes", c_int64),
        ("by_name", c_int32),
        ("skip_mismatch", c_int32),
    ]


class SaveOptions(ctypes.Structure):
    """``elman_save_options``."""

    _fields_ = [("struct_size", c_size_t), ("format", c_char_p)]


class SummaryOptions(ctypes.Structure):
    """``elman_summary_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("style", c_int32),
        ("expand_nested", c_int32),
        ("show_trainable", c_int32),
        ("line_length", c_int32),
        ("positions", POINTER(ctypes.c_double)),
        ("position_count", c_size_t),
        ("first_layer", c_char_p),
        ("last_layer", c_char_p),
    ]


_STATUS = c_int32
_HIDDEN_STATES = (c_size_t, c_size_t, c_size_t, *[c_void_p] * 6)

# name: (result, arguments)
PROTOTYPES: dict[str, tuple[type, tuple[type, ...]]] = {
    "elman_status_name": (c_char_p, (c_int32,)),
    "elman_last_error": (c_size_t, (c_void_p, c_size_t)),
    "elman_last_callback_status": (c_int32, ()),
    "elman_model_create": (_STATUS, (c_char_p, HANDLE_P)),
    "elman_model_create_from_config": (_STATUS, (c_char_p, HANDLE_P)),
    "elman_model_release": (_STATUS, (HANDLE,)),
    "elman_model_add_layer": (_STATUS, (HANDLE, HANDLE)),
    "elman_model_pop_layer": (_STATUS, (HANDLE,)),
    "elman_model_build": (_STATUS, (HANDLE, *SHAPE_IN)),
    "elman_model_is_built": (_STATUS, (HANDLE, INT32_P)),
    "elman_model_input_shape": (_STATUS, (HANDLE, *SHAPE_OUT)),
    "elman_model_output_shape": (_STATUS, (HANDLE, *SHAPE_IN, *SHAPE_OUT)),
    "elman_model_layer_count": (_STATUS, (HANDLE, SIZE_P)),
    "elman_model_layer": (_STATUS, (HANDLE, c_size_t, HANDLE_P)),
    "elman_model_find_layer": (_STATUS, (HANDLE, c_char_p, HANDLE_P)),
    "elman_model_name": (_STATUS, (HANDLE, *TEXT)),
    "elman_model_config": (_STATUS, (HANDLE, *TEXT)),
    "elman_model_json": (_STATUS, (HANDLE, *TEXT)),
    "elman_model_load": (_STATUS, (c_char_p, POINTER(LoadOptions), HANDLE_P)),
    "elman_model_load_memory": (
        _STATUS,
        (c_void_p, c_size_t, POINTER(LoadOptions), HANDLE_P),
    ),
    "elman_model_load_weights": (
        _STATUS,
        (HANDLE, c_char_p, POINTER(LoadWeightsOptions)),
    ),
    "elman_model_load_weights_memory": (
        _STATUS,
        (HANDLE, c_void_p, c_size_t, POINTER(LoadWeightsOptions)),
    ),
    "elman_model_save": (_STATUS, (HANDLE, c_char_p, POINTER(SaveOptions))),
    "elman_model_save_weights": (_STATUS, (HANDLE, c_char_p)),
    "elman_model_forward": (
        _STATUS,
        (HANDLE, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t),
    ),
    "elman_model_run": (
        _STATUS,
        (
            HANDLE,
            POINTER(Array),
            c_size_t,
            POINTER(RunOptions),
            POINTER(Output),
            c_size_t,
            SIZE_P,
        ),
    ),
    "elman_model_reset_states": (_STATUS, (HANDLE,)),
    "elman_model_set_num_threads": (_STATUS, (HANDLE, c_int32)),
    "elman_model_summary": (_STATUS, (HANDLE, *TEXT)),
    "elman_model_summary_with": (
        _STATUS,
        (HANDLE, POINTER(SummaryOptions), *TEXT),
    ),
    "elman_model_count_params": (_STATUS, (HANDLE, INT64_P, INT64_P)),
    "elman_layer_count_params": (_STATUS, (HANDLE, INT64_P, INT64_P)),
    "elman_layer_create": (_STATUS, (c_char_p, c_char_p, HANDLE_P)),
    "elman_layer_create_around": (
        _STATUS,
        (c_char_p, c_char_p, c_void_p, c_size_t, HANDLE_P),
    ),
    "elman_layer_release": (_STATUS, (HANDLE,)),
    "elman_layer_class_names": (_STATUS, TEXT),
    "elman_layer_arguments": (_STATUS, (c_char_p, *TEXT)),
    "elman_input_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_simple_rnn_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_lstm_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_gru_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_rnn_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_bidirectional_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_time_distributed_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_embedding_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_masking_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_dense_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_conv_1d_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_activation_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_dropout_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_cell_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_lambda_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_layer_name": (_STATUS, (HANDLE, *TEXT)),
    "elman_layer_class_name": (_STATUS, (HANDLE, *TEXT)),
    "elman_layer_config": (_STATUS, (HANDLE, *TEXT)),
    "elman_layer_build": (_STATUS, (HANDLE, *SHAPE_IN)),
    "elman_layer_is_built": (_STATUS, (HANDLE, INT32_P)),
    "elman_layer_input_shape": (_STATUS, (HANDLE, *SHAPE_OUT)),
    "elman_layer_output_shape": (_STATUS, (HANDLE, *SHAPE_IN, *SHAPE_OUT)),
    "elman_layer_child": (_STATUS, (HANDLE, c_char_p, HANDLE_P)),
    "elman_custom_layer_create": (_STATUS, (c_void_p, HANDLE_P)),
    "elman_layer_add_weight": (_STATUS, (HANDLE, c_void_p, SIZE_P)),
    "elman_layer_add_layer": (_STATUS, (HANDLE, c_char_p, HANDLE)),
    "elman_layer_context": (_STATUS, (HANDLE, POINTER(c_void_p))),
    "elman_layer_class_register": (_STATUS, (c_char_p, c_void_p, c_void_p)),
    "elman_layer_is_trainable": (_STATUS, (HANDLE, INT32_P)),
    "elman_layer_set_trainable": (_STATUS, (HANDLE, c_int32)),
    "elman_layer_supports_masking": (_STATUS, (HANDLE, INT32_P)),
    "elman_layer_set_supports_masking": (_STATUS, (HANDLE, c_int32)),
    "elman_layer_call": (
        _STATUS,
        (
            HANDLE,
            HANDLE_P,
            c_size_t,
            POINTER(CallOptions),
            HANDLE_P,
            c_size_t,
            SIZE_P,
        ),
    ),
    "elman_tensor_release": (_STATUS, (HANDLE,)),
    "elman_tensor_shape": (_STATUS, (HANDLE, *SHAPE_OUT)),
    "elman_tensor_name": (_STATUS, (HANDLE, *TEXT)),
    "elman_tensor_dtype": (_STATUS, (HANDLE, *TEXT)),
    "elman_tensor_layer": (_STATUS, (HANDLE, HANDLE_P)),
    "elman_tensor_origin": (_STATUS, (HANDLE, POINTER(c_uint64), SIZE_P)),
    "elman_model_create_from_tensors": (
        _STATUS,
        (c_char_p, HANDLE_P, c_size_t, HANDLE_P, c_size_t, c_char_p, HANDLE_P),
    ),
    "elman_layer_create_from_model": (_STATUS, (HANDLE, HANDLE_P)),
    "elman_layer_model": (_STATUS, (HANDLE, HANDLE_P)),
    "elman_model_class_name": (_STATUS, (HANDLE, *TEXT)),
    "elman_model_tensor_counts": (_STATUS, (HANDLE, SIZE_P, SIZE_P)),
    "elman_model_input": (_STATUS, (HANDLE, c_size_t, HANDLE_P)),
    "elman_model_output": (_STATUS, (HANDLE, c_size_t, HANDLE_P)),
    "elman_model_call_count": (_STATUS, (HANDLE, c_size_t, SIZE_P)),
    "elman_model_call_tensors": (
        _STATUS,
        (
            HANDLE,
            c_size_t,
            c_size_t,
            HANDLE_P,
            c_size_t,
            SIZE_P,
            HANDLE_P,
            c_size_t,
            SIZE_P,
        ),
    ),
    "elman_layer_weight_count": (_STATUS, (HANDLE, SIZE_P)),
    "elman_model_weight_count": (_STATUS, (HANDLE, SIZE_P)),
    "elman_layer_weight_name": (_STATUS, (HANDLE, c_size_t, *TEXT)),
    "elman_model_weight_name": (_STATUS, (HANDLE, c_size_t, *TEXT)),
    "elman_layer_weight_index": (_STATUS, (HANDLE, c_char_p, SIZE_P)),
    "elman_model_weight_index": (_STATUS, (HANDLE, c_char_p, SIZE_P)),
    "elman_layer_weight_shape": (_STATUS, (HANDLE, c_size_t, *SHAPE_OUT)),
    "elman_model_weight_shape": (_STATUS, (HANDLE, c_size_t, *SHAPE_OUT)),
    "elman_layer_weight_trainable": (_STATUS, (HANDLE, c_size_t, INT32_P)),
    "elman_layer_get_weight": (
        _STATUS,
        (HANDLE, c_size_t, c_void_p, c_size_t),
    ),
    "elman_model_get_weight": (
        _STATUS,
        (HANDLE, c_size_t, c_void_p, c_size_t),
    ),
    "elman_layer_set_weight": (_STATUS, (HANDLE, c_size_t, POINTER(Array))),
    "elman_model_set_weight": (_STATUS, (HANDLE, c_size_t, POINTER(Array))),
    "elman_layer_set_weights": (_STATUS, (HANDLE, POINTER(Array), c_size_t)),
    "elman_model_set_weights": (_STATUS, (HANDLE, POINTER(Array), c_size_t)),
    "elman_layer_set_initial_weights": (_STATUS, (HANDLE, POINTER(Array), c_size_t)),
    "elman_stream_create": (_STATUS, (HANDLE, c_size_t, HANDLE_P)),
    "elman_stream_release": (_STATUS, (HANDLE,)),
    "elman_stream_input_shape": (_STATUS, (HANDLE, *SHAPE_OUT)),
    "elman_stream_output_shape": (_STATUS, (HANDLE, *SHAPE_OUT)),
    "elman_stream_step": (
        _STATUS,
        (HANDLE, c_void_p, c_size_t, c_void_p, c_size_t),
    ),
    "elman_stream_run": (_STATUS, (HANDLE, c_void_p, c_size_t, c_void_p)),
    "elman_stream_reset": (_STATUS, (HANDLE,)),
    "elman_stream_reset_rows": (_STATUS, (HANDLE, c_void_p, c_size_t)),
    "elman_stream_set_num_threads": (_STATUS, (HANDLE, c_int32)),
    "elman_stream_state_count": (_STATUS, (HANDLE, SIZE_P)),
    "elman_layer_state_count": (_STATUS, (HANDLE, SIZE_P)),
    "elman_stream_state_shape": (_STATUS, (HANDLE, c_size_t, *SHAPE_OUT)),
    "elman_layer_state_shape": (_STATUS, (HANDLE, c_size_t, *SHAPE_OUT)),
    "elman_stream_get_state": (_STATUS, (HANDLE, c_size_t, c_void_p, c_size_t)),
    "elman_layer_get_state": (_STATUS, (HANDLE, c_size_t, c_void_p, c_size_t)),
    "elman_stream_set_state": (_STATUS, (HANDLE, c_size_t, POINTER(Array))),
    "elman_layer_set_states": (_STATUS, (HANDLE, POINTER(Array), c_size_t)),
    "elman_layer_reset_states": (_STATUS, (HANDLE,)),
    "elman_version": (c_char_p, ()),
    "elman_version_number": (c_int32, ()),
    "elman_kernels": (c_char_p, ()),
    "elman_set_num_threads": (_STATUS, (c_int32,)),
    "elman_get_num_threads": (c_int32, ()),
    "elman_set_seed": (_STATUS, (c_uint64,)),
    "elman_reset_names": (_STATUS, ()),
    "elman_simple_rnn_hidden_states_f32": (_STATUS, _HIDDEN_STATES),
    "elman_simple_rnn_hidden_states_f64": (_STATUS, _HIDDEN_STATES),
    "elman_layer_quantize": (_STATUS, (HANDLE, c_char_p, POINTER(c_double))),
    "elman_model_quantize": (_STATUS, (HANDLE, c_char_p, POINTER(c_double))),
    "elman_model_memory": (_STATUS, (HANDLE, POINTER(Array), c_size_t, SIZE_P)),
    "elman_model_weight_memory": (_STATUS, (HANDLE, SIZE_P, SIZE_P)),
    "elman_activation_apply": (
        _STATUS,
        (c_char_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t),
    ),
    "elman_regularizer_apply": (
        _STATUS,
        (c_char_p, c_void_p, c_void_p, c_size_t, POINTER(c_double)),
    ),
    "elman_constraint_apply": (
        _STATUS,
        (c_char_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t),
    ),
    "elman_initializer_apply": (
        _STATUS,
        (c_char_p, c_void_p, c_size_t, c_void_p, c_size_t),
    ),
}


def declare(library: ctypes.CDLL) -> None:
    """Give every function of the library its types."""
    for name, (result, arguments) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
