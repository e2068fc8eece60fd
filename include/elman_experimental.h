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

#ifdef __cplusplus
}
#endif
#endif
