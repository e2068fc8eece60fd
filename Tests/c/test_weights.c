#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

static elman_model two_layers(void) {
  return make_model_of(make_layer("SimpleRNN", "{\"units\": 3, \"name\": \"rnn\", \"input_shape\": [2, 10]}"),
                       make_layer("Dense", "{\"units\": 1, \"name\": \"head\"}"), NO_LAYER);
}

TEST(weights_have_names_and_shapes) {
  static const char *names[] = {"rnn/kernel", "rnn/recurrent_kernel", "rnn/bias", "head/kernel", "head/bias"};
  static const int64_t shapes[][2] = {{10, 3}, {3, 3}, {3, 0}, {3, 1}, {1, 0}};
  char name[64];
  int64_t shape[ELMAN_MAX_RANK];
  size_t count, rank, index;
  elman_model model = two_layers();
  elman_layer layer;
  OK(elman_model_weight_count(model, &count));
  CHECK(count == 5);
  for (size_t i = 0; i < 5; i++) {
    OK(elman_model_weight_name(model, i, name, sizeof name, NULL));
    CHECK(strcmp(name, names[i]) == 0);
    OK(elman_model_weight_index(model, names[i], &index));
    CHECK(index == i);
    OK(elman_model_weight_shape(model, i, shape, ELMAN_MAX_RANK, &rank));
    CHECK(rank == (shapes[i][1] == 0 ? 1u : 2u) && shape[0] == shapes[i][0] && (rank == 1 || shape[1] == shapes[i][1]));
  }
  OK(elman_model_weight_index(model, "head/bias:0", &index));
  CHECK(index == 4);
  CHECK_ERROR(elman_model_weight_index(model, "head/bia", &index), ELMAN_NOT_FOUND, "head/bias");
  CHECK_STATUS(elman_model_weight_index(model, NULL, &index), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_weight_index(model, "head/bias", NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_ERROR(elman_model_weight_name(model, 5, name, sizeof name, NULL), ELMAN_NOT_FOUND, "index 5");
  CHECK_ERROR(elman_model_weight_shape(model, SIZE_MAX, shape, 8, NULL), ELMAN_NOT_FOUND, "18446744073709551615");
  OK(elman_model_find_layer(model, "head", &layer));
  OK(elman_layer_weight_name(layer, 0, name, sizeof name, NULL));
  CHECK(strcmp(name, "head/kernel") == 0);
  OK(elman_layer_weight_shape(layer, 0, shape, ELMAN_MAX_RANK, &rank));
  CHECK(rank == 2 && shape[0] == 3 && shape[1] == 1);
  OK(elman_layer_release(layer));
  OK(elman_model_release(model));
}

TEST(weights_go_in_and_out) {
  float given[30], taken[31];
  elman_model model = two_layers();
  fill(given, 30, 5);
  OK(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(10, 3)}));
  taken[30] = 77;
  OK(elman_model_get_weight(model, 0, taken, 31));
  CHECK(memcmp(given, taken, sizeof given) == 0 && taken[30] == 77);
  taken[0] = 77;
  CHECK_ERROR(elman_model_get_weight(model, 0, taken, 29), ELMAN_BUFFER_TOO_SMALL, "30");
  CHECK(taken[0] == 77);
  CHECK_ERROR(elman_model_get_weight(model, 0, NULL, 30), ELMAN_INVALID_ARGUMENT, "values");
  CHECK_STATUS(elman_model_get_weight(model, 0, taken, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_get_weight(model, 5, taken, 30), ELMAN_NOT_FOUND);
  OK(elman_model_release(model));
}

TEST(arrays_that_do_not_fit_are_refused) {
  float given[30] = {0}, before[30], after[30];
  elman_model model = two_layers();
  OK(elman_model_get_weight(model, 0, before, 30));
  CHECK_ERROR(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(3, 10)}), ELMAN_SHAPE_MISMATCH, "(3, 10)");
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(30)}), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){given, NULL, 0}), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){given, NULL, 2}), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){NULL, SHAPE(10, 3)}), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){NULL, SHAPE(10, 0)}), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(10, -1)}), ELMAN_INVALID_ARGUMENT);
  CHECK_ERROR(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(INT64_MAX, 3)}), ELMAN_OUT_OF_MEMORY,
              "shape (9223372036854775807, 3)");
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){given, SHAPE(1), }), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_set_weight(model, 0, &(elman_array){given, (const int64_t[]){1}, SIZE_MAX}),
               ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_weight(model, 0, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_weight(model, 9, &(elman_array){given, SHAPE(1)}), ELMAN_NOT_FOUND);
  OK(elman_model_get_weight(model, 0, after, 30));
  CHECK(memcmp(before, after, sizeof before) == 0);
  OK(elman_model_release(model));
}

TEST(all_weights_are_set_or_none) {
  float given[30], before[30], after[30], head[3];
  elman_model model = two_layers();
  elman_layer layer;
  elman_array values[5];
  fill(given, 30, 9);
  values[0] = (elman_array){given, SHAPE(10, 3)};
  values[1] = (elman_array){given, SHAPE(3, 3)};
  values[2] = (elman_array){given, SHAPE(3)};
  values[3] = (elman_array){given, SHAPE(3, 1)};
  values[4] = (elman_array){given, SHAPE(2)};
  OK(elman_model_get_weight(model, 0, before, 30));
  CHECK_ERROR(elman_model_set_weights(model, values, 5), ELMAN_SHAPE_MISMATCH, "head/bias");
  OK(elman_model_get_weight(model, 0, after, 30));
  CHECK(memcmp(before, after, sizeof before) == 0);
  CHECK_ERROR(elman_model_set_weights(model, values, 4), ELMAN_SHAPE_MISMATCH, "length 4");
  CHECK_ERROR(elman_model_set_weights(model, values, (size_t)1 << 40), ELMAN_SHAPE_MISMATCH, "1099511627776");
  CHECK_STATUS(elman_model_set_weights(model, values, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_weights(model, NULL, 5), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_weights(model, NULL, 0), ELMAN_SHAPE_MISMATCH);
  values[4] = (elman_array){given, SHAPE(1)};
  OK(elman_model_set_weights(model, values, 5));
  OK(elman_model_get_weight(model, 0, after, 30));
  CHECK(memcmp(given, after, sizeof given) == 0);

  OK(elman_model_find_layer(model, "head", &layer));
  values[0] = (elman_array){given + 3, SHAPE(3, 1)};
  values[1] = (elman_array){given, SHAPE(3)};
  CHECK_ERROR(elman_layer_set_weights(layer, values, 2), ELMAN_SHAPE_MISMATCH, "head/bias");
  OK(elman_layer_get_weight(layer, 0, head, 3));
  CHECK(memcmp(head, given, sizeof head) == 0);
  values[1] = (elman_array){given, SHAPE(1)};
  OK(elman_layer_set_weights(layer, values, 2));
  OK(elman_layer_get_weight(layer, 0, head, 3));
  CHECK(memcmp(head, given + 3, sizeof head) == 0);
  OK(elman_layer_release(layer));
  layer = make_layer("Flatten", NULL);
  OK(elman_layer_set_weights(layer, NULL, 0));
  OK(elman_layer_release(layer));
  OK(elman_model_release(model));
}

TEST(weights_of_a_quantized_layer_are_rounded_as_they_are_set) {
  float kernel[6] = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f}, told[6], output[2], again[2];
  const float input[3] = {1, 2, 3};
  double error;
  elman_model model = make_model_of(make_layer("Dense", "{\"units\": 2, \"input_shape\": [3]}"), NO_LAYER);
  OK(elman_model_quantize(model, "int8", NULL));
  OK(elman_model_set_weight(model, 0, &(elman_array){kernel, SHAPE(3, 2)}));
  OK(elman_model_forward(model, input, SHAPE(1, 3), output, 2));
  OK(elman_model_get_weight(model, 0, told, 6));
  CHECK(memcmp(kernel, told, sizeof told) != 0);
  for (int i = 0; i < 6; i++) CHECK(fabsf(told[i] - kernel[i]) < 0.005f);
  OK(elman_model_quantize(model, "int8", &error));
  CHECK(error == 0);
  OK(elman_model_forward(model, input, SHAPE(1, 3), again, 2));
  CHECK(memcmp(output, again, sizeof output) == 0);
  kernel[1] = INFINITY;
  CHECK_ERROR(elman_model_set_weight(model, 0, &(elman_array){kernel, SHAPE(3, 2)}), ELMAN_INVALID_ARGUMENT, "must be finite");
  OK(elman_model_release(model));
}

TEST(a_layer_made_quantized_tells_the_rounded_weights) {
  float kernel[6];
  double error;
  elman_layer layer = make_layer("Dense", "{\"units\": 2, \"quantization\": \"bfloat16\"}");
  OK(elman_layer_build(layer, SHAPE(-1, 3)));
  OK(elman_layer_get_weight(layer, 0, kernel, 6));
  for (int i = 0; i < 6; i++) {
    uint32_t bits;
    memcpy(&bits, &kernel[i], sizeof bits);
    CHECK((bits & 0xffff) == 0);
  }
  OK(elman_layer_quantize(layer, "bfloat16", &error));
  CHECK(error == 0);
  OK(elman_layer_release(layer));
}

typedef struct {
  elman_layer layer;
  atomic_int is_done;
} setter;

static void *quantize_until_done(void *argument) {
  setter *self = argument;
  static const char *const modes[] = {"bfloat16", "float32"};
  for (int i = 0; !atomic_load(&self->is_done); i++) {
    if (elman_layer_quantize(self->layer, modes[i % 2], NULL) != ELMAN_OK) abort();
  }
  return NULL;
}

TEST(no_weight_is_lost_while_another_thread_quantizes) {
  enum { ROWS = 64, COLUMNS = 64, SETS = 4000 };
  static float kernel[ROWS * COLUMNS], told[ROWS * COLUMNS];
  setter other = {.layer = make_layer("Dense", "{\"units\": 64, \"use_bias\": false}")};
  pthread_t thread;
  int lost = 0;
  OK(elman_layer_build(other.layer, SHAPE(-1, ROWS)));
  CHECK(pthread_create(&thread, NULL, quantize_until_done, &other) == 0);
  for (int set = 1; set <= SETS; set++) {
    /* A whole number that every format holds. */
    for (int i = 0; i < ROWS * COLUMNS; i++) kernel[i] = (float)(set % 200);
    OK(elman_layer_set_weight(other.layer, 0, &(elman_array){kernel, SHAPE(ROWS, COLUMNS)}));
    OK(elman_layer_get_weight(other.layer, 0, told, ROWS * COLUMNS));
    lost += memcmp(kernel, told, sizeof told) != 0;
  }
  atomic_store(&other.is_done, 1);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(lost == 0);
  OK(elman_layer_release(other.layer));
}

/* Sets kernel and bias to the same number, one and two in turn. */
static void *set_until_done(void *argument) {
  setter *self = argument;
  for (int set = 0; !atomic_load(&self->is_done); set++) {
    const float value = (float)(set % 2 + 1);
    const elman_array values[] = {{&value, SHAPE(1, 1)}, {&value, SHAPE(1)}};
    if (elman_layer_set_weights(self->layer, values, 2) != ELMAN_OK) abort();
  }
  return NULL;
}

TEST(a_layers_weights_change_all_at_once) {
  setter other = {.layer = make_layer("Dense", "{\"units\": 1, \"input_shape\": [1]}")};
  const float x = 1, ones[] = {1, 1};
  float y;
  pthread_t thread;
  int mixed = 0;
  elman_model model = make_model();
  OK(elman_model_add_layer(model, other.layer));
  OK(elman_layer_set_weights(other.layer, (elman_array[]){{ones, SHAPE(1, 1)}, {ones, SHAPE(1)}}, 2));
  CHECK(pthread_create(&thread, NULL, set_until_done, &other) == 0);
  for (int run = 0; run < 20000; run++) {
    OK(elman_model_forward(model, &x, SHAPE(1, 1), &y, 1));
    mixed += y != 2 && y != 4;
  }
  atomic_store(&other.is_done, 1);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(mixed == 0);
  OK(elman_layer_release(other.layer));
  OK(elman_model_release(model));
}
