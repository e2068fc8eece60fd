/*
 * elman_experimental.h: what may still change. A minor version may change these functions or take them away; a program
 * that uses them is then to be mended and compiled again. The conventions are those of elman.h, which this header
 * includes.
 */
#ifndef ELMAN_EXPERIMENTAL_H
#define ELMAN_EXPERIMENTAL_H

#include "elman.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * elman_layer_quantize, elman_model_quantize: stores the weights of products in fewer bits, for inference.
 *
 *   mode    "float16", "bfloat16", or "int8" with a scale for each output channel; "float32" goes back to whole numbers
 *   error   receives how far rounding moved the weights: the root of their mean squared error over that of their mean
 *           square; may be NULL
 *
 * Kernels and recurrent kernels of SimpleRNN, LSTM, GRU, their cells, and Dense, also inside of other layers, are
 * rounded: what was rounded off is lost. Biases, states and all arithmetic stay float32; only where the processor
 * multiplies bytes (AVX-512 VNNI) does int8 round inputs and states: to 2^-22 of the largest of up to 512 neighbours,
 * and to no less than seven bits of each. It pays where reading the weights takes the time: few rows at once, and
 * weights larger than a cache. The mode stands in the config as "quantization", the rounded values in the weights: what
 * is made again from both gives the same bits. Weights that are set later are rounded as they are set, and must be
 * finite. float16 ends at 65504, and begins at 2^-14. Changes the layer or the model.
 *
 * Returns also ELMAN_NOT_BUILT; ELMAN_INVALID_ARGUMENT: another mode, or weights that are not finite: none is quantized
 * then. Since 0.2.
 */
ELMAN_API elman_status elman_layer_quantize(elman_layer layer, const char *mode, double *error);
ELMAN_API elman_status elman_model_quantize(elman_model model, const char *mode, double *error);

/*
 * elman_model_memory: how much memory a forward call works in, without its input, its outputs and the weights (see
 * elman_model_weight_memory).
 *
 *   inputs        the shapes of the inputs; data is not read; a model that has not been built is built for them
 *   input_count   how many inputs there are
 *   bytes         receives the bytes
 *
 * The outputs of at most two layers, the gates of a block of timesteps, and states. The model keeps the memory for the
 * next call of that shape, so that a repeated call allocates nothing; calls that run at once have each their own. It
 * keeps that of the 64 shapes used last, up to 64 MiB in all, or that of the last shape alone if it is larger.
 *
 * Returns also ELMAN_SHAPE_MISMATCH; ELMAN_NOT_BUILT: a model without layers. Since 0.2.
 */
ELMAN_API elman_status elman_model_memory(elman_model model, const elman_array *inputs, size_t input_count,
                                          size_t *bytes);

/*
 * elman_model_weight_memory: how much memory the weights take now.
 *
 *   values   receives the bytes of the values, as they are set and read; may be NULL
 *   packed   receives the bytes of the same in the order and format in which the arithmetic reads them; may be NULL
 *
 * Initial values are made when they are first read, and packed by the first run: a model that was only built takes
 * neither, and one whose weights are set before never makes them. After a run both are there, together about twice the
 * size of the weights; quantized weights are packed in fewer bytes. A layer that is at several places in the model
 * counts once. Streams that did not step since weights were set keep those before. Since 0.2.
 */
ELMAN_API elman_status elman_model_weight_memory(elman_model model, size_t *values, size_t *packed);

/*
 * elman_activation_apply: an activation function of an array.
 *
 *   activation     its name in Keras, such as "softmax"; or a JSON object with arguments of the function, such as
 *                  {"class_name": "gelu", "config": {"approximate": true}} or {"class_name": "softmax", "config":
 *                  {"axis": [1, 2]}}
 *   input          the array, row-major; may be NULL where a dimension is 0
 *   input_shape    its shape; no dimension is -1; NULL only where input_rank is 0
 *   input_rank     0 (one number) to ELMAN_MAX_RANK
 *   output         receives the result, of the input's shape ("glu": with half of its axis); may be the input itself,
 *                  but for "glu", and must not overlap it otherwise
 *   output_count   the floats that output holds: at least those of the result
 *
 * Returns also ELMAN_INVALID_ARGUMENT: no such function, an axis that the array does not have; ELMAN_WRONG_TYPE: no
 * such argument of the function, or of another type. Since 0.2.
 */
ELMAN_API elman_status elman_activation_apply(const char *activation, const float *input, const int64_t *input_shape,
                                              size_t input_rank, float *output, size_t output_count);

/*
 * elman_regularizer_apply: the penalty that a regularizer gives an array.
 *
 *   regularizer    its name in Keras, such as "l2"; or a JSON object with its arguments, such as {"class_name": "L1L2",
 *                  "config": {"l1": 0.1, "l2": 0.2}}
 *   values         the array, row-major; may be NULL where a dimension is 0
 *   values_shape   its shape; no dimension is -1; NULL only where values_rank is 0
 *   values_rank    0 (one number) to ELMAN_MAX_RANK
 *   penalty        receives the penalty
 *
 * Returns also ELMAN_INVALID_ARGUMENT: no such regularizer, an array that it does not take; ELMAN_WRONG_TYPE: no such
 * argument, or of another type. Since 0.2.
 */
ELMAN_API elman_status elman_regularizer_apply(const char *regularizer, const float *values, const int64_t *values_shape,
                                               size_t values_rank, double *penalty);

/*
 * elman_constraint_apply: an array as a constraint allows it.
 *
 *   constraint     its name in Keras, such as "max_norm"; or a JSON object with its arguments, such as {"class_name":
 *                  "MaxNorm", "config": {"max_value": 2, "axis": [0, 1]}}
 *   values, values_shape, values_rank   as for elman_regularizer_apply
 *   result         receives the result, of the same shape; may be the array itself, and must not overlap it otherwise
 *   result_count   the floats that result holds: at least those of the array
 *
 * Returns also ELMAN_INVALID_ARGUMENT: no such constraint, an axis that the array does not have; ELMAN_WRONG_TYPE: no
 * such argument, or of another type. Since 0.2.
 */
ELMAN_API elman_status elman_constraint_apply(const char *constraint, const float *values, const int64_t *values_shape,
                                              size_t values_rank, float *result, size_t result_count);

/*
 * elman_initializer_apply: the first values of a weight.
 *
 *   initializer    its name in Keras, such as "glorot_uniform"; or a JSON object with its arguments, such as
 *                  {"class_name": "HeNormal", "config": {"seed": 1}}
 *   values_shape   the weight's shape; no dimension is -1; NULL only where values_rank is 0
 *   values_rank    0 (one number) to ELMAN_MAX_RANK
 *   values         receives the values, row-major; may be NULL where a dimension is 0
 *   values_count   the floats that values holds: at least those of the weight
 *
 * Without a seed among its arguments each call takes the next of the random streams that elman_set_seed begins anew, as
 * building a layer does for each of its weights.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: no such initializer, a shape that it does not take; ELMAN_WRONG_TYPE: no such
 * argument, or of another type. Since 0.2.
 */
ELMAN_API elman_status elman_initializer_apply(const char *initializer, const int64_t *values_shape, size_t values_rank,
                                               float *values, size_t values_count);
/* ================================================================================================================ */
/* Layers of the caller with weights                                                                                */
/* ================================================================================================================ */

/*
 * elman_custom_layer_create: a layer whose class the caller wrote, with weights that are weights of the model.
 *
 *   options   call must be given; name, batch_input_shape and frozen as in "Layers from options"
 *   layer     receives the handle
 *
 * The functions are called as those of elman_cell_create are: from any thread, from several at once, and with what
 * changes the layer or its model refused inside a run.
 *
 *   build    once, before all others, with the shapes of the inputs (data is NULL, -1 is what is not fixed). It adds
 *            weights (elman_layer_add_weight) and layers (elman_layer_add_layer) to `layer`, a handle for this call
 *            alone. Where it fails, what it added is taken back. NULL: none
 *   shapes   sets shape and rank of each output for the shapes of the inputs; outputs has room for *output_count, which
 *            it sets to their number, 1 to 64. Called once for each set of shapes. NULL: one output of the first
 *            input's shape
 *   call     writes the outputs; see elman_custom_call
 *   mask     writes the mask of the first output, (batch, timesteps), 1 where a place counts and 0 where it is to be
 *            skipped; called where that output has three dimensions or more and the next layers may ask for it. NULL:
 *            the input's mask passes where elman_layer_set_supports_masking says so, and is dropped otherwise
 *   config   tells the class's arguments as a JSON object, as the library tells texts: length receives its length, and
 *            text, unless capacity is 0, the text and a zero byte. name, trainable, dtype and batch_input_shape are
 *            the library's. NULL: no arguments
 *   release  once, with context, when the library is done with it; not where the creation fails
 *
 * Such a layer cannot be streamed or quantized. No config makes it unless its class is registered.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: call is NULL. When one of the functions does not return 0, what needed it
 * returns ELMAN_INVALID_ARGUMENT; see elman_last_callback_status. Since 0.2.
 */
typedef struct {
  const elman_array *inputs;
  const elman_mask *masks;            /* one for each input; data is NULL where it has none */
  size_t input_count;
  const elman_array *weights;         /* those of elman_layer_add_weight, as they are now; none for mask */
  size_t weight_count;
  elman_output *outputs;              /* data is to be written: count floats of shape */
  size_t output_count;
  int32_t training;                   /* not 0: the run is one of training */
  int32_t reserved;
} elman_custom_call;
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  const char *class_name;             /* as configs have it, "Package>Class" with a package; NULL: "CustomLayer" */
  void *context;                      /* for the functions */
  int32_t (*build)(void *context, elman_layer layer, const elman_array *inputs, size_t input_count);
  int32_t (*shapes)(void *context, const elman_array *inputs, size_t input_count, elman_output *outputs,
                    size_t *output_count);
  int32_t (*call)(void *context, const elman_custom_call *call);
  int32_t (*mask)(void *context, const elman_custom_call *call, uint8_t *mask, size_t count);
  int32_t (*config)(void *context, char *text, size_t capacity, size_t *length);
  void (*release)(void *context);
  int32_t frozen;
  int32_t reserved;
} elman_custom_layer_options;
#define ELMAN_CUSTOM_LAYER_OPTIONS_INIT \
  { sizeof(elman_custom_layer_options), NULL, {0}, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }
ELMAN_API elman_status elman_custom_layer_create(const elman_custom_layer_options *options, elman_layer *layer);

/*
 * elman_layer_add_weight: declares a weight of a layer or a cell of the caller, before it is built or from its build.
 *
 *   options   see the fields
 *   index     receives the place among the layer's own weights: trained ones stand before the others, as in Keras, and
 *             those behind move up; may be NULL
 *
 * A name that another weight of the layer has gets a number: "w_1". Changes the layer.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: a layer of elman's own, or one that is built; a shape or a name that cannot be.
 * Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;                   /* NULL: "variable" */
  const int64_t *shape;               /* rank dimensions of 1 or more; NULL only where rank is 0 */
  size_t rank;                        /* 0 (one number) to ELMAN_MAX_RANK */
  const char *initializer;            /* a name, or JSON; NULL: "glorot_uniform" */
  const char *regularizer;            /* a name, or JSON; NULL: none */
  const char *constraint;             /* a name, or JSON; NULL: none */
  int32_t frozen;                     /* not 0: training does not change it */
  int32_t reserved;
} elman_weight_options;
#define ELMAN_WEIGHT_OPTIONS_INIT { sizeof(elman_weight_options), NULL, NULL, 0, NULL, NULL, NULL, 0, 0 }
ELMAN_API elman_status elman_layer_add_weight(elman_layer layer, const elman_weight_options *options, size_t *index);

/*
 * elman_layer_add_layer: puts a layer inside a layer or a cell of the caller, before it is built or from its build.
 *
 *   role    the name for elman_layer_child; another layer of that name gives way
 *   child   the layer; it keeps a reference of its own
 *
 * Its weights stand behind the layer's own, those of several layers in the order of their coming. The caller runs it:
 * the library does not. Changes the layer.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: a layer of elman's own, one that is built, or one that is inside the child.
 * Since 0.2.
 */
ELMAN_API elman_status elman_layer_add_layer(elman_layer layer, const char *role, elman_layer child);

/*
 * elman_layer_context: the context that a layer or a cell of the caller was made with.
 *
 *   context   receives it; NULL for layers of elman's own
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_layer_context(elman_layer layer, void **context);

/*
 * elman_layer_class_register: has configs that name a class make its layers by a function of the caller.
 *
 *   class_name   as configs have it: "registered_name" or, where no class of that name is registered, "class_name"
 *   create       receives the name and the arguments as a JSON object, and sets *layer to a live handle, which stays
 *                the caller's: the library keeps a reference of its own. Where it leaves the null handle there, elman's
 *                own class of that name is meant, if there is one. NULL: the name is taken back
 *   context      for create; must live until the name is taken back
 *
 * For the whole process. No file and no config ever leads to functions that were not registered here.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: the name of a class of models. Since 0.2.
 */
typedef int32_t (*elman_layer_maker)(void *context, const char *class_name, const char *config_json,
                                     elman_layer *layer);
ELMAN_API elman_status elman_layer_class_register(const char *class_name, elman_layer_maker create, void *context);

#ifdef __cplusplus
}
#endif
#endif
