/*
 * Random calls at the whole ABI: random handles (live, stale, forged, of another kind), sizes, texts, and pointers or
 * NULL. Nothing may crash, hang, or return a status that is not in elman.h; internal errors count as defects.
 *
 *     fuzz CALLS SEED THREADS
 *
 * Pointers keep their promise: what a call may read or write lies in memory. Sizes beyond these areas are such that the
 * library must refuse them before it touches anything.
 */
#include <elman_experimental.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POOL = 32, FLOATS = 1 << 19, MOST_INPUT = 4096, TEXT = 1 << 16, STATUSES = 11 };

static _Atomic uint64_t layers[POOL], models[POOL], streams[POOL], tensors[POOL];
static _Atomic long counts[STATUSES];
static _Atomic long runs;
static _Atomic int defects;

typedef struct {
  uint64_t state;
  long calls;
  float *input, *output;
  char *text;
  uint8_t *mask;
  char given[3][4096];
  int64_t shape[ELMAN_MAX_RANK + 2];
} fuzzer;

static uint64_t next(fuzzer *f) {
  f->state ^= f->state << 13;
  f->state ^= f->state >> 7;
  f->state ^= f->state << 17;
  return f->state * UINT64_C(2685821657736338717);
}

static uint64_t below(fuzzer *f, uint64_t limit) { return (next(f) >> 16) % limit; }
static int one_in(fuzzer *f, uint64_t n) { return below(f, n) == 0; }
#define PICK(f, list) ((list)[below((f), sizeof(list) / sizeof *(list))])
#define OR_NULL(f, pointer) (one_in((f), 12) ? NULL : (pointer))

/* ---- arguments ---- */

static uint64_t handle(fuzzer *f, _Atomic uint64_t *pool, _Atomic uint64_t *other) {
  switch (below(f, 24)) {
    case 0: return 0;
    case 1: return next(f);
    case 2: return atomic_load(&pool[below(f, POOL)]) ^ (UINT64_C(1) << below(f, 64));
    case 3: return atomic_load(&other[below(f, POOL)]);
    default: return atomic_load(&pool[below(f, POOL)]);
  }
}
static elman_layer any_layer(fuzzer *f) { return (elman_layer){handle(f, layers, models)}; }
static elman_model any_model(fuzzer *f) { return (elman_model){handle(f, models, layers)}; }
static elman_tensor any_tensor(fuzzer *f) { return (elman_tensor){handle(f, tensors, models)}; }

static size_t any_size(fuzzer *f, size_t most) {
  static const size_t absurd[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX - 1, (size_t)1 << 62};
  switch (below(f, 8)) {
    case 0: return 0;
    case 1: return PICK(f, absurd);
    case 2: return below(f, 8);
    default: return below(f, most + 1);
  }
}

/* A size that may be larger than what is there, because the library writes no more than its result. */
static size_t any_capacity(fuzzer *f) { return any_size(f, TEXT); }
static size_t any_float_count(fuzzer *f) { return any_size(f, FLOATS); }
static size_t any_index(fuzzer *f) { return any_size(f, 8); }

static const char *words[] = {
    "SimpleRNN", "Dense", "Bidirectional", "Activation", "Dropout", "Flatten", "InputLayer", "LSTM", "simple_rnn", "dense",
    "simple_rnn/kernel", "dense/bias:0", "forward_layer", "backward_layer", "tanh", "relu", "softmax", "linear", "zeros",
    "glorot_uniform", "orthogonal", "concat", "sum", "none", "", "/", "\xff\xfe", "\xed\xa0\x80", "\xec\x9d\x80",
    "a\tb", "{", "{}", "[]", "null", "{\"class_name\": \"Constant\", \"config\": {\"value\": 0.5}}",
};
static const char *classes[] = {
    "ActivityRegularization", "AlphaDropout", "AveragePooling1D", "BatchNormalization", "Bidirectional", "Conv1D",
    "Conv1DTranspose", "Cropping1D", "DepthwiseConv1D", "ELU", "Embedding", "GRU", "GRUCell", "GaussianDropout",
    "GaussianNoise", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "GroupNormalization", "LSTM", "LSTMCell",
    "LayerNormalization", "LeakyReLU", "Masking", "MaxPooling1D", "Normalization", "PReLU", "Permute", "RMSNormalization",
    "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape", "SeparableConv1D", "SimpleRNN", "SimpleRNNCell", "Softmax",
    "SpatialDropout1D", "StackedRNNCells", "ThresholdedReLU", "TimeDistributed", "UnitNormalization", "UpSampling1D",
    "ZeroPadding1D", "Lambda", "CallbackCell", "ConvLSTM1D", "Flatten", "CuDNNLSTM", "CuDNNGRU",
    "AveragePooling2D", "AveragePooling3D", "Conv2D", "ConvLSTM2D", "Cropping2D", "GlobalAveragePooling2D",
    "GlobalMaxPooling2D", "MaxPooling2D", "MaxPooling3D", "SpatialDropout2D", "UpSampling2D", "ZeroPadding2D",
    "Operation", "Operation", "GetItem", "ExpandDims", "Any",
    "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Attention", "AdditiveAttention",
    "MultiHeadAttention", "GroupedQueryAttention",
};
#define CELLS "{\"class_name\": \"LSTMCell\", \"config\": {\"units\": 2}}"
/* For any class: those that it does not know are errors of their own. */
static const char *arguments[] = {
    "{\"axes\": 1}", "{\"axes\": [1, 2], \"normalize\": true}", "{\"num_heads\": 2, \"key_dim\": 3}",
    "{\"head_dim\": 3, \"num_query_heads\": 4, \"num_key_value_heads\": 2}",
    "{}", "{}", "{\"input_shape\": [null, 4]}", "{\"axis\": 1}", "{\"axis\": [1, 2]}", "{\"axis\": -3}", "{\"groups\": 2}",
    "{\"filters\": 4, \"kernel_size\": 2}", "{\"filters\": 4, \"kernel_size\": 3, \"padding\": \"causal\", \"dilation_rate\": 2}",
    "{\"filters\": 4, \"kernel_size\": [2, 3], \"dilation_rate\": [2, 1]}", "{\"filters\": 2, \"kernel_size\": 2147483647}",
    "{\"filters\": 4, \"kernel_size\": 2, \"padding\": \"same\", \"data_format\": \"channels_first\"}",
    "{\"filters\": 1, \"kernel_size\": [1, 2147483647], \"padding\": \"same\", \"dilation_rate\": 2147483647}",
    "{\"size\": [2147483647, 1]}", "{\"interpolation\": \"bilinear\"}", "{\"padding\": [[1, 2], 2147483647]}",
    "{\"filters\": 2, \"kernel_size\": [2], \"strides\": 2, \"padding\": \"same\", \"groups\": 2}",
    "{\"kernel_size\": 2, \"depth_multiplier\": 2}", "{\"pool_size\": 3, \"padding\": \"same\", \"strides\": 2}", "{\"pool_size\": 2147483647, \"padding\": \"same\"}",
    "{\"input_dim\": 5, \"output_dim\": 3, \"mask_zero\": true}", "{\"input_dim\": 16777217, \"output_dim\": 1}",
    "{\"cell\": " CELLS ", \"return_sequences\": true}", "{\"cells\": [" CELLS ", " CELLS "]}",
    "{\"cell\": [" CELLS ", " CELLS "], \"return_state\": true, \"go_backwards\": true}",
    "{\"layer\": {\"class_name\": \"GRU\", \"config\": {\"units\": 3, \"return_sequences\": true}}}",
    "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 3}}}",
    "{\"units\": 3, \"reset_after\": false, \"return_sequences\": true}", "{\"units\": 3, \"activation\": \"softmax\"}",
    "{\"units\": 3, \"recurrent_activation\": \"softmax\", \"stateful\": true, \"batch_input_shape\": [2, 3, 4]}",
    "{\"units\": 4}", "{\"n\": 3}", "{\"padding\": 2}", "{\"cropping\": [1, 0]}", "{\"target_shape\": [2, -1]}", "{\"target_shape\": [4611686018427387904, 4]}",
    "{\"dims\": [2, 1]}", "{\"mean\": 1.0, \"variance\": 2.0}", "{\"mean\": [1, 2], \"variance\": [1, 2]}", "{\"rate\": 0.5}",
    "{\"stddev\": 1}", "{\"scale\": 2}", "{\"shared_axes\": [1]}", "{\"mask_value\": 0.5}",
    "{\"function\": \"add\"}", "{\"function\": \"less\"}", "{\"function\": \"power\", \"constant\": 2, \"constant_first\": true}",
    "{\"key\": [null, \"...\", -1]}", "{\"key\": [{\"start\": -1, \"stop\": null, \"step\": -2}, 0]}",
};
static const char *configs[] = {
    "{\"units\": 3}",
    "{\"units\": 3, \"return_sequences\": true, \"input_shape\": [null, 4]}",
    "{\"units\": 2, \"return_state\": true, \"batch_input_shape\": [null, 2, 10], \"go_backwards\": true}",
    "{\"units\": 8, \"activation\": \"relu\", \"use_bias\": false, \"batch_input_shape\": [2, 3, 4], \"stateful\": true}",
    "{\"units\": 2147483648}",
    "{\"units\": -1}",
    "{\"rate\": 0.5}",
    "{\"activation\": \"softmax\"}",
    "{\"batch_input_shape\": [null, 4]}",
    "{\"batch_input_shape\": [null, null, 4]}",
    "{\"batch_input_shape\": [9223372036854775807, 9223372036854775807]}",
    "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 3, \"return_sequences\": true}}}",
    "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 2}}, \"merge_mode\": \"mul\"}",
    "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 2, \"return_state\": true}}, \"merge_mode\": null}",
    "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 2}}}",
    "{\"units\": 2, \"kernel_initializer\": {\"class_name\": \"RandomNormal\", \"config\": {\"stddev\": 0.5, \"seed\": 3}}}",
    "{\"units\": 2, \"kernel_initializer\": {\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": -1}}}",
    "{\"name\": \"m\", \"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"batch_input_shape\": [null, 4]}},"
    " {\"class_name\": \"Dense\", \"config\": {\"units\": 3}}]}",
    "{\"class_name\": \"Sequential\", \"config\": {\"layers\": [{\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 3,"
    " \"batch_input_shape\": [null, 3, 4]}}]}}",
    "{\"class_name\": \"Sequential\", \"keras_version\": \"2.2.2\", \"backend\": \"tensorflow\", \"config\": [{\"class_name\":"
    " \"LSTM\", \"config\": {\"units\": 3, \"activation\": \"hard_sigmoid\", \"batch_input_shape\": [null, 3, 4]}}]}",
    "{\"units\": 3, \"activation\": {\"class_name\": \"ReLU\", \"config\": {\"threshold\": 1}}, \"bias_initializer\": [1, 2, 3]}",
    "{\"activation\": {\"class_name\": \"softmax\", \"config\": {\"axis\": [1, 2]}}}", "{\"mask_value\": [1, 2, 3, 4]}",
    "{\"units\": 3, \"kernel_initializer\": {\"class_name\": \"Constant\", \"config\": {\"value\": [[1], [2], [3], [4]]}}}",
};

/* A text of the list; sometimes with other bytes in it (never digits, so that no size grows to hours of work). */
static const char *text_of(fuzzer *f, const char *const *list, size_t count, int slot) {
  static const char bytes[] = "{}[]\":, \\ntfub-.eE\x01\x7f\x80\xc0\xe0\xf0\xff";
  const char *chosen = list[below(f, count)];
  size_t length = strlen(chosen);
  if (one_in(f, 16)) return NULL;
  if (length == 0 || !one_in(f, 3)) return chosen;
  memcpy(f->given[slot], chosen, length + 1);
  for (uint64_t changes = 1 + below(f, 3); changes > 0; changes--)
    f->given[slot][below(f, length)] = bytes[below(f, sizeof bytes - 1)];
  return f->given[slot];
}
#define WORD(f, slot) text_of((f), words, sizeof words / sizeof *words, (slot))
#define CLASS(f, slot) text_of((f), classes, sizeof classes / sizeof *classes, (slot))
#define ARGUMENTS(f, slot) text_of((f), arguments, sizeof arguments / sizeof *arguments, (slot))
#define CONFIG(f, slot) text_of((f), configs, sizeof configs / sizeof *configs, (slot))

/* A shape in f->shape: either small, or one that must be refused. */
static size_t any_shape(fuzzer *f, int with_unknown) {
  static const int64_t sizes[] = {1, 1, 2, 2, 3, 4, 4, 5, 8, 10, 12, 0};
  static const int64_t absurd[] = {-1, -2, INT64_MIN, INT64_MAX, INT64_C(1) << 62, -(INT64_C(1) << 40)};
  static const int64_t usual[][3] = {{1, 2, 10}, {2, 3, 4}, {1, 5, 4}, {3, 2, 10}, {2, 1, 4}, {1, 7, 3}};
  size_t rank = one_in(f, 16) ? any_size(f, 10) : 1 + below(f, 4);
  int64_t product = 1;
  if (!one_in(f, 3)) {
    memcpy(f->shape, PICK(f, usual), 3 * sizeof *f->shape);
    rank = one_in(f, 4) ? 2 : 3;
    if (rank == 2) f->shape[1] = f->shape[2];
  } else {
    for (size_t i = 0; i < ELMAN_MAX_RANK + 2; i++) {
      f->shape[i] = PICK(f, sizes);
      product *= f->shape[i] > 0 ? f->shape[i] : 1;
      if (product > MOST_INPUT) {
        f->shape[i] = 1;
        product = 1;
        for (size_t k = 0; k < i; k++) product *= f->shape[k] > 0 ? f->shape[k] : 1;
      }
    }
  }
  if (with_unknown && one_in(f, 3)) f->shape[0] = -1;
  if (with_unknown && one_in(f, 12)) f->shape[1] = -1;
  if (one_in(f, 12)) f->shape[below(f, rank > 0 && rank <= ELMAN_MAX_RANK ? rank : 1)] = PICK(f, absurd);
  return rank;
}

/* An array with the input's memory behind it: a shape too large for it is too large for any machine. */
static elman_array any_array(fuzzer *f, int64_t *shape) {
  elman_array array;
  size_t rank = any_shape(f, 0);
  memcpy(shape, f->shape, sizeof f->shape);
  array.data = OR_NULL(f, f->input);
  array.shape = OR_NULL(f, shape);
  array.rank = rank;
  return array;
}

static size_t any_struct_size(fuzzer *f, size_t right) {
  switch (below(f, 24)) {
    case 0: return 0;
    case 1: return right - 1;
    case 2: return SIZE_MAX;
    case 3: return right + 8;
    default: return right;
  }
}

/* ---- calls ---- */

static void told(fuzzer *f, const char *name, elman_status status) {
  if (status > 0 || status <= -STATUSES || status == ELMAN_INTERNAL) {
    char message[512];
    elman_last_error(message, sizeof message);
    printf("%s returned %s: %s\n", name, elman_status_name(status), message);
    atomic_fetch_add(&defects, 1);
  } else {
    atomic_fetch_add(&counts[-status], 1);
  }
  f->calls++;
}
#define TELL(function, ...) told(f, #function, function(__VA_ARGS__))

/* The pool forgets some handles without releasing them first: these are the stale ones to be, and are released now. */
static void keep_layer(fuzzer *f, elman_layer layer) {
  uint64_t old;
  if (layer.id == 0) return;
  old = atomic_exchange(&layers[below(f, POOL)], layer.id);
  if (old != 0 && !one_in(f, 64)) TELL(elman_layer_release, (elman_layer){old});
}
static void keep_model(fuzzer *f, elman_model model) {
  uint64_t old;
  if (model.id == 0) return;
  old = atomic_exchange(&models[below(f, POOL)], model.id);
  if (old != 0 && !one_in(f, 64)) TELL(elman_model_release, (elman_model){old});
}

static void keep_tensor(fuzzer *f, elman_tensor tensor) {
  uint64_t old;
  if (tensor.id == 0) return;
  old = atomic_exchange(&tensors[below(f, POOL)], tensor.id);
  if (old != 0 && !one_in(f, 64)) TELL(elman_tensor_release, (elman_tensor){old});
}

static void call_library(fuzzer *f) {
  static const int32_t threads[] = {0, 1, 1, 2, 2, 3, -1, 1025, INT32_MAX, INT32_MIN};
  switch (below(f, 8)) {
    case 0: elman_version(); elman_version_number(); break;
    case 1: elman_status_name((elman_status)next(f)); break;
    case 2: elman_last_error(OR_NULL(f, f->text), any_capacity(f)); break;
    case 3: elman_kernels(); break;
    case 4: TELL(elman_set_num_threads, PICK(f, threads)); break;
    case 5: elman_get_num_threads(); break;
    case 6: TELL(elman_set_seed, next(f)); break;
    default: TELL(elman_reset_names, ); break;
  }
  f->calls++;
}

static void call_create(fuzzer *f) {
  static const int64_t units[] = {1, 2, 3, 4, 8, 0, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 31};
  static const double fractions[] = {0, 0, 0, 0.5, 1, -1, 2, 1e308};
  elman_layer layer = {0};
  elman_layer *result = OR_NULL(f, &layer);
  size_t rank = any_shape(f, 1);
#define COMMON(options)                                                        \
  memset(&options, 0, sizeof options);                                         \
  options.struct_size = any_struct_size(f, sizeof options);                    \
  if (one_in(f, 3)) options.name = WORD(f, 0);                                 \
  memcpy(options.batch_input_shape, f->shape, sizeof options.batch_input_shape); \
  options.batch_input_rank = one_in(f, 2) ? 0 : rank
  switch (below(f, 12)) {
    case 0: case 1: {
      /* Room for a struct_size beyond the known one. */
      struct { elman_simple_rnn_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      s.o.units = PICK(f, units);
      if (one_in(f, 4)) s.o.activation = WORD(f, 1);
      if (one_in(f, 4)) s.o.recurrent_initializer = WORD(f, 2);
      s.o.dropout = PICK(f, fractions);
      s.o.frozen = one_in(f, 4);
      s.o.no_bias = one_in(f, 4);
      s.o.return_sequences = one_in(f, 2);
      s.o.return_state = one_in(f, 6);
      s.o.go_backwards = one_in(f, 4);
      s.o.stateful = one_in(f, 6);
      s.o.reserved = one_in(f, 16);
      TELL(elman_simple_rnn_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 2: {
      struct { elman_dense_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      s.o.units = PICK(f, units);
      if (one_in(f, 4)) s.o.activation = WORD(f, 1);
      if (one_in(f, 4)) s.o.kernel_initializer = WORD(f, 2);
      TELL(elman_dense_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 3: {
      struct { elman_bidirectional_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      s.o.layer = any_layer(f);
      if (one_in(f, 3)) s.o.backward_layer = any_layer(f);
      if (one_in(f, 2)) s.o.merge_mode = WORD(f, 1);
      TELL(elman_bidirectional_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 4: {
      struct { elman_activation_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      s.o.activation = WORD(f, 1);
      TELL(elman_activation_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 5: {
      struct { elman_dropout_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      s.o.rate = PICK(f, fractions);
      TELL(elman_dropout_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 6: {
      struct { elman_gru_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      s.o.units = PICK(f, units);
      if (one_in(f, 4)) s.o.recurrent_activation = WORD(f, 1);
      s.o.recurrent_dropout = PICK(f, fractions);
      s.o.reset_before = one_in(f, 2);
      s.o.return_sequences = one_in(f, 2);
      s.o.stateful = one_in(f, 6);
      TELL(elman_gru_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 7: {
      struct { elman_input_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      COMMON(s.o);
      TELL(elman_input_create, OR_NULL(f, &s.o), result);
      break;
    }
    case 8: case 9: TELL(elman_layer_create, CLASS(f, 0), ARGUMENTS(f, 1), result); break;
    case 10: {
      elman_layer inner[3] = {any_layer(f), any_layer(f), any_layer(f)};
      static const char *around[] = {"RNN", "StackedRNNCells", "Bidirectional", "TimeDistributed", "Dense"};
      size_t count = one_in(f, 8) ? any_size(f, 3) : 1;
      if (count > 3 && count <= 256) count = 3;
      TELL(elman_layer_create_around, PICK(f, around), ARGUMENTS(f, 1), OR_NULL(f, inner), count, result);
      break;
    }
    default: TELL(elman_layer_create, WORD(f, 0), CONFIG(f, 1), result); break;
  }
  keep_layer(f, layer);
}

static const char *any_mode(fuzzer *f) {
  static const char *const modes[] = {"float16", "bfloat16", "int8", "float32", "int4"};
  return one_in(f, 8) ? WORD(f, 0) : modes[below(f, 5)];
}

static void call_layer(fuzzer *f) {
  elman_layer layer = any_layer(f), child = {0};
  int64_t result[ELMAN_MAX_RANK], total, trainable;
  size_t number, rank = any_shape(f, 1), capacity = any_size(f, ELMAN_MAX_RANK);
  int32_t flag;
  double error;
  switch (below(f, 18)) {
    case 0: if (one_in(f, 4)) TELL(elman_layer_release, layer); break;
    case 1: TELL(elman_layer_name, layer, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 2: TELL(elman_layer_class_name, layer, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 3: TELL(elman_layer_config, layer, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 4: case 5: TELL(elman_layer_build, layer, OR_NULL(f, f->shape), rank); break;
    case 6: TELL(elman_layer_is_built, layer, OR_NULL(f, &flag)); break;
    case 7: TELL(elman_layer_set_trainable, layer, (int32_t)below(f, 2)); break;
    case 8: TELL(elman_layer_child, layer, WORD(f, 0), OR_NULL(f, &child)); break;
    case 9: TELL(elman_layer_input_shape, layer, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 10: case 11:
      TELL(elman_layer_output_shape, layer, OR_NULL(f, f->shape), rank, OR_NULL(f, result), capacity, OR_NULL(f, &number));
      break;
    case 12: TELL(elman_layer_count_params, layer, OR_NULL(f, &total), OR_NULL(f, &trainable)); break;
    case 13: TELL(elman_layer_quantize, layer, any_mode(f), OR_NULL(f, &error)); break;
    case 14: TELL(elman_layer_is_trainable, layer, OR_NULL(f, &flag)); break;
    case 15: TELL(elman_layer_class_names, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 16:
      TELL(elman_layer_arguments, one_in(f, 2) ? CLASS(f, 0) : WORD(f, 0), OR_NULL(f, f->text), any_capacity(f),
           OR_NULL(f, &number));
      break;
    default: TELL(elman_layer_reset_states, layer); break;
  }
  keep_layer(f, child);
}

static void keep_stream(fuzzer *f, elman_stream stream) {
  uint64_t old;
  if (stream.id == 0) return;
  old = atomic_exchange(&streams[below(f, POOL)], stream.id);
  if (old != 0 && !one_in(f, 64)) TELL(elman_stream_release, (elman_stream){old});
}

/* Steps whose numbers the arrays hold. */
static size_t block_steps(fuzzer *f, elman_stream stream) {
  int64_t shape[ELMAN_MAX_RANK];
  size_t rank, most = FLOATS;
  for (int is_output = 0; is_output < 2; is_output++) {
    size_t count = 1;
    elman_status status = is_output ? elman_stream_output_shape(stream, shape, ELMAN_MAX_RANK, &rank)
                                    : elman_stream_input_shape(stream, shape, ELMAN_MAX_RANK, &rank);
    if (status != ELMAN_OK) return any_size(f, 4);
    for (size_t axis = 0; axis < rank; axis++) count *= (size_t)shape[axis];
    if (count > 0 && FLOATS / count < most) most = FLOATS / count;
  }
  return below(f, (most < 200 ? most : 200) + 1);
}

static void call_stream(fuzzer *f) {
  elman_stream stream = {handle(f, streams, models)}, made = {0};
  int64_t result[ELMAN_MAX_RANK], shape[ELMAN_MAX_RANK + 2];
  size_t number, index = any_index(f), capacity = any_size(f, ELMAN_MAX_RANK);
  elman_array array = any_array(f, shape);
  size_t rows[3] = {any_size(f, 2), any_size(f, 2), 0};
  switch (below(f, 17)) {
    case 12: case 13: {
      size_t steps = block_steps(f, stream);
      TELL(elman_stream_run, stream, OR_NULL(f, f->input), steps, OR_NULL(f, one_in(f, 9) ? f->input : f->output));
      break;
    }
    case 14: TELL(elman_stream_run, stream, NULL, any_size(f, 9), f->output); break;
    case 15: TELL(elman_stream_reset_rows, stream, OR_NULL(f, rows), below(f, 4)); break;
    case 16: TELL(elman_stream_set_num_threads, stream, (int32_t)below(f, 4) - (int32_t)one_in(f, 8)); break;
    case 0: case 1: TELL(elman_stream_create, any_model(f), one_in(f, 3) ? any_size(f, 4) : 1, OR_NULL(f, &made)); break;
    case 2: TELL(elman_stream_input_shape, stream, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 3: TELL(elman_stream_output_shape, stream, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 4: case 5: case 6: case 7:
      TELL(elman_stream_step, stream, OR_NULL(f, f->input), one_in(f, 2) ? 4 : any_size(f, 20), OR_NULL(f, f->output),
           any_float_count(f));
      break;
    case 8: TELL(elman_stream_reset, stream); break;
    case 9: TELL(elman_stream_state_shape, stream, index, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 10: TELL(elman_stream_get_state, stream, index, OR_NULL(f, f->output), any_float_count(f)); break;
    default: TELL(elman_stream_set_state, stream, index, OR_NULL(f, &array)); break;
  }
  keep_stream(f, made);
}

static void call_states(fuzzer *f) {
  elman_layer layer = any_layer(f);
  int64_t result[ELMAN_MAX_RANK], shapes[2][ELMAN_MAX_RANK + 2];
  elman_array arrays[2];
  size_t number, index = any_index(f), capacity = any_size(f, ELMAN_MAX_RANK), count = any_size(f, 2);
  for (int i = 0; i < 2; i++) arrays[i] = any_array(f, shapes[i]);
  if (count > 2 && count <= 1024) count = 2;
  switch (below(f, 4)) {
    case 0: TELL(elman_layer_state_count, layer, OR_NULL(f, &number)); break;
    case 1: TELL(elman_layer_state_shape, layer, index, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 2: TELL(elman_layer_get_state, layer, index, OR_NULL(f, f->output), any_float_count(f)); break;
    default: TELL(elman_layer_set_states, layer, OR_NULL(f, arrays), count); break;
  }
}

static void call_weights(fuzzer *f) {
  elman_layer layer = any_layer(f);
  elman_model model = any_model(f);
  int64_t result[ELMAN_MAX_RANK], shapes[8][ELMAN_MAX_RANK + 2];
  elman_array arrays[8];
  size_t number, index = any_index(f), capacity = any_size(f, ELMAN_MAX_RANK), count = any_size(f, 8);
  int32_t flag;
  int is_model = one_in(f, 2);
  for (int i = 0; i < 8; i++) arrays[i] = any_array(f, shapes[i]);
#define BOTH(function, ...)                                              \
  do {                                                                   \
    if (is_model) TELL(elman_model_##function, model, __VA_ARGS__);      \
    else TELL(elman_layer_##function, layer, __VA_ARGS__);               \
  } while (0)
  switch (below(f, 8)) {
    case 0: BOTH(weight_count, OR_NULL(f, &number)); break;
    case 1: BOTH(weight_name, index, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 2: BOTH(weight_index, WORD(f, 0), OR_NULL(f, &number)); break;
    case 3: BOTH(weight_shape, index, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 4: TELL(elman_layer_weight_trainable, layer, index, OR_NULL(f, &flag)); break;
    case 5: {
      size_t room = one_in(f, 4) ? any_float_count(f) : below(f, 128);
      float *values = room > FLOATS ? NULL : malloc(room == 0 ? 1 : room * sizeof *values);
      BOTH(get_weight, index, values != NULL ? values : OR_NULL(f, f->output), room);
      free(values);
      break;
    }
    case 6: BOTH(set_weight, index, OR_NULL(f, arrays)); break;
    default: BOTH(set_weights, OR_NULL(f, arrays), count); break;
  }
}

static void call_model(fuzzer *f) {
  static const double positions[] = {0.3, 0.6, 1.0, 1e300, -1, 0, 40, 64};
  elman_model model = any_model(f), made = {0};
  elman_layer layer = {0};
  int64_t result[ELMAN_MAX_RANK], total, trainable;
  size_t number, other, rank = any_shape(f, 1), capacity = any_size(f, ELMAN_MAX_RANK);
  int32_t flag;
  double error;
  switch (below(f, 29)) {
    case 0: case 1: TELL(elman_model_create, one_in(f, 2) ? NULL : WORD(f, 0), OR_NULL(f, &made)); break;
    case 2: TELL(elman_model_create_from_config, CONFIG(f, 0), OR_NULL(f, &made)); break;
    case 3: case 4: case 5: TELL(elman_model_add_layer, model, any_layer(f)); break;
    case 6: if (one_in(f, 2)) TELL(elman_model_pop_layer, model); break;
    case 7: if (one_in(f, 8)) TELL(elman_model_release, model); break;
    case 8: TELL(elman_model_name, model, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 9: TELL(elman_model_config, model, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 10: TELL(elman_model_build, model, OR_NULL(f, f->shape), rank); break;
    case 11: TELL(elman_model_is_built, model, OR_NULL(f, &flag)); break;
    case 12: TELL(elman_model_layer_count, model, OR_NULL(f, &number)); break;
    case 13: TELL(elman_model_layer, model, any_index(f), OR_NULL(f, &layer)); break;
    case 14: TELL(elman_model_find_layer, model, WORD(f, 0), OR_NULL(f, &layer)); break;
    case 15: TELL(elman_model_input_shape, model, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 16:
      TELL(elman_model_output_shape, model, OR_NULL(f, f->shape), rank, OR_NULL(f, result), capacity, OR_NULL(f, &number));
      break;
    case 17: TELL(elman_model_count_params, model, OR_NULL(f, &total), OR_NULL(f, &trainable)); break;
    case 18: TELL(elman_model_reset_states, model); break;
    case 25: TELL(elman_model_load_memory, OR_NULL(f, f->input), any_size(f, 64), NULL, OR_NULL(f, &made)); break;
    case 26: TELL(elman_model_load_weights_memory, model, OR_NULL(f, f->input), any_size(f, 64), NULL); break;
    case 27: TELL(elman_model_save, model, "/nowhere/model.keras", NULL); break;
    case 28: TELL(elman_model_save_weights, model, one_in(f, 2) ? "/nowhere/model.h5" : WORD(f, 0)); break;
    case 21: TELL(elman_model_json, model, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 20: {
      elman_array shaped = {NULL, OR_NULL(f, f->shape), rank};
      TELL(elman_model_memory, model, OR_NULL(f, &shaped), 1, OR_NULL(f, &number));
      break;
    }
    case 19: TELL(elman_model_quantize, model, any_mode(f), OR_NULL(f, &error)); break;
    case 22: TELL(elman_model_weight_memory, model, OR_NULL(f, &number), OR_NULL(f, &other)); break;
    case 23: TELL(elman_model_set_num_threads, model, (int32_t)below(f, 4) - (int32_t)one_in(f, 8)); break;
    default: {
      struct { elman_summary_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      s.o.struct_size = any_struct_size(f, sizeof s.o);
      s.o.style = (int32_t)below(f, 4) - 1;
      s.o.show_trainable = one_in(f, 2);
      s.o.line_length = one_in(f, 2) ? 0 : (int32_t)any_size(f, 200);
      s.o.positions = one_in(f, 3) ? positions + below(f, 3) : NULL;
      s.o.position_count = below(f, 6);
      if (one_in(f, 4)) s.o.first_layer = WORD(f, 0);
      if (one_in(f, 4)) s.o.last_layer = WORD(f, 1);
      TELL(elman_model_summary_with, model, OR_NULL(f, &s.o), OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number));
      TELL(elman_model_summary, model, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number));
    }
  }
  keep_model(f, made);
  keep_layer(f, layer);
}

/* ---- graphs ---- */

/* A layer that takes several inputs, or one; with it, graphs branch and join. */
static void call_on_tensors(fuzzer *f) {
  elman_tensor inputs[3], extra[3], outputs[4] = {{0}, {0}, {0}, {0}};
  struct { elman_call_options o; char more[64]; } s;
  size_t number, count = one_in(f, 4) ? 0 : one_in(f, 16) ? any_size(f, 3) : 1 + below(f, 2);
  if (count > 3 && count <= 65536) count = 3;
  for (int i = 0; i < 3; i++) {
    inputs[i] = any_tensor(f);
    extra[i] = any_tensor(f);
  }
  memset(&s, 0, sizeof s);
  s.o.struct_size = any_struct_size(f, sizeof s.o);
  if (one_in(f, 3)) {
    s.o.initial_states = OR_NULL(f, extra);
    s.o.initial_state_count = one_in(f, 8) ? SIZE_MAX : below(f, 4);
  }
  if (one_in(f, 4)) {
    s.o.masks = OR_NULL(f, extra);
    s.o.mask_count = one_in(f, 8) ? SIZE_MAX : below(f, 4);
  }
  s.o.use_causal_mask = one_in(f, 3);
  s.o.return_attention_scores = one_in(f, 3);
  TELL(elman_layer_call, any_layer(f), OR_NULL(f, inputs), count, one_in(f, 2) ? NULL : &s.o, OR_NULL(f, outputs),
       one_in(f, 8) ? below(f, 5) : 4, OR_NULL(f, &number));
  for (int i = 0; i < 4; i++) keep_tensor(f, outputs[i]);
}

static void make_graph(fuzzer *f) {
  static const char *structures[] = {
      "{\"inputs\": {\"a\": 0}, \"outputs\": [0]}", "{\"inputs\": [0, 1], \"outputs\": {\"x\": 0, \"y\": [1]}}",
      "{\"inputs\": [1, 0]}", "{\"outputs\": 0}", "{\"outputs\": [[[[]]]]}", "[]", "{",
  };
  elman_tensor ends[3] = {any_tensor(f), any_tensor(f), any_tensor(f)};
  elman_model model = {0};
  const char *structure = one_in(f, 2) ? NULL : text_of(f, structures, sizeof structures / sizeof *structures, 1);
  size_t inputs = one_in(f, 16) ? any_size(f, 2) : 1, outputs = one_in(f, 16) ? any_size(f, 2) : 1 + below(f, 2);
  if (inputs > 2 && inputs <= 65536) inputs = 2;
  if (outputs > 2 && outputs <= 65536) outputs = 2;
  TELL(elman_model_create_from_tensors, one_in(f, 2) ? NULL : WORD(f, 0), OR_NULL(f, ends), inputs, OR_NULL(f, ends + 1),
       outputs, structure, OR_NULL(f, &model));
  keep_model(f, model);
}

static void call_graph(fuzzer *f) {
  elman_model model = any_model(f), built = {0};
  uint64_t call;
  elman_tensor tensor = any_tensor(f), made = {0}, inputs[3] = {{0}, {0}, {0}}, outputs[3] = {{0}, {0}, {0}};
  elman_layer layer = {0};
  int64_t result[ELMAN_MAX_RANK];
  size_t number, other, capacity = any_size(f, ELMAN_MAX_RANK), index = any_index(f);
  switch (below(f, 26)) {
    case 0: TELL(elman_tensor_shape, tensor, OR_NULL(f, result), capacity, OR_NULL(f, &number)); break;
    case 1: TELL(elman_tensor_name, tensor, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 2: TELL(elman_tensor_dtype, tensor, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 3: TELL(elman_tensor_layer, tensor, OR_NULL(f, &layer)); break;
    case 4: if (one_in(f, 4)) TELL(elman_tensor_release, tensor); break;
    case 5: TELL(elman_layer_create_from_model, model, OR_NULL(f, &layer)); break;
    case 6: TELL(elman_model_class_name, model, OR_NULL(f, f->text), any_capacity(f), OR_NULL(f, &number)); break;
    case 7: TELL(elman_model_tensor_counts, model, OR_NULL(f, &number), OR_NULL(f, &other)); break;
    case 8: TELL(elman_model_input, model, one_in(f, 2) ? 0 : index, OR_NULL(f, &made)); break;
    case 9: TELL(elman_model_output, model, one_in(f, 2) ? 0 : index, OR_NULL(f, &made)); break;
    case 10: TELL(elman_model_call_count, model, index, OR_NULL(f, &number)); break;
    case 11:
      TELL(elman_model_call_tensors, model, index, one_in(f, 4) ? any_index(f) : 0, OR_NULL(f, inputs), below(f, 4),
           OR_NULL(f, &number), OR_NULL(f, outputs), below(f, 4), OR_NULL(f, &other));
      break;
    case 12: case 13: case 14: make_graph(f); break;
    case 15: TELL(elman_layer_model, any_layer(f), OR_NULL(f, &built)); break;
    case 16: TELL(elman_tensor_origin, tensor, OR_NULL(f, &call), OR_NULL(f, &number)); break;
    default: call_on_tensors(f); break;
  }
  keep_tensor(f, made);
  keep_layer(f, layer);
  keep_model(f, built);
  for (int i = 0; i < 3; i++) {
    keep_tensor(f, inputs[i]);
    keep_tensor(f, outputs[i]);
  }
}

/* ---- layers of the caller ---- */

/* The functions of a layer follow from its context alone: several threads may run it. */
static int32_t custom_build(void *context, elman_layer layer, const elman_array *inputs, size_t count) {
  size_t kind = (size_t)context;
  elman_weight_options options = ELMAN_WEIGHT_OPTIONS_INIT;
  options.shape = inputs[0].shape + inputs[0].rank - 1;
  options.rank = count > 0 ? 1 : 0;
  if (kind & 1) (void)elman_layer_add_weight(layer, &options, NULL);
  if (kind & 2) (void)elman_layer_add_layer(layer, "inner", (elman_layer){atomic_load(&layers[kind % POOL])});
  return (kind & 12) == 12 ? 5 : 0;
}

static int32_t custom_shapes(void *context, const elman_array *inputs, size_t count, elman_output *outputs, size_t *number) {
  size_t kind = (size_t)context, most = *number;
  *number = kind % 7 == 0 ? kind % 200 : count < most ? count : most;
  for (size_t i = 0; i < *number && i < most; i++) {
    const elman_array *x = &inputs[i % count];
    outputs[i].rank = kind % 11 == 0 ? kind % 20 : x->rank;
    for (size_t axis = 0; axis < outputs[i].rank && axis < ELMAN_MAX_RANK; axis++) {
      /* No larger than the input: what a run writes fits into the fuzzer's buffers, whatever it says they hold. */
      outputs[i].shape[axis] = axis < x->rank ? x->shape[axis] : (int64_t)(kind % 3) - 1;
    }
  }
  return kind % 13 == 0;
}

static int32_t custom_call(void *context, const elman_custom_call *call) {
  for (size_t i = 0; i < call->output_count; i++) {
    for (size_t k = 0; k < call->outputs[i].count; k++) call->outputs[i].data[k] = (float)call->input_count;
  }
  return (size_t)context % 17 == 0;
}

static int32_t custom_mask(void *context, const elman_custom_call *call, uint8_t *mask, size_t count) {
  memset(mask, call->masks[0].data != NULL, count);
  return (size_t)context % 19 == 0;
}

static int32_t custom_config(void *context, char *text, size_t capacity, size_t *length) {
  static const char *configs[] = {"{}", "{\"name\": 3, \"a\": [1, {}]}", "[", "3", ""};
  const char *config = configs[(size_t)context % 5];
  *length = (size_t)context % 23 == 0 ? SIZE_MAX : strlen(config);
  if (capacity > strlen(config)) memcpy(text, config, strlen(config) + 1);
  return 0;
}

static int32_t custom_create(void *context, const char *name, const char *config, elman_layer *layer) {
  if (name == NULL || config == NULL) abort();
  layer->id = atomic_load(&layers[(size_t)context % POOL]);
  return (size_t)context % 5 == 0;
}

static void call_custom(fuzzer *f) {
  static const char *classes[] = {"Mine", "Dense", "a>b", ">", "", "a/b", "Sequential"};
  static const char *initializers[] = {"zeros", "orthogonal", "no_such", "{\"class_name\": \"Ones\"}", "{", ""};
  elman_layer layer = any_layer(f), made = {0};
  void *context;
  size_t number;
  switch (below(f, 6)) {
    case 0: {
      elman_weight_options options = ELMAN_WEIGHT_OPTIONS_INIT;
      options.struct_size = any_struct_size(f, sizeof options) == sizeof options ? sizeof options : 1;
      options.name = one_in(f, 2) ? NULL : WORD(f, 0);
      options.rank = any_shape(f, 0);
      options.shape = OR_NULL(f, f->shape);
      options.initializer = one_in(f, 2) ? NULL : PICK(f, initializers);
      options.regularizer = one_in(f, 4) ? PICK(f, initializers) : NULL;
      options.frozen = one_in(f, 3);
      options.reserved = one_in(f, 16);
      TELL(elman_layer_add_weight, layer, OR_NULL(f, &options), OR_NULL(f, &number));
      break;
    }
    case 1: TELL(elman_layer_add_layer, layer, OR_NULL(f, "role"), any_layer(f)); break;
    case 2: TELL(elman_layer_context, layer, OR_NULL(f, &context)); break;
    case 3:
      TELL(elman_layer_class_register, OR_NULL(f, PICK(f, classes)), one_in(f, 2) ? NULL : custom_create,
           (void *)(size_t)below(f, 1000));
      break;
    default: {
      struct { elman_custom_layer_options o; char more[64]; } s;
      memset(&s, 0, sizeof s);
      s.o.struct_size = any_struct_size(f, sizeof s.o);
      s.o.class_name = one_in(f, 2) ? NULL : PICK(f, classes);
      s.o.context = (void *)(size_t)below(f, 1000);
      s.o.batch_input_rank = one_in(f, 2) ? 0 : any_shape(f, 1);
      for (int i = 0; i < ELMAN_MAX_RANK; i++) s.o.batch_input_shape[i] = f->shape[i];
      s.o.build = one_in(f, 3) ? NULL : custom_build;
      s.o.shapes = one_in(f, 3) ? NULL : custom_shapes;
      s.o.call = one_in(f, 16) ? NULL : custom_call;
      s.o.mask = one_in(f, 2) ? NULL : custom_mask;
      s.o.config = one_in(f, 2) ? NULL : custom_config;
      s.o.frozen = one_in(f, 8);
      TELL(elman_custom_layer_create, OR_NULL(f, &s.o), OR_NULL(f, &made));
    }
  }
  keep_layer(f, made);
}

/* A copy of the input that ends where the shape says, so that AddressSanitizer sees every step beyond it. */
static float *exact_input(fuzzer *f, const int64_t *shape, size_t rank) {
  size_t count = 1;
  float *copy;
  for (size_t i = 0; i < rank && rank <= ELMAN_MAX_RANK; i++) {
    if (shape[i] < 0 || shape[i] > MOST_INPUT) return NULL;
    count *= (size_t)shape[i];
    if (count > MOST_INPUT) return NULL;
  }
  copy = malloc(count == 0 ? 1 : count * sizeof *copy);
  if (copy != NULL) memcpy(copy, f->input, count * sizeof *copy);
  return copy;
}

static float *exact_output(size_t count) { return count > FLOATS ? NULL : malloc(count == 0 ? 1 : count * sizeof(float)); }

/* Mostly the shape that the model was built for, with small numbers where it is not fixed. */
static size_t fitting_shape(fuzzer *f, elman_model model) {
  size_t rank;
  if (one_in(f, 4) || elman_model_input_shape(model, f->shape, ELMAN_MAX_RANK, &rank) != ELMAN_OK) return any_shape(f, 0);
  for (size_t i = 0; i < rank; i++)
    if (f->shape[i] < 0) f->shape[i] = (int64_t)below(f, 6);
  return rank;
}

static elman_status counted(elman_status status) {
  if (status == ELMAN_OK) atomic_fetch_add(&runs, 1);
  return status;
}

static void call_forward(fuzzer *f) {
  elman_model model = any_model(f);
  size_t rank = fitting_shape(f, model), count = one_in(f, 2) ? below(f, 128) : any_float_count(f);
  float *input = exact_input(f, f->shape, rank), *output = exact_output(count);
  elman_status status = elman_model_forward(model, input != NULL ? input : OR_NULL(f, f->input), OR_NULL(f, f->shape), rank,
                                            output != NULL ? output : OR_NULL(f, f->output), count);
  told(f, "elman_model_forward", counted(status));
  free(input);
  free(output);
}

static void call_run(fuzzer *f) {
  elman_model model = any_model(f);
  int64_t shapes[5][ELMAN_MAX_RANK + 2];
  elman_array states[2], inputs[3];
  elman_mask masks[3];
  elman_output outputs[6];
  size_t number, input_count = one_in(f, 16) ? PICK(f, ((const size_t[]){0, SIZE_MAX, 1 << 30})) : 1 + below(f, 3);
  struct { elman_run_options o; char more[64]; } s;
  for (int i = 0; i < 3; i++) {
    inputs[i] = any_array(f, shapes[i]);
    if (one_in(f, 3)) continue;
    inputs[i].rank = fitting_shape(f, model);
    memcpy(shapes[i], f->shape, sizeof f->shape);
    inputs[i].shape = shapes[i];
  }
  if (elman_model_tensor_counts(model, &number, NULL) == ELMAN_OK && number <= 3 && !one_in(f, 4)) input_count = number;
  for (int i = 0; i < 2; i++) states[i] = any_array(f, shapes[3 + i]);
  memset(&s, 0, sizeof s);
  s.o.struct_size = any_struct_size(f, sizeof s.o);
  s.o.training = one_in(f, 2);
  s.o.reserved = one_in(f, 16);
  if (one_in(f, 2)) {
    s.o.initial_states = OR_NULL(f, states);
    s.o.initial_state_count = one_in(f, 8) ? PICK(f, ((const size_t[]){SIZE_MAX, 1 << 20, 0})) : 1 + below(f, 2);
  }
  for (int i = 0; i < 3; i++) {
    size_t rank = any_size(f, 4);
    masks[i] = (elman_mask){one_in(f, 3) ? NULL : f->mask, OR_NULL(f, inputs[i].shape), rank <= 10 ? rank : inputs[i].rank};
  }
  if (one_in(f, 3)) {
    s.o.masks = OR_NULL(f, masks);
    s.o.mask_count = one_in(f, 8) ? SIZE_MAX : 1 + below(f, 3);
  }
  for (int i = 0; i < 6; i++) {
    memset(&outputs[i], 0, sizeof outputs[i]);
    outputs[i].data = one_in(f, 6) ? NULL : f->output + i * (FLOATS / 8);
    outputs[i].count = any_float_count(f);
    if (outputs[i].count <= FLOATS) outputs[i].count /= 8;
  }
  /* More room than there is would be a lie that nobody can see through. */
  size_t room = one_in(f, 8) ? SIZE_MAX : below(f, 7);
  told(f, "elman_model_run",
       counted(elman_model_run(model, OR_NULL(f, inputs), input_count, one_in(f, 3) ? NULL : &s.o, OR_NULL(f, outputs),
                               room, OR_NULL(f, &number))));
}

static void call_hidden_states(fuzzer *f) {
  static const size_t sizes[] = {0, 1, 2, 3, 5, 8, SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 61};
  size_t timesteps = PICK(f, sizes), dim = PICK(f, sizes), units = PICK(f, sizes);
  double *d = (double *)f->output;
  /* Large values only go with sizes whose product the library must refuse. */
  if (one_in(f, 2))
    TELL(elman_simple_rnn_hidden_states_f32, timesteps, dim, units, OR_NULL(f, f->input), OR_NULL(f, f->input),
         OR_NULL(f, f->input), OR_NULL(f, f->input), one_in(f, 2) ? NULL : f->input, OR_NULL(f, f->output));
  else
    TELL(elman_simple_rnn_hidden_states_f64, timesteps, dim, units, OR_NULL(f, d), OR_NULL(f, d), OR_NULL(f, d),
         OR_NULL(f, d), one_in(f, 2) ? NULL : d, OR_NULL(f, d + FLOATS / 4));
}

static void call_activation(fuzzer *f) {
  static const char *functions[] = {
      "relu", "softmax", "glu", "sparsemax", "no_such", "", "{\"class_name\": \"function\", \"config\": \"gelu\"}",
      "{\"class_name\": \"relu\", \"config\": {\"negative_slope\": 0.5, \"max_value\": 1, \"threshold\": -1}}",
      "{\"class_name\": \"log_softmax\", \"config\": {\"axis\": [0, 2]}}",
      "{\"class_name\": \"softmax\", \"config\": {\"axis\": 1}}", "{\"class_name\": \"glu\", \"config\": {\"axis\": 1}}",
      "{\"class_name\": \"sparsemax\", \"config\": {\"axis\": [0, 1, -1]}}", "{\"class_name\": \"Softmax\", \"config\": {}}",
  };
  const char *function = text_of(f, functions, sizeof functions / sizeof *functions, 0);
  size_t rank = any_shape(f, 0), count = any_float_count(f);
  float *output = exact_output(count);
  TELL(elman_activation_apply, function, OR_NULL(f, f->input), OR_NULL(f, f->shape), rank,
       output != NULL ? output : OR_NULL(f, f->output), count);
  free(output);
}

/* Regularizers, constraints and initializers, each by its own names and by another's. */
static void call_of_weights(fuzzer *f) {
  static const char *functions[] = {
      "l1", "L2", "orthogonal_regularizer", "unit_norm", "NonNeg", "he_normal", "orthogonal", "identity", "no_such", "",
      "[[1, 2], [3, 4]]", "{\"class_name\": \"L1L2\", \"config\": {\"l1\": 0.5, \"l2\": 1e300}}",
      "{\"class_name\": \"OrthogonalRegularizer\", \"config\": {\"mode\": \"columns\"}}",
      "{\"class_name\": \"MaxNorm\", \"config\": {\"max_value\": 1, \"axis\": [0, -1]}}",
      "{\"class_name\": \"MinMaxNorm\", \"config\": {\"rate\": 0.5, \"axis\": 1}}",
      "{\"class_name\": \"VarianceScaling\", \"config\": {\"mode\": \"fan_out\", \"seed\": -1}}",
  };
  const char *function = text_of(f, functions, sizeof functions / sizeof *functions, 0);
  size_t rank = any_shape(f, 0), count = any_float_count(f);
  float *output = exact_output(count);
  double penalty;
  switch (below(f, 3)) {
    case 0:
      TELL(elman_regularizer_apply, function, OR_NULL(f, f->input), OR_NULL(f, f->shape), rank, OR_NULL(f, &penalty));
      break;
    case 1:
      TELL(elman_constraint_apply, function, OR_NULL(f, f->input), OR_NULL(f, f->shape), rank,
           output != NULL ? output : OR_NULL(f, f->output), count);
      break;
    default:
      TELL(elman_initializer_apply, function, OR_NULL(f, f->shape), rank,
           output != NULL ? output : OR_NULL(f, f->output), count);
  }
  free(output);
}

static void *run(void *argument) {
  fuzzer *f = argument;
  long limit = f->calls;
  f->input = calloc(FLOATS, sizeof(float));
  f->output = calloc(FLOATS, sizeof(float));
  f->text = calloc(TEXT, 1);
  f->mask = calloc(FLOATS, 1);
  if (!f->input || !f->output || !f->text || !f->mask) abort();
  for (size_t i = 0; i < FLOATS; i++) f->input[i] = (float)((int)below(f, 2001) - 1000) / 500;
  for (size_t i = 0; i < FLOATS; i++) f->mask[i] = (uint8_t)below(f, 2);
  for (f->calls = 0; f->calls < limit;) {
    switch (below(f, 23)) {
      case 0: call_library(f); break;
      case 1: case 2: case 3: call_create(f); break;
      case 4: case 5: call_layer(f); break;
      case 6: case 7: case 8: call_weights(f); break;
      case 9: case 10: case 11: call_model(f); break;
      case 12: one_in(f, 2) ? call_hidden_states(f) : call_states(f); break;
      case 13: call_run(f); break;
      case 14: call_stream(f); break;
      case 15: one_in(f, 2) ? call_activation(f) : call_of_weights(f); break;
      case 20: call_custom(f); break;
      case 16: case 17: case 18: case 19: call_graph(f); break;
      default: call_forward(f); break;
    }
  }
  free(f->input);
  free(f->output);
  free(f->text);
  free(f->mask);
  return NULL;
}

int main(int argc, char **argv) {
  long calls = argc > 1 ? atol(argv[1]) : 1000000;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  int threads = argc > 3 ? atoi(argv[3]) : 1;
  static fuzzer fuzzers[16];
  pthread_t ids[16];
  long total = 0;
  if (threads < 1 || threads > 16) threads = 1;
  alarm(600); /* a deadlock ends here */
  for (int i = 0; i < threads; i++) {
    fuzzers[i].state = seed * 0x9E3779B97F4A7C15u + (uint64_t)i * 7919 + 1;
    fuzzers[i].calls = calls / threads;
    if (pthread_create(&ids[i], NULL, run, &fuzzers[i]) != 0) abort();
  }
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    total += fuzzers[i].calls;
  }
  for (int i = 0; i < POOL; i++) {
    elman_layer_release((elman_layer){layers[i]});
    elman_model_release((elman_model){models[i]});
    elman_stream_release((elman_stream){streams[i]});
    elman_tensor_release((elman_tensor){tensors[i]});
  }
  printf("%ld random calls, seed %llu, %d thread%s:", total, (unsigned long long)seed, threads, threads == 1 ? "" : "s");
  for (int i = 0; i < STATUSES; i++) printf(" %s %ld", i == 0 ? "OK" : elman_status_name(-i) + 6, counts[i]);
  printf("; %ld models ran\n%d passed, %d failed\n", runs, defects == 0, defects != 0);
  return defects == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
