/* What a forked child can do, whatever the threads of its parent were at. */
#define _GNU_SOURCE
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum { UNITS = 64, FEATURES = 8, ROWS = 64, STEPS = 16, BUSY = 6 };

static const int64_t input_shape[] = {ROWS, STEPS, FEATURES};
static elman_model shared_model;
static atomic_int stop;

static elman_model new_model(void) {
  char config[160];
  snprintf(config, sizeof config, "{\"units\": %d, \"return_sequences\": true, \"batch_input_shape\": [null, null, %d]}", UNITS, FEATURES);
  return make_model_of(make_layer("LSTM", config), make_layer("GroupNormalization", "{\"groups\": 4}"),
                       make_layer("SimpleRNN", "{\"units\": 4}"), NO_LAYER);
}

/* One of everything: a model made and built, weights set, a run on the pool, a stream, an error, random values and names. */
static int uses_everything(elman_model known) {
  static const float input[ROWS * STEPS * FEATURES] = {0.5f};
  float output[ROWS * 4], step[FEATURES] = {1}, weights[4 * UNITS] = {0};
  const int64_t bias_shape[] = {4 * UNITS};
  const elman_array bias = {weights, bias_shape, 1};
  char text[4096];
  size_t length;
  elman_stream stream;
  elman_model model = new_model();
  int ok = elman_model_forward(known, input, input_shape, 3, output, ROWS * 4) == ELMAN_OK;
  ok &= elman_model_set_weight(known, 2, &bias) == ELMAN_OK;
  ok &= elman_model_forward(model, input, input_shape, 3, output, ROWS * 4) == ELMAN_OK;
  ok &= elman_model_set_weight(model, 2, &bias) == ELMAN_OK;
  ok &= elman_model_quantize(model, "int8", NULL) == ELMAN_OK;
  ok &= elman_stream_create(make_model_of(make_layer("GRU", "{\"units\": 4, \"batch_input_shape\": [null, null, 8]}"), NO_LAYER), 1,
                            &stream) == ELMAN_OK;
  ok &= elman_stream_step(stream, step, FEATURES, output, 4) == ELMAN_OK;
  ok &= elman_stream_release(stream) == ELMAN_OK;
  ok &= elman_model_summary(model, text, sizeof text, &length) == ELMAN_OK;
  ok &= elman_model_config(model, text, sizeof text, &length) == ELMAN_OK;
  ok &= elman_model_forward(model, input, bias_shape, 1, output, 1) == ELMAN_SHAPE_MISMATCH;
  ok &= elman_model_pop_layer(model) == ELMAN_OK && elman_model_release(model) == ELMAN_OK;
  return ok;
}

/* Until it is told to stop: what the threads of the parent are at while it forks. */
static void *keep_busy(void *kind) {
  static const float input[ROWS * STEPS * FEATURES] = {0.25f};
  const int64_t bias_shape[] = {4 * UNITS};
  float output[ROWS * 4], weights[4 * UNITS] = {0};
  elman_model own = new_model(), steps;
  elman_stream stream;
  elman_layer layer;
  steps = make_model_of(make_layer("LSTM", "{\"units\": 8, \"batch_input_shape\": [null, null, 8]}"), NO_LAYER);
  OK(elman_stream_create(steps, 1, &stream));
  while (!stop) {
    switch ((int)(intptr_t)kind) {
      case 0: elman_model_forward(shared_model, input, input_shape, 3, output, ROWS * 4); break;
      case 1: elman_model_set_weight(shared_model, 2, &(elman_array){weights, bias_shape, 1}); break;
      case 2: OK(elman_model_release(new_model())); break;
      case 3: elman_stream_step(stream, input, FEATURES, output, 8); break;
      case 4: elman_model_forward(own, input, input_shape, 3, output, ROWS * 4); break;
      default:
        if (elman_layer_create("Dense", "{\"units\": 3}", &layer) == ELMAN_OK) {
          elman_model_add_layer(own, layer);
          elman_layer_release(layer);
          elman_model_pop_layer(own);
        }
    }
  }
  OK(elman_stream_release(stream));
  OK(elman_model_release(steps));
  OK(elman_model_release(own));
  return NULL;
}

static void *use_everything(void *result) {
  *(int *)result = uses_everything(shared_model);
  return NULL;
}

/* In a child: everything, from several threads; 0 where all of it worked. */
static int child_status(void) {
  pthread_t threads[3];
  int ok[4] = {0};
  alarm(60);
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, use_everything, &ok[i]);
  use_everything(&ok[3]);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  return !(ok[0] && ok[1] && ok[2] && ok[3]);
}

static void check_child(pid_t child) {
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int forks(void) {
  const char *given = getenv("FORKS");
  return given ? atoi(given) : 200;
}

TEST(a_child_goes_on_while_its_parent_is_busy) {
  pthread_t threads[BUSY];
  stop = 0;
  OK(elman_set_num_threads(2));
  shared_model = new_model();
  for (int i = 0; i < BUSY; i++) pthread_create(&threads[i], NULL, keep_busy, (void *)(intptr_t)i);
  for (int i = 0; i < forks(); i++) {
    pid_t child = fork();
    if (child == 0) _exit(child_status());
    check_child(child);
  }
  stop = 1;
  for (int i = 0; i < BUSY; i++) pthread_join(threads[i], NULL);
  CHECK(uses_everything(shared_model));
  OK(elman_model_release(shared_model));
  OK(elman_set_num_threads(0));
}

TEST(a_child_of_a_child_goes_on) {
  shared_model = new_model();
  CHECK(uses_everything(shared_model));
  pid_t child = fork();
  if (child == 0) {
    int status = child_status();
    pid_t grandchild = fork();
    if (grandchild == 0) _exit(child_status());
    int its_status = -1;
    waitpid(grandchild, &its_status, 0);
    _exit(status || its_status != 0);
  }
  check_child(child);
  CHECK(uses_everything(shared_model));
  OK(elman_model_release(shared_model));
}

/* A function that forks while the model that runs it is locked for it, in a part of a shared job. */
static pid_t forked;
static int32_t forking_step(void *context, const elman_cell_step *step) {
  (void)context;
  memset(step->output, 0, step->batch * 2 * sizeof(float));
  memset(step->next_states[0], 0, step->batch * 2 * sizeof(float));
  if (forked == -1) forked = fork();
  return 0;
}

TEST(a_child_finishes_the_run_that_it_was_forked_in) {
  const int64_t sizes[] = {2};
  float input[3] = {0}, output[2] = {1, 1};
  elman_layer cell, rnn, dense;
  elman_cell_options options = ELMAN_CELL_OPTIONS_INIT;
  options.units = 2;
  options.state_sizes = sizes;
  options.state_count = 1;
  options.call = forking_step;
  OK(elman_cell_create(&options, &cell));
  OK(elman_layer_create_around("RNN", "{\"batch_input_shape\": [null, 3, 1]}", &cell, 1, &rnn));
  elman_model model = make_model_of(rnn, NO_LAYER);
  forked = -1;
  OK(elman_model_forward(model, input, SHAPE(1, 3, 1), output, 2));
  CHECK(output[0] == 0);
  if (forked == 0) {
    alarm(20);
    dense = make_layer("Dense", "{\"units\": 1}");
    _exit(elman_model_add_layer(model, dense) || elman_model_forward(model, input, SHAPE(1, 3, 1), output, 1) ||
          !uses_everything(new_model()));
  }
  check_child(forked);
  OK(elman_model_release(model));
  OK(elman_layer_release(cell));
}
