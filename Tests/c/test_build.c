#include "check.h"

#include <pthread.h>
#include <unistd.h>

/* What building a layer makes, and when: initial values, and the memory that weights take. */

static size_t values_of(elman_model model) {
  size_t values = 0;
  OK(elman_model_weight_memory(model, &values, NULL));
  return values;
}

static size_t packed_of(elman_model model) {
  size_t packed = 0;
  OK(elman_model_weight_memory(model, NULL, &packed));
  return packed;
}

/* Bits on all machines that fuse a product and a sum; elsewhere the last ones differ, as elman_set_seed says. */
TEST(a_seed_gives_the_same_orthogonal_values_everywhere) {
  enum { ROWS = 100, COLUMNS = 130 };
  static float values[ROWS * COLUMNS];
  uint64_t hash = 14695981039346656037u;
  elman_layer layer = make_layer("Dense",
                                 "{\"units\": 130, \"use_bias\": false, \"kernel_initializer\": "
                                 "{\"class_name\": \"Orthogonal\", \"config\": {\"seed\": 7}}}");
  OK(elman_layer_build(layer, SHAPE(-1, ROWS)));
  OK(elman_layer_get_weight(layer, 0, values, ROWS * COLUMNS));
  for (int i = 0; i < ROWS * COLUMNS; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    hash = (hash ^ bits) * 1099511628211u;
  }
  CHECK(fabsf(values[0] - 0.0181437731f) < 1e-6f);
  CHECK(fabsf(values[64] - 0.0514251776f) < 1e-6f);
  CHECK(fabsf(values[ROWS * COLUMNS - 1] - 0.128600478f) < 1e-6f);
#if defined(__x86_64__)
  if (strcmp(elman_kernels(), "baseline") == 0) hash = 0x65d689c1f8f39f71;
#endif
  CHECK(hash == 0x65d689c1f8f39f71);
  OK(elman_layer_release(layer));
}

/* ---- initial values are made when they are read ---- */

TEST(a_weight_that_is_set_never_makes_initial_values) {
  enum { UNITS = 2048, COUNT = UNITS * 4 * UNITS };
  float *set = malloc(sizeof(float) * COUNT), *got = malloc(sizeof(float) * COUNT);
  elman_model model = make_model_of(make_layer("LSTM", "{\"units\": 2048, \"input_shape\": [null, 64]}"), NO_LAYER);
  CHECK(values_of(model) == 0 && packed_of(model) == 0);
  for (int i = 0; i < COUNT; i++) set[i] = (float)(i % 1000);
  OK(elman_model_set_weight(model, 1, &(elman_array){set, SHAPE(UNITS, 4 * UNITS)}));
  CHECK(values_of(model) == sizeof(float) * COUNT);
  OK(elman_model_get_weight(model, 1, got, COUNT));
  CHECK(memcmp(set, got, sizeof(float) * COUNT) == 0);
  CHECK(values_of(model) == sizeof(float) * COUNT);
  OK(elman_model_get_weight(model, 0, got, COUNT));
  CHECK(values_of(model) == sizeof(float) * (COUNT + 64 * 4 * UNITS));
  OK(elman_model_release(model));
  free(set);
  free(got);
}

/* Given before it is built or set after, by itself or inside another layer, a weight is the same, and alone. */
TEST(weights_that_are_given_are_those_that_are_set) {
  static const char *const dense = "{\"units\": 40, \"use_bias\": false%s}";
  static const char *const formats[] = {"", ", \"quantization\": \"float16\"", ", \"quantization\": \"int8\""};
  static float given[30 * 40], values[2][30 * 40];
  fill(given, 30 * 40, 3);
  for (int i = 0; i < 6; i++) {
    char config[128];
    snprintf(config, sizeof config, dense, formats[i / 2]);
    for (int set = 0; set < 2; set++) {
      elman_layer layer = make_layer("Dense", config), inner = layer;
      if (i % 2) OK(elman_layer_create_around("TimeDistributed", "{}", &inner, 1, &layer));
      elman_model model;
      OK(elman_model_create(NULL, &model));
      OK(elman_model_add_layer(model, layer));
      if (!set) OK(elman_layer_set_initial_weights(layer, &(elman_array){given, SHAPE(30, 40)}, 1));
      OK(elman_model_build(model, SHAPE(-1, 7, 30)));
      CHECK(values_of(model) == (set ? 0 : sizeof given));
      if (set) OK(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(30, 40)}));
      CHECK(values_of(model) == sizeof given);
      OK(elman_model_get_weight(model, 0, values[set], 30 * 40));
      if (i % 2) OK(elman_layer_release(inner));
      OK(elman_layer_release(layer));
      OK(elman_model_release(model));
    }
    CHECK(memcmp(values[0], values[1], sizeof given) == 0);
    CHECK((memcmp(values[0], given, sizeof given) == 0) == (i < 2));
  }
}

enum { LAYERS = 4, WIDTH = 24 };

/* Layers of several kinds, which follow from the seed. */
static elman_model make_seeded(void) {
  OK(elman_set_seed(11));
  return make_model_of(make_layer("SimpleRNN", "{\"units\": 24, \"use_bias\": false, \"return_sequences\": true, "
                                               "\"input_shape\": [5, 24]}"),
                       make_layer("Dense", "{\"units\": 24, \"use_bias\": false, \"kernel_initializer\": \"he_normal\"}"),
                       make_layer("Dense", "{\"units\": 24, \"use_bias\": false, \"kernel_initializer\": \"zeros\"}"),
                       make_layer("Dense", "{\"units\": 24, \"use_bias\": false}"), NO_LAYER);
}

/* All five weights have the same shape. */
static void read_weight(elman_model model, size_t index, float *values) {
  OK(elman_model_get_weight(model, index, values, WIDTH * WIDTH));
}

TEST(values_of_a_seed_depend_on_the_order_of_building_alone) {
  enum { WEIGHTS = LAYERS + 1 };
  static float in_order[WEIGHTS][WIDTH * WIDTH], values[WIDTH * WIDTH];
  const elman_array other = {values, SHAPE(WIDTH, WIDTH)};
  elman_model model = make_seeded();
  for (size_t i = 0; i < WEIGHTS; i++) read_weight(model, i, in_order[i]);
  OK(elman_model_release(model));
  for (size_t i = 0; i < WEIGHTS; i++) {
    for (size_t j = 0; j < i; j++) CHECK(memcmp(in_order[i], in_order[j], sizeof *in_order) != 0);
  }
  /* Read from the last one on, with other layers built and another seed in between. */
  model = make_seeded();
  OK(elman_set_seed(5));
  OK(elman_model_release(make_seeded()));
  for (size_t i = WEIGHTS; i-- > 0;) {
    read_weight(model, i, values);
    CHECK(memcmp(values, in_order[i], sizeof values) == 0);
  }
  OK(elman_model_release(model));
  /* One is set before it was read, the others stay. */
  for (size_t set = 0; set < WEIGHTS; set++) {
    model = make_seeded();
    fill(values, WIDTH * WIDTH, 3);
    OK(elman_model_set_weight(model, set, &other));
    for (size_t i = 0; i < WEIGHTS; i++) {
      if (i == set) continue;
      read_weight(model, i, values);
      CHECK(memcmp(values, in_order[i], sizeof values) == 0);
    }
    OK(elman_model_release(model));
  }
}

TEST(initial_values_are_the_same_before_a_run_and_after_it) {
  static const char *const formats[] = {"float32", "float16", "bfloat16", "int8"};
  static float input[5 * WIDTH], output[5 * WIDTH], before[4 * 24 * 24], after[4 * 24 * 24];
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    char config[200];
    snprintf(config, sizeof config, "{\"units\": 24, \"input_shape\": [5, 24], \"quantization\": \"%s\"}", formats[i]);
    elman_model model = make_model_of(make_layer("LSTM", config), NO_LAYER);
    OK(elman_model_get_weight(model, 1, before, 4 * 24 * 24));
    OK(elman_model_forward(model, input, SHAPE(1, 5, WIDTH), output, 24));
    OK(elman_model_get_weight(model, 1, after, 4 * 24 * 24));
    CHECK(memcmp(before, after, sizeof before) == 0);
    /* The forget gate's bias. */
    OK(elman_model_get_weight(model, 2, after, 4 * 24));
    CHECK(after[23] == 0 && after[24] == 1 && after[47] == 1 && after[48] == 0);
    OK(elman_model_release(model));
  }
}

TEST(quantizing_takes_initial_values_that_nobody_read) {
  static float values[2][WIDTH * WIDTH];
  double error[2];
  for (int is_read = 0; is_read < 2; is_read++) {
    elman_model model = make_seeded();
    if (is_read) read_weight(model, 1, values[1]);
    OK(elman_model_quantize(model, "int8", &error[is_read]));
    read_weight(model, 1, values[is_read]);
    OK(elman_model_release(model));
  }
  CHECK(error[0] > 0 && error[0] == error[1]);
  CHECK(memcmp(values[0], values[1], sizeof *values) == 0);
}

static void *read_first(void *argument) {
  elman_model model = *(elman_model *)argument;
  float *values = malloc(sizeof(float) * 300 * 1200);
  OK(elman_model_get_weight(model, 1, values, 300 * 1200));
  return values;
}

static void *run_first(void *argument) {
  static const float input[4 * 300];
  float *output = malloc(sizeof(float) * 300);
  OK(elman_model_forward(*(elman_model *)argument, input, SHAPE(1, 4, 300), output, 300));
  free(output);
  return NULL;
}

TEST(threads_that_read_at_once_get_the_same_values) {
  enum { THREADS = 6 };
  for (int round = 0; round < 5; round++) {
    pthread_t threads[THREADS], runner;
    void *values[THREADS], *none;
    elman_model model = make_model_of(make_layer("LSTM", "{\"units\": 300, \"input_shape\": [4, 300]}"), NO_LAYER);
    for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, read_first, &model) == 0);
    CHECK(pthread_create(&runner, NULL, run_first, &model) == 0);
    for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], &values[i]) == 0);
    CHECK(pthread_join(runner, &none) == 0);
    for (int i = 0; i < THREADS; i++) {
      CHECK(memcmp(values[0], values[i], sizeof(float) * 300 * 1200) == 0);
      if (i > 0) free(values[i]);
    }
    free(values[0]);
    OK(elman_model_release(model));
  }
}

TEST(what_is_wrong_with_initial_values_is_an_error_of_building) {
  static const struct {
    const char *class_name, *config;
    elman_status status;
    const char *text;
  } cases[] = {
      {"Dense", "{\"units\": 3, \"bias_initializer\": \"orthogonal\"}", ELMAN_INVALID_ARGUMENT, "at least two-dimensional"},
      {"LSTM", "{\"units\": 3, \"bias_initializer\": \"identity\"}", ELMAN_INVALID_ARGUMENT, "2D"},
      {"Conv1D", "{\"filters\": 3, \"kernel_size\": 2, \"kernel_initializer\": \"identity\"}", ELMAN_INVALID_ARGUMENT, "2D"},
      {"Dense", "{\"units\": 2147483647}", ELMAN_OUT_OF_MEMORY, "memory"},
      {"SimpleRNN", "{\"units\": 2147483647}", ELMAN_OUT_OF_MEMORY, "memory"},
      {"GRU", "{\"units\": 16777216}", ELMAN_OUT_OF_MEMORY, "memory"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    elman_layer layer = make_layer(cases[i].class_name, cases[i].config);
    int32_t is_built = 1;
    CHECK_ERROR(elman_layer_build(layer, SHAPE(-1, 4, 1048576)), cases[i].status, cases[i].text);
    OK(elman_layer_is_built(layer, &is_built));
    CHECK(!is_built);
    OK(elman_layer_release(layer));
  }
}

/* ---- memory ---- */

TEST(weight_memory_counts_values_and_what_runs_read) {
  static float input[4 * 64], output[64];
  const size_t size = sizeof(float) * (64 * 256 + 64 * 256 + 256);
  elman_model model = make_model_of(make_layer("LSTM", "{\"units\": 64, \"input_shape\": [4, 64]}"), NO_LAYER);
  OK(elman_model_forward(model, input, SHAPE(1, 4, 64), output, 64));
  CHECK(values_of(model) == size && packed_of(model) == size);
  OK(elman_model_quantize(model, "float16", NULL));
  OK(elman_model_forward(model, input, SHAPE(1, 4, 64), output, 64));
  CHECK(values_of(model) == size && packed_of(model) == (size - sizeof(float) * 256) / 2 + sizeof(float) * 256);
  OK(elman_model_weight_memory(model, NULL, NULL));
  OK(elman_model_release(model));
  CHECK_STATUS(elman_model_weight_memory(model, NULL, NULL), ELMAN_INVALID_HANDLE);
}

TEST(weight_memory_counts_every_kind_of_layer_once) {
  static const struct {
    const char *class_name, *config;
  } layers[] = {
      {"Dense", "{\"units\": 16}"},
      {"SimpleRNN", "{\"units\": 16, \"return_sequences\": true}"},
      {"GRU", "{\"units\": 16, \"reset_after\": false, \"return_sequences\": true}"},
      {"Bidirectional", "{\"layer\": {\"class_name\": \"GRU\", \"config\": {\"units\": 16, \"return_sequences\": true}}}"},
      {"RNN", "{\"cell\": {\"class_name\": \"LSTMCell\", \"config\": {\"units\": 16}}, \"return_sequences\": true}"},
      {"TimeDistributed", "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 16}}}"},
      {"Conv1D", "{\"filters\": 16, \"kernel_size\": 2, \"groups\": 1}"},
      {"Conv1DTranspose", "{\"filters\": 16, \"kernel_size\": 2, \"use_bias\": false}"},
      {"SeparableConv1D", "{\"filters\": 16, \"kernel_size\": 1}"},
      {"BatchNormalization", "{\"center\": false, \"scale\": false}"},
  };
  static float input[8 * 16], output[16 * 1024];
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    int64_t params;
    elman_model model = make_model_of(make_layer("InputLayer", "{\"input_shape\": [8, 16]}"),
                                      make_layer(layers[i].class_name, layers[i].config), NO_LAYER);
    OK(elman_model_forward(model, input, SHAPE(1, 8, 16), output, sizeof output / sizeof *output));
    OK(elman_model_count_params(model, &params, NULL));
    CHECK(values_of(model) == sizeof(float) * (size_t)params);
    /* Rows of 16 need no padding; depthwise kernels are read as they are. */
    const size_t depthwise = strcmp(layers[i].class_name, "SeparableConv1D") == 0 ? 16 : 0;
    CHECK(packed_of(model) == sizeof(float) * ((size_t)params - depthwise));
    OK(elman_model_release(model));
  }
  /* A cell at two places of a stack. */
  elman_layer cell = make_layer("SimpleRNNCell", "{\"units\": 16}"), stack, layer;
  OK(elman_layer_create_around("StackedRNNCells", "{}", (elman_layer[]){cell, cell}, 2, &stack));
  OK(elman_layer_create_around("RNN", "{\"input_shape\": [8, 16]}", &stack, 1, &layer));
  elman_model model = make_model_of(layer, NO_LAYER);
  OK(elman_model_forward(model, input, SHAPE(1, 8, 16), output, 16));
  CHECK(values_of(model) == sizeof(float) * (2 * 16 * 16 + 16));
  OK(elman_layer_release(cell));
  OK(elman_layer_release(stack));
  OK(elman_model_release(model));
}

/* AddressSanitizer keeps what was freed. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_FREED
#endif
#endif
#if defined(__linux__) && !defined(KEEPS_FREED)

static size_t resident(void) {
  unsigned long all, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file != NULL && fscanf(file, "%lu %lu", &all, &pages) == 2);
  if (file != NULL) fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Not of malloc, which keeps what is freed. */
static float numbers[(300 + 1024 + 1) * 4096];

/* Runs a model and sets its weights, again and again. */
static void set_often(elman_model model, size_t features, size_t before, size_t slack) {
  static const float input[300];
  static float output[1024];
  elman_array values[3];
  int64_t shapes[3][2], params;
  size_t work, most, used = 0;
  OK(elman_model_count_params(model, &params, NULL));
  most = sizeof(float) * (size_t)params * 21 / 10;
  for (size_t weight = 0; weight < 3; weight++) {
    size_t rank;
    OK(elman_model_weight_shape(model, weight, shapes[weight], 2, &rank));
    values[weight] = (elman_array){numbers + used, shapes[weight], rank};
    used += (size_t)(rank == 1 ? shapes[weight][0] : shapes[weight][0] * shapes[weight][1]);
  }
  for (int set = 0; set < 6; set++) {
    OK(elman_model_forward(model, input, SHAPE(1, 1, (int64_t)features), output, 1024));
    OK(elman_model_memory(model, &(elman_array){NULL, SHAPE(1, 1, (int64_t)features)}, 1, &work));
    CHECK(resident() <= before + work + most + slack);
    CHECK(values_of(model) + packed_of(model) <= most);
    OK(elman_model_set_weights(model, values, 3));
  }
}

/* Between huge pages, and of several sizes, whose remains would add up. */
TEST(weights_take_twice_their_size_however_often_they_are_set) {
  static const char *const configs[] = {"{\"units\": 512, \"input_shape\": [null, 64]}",
                                        "{\"units\": 700, \"input_shape\": [null, 300]}",
                                        "{\"units\": 1024, \"input_shape\": [null, 64], \"quantization\": \"float16\"}"};
  fill(numbers, sizeof numbers / sizeof *numbers, 1);
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 3; i++) {
      for (int is_gru = 0; is_gru < 2; is_gru++) {
        const size_t before = resident();
        elman_model model = make_model_of(make_layer(is_gru ? "GRU" : "LSTM", configs[i]), NO_LAYER);
        /* In the first round code runs for the first time. */
        set_often(model, i == 1 ? 300 : 64, before, round == 0 ? 10000000 : 500000);
        OK(elman_model_release(model));
        CHECK(resident() <= before + (round == 0 ? 10000000 : 500000));
      }
    }
  }
}

#endif
