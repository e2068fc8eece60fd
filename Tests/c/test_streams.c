/* Streams, cells and lambdas of the caller, states of stateful layers. */
#include "check.h"

#include <pthread.h>
#include <unistd.h>

enum { STEPS = 7, FEATURES = 4 };

static elman_model recurrent_model(const char *class_name, const char *more) {
  char config[256];
  snprintf(config, sizeof config, "{\"units\": 5, \"input_shape\": [null, 4]%s}", more);
  return make_model_of(make_layer(class_name, config), NO_LAYER);
}

/* Each step of a stream is the last output of the model for all steps so far. */
static void check_stream(elman_model model, size_t outputs) {
  float input[STEPS * FEATURES], whole[STEPS * 16], step[16];
  elman_stream stream;
  fill(input, STEPS * FEATURES, 3);
  OK(elman_stream_create(model, 1, &stream));
  for (int t = 0; t < STEPS; t++) {
    OK(elman_stream_step(stream, input + t * FEATURES, FEATURES, step, outputs));
    OK(elman_model_forward(model, input, SHAPE(1, t + 1, FEATURES), whole, outputs));
    CHECK(memcmp(step, whole, outputs * sizeof(float)) == 0);
  }
  OK(elman_stream_release(stream));
}

TEST(a_stream_gives_what_the_model_gives) {
  static const char *const classes[] = {"SimpleRNN", "LSTM", "GRU"};
  for (int i = 0; i < 3; i++) {
    elman_model model = recurrent_model(classes[i], "");
    check_stream(model, 5);
    OK(elman_model_release(model));
    model = make_model_of(make_layer("Conv1D", "{\"filters\": 6, \"kernel_size\": 3, \"padding\": \"causal\", \"input_shape\": [null, 4]}"),
                          make_layer(classes[i], "{\"units\": 8, \"return_sequences\": true}"),
                          make_layer("LayerNormalization", NULL), make_layer(classes[i], "{\"units\": 5}"),
                          make_layer("Dense", "{\"units\": 3}"), NO_LAYER);
    check_stream(model, 3);
    OK(elman_model_release(model));
  }
}

TEST(a_convolution_of_one_tap_streams) {
  for (int stride = 1; stride < 3; stride++) {
    elman_stream stream;
    char config[128];
    snprintf(config, sizeof config, "{\"filters\": 65, \"kernel_size\": 1, \"strides\": %d, \"input_shape\": [null, 4]}", stride);
    elman_model model = make_model_of(make_layer("Conv1D", config), NO_LAYER);
    if (stride > 1) {
      CHECK_STATUS(elman_stream_create(model, 3, &stream), ELMAN_UNSUPPORTED);
    } else {
      float input[12] = {1, 2, 3}, step[195], whole[195];
      OK(elman_stream_create(model, 3, &stream));
      for (int i = 0; i < 5; i++) OK(elman_stream_step(stream, input, 12, step, 195));
      OK(elman_model_forward(model, input, SHAPE(3, 1, 4), whole, 195));
      CHECK(memcmp(step, whole, sizeof step) == 0);
      OK(elman_stream_release(stream));
    }
    OK(elman_model_release(model));
  }
}

TEST(a_stream_says_what_it_takes_and_gives) {
  int64_t shape[3];
  size_t rank, count;
  elman_model model = recurrent_model("LSTM", "");
  elman_stream stream;
  float values[64] = {0};
  OK(elman_stream_create(model, 2, &stream));
  OK(elman_stream_input_shape(stream, shape, 3, &rank));
  CHECK(rank == 2 && shape[0] == 2 && shape[1] == 4);
  OK(elman_stream_output_shape(stream, shape, 3, &rank));
  CHECK(rank == 2 && shape[0] == 2 && shape[1] == 5);
  OK(elman_stream_state_count(stream, &count));
  CHECK(count == 2);
  OK(elman_stream_state_shape(stream, 1, shape, 3, &rank));
  CHECK(rank == 2 && shape[0] == 2 && shape[1] == 5);
  CHECK_ERROR(elman_stream_step(stream, values, 7, values + 8, 10), ELMAN_SHAPE_MISMATCH, "(2, 4)");
  CHECK_ERROR(elman_stream_step(stream, values, 8, values + 8, 9), ELMAN_BUFFER_TOO_SMALL, "(2, 5)");
  CHECK_ERROR(elman_stream_step(stream, NULL, 8, values, 10), ELMAN_INVALID_ARGUMENT, "input");
  CHECK_STATUS(elman_stream_get_state(stream, 2, values, 10), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_stream_get_state(stream, SIZE_MAX, values, 10), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_stream_get_state(stream, 0, values, 9), ELMAN_BUFFER_TOO_SMALL);
  CHECK_STATUS(elman_stream_set_state(stream, 0, &(elman_array){values, (int64_t[]){5, 2}, 2}), ELMAN_SHAPE_MISMATCH);
  OK(elman_model_release(model));
  OK(elman_stream_step(stream, values, 8, values + 8, 10));
  OK(elman_stream_release(stream));
  CHECK_STATUS(elman_stream_reset(stream), ELMAN_INVALID_HANDLE);
  OK(elman_stream_release((elman_stream){0}));
}

TEST(a_state_moves_to_another_stream) {
  float input[STEPS * FEATURES], first[5], second[5], state[5];
  size_t count;
  elman_model model = recurrent_model("LSTM", "");
  elman_stream one, other;
  fill(input, STEPS * FEATURES, 5);
  OK(elman_stream_create(model, 1, &one));
  OK(elman_stream_create(model, 1, &other));
  for (int t = 0; t < STEPS; t++) {
    OK(elman_stream_state_count(one, &count));
    for (size_t i = 0; i < count; i++) {
      OK(elman_stream_get_state(one, i, state, 5));
      OK(elman_stream_set_state(other, i, &(elman_array){state, (int64_t[]){1, 5}, 2}));
    }
    OK(elman_stream_step(one, input + t * FEATURES, FEATURES, first, 5));
    OK(elman_stream_step(other, input + t * FEATURES, FEATURES, second, 5));
    CHECK(memcmp(first, second, sizeof first) == 0);
  }
  OK(elman_stream_reset(one));
  OK(elman_stream_get_state(one, 1, state, 5));
  for (int i = 0; i < 5; i++) CHECK(state[i] == 0);
  OK(elman_stream_release(one));
  OK(elman_stream_release(other));
  OK(elman_model_release(model));
}

TEST(what_looks_ahead_cannot_stream) {
  elman_stream stream = {9};
  elman_model model = recurrent_model("GRU", ", \"go_backwards\": true, \"name\": \"last_first\"");
  CHECK_ERROR(elman_stream_create(model, 1, &stream), ELMAN_UNSUPPORTED, "last_first");
  CHECK(stream.id == 0);
  OK(elman_model_release(model));
  model = make_model_of(make_layer("GlobalMaxPooling1D", "{\"input_shape\": [null, 4]}"), NO_LAYER);
  CHECK_ERROR(elman_stream_create(model, 1, &stream), ELMAN_UNSUPPORTED, "pools over time");
  OK(elman_model_release(model));
  model = make_model_of(make_layer("Softmax", "{\"axis\": 1, \"input_shape\": [null, 4]}"), NO_LAYER);
  CHECK_ERROR(elman_stream_create(model, 1, &stream), ELMAN_UNSUPPORTED, "looks at several timesteps");
  OK(elman_model_release(model));
  model = make_model_of(make_layer("ReLU", "{\"input_shape\": [null, 1, 1, 1, 1, 1, 1, 4]}"), NO_LAYER);
  CHECK_ERROR(elman_stream_create(model, 1, &stream), ELMAN_SHAPE_MISMATCH, "at most 8 dimensions");
  OK(elman_model_release(model));
  model = make_model();
  CHECK_STATUS(elman_stream_create(model, 1, &stream), ELMAN_NOT_BUILT);
  OK(elman_model_release(model));
  model = recurrent_model("GRU", "");
  CHECK_ERROR(elman_stream_create(model, 0, &stream), ELMAN_INVALID_ARGUMENT, "at least 1");
  CHECK_ERROR(elman_stream_create(model, (size_t)1 << 50, &stream), ELMAN_INVALID_ARGUMENT, "at most 2147483647. Received");
  CHECK_STATUS(elman_stream_create(model, SIZE_MAX, &stream), ELMAN_INVALID_ARGUMENT);
  OK(elman_model_release(model));
}

/* ---- memory ---- */

TEST(a_repeated_forward_does_not_allocate) {
  static float input[2 * 40 * 4], output[2 * 3];
  elman_model model =
      make_model_of(make_layer("Bidirectional", "{\"layer\": {\"class_name\": \"LSTM\", \"config\": {\"units\": 8, "
                                                "\"return_sequences\": true}}, \"input_shape\": [40, 4]}"),
                    make_layer("SimpleRNN", "{\"units\": 70, \"return_sequences\": true}"), make_layer("GRU", "{\"units\": 8}"),
                    make_layer("Dense", "{\"units\": 3}"), NO_LAYER);
  size_t bytes;
  for (int i = 0; i < 3; i++) OK(elman_model_forward(model, input, SHAPE(2, 40, 4), output, 6));
  long before = allocations();
  for (int i = 0; i < 1000; i++) OK(elman_model_forward(model, input, SHAPE(2, 40, 4), output, 6));
  CHECK(allocations() == before);
  OK(elman_model_memory(model, &(elman_array){NULL, SHAPE(2, 40, 4)}, 1, &bytes));
  /* Two layers' outputs, and gates of 4 * 8 and 70 units, padded to 16 floats. */
  CHECK(bytes > 0 && bytes <= sizeof(float) * (2 * 40 * (16 + 70) + 2 * 2 * 40 * 80 + 4096));
  CHECK_ERROR(elman_model_memory(model, &(elman_array){NULL, SHAPE(2, 40, 5)}, 1, &bytes), ELMAN_SHAPE_MISMATCH, "expected shape");
  CHECK_STATUS(elman_model_memory(model, &(elman_array){NULL, SHAPE(2, 40, 4)}, 1, NULL), ELMAN_INVALID_ARGUMENT);
  OK(elman_model_release(model));
}

/* Nor where masks are made and passed on. */
TEST(a_masked_forward_does_not_allocate) {
  static float input[2 * 5 * 4], output[6];
  elman_model model = make_model_of(make_layer("Masking", "{\"input_shape\": [null, 4]}"), make_layer("Dropout", "{\"rate\": 0.5}"),
                                    make_layer("LSTM", "{\"units\": 3, \"return_sequences\": true}"),
                                    make_layer("GlobalAveragePooling1D", NULL), NO_LAYER);
  fill(input, 20, 1);
  for (int i = 0; i < 3; i++) OK(elman_model_forward(model, input, SHAPE(2, 5, 4), output, 6));
  long before = allocations();
  for (int i = 0; i < 100; i++) OK(elman_model_forward(model, input, SHAPE(2, 5, 4), output, 6));
  CHECK(allocations() == before);
  OK(elman_model_release(model));
}

/* Words within sentences, of which a mask of rank 3 is left, then one of rank 2. */
TEST(masks_within_masks_do_not_allocate) {
  static const char *const words = "{\"layer\": {\"class_name\": \"GRU\", \"config\": {\"units\": 3}}}";
  static float input[2 * 5 * 4], output[6];
  elman_model model =
      make_model_of(make_layer("Embedding", "{\"input_dim\": 3, \"output_dim\": 4, \"mask_zero\": true, "
                                            "\"input_shape\": [5, 4]}"),
                    make_layer("Dropout", "{\"rate\": 0.5}"), make_layer("TimeDistributed", words),
                    make_layer("LSTM", "{\"units\": 3}"), NO_LAYER);
  for (int i = 0; i < 40; i++) input[i] = (float)(i % 3);
  for (int i = 0; i < 3; i++) OK(elman_model_forward(model, input, SHAPE(2, 5, 4), output, 6));
  long before = allocations();
  for (int i = 0; i < 100; i++) OK(elman_model_forward(model, input, SHAPE(2, 5, 4), output, 6));
  CHECK(allocations() == before);
  OK(elman_model_release(model));
}

/* Nor where threads share it: directions, rows, units, and the rows of Dense. */
TEST(a_shared_forward_does_not_allocate) {
  enum { STEPS_OF_ONE = 30, BATCH = 40 };
  static float input[BATCH * STEPS_OF_ONE * 32], output[BATCH * STEPS_OF_ONE * 300];
  elman_model model =
      make_model_of(make_layer("Bidirectional", "{\"layer\": {\"class_name\": \"GRU\", \"config\": {\"units\": 96, "
                                                "\"return_sequences\": true}}, \"input_shape\": [null, 32]}"),
                    make_layer("LSTM", "{\"units\": 150, \"return_sequences\": true}"), make_layer("Dense", "{\"units\": 300}"), NO_LAYER);
  OK(elman_set_num_threads(2));
  for (int64_t batch = 1; batch <= BATCH; batch += BATCH - 1) {
    for (int i = 0; i < 3; i++) OK(elman_model_forward(model, input, SHAPE(batch, STEPS_OF_ONE, 32), output, sizeof output / 4));
    long before = allocations();
    for (int i = 0; i < 10; i++) OK(elman_model_forward(model, input, SHAPE(batch, STEPS_OF_ONE, 32), output, sizeof output / 4));
    CHECK(allocations() == before);
  }
  OK(elman_set_num_threads(0));
  OK(elman_model_release(model));
}

TEST(a_step_does_not_allocate) {
  elman_layer cells[2] = {make_layer("LSTMCell", "{\"units\": 6}"), make_layer("GRUCell", "{\"units\": 5}")}, stack, rnn;
  elman_stream stream;
  float input[FEATURES] = {0.5f, -0.5f}, output[5];
  OK(elman_layer_create_around("StackedRNNCells", NULL, cells, 2, &stack));
  OK(elman_rnn_create(&ELMAN_OPTIONS(elman_rnn_options, .cell = stack, .return_sequences = 1), &rnn));
  elman_model model =
      make_model_of(make_layer("Conv1D", "{\"filters\": 6, \"kernel_size\": 3, \"padding\": \"causal\", \"input_shape\": [null, 4]}"),
                    make_layer("Masking", NULL), make_layer("GRU", "{\"units\": 8, \"return_sequences\": true, \"reset_after\": false}"),
                    make_layer("BatchNormalization", NULL), make_layer("LayerNormalization", NULL), rnn,
                    make_layer("Activation", "{\"activation\": \"softmax\"}"), NO_LAYER);
  OK(elman_stream_create(model, 1, &stream));
  for (int i = 0; i < 3; i++) OK(elman_stream_step(stream, input, FEATURES, output, 5));
  long before = allocations();
  for (int i = 0; i < 1000; i++) OK(elman_stream_step(stream, input, FEATURES, output, 5));
  CHECK(allocations() == before);
  OK(elman_stream_release(stream));
  OK(elman_model_release(model));
  OK(elman_layer_release(stack));
  OK(elman_layer_release(cells[0]));
  OK(elman_layer_release(cells[1]));
}

/* ---- threads ---- */

static elman_model shared_model;

static void *run_stream(void *unused) {
  float input[FEATURES], output[5];
  elman_stream stream;
  (void)unused;
  OK(elman_stream_create(shared_model, 1, &stream));
  for (int t = 0; t < 200; t++) {
    fill(input, FEATURES, (unsigned)t);
    OK(elman_stream_step(stream, input, FEATURES, output, 5));
  }
  void *last = malloc(sizeof output);
  if (last != NULL) memcpy(last, output, sizeof output);
  OK(elman_stream_release(stream));
  return last;
}

TEST(streams_run_side_by_side) {
  pthread_t threads[4];
  float *results[4];
  shared_model = make_model_of(make_layer("LSTM", "{\"units\": 5, \"stateful\": true, \"batch_input_shape\": [3, null, 4]}"), NO_LAYER);
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, run_stream, NULL) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], (void **)&results[i]) == 0);
  for (int i = 1; i < 4; i++) CHECK(memcmp(results[0], results[i], 5 * sizeof(float)) == 0);
  for (int i = 0; i < 4; i++) free(results[i]);
  OK(elman_model_release(shared_model));
}

/* Quick steps of large layers are shared out among threads: no other bits, and nothing allocated. */
TEST(quick_steps_may_be_shared) {
  enum { INPUTS = 200, UNITS = 530, QUICK_STEPS = 300 };
  static const char *const classes[] = {"SimpleRNN", "LSTM", "GRU"};
  static float input[INPUTS], alone[QUICK_STEPS][UNITS], shared[UNITS], state[UNITS];
  elman_stream stream;
  char config[128];
  snprintf(config, sizeof config, "{\"units\": %d, \"return_sequences\": true, \"input_shape\": [null, %d]}", UNITS, INPUTS);
  fill(input, INPUTS, 2);
  for (int i = 0; i < 3; i++) {
    elman_model model = make_model_of(make_layer(classes[i], config), NO_LAYER);
    for (int32_t threads = 1; threads < 4; threads++) {
      long before = 0;
      OK(elman_set_num_threads(threads));
      OK(elman_stream_create(model, 1, &stream));
      for (int t = 0; t < QUICK_STEPS; t++) {
        OK(elman_stream_step(stream, input, INPUTS, threads == 1 ? alone[t] : shared, UNITS));
        if (threads > 1) CHECK(memcmp(shared, alone[t], sizeof shared) == 0);
        if (t == 50) before = allocations();
      }
      CHECK(allocations() == before);
      OK(elman_stream_get_state(stream, 0, state, UNITS));
      CHECK(memcmp(state, alone[QUICK_STEPS - 1], sizeof state) == 0);
      OK(elman_stream_release(stream));
    }
    OK(elman_model_release(model));
  }
  OK(elman_set_num_threads(0));
}

/* ---- functions of the caller ---- */

static int released;
static void release(void *context) { released += *(int *)context; }

/* next = state + the sum of the features. */
static int32_t add_up(void *context, const elman_cell_step *step) {
  if (*(int *)context < 0) return 7;
  for (size_t row = 0; row < step->batch; row++) {
    float sum = step->states[0][row];
    for (size_t i = 0; i < step->features; i++) sum += step->input[row * step->features + i];
    step->next_states[0][row] = sum;
    step->output[row * 2] = sum;
    step->output[row * 2 + 1] = -sum;
  }
  return 0;
}

TEST(a_cell_of_the_caller_runs_in_an_rnn) {
  int one = 1;
  const int64_t size = 1;
  elman_layer cell, rnn, both;
  float input[2 * 3 * 2] = {1, 2, 3, 4, 5, 6, 1, 1, 1, 1, 1, 1}, output[2 * 3 * 4];
  const uint8_t mask[6] = {1, 0, 1, 0, 1, 1};
  elman_cell_options options = ELMAN_CELL_OPTIONS_INIT;
  CHECK_ERROR(elman_cell_create(&options, &cell), ELMAN_INVALID_ARGUMENT, "call");
  options.call = add_up;
  CHECK_STATUS(elman_cell_create(&options, &cell), ELMAN_INVALID_ARGUMENT);
  options.units = 2;
  options.state_sizes = &size;
  options.state_count = 1;
  options.context = &one;
  options.release = release;
  OK(elman_cell_create(&options, &cell));
  OK(elman_rnn_create(&ELMAN_OPTIONS(elman_rnn_options, .cell = cell, .return_sequences = 1), &rnn));
  elman_model model = make_model();
  OK(elman_model_add_layer(model, rnn));
  OK(elman_model_forward(model, input, SHAPE(2, 3, 2), output, 12));
  CHECK(output[0] == 3 && output[2] == 10 && output[4] == 21 && output[5] == -21 && output[10] == 6);
  elman_output result = {output, 12, {0}, 0};
  OK(elman_model_run(model, &(elman_array){input, (int64_t[]){2, 3, 2}, 3}, 1,
                     &ELMAN_OPTIONS(elman_run_options, .masks = &(elman_mask){mask, SHAPE(2, 3)}, .mask_count = 1), &result, 1, NULL));
  CHECK(output[0] == 3 && output[2] == 3 && output[4] == 14 && output[6] == 0 && output[8] == 2 && output[10] == 4);
  OK(elman_bidirectional_create(&ELMAN_OPTIONS(elman_bidirectional_options, .layer = rnn), &both));
  elman_model wide = make_model_of(both, NO_LAYER);
  OK(elman_model_forward(wide, input, SHAPE(2, 3, 2), output, 24));
  CHECK(output[0] == 3 && output[2] == 21 && output[8] == 21 && output[10] == 11);
  one = -1;
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(2, 3, 2), output, 12), ELMAN_INVALID_ARGUMENT, "7");
  one = 1;
  OK(elman_model_release(model));
  OK(elman_layer_release(rnn));
  OK(elman_model_release(wide));
  CHECK(released == 0);
  OK(elman_layer_release(cell));
  CHECK(released == 1);
}

static int shape_calls;

static int32_t first_half(void *context, const int64_t *input, size_t rank, int64_t *output, size_t *output_rank) {
  (void)context;
  shape_calls++;
  memcpy(output, input, rank * sizeof *input);
  output[rank - 1] = input[rank - 1] / 2;
  *output_rank = rank;
  return input[rank - 1] % 2 == 0 ? 0 : 1;
}

static int32_t copy_half(void *context, const elman_array *input, elman_output *output) {
  size_t wide = (size_t)input->shape[1], narrow = (size_t)output->shape[1];
  (void)context;
  for (size_t i = 0; i < output->count; i++) output->data[i] = input->data[i / narrow * wide + i % narrow];
  return 0;
}

TEST(a_lambda_is_a_layer) {
  elman_layer layer;
  float output[4];
  int64_t shape[2];
  CHECK_STATUS(elman_layer_create("Lambda", NULL, &layer), ELMAN_UNSUPPORTED);
  CHECK_ERROR(elman_lambda_create(&ELMAN_OPTIONS(elman_lambda_options, .name = "f"), &layer), ELMAN_INVALID_ARGUMENT, "call");
  OK(elman_lambda_create(&ELMAN_OPTIONS(elman_lambda_options, .name = "f", .call = copy_half, .shape = first_half), &layer));
  elman_model model = make_model_of(layer, NO_LAYER);
  OK(elman_model_forward(model, (float[]){1, 2, 3, 4, 5, 6, 7, 8}, SHAPE(2, 4), output, 4));
  CHECK(output[0] == 1 && output[1] == 2 && output[2] == 5 && output[3] == 6);
  /* A repeated call knows the shapes. */
  shape_calls = 0;
  OK(elman_model_forward(model, (float[]){8, 7, 6, 5, 4, 3, 2, 1}, SHAPE(2, 4), output, 4));
  CHECK(output[0] == 8 && output[1] == 7 && output[2] == 4 && output[3] == 3 && shape_calls == 0);
  OK(elman_model_output_shape(model, SHAPE(-1, 4), shape, 2, NULL));
  CHECK(shape[0] == -1 && shape[1] == 2);
  CHECK_STATUS(elman_model_forward(model, output, SHAPE(1, 3), output, 4), ELMAN_INVALID_ARGUMENT);
  OK(elman_model_release(model));
}

/* What a Lambda's function does to the model that is running it. */
typedef struct {
  elman_model model;
  elman_array weights[2];
  elman_status set, set_one, added, quantized, read;
  char message[256];
} meddling;

static int32_t meddle(void *context, const elman_array *input, elman_output *output) {
  meddling *tried = context;
  float bias[2];
  elman_layer dense = make_layer("Dense", "{\"units\": 1}");
  memcpy(output->data, input->data, output->count * sizeof(float));
  tried->set = elman_model_set_weights(tried->model, tried->weights, 2);
  elman_last_error(tried->message, sizeof tried->message);
  tried->set_one = elman_model_set_weight(tried->model, 0, &tried->weights[0]);
  tried->added = elman_model_add_layer(tried->model, dense);
  tried->quantized = elman_model_quantize(tried->model, "int8", NULL);
  tried->read = elman_model_get_weight(tried->model, 1, bias, 2);
  OK(elman_layer_release(dense));
  return 0;
}

TEST(what_a_run_calls_back_may_read_the_model_and_not_change_it) {
  meddling tried = {.set = 1};
  elman_layer lambda;
  size_t count;
  float output[2], again[2];
  float kernel[6] = {0};
  tried.weights[0] = (elman_array){kernel, SHAPE(3, 2)};
  tried.weights[1] = (elman_array){kernel, SHAPE(2)};
  OK(elman_lambda_create(&ELMAN_OPTIONS(elman_lambda_options, .context = &tried, .call = meddle, .batch_input_rank = 2,
                                        .batch_input_shape = {-1, 3}),
                         &lambda));
  tried.model = make_model_of(lambda, make_layer("Dense", "{\"units\": 2}"), NO_LAYER);
  alarm(60); /* Such a call once waited for itself. */
  OK(elman_model_forward(tried.model, (float[]){1, 2, 3}, SHAPE(1, 3), output, 2));
  alarm(0);
  CHECK(tried.set == ELMAN_INVALID_ARGUMENT && strstr(tried.message, "called from inside its own run") != NULL);
  CHECK(tried.set_one == ELMAN_INVALID_ARGUMENT);
  CHECK(tried.added == ELMAN_INVALID_ARGUMENT && tried.quantized == ELMAN_INVALID_ARGUMENT && tried.read == ELMAN_OK);
  OK(elman_model_layer_count(tried.model, &count));
  CHECK(count == 2);
  OK(elman_model_forward(tried.model, (float[]){1, 2, 3}, SHAPE(1, 3), again, 2));
  CHECK(memcmp(output, again, sizeof output) == 0 && output[0] != 0);
  OK(elman_model_set_weights(tried.model, tried.weights, 2));
  OK(elman_model_forward(tried.model, (float[]){1, 2, 3}, SHAPE(1, 3), again, 2));
  CHECK(again[0] == 0);
  OK(elman_model_release(tried.model));
}

/* ---- states of stateful layers ---- */

TEST(a_stateful_layer_shows_its_states) {
  float input[2 * 3 * 4], halves[2 * 5], whole[2 * 5], state[10];
  size_t count, rank;
  int64_t shape[2];
  elman_layer layer = make_layer("LSTM", "{\"units\": 5, \"stateful\": true, \"batch_input_shape\": [2, null, 4]}");
  elman_model model = make_model();
  OK(elman_model_add_layer(model, layer));
  fill(input, 24, 11);
  OK(elman_model_forward(model, input, SHAPE(2, 3, 4), halves, 10));
  OK(elman_layer_state_count(layer, &count));
  CHECK(count == 2);
  OK(elman_layer_state_shape(layer, 0, shape, 2, &rank));
  CHECK(rank == 2 && shape[0] == 2 && shape[1] == 5);
  OK(elman_layer_get_state(layer, 0, state, 10));
  CHECK(memcmp(state, halves, sizeof state) == 0);
  CHECK_STATUS(elman_layer_get_state(layer, 2, state, 10), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_layer_get_state(layer, 0, state, 9), ELMAN_BUFFER_TOO_SMALL);
  elman_array zeros[2] = {{(float[10]){0}, (int64_t[]){2, 5}, 2}, {(float[10]){0}, (int64_t[]){2, 5}, 2}};
  OK(elman_layer_set_states(layer, zeros, 2));
  OK(elman_model_forward(model, input, SHAPE(2, 3, 4), whole, 10));
  CHECK(memcmp(whole, halves, sizeof whole) == 0);
  CHECK_ERROR(elman_layer_set_states(layer, zeros, 1), ELMAN_SHAPE_MISMATCH, "expects 2 states");
  zeros[1].shape = (int64_t[]){5, 2};
  CHECK_ERROR(elman_layer_set_states(layer, zeros, 2), ELMAN_SHAPE_MISMATCH, "(2, 5)");
  CHECK_STATUS(elman_layer_set_states(layer, zeros, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_release(layer));
  OK(elman_model_release(model));

  layer = make_layer("Bidirectional", "{\"layer\": {\"class_name\": \"LSTM\", \"config\": {\"units\": 5, \"stateful\": true}},"
                                      "\"batch_input_shape\": [2, null, 4]}");
  OK(elman_layer_build(layer, SHAPE(2, -1, 4)));
  float ones[10];
  for (int i = 0; i < 10; i++) ones[i] = 1;
  elman_array four[4];
  shape[0] = 2;
  shape[1] = 5;
  for (int i = 0; i < 4; i++) four[i] = (elman_array){ones, shape, 2};
  four[3].rank = 1;
  CHECK_ERROR(elman_layer_set_states(layer, four, 4), ELMAN_SHAPE_MISMATCH, "State 3");
  OK(elman_layer_get_state(layer, 0, state, 10));
  for (int i = 0; i < 10; i++) CHECK(state[i] == 0);
  four[3].rank = 2;
  OK(elman_layer_set_states(layer, four, 4));
  OK(elman_layer_get_state(layer, 3, state, 10));
  CHECK(memcmp(state, ones, sizeof state) == 0);
  OK(elman_layer_release(layer));

  layer = make_layer("LSTM", "{\"units\": 5, \"stateful\": true}");
  CHECK_STATUS(elman_layer_state_count(layer, &count), ELMAN_NOT_BUILT);
  OK(elman_layer_release(layer));
  layer = make_layer("LSTM", "{\"units\": 5}");
  CHECK_ERROR(elman_layer_state_count(layer, &count), ELMAN_INVALID_ARGUMENT, "stateful");
  OK(elman_layer_release(layer));
}
