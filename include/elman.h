/*
 * elman: recurrent neural networks as Keras runs them, from one small shared library.
 *
 * CONVENTIONS  (to be documented in full at the top of this file)
 *   - Every function that can fail returns an elman_status: ELMAN_OK (0) or a negative code that is never renumbered.
 *     elman_last_error() copies out the message of this thread's last failure.
 *   - Handles are numbers. A released, forged or foreign one gives ELMAN_INVALID_HANDLE. 0 is the null handle.
 *   - Texts: (char *text, size_t capacity, size_t *length). *length is set to the bytes of the text without its NUL.
 *     capacity 0 (text may be NULL) only asks for the length. 0 < capacity <= *length: ELMAN_BUFFER_TOO_SMALL, text is
 *     left as it was. Text is UTF-8. `length` may be NULL where capacity is not 0.
 *   - Shapes: int64_t arrays, row-major, batch first; -1 is a dimension that is not fixed (Keras's None). At most
 *     ELMAN_MAX_RANK dimensions. (int64_t *shape, size_t capacity, size_t *rank) follows the rule of texts.
 *   - float32, row-major, dense. Counts are in elements, not bytes.
 */
#ifndef ELMAN_H
#define ELMAN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ELMAN_API __attribute__((visibility("default")))
#else
#define ELMAN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define ELMAN_VERSION_MAJOR 0
#define ELMAN_VERSION_MINOR 1
#define ELMAN_VERSION_PATCH 0
#define ELMAN_VERSION_NUMBER (ELMAN_VERSION_MAJOR * 10000 + ELMAN_VERSION_MINOR * 100 + ELMAN_VERSION_PATCH)
#define ELMAN_VERSION_STRING "0.1.0"

#define ELMAN_MAX_RANK 8

typedef struct { uint64_t id; } elman_layer;
typedef struct { uint64_t id; } elman_model;

typedef int32_t elman_status;
#define ELMAN_OK 0
#define ELMAN_INVALID_ARGUMENT (-1)  /* a value that is not allowed */
#define ELMAN_INVALID_HANDLE (-2)    /* not a live handle of this kind */
#define ELMAN_WRONG_TYPE (-3)        /* a config value of the wrong type, an unknown config key */
#define ELMAN_NOT_FOUND (-4)         /* no layer, weight or class of that name or index */
#define ELMAN_SHAPE_MISMATCH (-5)    /* an input, state or weight whose shape does not fit */
#define ELMAN_NOT_BUILT (-6)         /* the model or layer has no weights yet: its input shape is not known */
#define ELMAN_BUFFER_TOO_SMALL (-7)  /* the caller's buffer does not hold the result */
#define ELMAN_OUT_OF_MEMORY (-8)     /* memory could not be had, or a size is beyond this machine */
#define ELMAN_UNSUPPORTED (-9)       /* what Keras knows and this version of elman does not */
#define ELMAN_INTERNAL (-10)         /* a defect of elman: please report it */

/* ---- the library ---- */
ELMAN_API const char *elman_version(void);
ELMAN_API int32_t elman_version_number(void);
ELMAN_API const char *elman_status_name(elman_status status);          /* "ELMAN_OK", ...; "unknown status" */
ELMAN_API size_t elman_last_error(char *text, size_t capacity);        /* truncates; returns the whole length */
ELMAN_API const char *elman_kernels(void);                             /* "baseline", "avx2", "avx512" */
ELMAN_API elman_status elman_set_num_threads(int32_t threads);         /* 1...; 0: the default again */
ELMAN_API int32_t elman_get_num_threads(void);
ELMAN_API elman_status elman_set_seed(uint64_t seed);                  /* of initializers made from now on */
ELMAN_API elman_status elman_reset_names(void);                        /* counters of sequential_N, simple_rnn_N, ... */

/* ---- layers ---- */
ELMAN_API elman_status elman_layer_create(const char *class_name, const char *config_json, elman_layer *layer);
ELMAN_API elman_status elman_layer_release(elman_layer layer);
ELMAN_API elman_status elman_layer_name(elman_layer layer, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_layer_class_name(elman_layer layer, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_layer_config(elman_layer layer, char *text, size_t capacity, size_t *length);  /* JSON */
ELMAN_API elman_status elman_layer_build(elman_layer layer, const int64_t *input_shape, size_t input_rank);
ELMAN_API elman_status elman_layer_is_built(elman_layer layer, int32_t *built);
ELMAN_API elman_status elman_layer_set_trainable(elman_layer layer, int32_t trainable);
ELMAN_API elman_status elman_layer_child(elman_layer layer, const char *role, elman_layer *child); /* "forward_layer", "backward_layer" of Bidirectional; release it */
ELMAN_API elman_status elman_layer_input_shape(elman_layer layer, int64_t *shape, size_t capacity, size_t *rank);   /* the shape it was built for */
ELMAN_API elman_status elman_layer_output_shape(elman_layer layer, const int64_t *input_shape, size_t input_rank, int64_t *shape, size_t capacity, size_t *rank); /* input_shape NULL: the one it was built for */
ELMAN_API elman_status elman_layer_count_params(elman_layer layer, int64_t *total, int64_t *trainable);
ELMAN_API elman_status elman_layer_weight_count(elman_layer layer, size_t *count);
ELMAN_API elman_status elman_layer_weight_name(elman_layer layer, size_t index, char *text, size_t capacity, size_t *length); /* "simple_rnn/kernel" */
ELMAN_API elman_status elman_layer_weight_index(elman_layer layer, const char *name, size_t *index);
ELMAN_API elman_status elman_layer_weight_shape(elman_layer layer, size_t index, int64_t *shape, size_t capacity, size_t *rank);
ELMAN_API elman_status elman_layer_weight_trainable(elman_layer layer, size_t index, int32_t *trainable);
ELMAN_API elman_status elman_layer_get_weight(elman_layer layer, size_t index, float *values, size_t count);

/* One array of numbers that the caller owns. */
typedef struct {
  const float *data;
  const int64_t *shape;
  size_t rank;
} elman_array;

ELMAN_API elman_status elman_layer_set_weight(elman_layer layer, size_t index, const elman_array *value);
ELMAN_API elman_status elman_layer_set_weights(elman_layer layer, const elman_array *values, size_t count); /* all or nothing */
ELMAN_API elman_status elman_layer_reset_states(elman_layer layer);

/* ---- layers by option structs: see each ---- */
/* (typed helpers: elman_simple_rnn_create, elman_dense_create, elman_bidirectional_create, ...) */

/* ---- models ---- */
ELMAN_API elman_status elman_model_create(const char *name, elman_model *model);
ELMAN_API elman_status elman_model_create_from_config(const char *config_json, elman_model *model); /* get_config or to_json of a Sequential */
ELMAN_API elman_status elman_model_add_layer(elman_model model, elman_layer layer);
ELMAN_API elman_status elman_model_pop_layer(elman_model model);
ELMAN_API elman_status elman_model_release(elman_model model);
ELMAN_API elman_status elman_model_name(elman_model model, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_model_config(elman_model model, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_model_build(elman_model model, const int64_t *input_shape, size_t input_rank);
ELMAN_API elman_status elman_model_is_built(elman_model model, int32_t *built);
ELMAN_API elman_status elman_model_layer_count(elman_model model, size_t *count);
ELMAN_API elman_status elman_model_layer(elman_model model, size_t index, elman_layer *layer);                /* release it */
ELMAN_API elman_status elman_model_find_layer(elman_model model, const char *name, elman_layer *layer);       /* release it */
ELMAN_API elman_status elman_model_input_shape(elman_model model, int64_t *shape, size_t capacity, size_t *rank);
ELMAN_API elman_status elman_model_output_shape(elman_model model, const int64_t *input_shape, size_t input_rank,
                                                int64_t *output_shape, size_t capacity, size_t *output_rank);
ELMAN_API elman_status elman_model_count_params(elman_model model, int64_t *total, int64_t *trainable);
ELMAN_API elman_status elman_model_weight_count(elman_model model, size_t *count);
ELMAN_API elman_status elman_model_weight_name(elman_model model, size_t index, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_model_weight_index(elman_model model, const char *name, size_t *index);
ELMAN_API elman_status elman_model_weight_shape(elman_model model, size_t index, int64_t *shape, size_t capacity, size_t *rank);
ELMAN_API elman_status elman_model_get_weight(elman_model model, size_t index, float *values, size_t count);
ELMAN_API elman_status elman_model_set_weight(elman_model model, size_t index, const elman_array *value);
ELMAN_API elman_status elman_model_set_weights(elman_model model, const elman_array *values, size_t count); /* all or nothing */
ELMAN_API elman_status elman_model_reset_states(elman_model model);

#define ELMAN_SUMMARY_TF2 0
#define ELMAN_SUMMARY_KERAS3 1
typedef struct {
  size_t struct_size;
  int32_t style;                /* ELMAN_SUMMARY_TF2 */
  int32_t expand_nested;
  int32_t show_trainable;
  int32_t line_length;          /* 0: the style's own */
  const double *positions;      /* NULL: the style's own; fractions of the line or columns */
  size_t position_count;
  const char *first_layer;      /* NULL, or a regular expression... : layer_range[0] */
  const char *last_layer;
} elman_summary_options;
ELMAN_API elman_status elman_model_summary(elman_model model, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_model_summary_with(elman_model model, const elman_summary_options *options, char *text, size_t capacity, size_t *length);

ELMAN_API elman_status elman_model_forward(elman_model model, const float *input, const int64_t *input_shape,
                                           size_t input_rank, float *output, size_t output_count);

/* What one call may bring beside its input. */
typedef struct {
  size_t struct_size;
  int32_t training;
  int32_t reserved;
  const elman_array *initial_states;    /* of the (first) recurrent layer; NULL: its own */
  size_t initial_state_count;
  const uint8_t *mask;                  /* (batch, timesteps), 0 where a step is to be skipped; NULL: none */
} elman_run_options;
typedef struct {
  float *data;                          /* NULL: only the shape is asked for */
  size_t count;                         /* floats that data holds */
  int64_t shape[ELMAN_MAX_RANK];        /* set by the call */
  size_t rank;                          /* set by the call */
} elman_output;
/* Outputs in Keras's order: the output (or the two of merge_mode None), then the states of return_state. *output_count
 * is set to how many there are. All data NULL: nothing runs, the shapes are told. */
ELMAN_API elman_status elman_model_run(elman_model model, const elman_array *input, const elman_run_options *options,
                                       elman_output *outputs, size_t output_capacity, size_t *output_count);

/* ---- the notes' loop ---- */
ELMAN_API elman_status elman_simple_rnn_hidden_states_f32(size_t timesteps, size_t input_dim, size_t units,
    const float *inputs, const float *Wx, const float *Wh, const float *b, const float *h0, float *hidden_states);
ELMAN_API elman_status elman_simple_rnn_hidden_states_f64(size_t timesteps, size_t input_dim, size_t units,
    const double *inputs, const double *Wx, const double *Wh, const double *b, const double *h0, double *hidden_states);

#ifdef __cplusplus
}
#endif
#endif
