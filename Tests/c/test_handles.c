#include "check.h"

#include <pthread.h>
#include <time.h>

TEST(null_handles_are_released_and_nothing_else) {
  size_t count;
  OK(elman_layer_release(NO_LAYER));
  OK(elman_model_release(NO_MODEL));
  CHECK_ERROR(elman_layer_weight_count(NO_LAYER, &count), ELMAN_INVALID_HANDLE, "null handle");
  CHECK_ERROR(elman_model_layer_count(NO_MODEL, &count), ELMAN_INVALID_HANDLE, "null handle");
}

TEST(released_handles_are_invalid) {
  size_t count;
  elman_layer layer = make_layer("Flatten", NULL);
  elman_model model = make_model();
  OK(elman_layer_release(layer));
  OK(elman_model_release(model));
  CHECK_ERROR(elman_layer_release(layer), ELMAN_INVALID_HANDLE, "released or never made");
  CHECK_ERROR(elman_model_release(model), ELMAN_INVALID_HANDLE, "released or never made");
  CHECK_STATUS(elman_layer_weight_count(layer, &count), ELMAN_INVALID_HANDLE);
  CHECK_STATUS(elman_model_layer_count(model, &count), ELMAN_INVALID_HANDLE);
}

TEST(a_slot_used_again_does_not_revive_old_handles) {
  char name[64];
  elman_layer old = make_layer("Flatten", NULL), new;
  OK(elman_layer_release(old));
  for (int i = 0; i < 10000; i++) {
    new = make_layer("Flatten", NULL);
    CHECK(new.id != old.id);
    CHECK_STATUS(elman_layer_name(old, name, sizeof name, NULL), ELMAN_INVALID_HANDLE);
    OK(elman_layer_release(new));
  }
}

TEST(handles_of_another_kind_are_told) {
  size_t count;
  elman_layer layer = make_layer("Flatten", NULL);
  elman_model model = make_model();
  CHECK_ERROR(elman_layer_weight_count((elman_layer){model.id}, &count), ELMAN_INVALID_HANDLE, "the handle of a model");
  CHECK_ERROR(elman_model_layer_count((elman_model){layer.id}, &count), ELMAN_INVALID_HANDLE, "the handle of a layer");
  CHECK_STATUS(elman_model_release((elman_model){layer.id}), ELMAN_INVALID_HANDLE);
  CHECK_STATUS(elman_model_add_layer(model, (elman_layer){model.id}), ELMAN_INVALID_HANDLE);
  OK(elman_layer_release(layer));
  OK(elman_model_release(model));
}

TEST(forged_handles_are_invalid) {
  size_t count;
  elman_layer layer = make_layer("Flatten", NULL);
  for (int bit = 0; bit < 64; bit++) {
    elman_layer forged = {layer.id ^ (uint64_t)1 << bit};
    CHECK_STATUS(elman_layer_weight_count(forged, &count), ELMAN_INVALID_HANDLE);
    CHECK_STATUS(elman_layer_release(forged), ELMAN_INVALID_HANDLE);
  }
  for (uint64_t id = 1; id < UINT64_MAX / 3; id = id * 3 + 1)
    CHECK_STATUS(elman_layer_weight_count((elman_layer){id}, &count), ELMAN_INVALID_HANDLE);
  CHECK_STATUS(elman_layer_weight_count((elman_layer){UINT64_MAX}, &count), ELMAN_INVALID_HANDLE);
  OK(elman_layer_weight_count(layer, &count));
  OK(elman_layer_release(layer));
}

TEST(many_handles_live_side_by_side) {
  enum { COUNT = 10000 };
  static elman_model models[COUNT];
  size_t count;
  for (int i = 0; i < COUNT; i++) models[i] = make_model();
  for (int i = 0; i < COUNT; i++) OK(elman_model_layer_count(models[i], &count));
  for (int i = COUNT - 1; i >= 0; i--) OK(elman_model_release(models[i]));
}

TEST(handles_to_be_made_are_null_after_a_failure) {
  elman_layer layer = {99};
  elman_model model = {99};
  CHECK_STATUS(elman_layer_create("Nonsense", NULL, &layer), ELMAN_NOT_FOUND);
  CHECK(layer.id == 0);
  CHECK_STATUS(elman_model_create_from_config("{", &model), ELMAN_INVALID_ARGUMENT);
  CHECK(model.id == 0);
}

TEST(a_model_keeps_its_layers) {
  float input[20] = {1}, output[3];
  elman_layer layer = make_layer("SimpleRNN", "{\"units\": 3, \"input_shape\": [2, 10]}"), again;
  elman_model model = make_model();
  size_t count;
  OK(elman_model_add_layer(model, layer));
  OK(elman_layer_release(layer));
  OK(elman_model_forward(model, input, SHAPE(1, 2, 10), output, 3));
  OK(elman_model_layer(model, 0, &again));
  CHECK(again.id != layer.id);
  OK(elman_model_release(model));
  OK(elman_layer_weight_count(again, &count));
  CHECK(count == 3);
  OK(elman_layer_release(again));
}

/* ---- two threads ---- */

typedef struct {
  elman_model model;
  int64_t runs, failures;
  elman_status last;
} runner;

static void *run_until_released(void *argument) {
  runner *r = argument;
  float input[2000], output[200];
  fill(input, 2000, 1);
  do {
    r->last = elman_model_forward(r->model, input, SHAPE(1, 100, 20), output, 200);
    r->runs++;
  } while (r->last == ELMAN_OK);
  return NULL;
}

TEST(a_model_may_be_released_while_it_runs) {
  for (int round = 0; round < 20; round++) {
    elman_model model =
        make_model_of(make_layer("SimpleRNN", "{\"units\": 64, \"input_shape\": [null, 20]}"), NO_LAYER);
    runner runners[2] = {{model, 0, 0, 0}, {model, 0, 0, 0}};
    pthread_t threads[2];
    float input[40], output[64];
    fill(input, 40, 1);
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, run_until_released, &runners[i]) == 0);
    for (int i = 0; i < round * 10; i++) OK(elman_model_forward(model, input, SHAPE(1, 2, 20), output, 64));
    OK(elman_model_release(model));
    for (int i = 0; i < 2; i++) {
      CHECK(pthread_join(threads[i], NULL) == 0);
      CHECK(runners[i].last == ELMAN_INVALID_HANDLE);
    }
  }
}

static void *make_and_release(void *failures) {
  for (int i = 0; i < 20000; i++) {
    elman_model model;
    size_t count;
    if (elman_model_create("m", &model) != ELMAN_OK || elman_model_layer_count(model, &count) != ELMAN_OK ||
        elman_model_release(model) != ELMAN_OK || elman_model_layer_count(model, &count) != ELMAN_INVALID_HANDLE)
      ++*(int *)failures;
  }
  return NULL;
}

TEST(handles_are_made_in_several_threads) {
  pthread_t threads[4];
  int failures[4] = {0};
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, make_and_release, &failures[i]) == 0);
  for (int i = 0; i < 4; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(failures[i] == 0);
  }
}

typedef struct {
  elman_model model;
  int stop;
} endless;

static void *run_without_a_pause(void *argument) {
  static float input[1000];
  endless *e = argument;
  float output[64];
  while (!__atomic_load_n(&e->stop, __ATOMIC_RELAXED))
    elman_model_forward(e->model, input, SHAPE(1, 50, 20), output, 64);
  return NULL;
}

TEST(a_change_does_not_wait_for_ever) {
  static float kernel[20 * 64], recurrent[64 * 64], bias[64];
  elman_array values[3];
  pthread_t threads[4];
  struct timespec start, end;
  endless e = {make_model_of(make_layer("SimpleRNN", "{\"units\": 64, \"input_shape\": [null, 20]}"), NO_LAYER), 0};
  values[0] = (elman_array){kernel, SHAPE(20, 64)};
  values[1] = (elman_array){recurrent, SHAPE(64, 64)};
  values[2] = (elman_array){bias, SHAPE(64)};
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, run_without_a_pause, &e) == 0);
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < 100; i++) OK(elman_model_set_weights(e.model, values, 3));
  clock_gettime(CLOCK_MONOTONIC, &end);
  __atomic_store_n(&e.stop, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(end.tv_sec - start.tv_sec < 10);
  OK(elman_model_release(e.model));
}

static void *release_it(void *argument) {
  elman_layer layer = *(elman_layer *)argument;
  return elman_layer_release(layer) == ELMAN_OK ? argument : NULL;
}

TEST(only_one_of_two_releases_wins) {
  for (int i = 0; i < 500; i++) {
    elman_layer layer = make_layer("Flatten", NULL);
    pthread_t threads[2];
    void *results[2];
    for (int t = 0; t < 2; t++) CHECK(pthread_create(&threads[t], NULL, release_it, &layer) == 0);
    for (int t = 0; t < 2; t++) CHECK(pthread_join(threads[t], &results[t]) == 0);
    CHECK((results[0] != NULL) + (results[1] != NULL) == 1);
  }
}

static void *change_weights(void *argument) {
  runner *r = argument;
  float kernel[20 * 8], recurrent[64], bias[8];
  elman_array values[3];
  values[0] = (elman_array){kernel, SHAPE(20, 8)};
  values[1] = (elman_array){recurrent, SHAPE(8, 8)};
  values[2] = (elman_array){bias, SHAPE(8)};
  for (int i = 0; i < 500; i++) {
    /* All kernels i % 2: an output that mixes both versions is none of the two expected ones. */
    for (size_t k = 0; k < 160; k++) kernel[k] = (float)(i % 2);
    for (size_t k = 0; k < 64; k++) recurrent[k] = 0;
    for (size_t k = 0; k < 8; k++) bias[k] = (float)(i % 2);
    if (elman_model_set_weights(r->model, values, 3) != ELMAN_OK) r->failures++;
  }
  return NULL;
}

static void *watch_outputs(void *argument) {
  runner *r = argument;
  float input[20] = {0.25f}, output[8];
  for (int i = 0; i < 5000; i++) {
    if (elman_model_forward(r->model, input, SHAPE(1, 1, 20), output, 8) != ELMAN_OK) r->failures++;
    for (int u = 0; u < 8; u++)
      if (output[u] != 0 && fabsf(output[u] - tanhf(1.25f)) > 1e-5f) r->failures++;
  }
  return NULL;
}

TEST(weights_change_between_calls_only) {
  elman_layer layer = make_layer(
      "SimpleRNN", "{\"units\": 8, \"input_shape\": [null, 20], \"kernel_initializer\": \"zeros\","
                   "\"recurrent_initializer\": \"zeros\"}");
  elman_model model = make_model_of(layer, NO_LAYER);
  runner changer = {model, 0, 0, 0}, watcher = {model, 0, 0, 0};
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, change_weights, &changer) == 0);
  CHECK(pthread_create(&threads[1], NULL, watch_outputs, &watcher) == 0);
  for (int i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(changer.failures == 0 && watcher.failures == 0);
  OK(elman_model_release(model));
}
