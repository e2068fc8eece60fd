/* Streams that run blocks of timesteps, begin rows anew, and see weights that another thread sets. */
#include "cases.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_STEPS = 150, BATCH = 3, MOST_STEP = 64 };

static float inputs[BATCH * MOST_STEPS * MOST_STEP], block[BATCH * MOST_STEPS * MOST_STEP], steps[BATCH * MOST_STEPS * MOST_STEP];

static size_t row_count(elman_stream stream, int is_output) {
  int64_t shape[ELMAN_MAX_RANK];
  size_t rank, count = 1;
  if (is_output) {
    OK(elman_stream_output_shape(stream, shape, ELMAN_MAX_RANK, &rank));
  } else {
    OK(elman_stream_input_shape(stream, shape, ELMAN_MAX_RANK, &rank));
  }
  for (size_t axis = 1; axis < rank; axis++) count *= (size_t)shape[axis];
  return count;
}

/* (batch, count, size) to (batch, size), one timestep of it, or back. */
static void copy_step(float *whole, float *one, size_t batch, size_t count, size_t size, size_t step, int is_back) {
  for (size_t row = 0; row < batch; row++) {
    float *inside = whole + (row * count + step) * size;
    memcpy(is_back ? inside : one + row * size, is_back ? one + row * size : inside, size * sizeof(float));
  }
}

/* Blocks of several sizes, one after the other, against as many steps of another stream. */
static void check_blocks(elman_model model, size_t batch) {
  static const size_t lengths[] = {1, 2, 63, 64, 65, 3, 150};
  elman_stream one, other;
  float in[BATCH * MOST_STEP], out[BATCH * MOST_STEP];
  OK(elman_stream_create(model, batch, &one));
  OK(elman_stream_create(model, batch, &other));
  size_t size = row_count(one, 0), result = row_count(one, 1);
  CHECK(size <= MOST_STEP && result <= MOST_STEP);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    size_t count = lengths[i];
    memset(block, 0, sizeof block);
    memset(steps, 0, sizeof steps);
    OK(elman_stream_run(one, inputs, count, block));
    for (size_t step = 0; step < count; step++) {
      copy_step(inputs, in, batch, count, size, step, 0);
      OK(elman_stream_step(other, in, batch * size, out, batch * result));
      copy_step(steps, out, batch, count, result, step, 1);
    }
    CHECK(memcmp(block, steps, sizeof block) == 0);
  }
  size_t states, rank;
  OK(elman_stream_state_count(one, &states));
  for (size_t index = 0; index < states; index++) {
    int64_t shape[ELMAN_MAX_RANK];
    size_t count = 1;
    OK(elman_stream_state_shape(one, index, shape, ELMAN_MAX_RANK, &rank));
    for (size_t axis = 0; axis < rank; axis++) count *= (size_t)shape[axis];
    OK(elman_stream_get_state(one, index, block, count));
    OK(elman_stream_get_state(other, index, steps, count));
    CHECK(memcmp(block, steps, count * sizeof(float)) == 0);
  }
  OK(elman_stream_release(one));
  OK(elman_stream_release(other));
}

static void fill_inputs(int are_indices) {
  fill(inputs, sizeof inputs / sizeof *inputs, 4);
  /* Some timesteps that a Masking leaves out. */
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    if (are_indices) inputs[i] = (float)(i % 3);
    else if (i / 4 % 5 == 2) inputs[i] = 0;
  }
}

TEST(a_block_has_the_bits_of_its_steps_for_every_class) {
  for (int i = 0; i < LAYER_CASES; i++) {
    const layer_case *tested = &layer_cases[i];
    if (!tested->streams) continue;
    fill_inputs(strcmp(tested->class_name, "Embedding") == 0);
    elman_model model = make_model_of(make_layer(tested->class_name, tested->config), NO_LAYER);
    OK(elman_model_build(model, tested->shape, rank_of(tested->shape)));
    for (size_t batch = 1; batch <= BATCH; batch += 2) check_blocks(model, batch);
    OK(elman_model_release(model));
  }
}

TEST(a_block_goes_through_several_layers) {
  static const char *const recurrent[] = {
      "{\"units\": 5}", "{\"units\": 60, \"return_sequences\": true}", "{\"units\": 5, \"zero_output_for_mask\": true}",
      "{\"units\": 5, \"return_sequences\": true, \"zero_output_for_mask\": true}"};
  static const char *const classes[] = {"SimpleRNN", "LSTM", "GRU"};
  fill_inputs(0);
  for (int i = 0; i < 12; i++) {
    for (int masked = 0; masked < 2; masked++) {
      elman_model model = make_model_of(
          make_layer(masked ? "Masking" : "Dropout", masked ? "{\"input_shape\": [null, 4]}" : "{\"rate\": 0.5, \"input_shape\": [null, 4]}"),
          make_layer("LSTM", "{\"units\": 7, \"return_sequences\": true}"), make_layer("LayerNormalization", NULL),
          make_layer(classes[i % 3], recurrent[i / 3]), make_layer("Dense", "{\"units\": 3, \"activation\": \"softmax\"}"), NO_LAYER);
      for (size_t batch = 1; batch <= BATCH; batch++) check_blocks(model, batch);
      OK(elman_model_release(model));
    }
  }
}

TEST(a_block_may_replace_its_inputs) {
  elman_model model = make_model_of(make_layer("GRU", "{\"units\": 4, \"return_sequences\": true, \"input_shape\": [null, 4]}"),
                                    make_layer("Dense", "{\"units\": 4}"), NO_LAYER);
  fill_inputs(0);
  for (size_t batch = 1; batch <= BATCH; batch++) {
    elman_stream one, other;
    OK(elman_stream_create(model, batch, &one));
    OK(elman_stream_create(model, batch, &other));
    memcpy(block, inputs, sizeof block);
    OK(elman_stream_run(one, block, MOST_STEPS, block));
    OK(elman_stream_run(other, inputs, MOST_STEPS, steps));
    CHECK(memcmp(block, steps, batch * MOST_STEPS * 4 * sizeof(float)) == 0);
    OK(elman_stream_release(one));
    OK(elman_stream_release(other));
  }
  OK(elman_model_release(model));
}

TEST(what_a_block_cannot_be) {
  float numbers[4] = {0};
  elman_stream stream;
  elman_model model = make_model_of(make_layer("LSTM", "{\"units\": 4, \"input_shape\": [null, 4]}"), NO_LAYER);
  OK(elman_stream_create(model, 1, &stream));
  OK(elman_stream_run(stream, NULL, 0, NULL));
  CHECK_ERROR(elman_stream_run(stream, NULL, 1, numbers), ELMAN_INVALID_ARGUMENT, "'input' must not be NULL");
  CHECK_ERROR(elman_stream_run(stream, numbers, 1, NULL), ELMAN_INVALID_ARGUMENT, "'output' must not be NULL");
  CHECK_STATUS(elman_stream_run(stream, numbers, SIZE_MAX, numbers), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_stream_run(stream, numbers, SIZE_MAX / 2, numbers), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_stream_set_num_threads(stream, -1), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_stream_set_num_threads(stream, 1025), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_set_num_threads(model, 1025), ELMAN_INVALID_ARGUMENT);
  OK(elman_stream_release(stream));
  CHECK_STATUS(elman_stream_run(stream, numbers, 1, numbers), ELMAN_INVALID_HANDLE);
  OK(elman_model_release(model));
}

TEST(models_and_streams_have_threads_of_their_own) {
  elman_model model = make_model_of(make_layer("LSTM", "{\"units\": 60, \"return_sequences\": true, \"input_shape\": [null, 4]}"),
                                    make_layer("LSTM", "{\"units\": 60}"), NO_LAYER);
  fill_inputs(0);
  static float one[64 * 60], two[64 * 60];
  OK(elman_model_set_num_threads(model, 1));
  OK(elman_model_forward(model, inputs, SHAPE(25, 64, 4), one, 25 * 60));
  OK(elman_model_set_num_threads(model, 3));
  OK(elman_model_forward(model, inputs, SHAPE(25, 64, 4), two, 25 * 60));
  CHECK(memcmp(one, two, 25 * 60 * sizeof(float)) == 0);
  check_blocks(model, BATCH);
  elman_stream stream;
  OK(elman_stream_create(model, 1, &stream));
  OK(elman_stream_run(stream, inputs, MOST_STEPS, block));
  OK(elman_stream_reset(stream));
  OK(elman_stream_set_num_threads(stream, 1));
  OK(elman_stream_run(stream, inputs, MOST_STEPS, steps));
  CHECK(memcmp(block, steps, MOST_STEPS * 60 * sizeof(float)) == 0);
  OK(elman_stream_release(stream));
  OK(elman_model_release(model));
}

/* ---- rows ---- */

TEST(rows_begin_anew_and_others_go_on) {
  static const char *const layers[][2] = {
      {"SimpleRNN", "{\"units\": 5, \"input_shape\": [null, 4]}"},
      {"LSTM", "{\"units\": 5, \"input_shape\": [null, 4]}"},
      {"Conv1D", "{\"filters\": 5, \"kernel_size\": 3, \"padding\": \"causal\", \"input_shape\": [null, 4]}"},
      {"RNN", "{\"cell\": [{\"class_name\": \"GRUCell\", \"config\": {\"units\": 3}}, {\"class_name\": \"LSTMCell\", \"config\": "
              "{\"units\": 5}}], \"input_shape\": [null, 4]}"},
  };
  fill_inputs(0);
  for (int i = 0; i < 4; i++) {
    elman_model model = make_model_of(make_layer(layers[i][0], layers[i][1]), NO_LAYER);
    elman_stream stream, fresh, whole;
    float output[15], begun[15], kept[15];
    OK(elman_stream_create(model, 3, &stream));
    OK(elman_stream_create(model, 3, &fresh));
    OK(elman_stream_create(model, 3, &whole));
    for (int step = 0; step < 4; step++) OK(elman_stream_step(stream, inputs + step, 12, output, 15));
    for (int step = 0; step < 4; step++) OK(elman_stream_step(whole, inputs + step, 12, kept, 15));
    OK(elman_stream_reset_rows(stream, (const size_t[]){2, 0}, 2));
    OK(elman_stream_step(stream, inputs, 12, output, 15));
    OK(elman_stream_step(fresh, inputs, 12, begun, 15));
    OK(elman_stream_step(whole, inputs, 12, kept, 15));
    CHECK(memcmp(output, begun, 5 * sizeof(float)) == 0 && memcmp(output + 10, begun + 10, 5 * sizeof(float)) == 0);
    CHECK(memcmp(output + 5, kept + 5, 5 * sizeof(float)) == 0);
    CHECK(memcmp(output, kept, 5 * sizeof(float)) != 0);
    /* All or none. */
    CHECK_ERROR(elman_stream_reset_rows(stream, (const size_t[]){1, 3}, 2), ELMAN_INVALID_ARGUMENT, "0 to 2");
    CHECK_STATUS(elman_stream_reset_rows(stream, (const size_t[]){SIZE_MAX}, 1), ELMAN_INVALID_ARGUMENT);
    CHECK_STATUS(elman_stream_reset_rows(stream, NULL, 1), ELMAN_INVALID_ARGUMENT);
    OK(elman_stream_reset_rows(stream, NULL, 0));
    OK(elman_stream_step(stream, inputs + 4, 12, output, 15));
    OK(elman_stream_step(whole, inputs + 4, 12, kept, 15));
    CHECK(memcmp(output + 5, kept + 5, 5 * sizeof(float)) == 0);
    OK(elman_stream_release(stream));
    OK(elman_stream_release(fresh));
    OK(elman_stream_release(whole));
    OK(elman_model_release(model));
  }
}

/* ---- whole sets of weights ---- */

enum { WIDTH = 16 };

static atomic_int stopped;
static const char *setting;

/* Sets weights of two layers, or stores them in fewer bits, whose product is 1 before and after. */
static void *keep_setting(void *argument) {
  elman_model model = *(elman_model *)argument;
  static const char *const modes[] = {"float16", "float32", "bfloat16", "float32"};
  for (int turn = 0; !stopped; turn++) {
    float first[WIDTH] = {0}, recurrent[WIDTH * WIDTH] = {0}, bias[WIDTH] = {0}, second[WIDTH * WIDTH] = {0};
    float factor = ldexpf(1, turn % 5);
    for (int i = 0; i < WIDTH; i++) {
      first[i] = factor;
      second[i * (WIDTH + 1)] = 1 / factor;
    }
    int64_t shapes[3][2] = {{1, WIDTH}, {WIDTH, WIDTH}, {WIDTH, 0}};
    const elman_array values[] = {{first, shapes[0], 2}, {recurrent, shapes[1], 2}, {bias, shapes[2], 1}, {second, shapes[1], 2},
                                  {bias, shapes[2], 1}};
    OK(elman_model_set_weights(model, values, 5));
    if (strcmp(setting, "quantize") == 0) OK(elman_model_quantize(model, modes[turn % 4], NULL));
  }
  return NULL;
}

/* With a second layer that has its weights with it, or reads them at each step. */
static void check_whole(const char *what, int is_block, int is_wrapped) {
  elman_model model = make_model_of(
      make_layer("SimpleRNN", "{\"units\": 16, \"activation\": \"linear\", \"return_sequences\": true, \"input_shape\": [null, 1]}"),
      is_wrapped ? make_layer("TimeDistributed", "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 16}}}")
                 : make_layer("Dense", "{\"units\": 16}"),
      NO_LAYER);
  elman_stream stream;
  pthread_t thread;
  static float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1}, output[8 * WIDTH];
  int torn = 0;
  setting = what;
  stopped = 0;
  OK(elman_stream_create(model, 1, &stream));
  pthread_create(&thread, NULL, keep_setting, &model);
  do {
    OK(elman_stream_step(stream, ones, 1, output, WIDTH));
  } while (output[0] != 1);
  for (int turn = 0; turn < (is_block || is_wrapped ? 1000 : 20000); turn++) {
    size_t count = is_block ? 8 : 1;
    if (is_block) {
      OK(elman_stream_run(stream, ones, count, output));
    } else {
      OK(elman_stream_step(stream, ones, 1, output, WIDTH));
    }
    for (size_t i = 0; i < count * WIDTH; i++) torn += output[i] != 1;
  }
  stopped = 1;
  pthread_join(thread, NULL);
  CHECK(torn == 0);
  OK(elman_stream_release(stream));
  OK(elman_model_release(model));
}

TEST(a_step_sees_all_new_weights_or_none) {
  for (int is_wrapped = 0; is_wrapped < 2; is_wrapped++) {
    check_whole("set", 0, is_wrapped);
    check_whole("quantize", 0, is_wrapped);
  }
}

TEST(a_block_sees_all_new_weights_or_none) {
  for (int is_wrapped = 0; is_wrapped < 2; is_wrapped++) {
    check_whole("set", 1, is_wrapped);
    check_whole("quantize", 1, is_wrapped);
  }
}

/* Packing allocates: the thread that sets weights does it, not the next step. */
TEST(a_step_does_not_pack_new_weights) {
  static const char *const layers[][2] = {
      {"SimpleRNN", "{\"units\": 70, \"input_shape\": [null, 4]}"},
      {"LSTM", "{\"units\": 70, \"input_shape\": [null, 4]}"},
      {"GRU", "{\"units\": 70, \"reset_after\": false, \"input_shape\": [null, 4]}"},
      {"TimeDistributed", "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 70}}, \"input_shape\": [null, 4]}"},
      {"Conv1D", "{\"filters\": 70, \"kernel_size\": 2, \"padding\": \"causal\", \"input_shape\": [null, 4]}"},
  };
  float output[70], values[70 * 280];
  for (int i = 0; i < 5; i++) {
    elman_model model = make_model_of(make_layer(layers[i][0], layers[i][1]), NO_LAYER);
    elman_stream stream;
    int64_t shape[ELMAN_MAX_RANK];
    size_t rank, count = 1;
    OK(elman_stream_create(model, 1, &stream));
    OK(elman_model_weight_shape(model, 0, shape, ELMAN_MAX_RANK, &rank));
    for (size_t axis = 0; axis < rank; axis++) count *= (size_t)shape[axis];
    fill(values, count, 8);
    for (int turn = 0; turn < 4; turn++) {
      OK(elman_stream_step(stream, inputs, 4, output, 70));
      if (turn % 2) {
        OK(elman_model_quantize(model, turn == 1 ? "float16" : "float32", NULL));
      } else {
        OK(elman_model_set_weight(model, 0, &(elman_array){values, shape, rank}));
      }
      long before = allocations();
      OK(elman_stream_step(stream, inputs, 4, output, 70));
      CHECK(allocations() == before);
    }
    OK(elman_stream_release(stream));
    OK(elman_model_release(model));
  }
}

/* ---- arrays in place ---- */

TEST(an_output_may_lie_where_its_input_does) {
  static const char *const layers[][2] = {
      {"Dense", "{\"units\": 100, \"input_shape\": [3, 100]}"},
      {"LSTM", "{\"units\": 100, \"return_sequences\": true, \"input_shape\": [3, 100]}"},
      {"Permute", "{\"dims\": [2, 1], \"input_shape\": [3, 100]}"},
      {"Flatten", "{\"input_shape\": [3, 100]}"},
      {"Conv1D", "{\"filters\": 100, \"kernel_size\": 2, \"padding\": \"same\", \"input_shape\": [3, 100]}"},
  };
  static float place[4000], apart[3000];
  for (int i = 0; i < 5; i++) {
    elman_model model = make_model_of(make_layer(layers[i][0], layers[i][1]), NO_LAYER);
    fill(place, 4000, 9);
    OK(elman_model_forward(model, place, SHAPE(10, 3, 100), apart, 3000));
    for (size_t shift = 0; shift <= 500; shift += 250) {
      fill(place, 4000, 9);
      OK(elman_model_forward(model, place, SHAPE(10, 3, 100), place + shift, 3000));
      CHECK(memcmp(place + shift, apart, sizeof apart) == 0);
    }
    OK(elman_model_release(model));
  }
}
