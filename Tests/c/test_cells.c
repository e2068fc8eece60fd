/* Weights given beforehand, cells and functions that the caller wrote, and masks. */
#include "check.h"

#include <stddef.h>

static const float dense_kernel[6] = {1, 2, 3, 4, 5, 6}, dense_bias[3] = {7, 8, 9};

static void give_dense_weights(elman_layer layer) {
  const elman_array values[] = {
      {.data = dense_kernel, .shape = (const int64_t[]){2, 3}, .rank = 2},
      {.data = dense_bias, .shape = (const int64_t[]){3}, .rank = 1},
  };
  OK(elman_layer_set_initial_weights(layer, values, 2));
}

static void check_dense_weights(elman_layer layer) {
  float kernel[6] = {0}, bias[3] = {0};
  OK(elman_layer_get_weight(layer, 0, kernel, 6));
  OK(elman_layer_get_weight(layer, 1, bias, 3));
  CHECK(memcmp(kernel, dense_kernel, sizeof kernel) == 0 && memcmp(bias, dense_bias, sizeof bias) == 0);
}

TEST(initial_weights_wait_for_whatever_builds_the_layer) {
  elman_layer dense = make_layer("Dense", "{\"units\": 3}"), wrapper = NO_LAYER;
  give_dense_weights(dense);
  OK(elman_time_distributed_create(&ELMAN_OPTIONS(elman_time_distributed_options, .layer = dense), &wrapper));
  OK(elman_layer_build(wrapper, SHAPE(-1, 4, 2)));
  check_dense_weights(wrapper);
  check_dense_weights(dense);
  OK(elman_layer_release(wrapper));
  OK(elman_layer_release(dense));
}

TEST(initial_weights_of_a_built_layer_are_set_at_once) {
  elman_layer dense = make_layer("Dense", "{\"units\": 3}");
  OK(elman_layer_build(dense, SHAPE(-1, 2)));
  give_dense_weights(dense);
  check_dense_weights(dense);
  CHECK_ERROR(elman_layer_set_initial_weights(dense, NULL, 0), ELMAN_SHAPE_MISMATCH, "expecting 2 weights");
  OK(elman_layer_release(dense));
}

TEST(initial_weights_that_do_not_fit) {
  elman_layer dense = make_layer("Dense", "{\"units\": 4}");
  int32_t built = 1;
  give_dense_weights(dense);
  CHECK_ERROR(elman_layer_build(dense, SHAPE(-1, 2)), ELMAN_SHAPE_MISMATCH, "(2, 4)");
  OK(elman_layer_is_built(dense, &built));
  CHECK(!built);
  CHECK_ERROR(elman_layer_set_initial_weights(dense, NULL, 1), ELMAN_INVALID_ARGUMENT, "values");
  CHECK_ERROR(elman_layer_set_initial_weights(dense, NULL, SIZE_MAX), ELMAN_INVALID_ARGUMENT, "count");
  CHECK_STATUS(elman_layer_set_initial_weights(NO_LAYER, NULL, 0), ELMAN_INVALID_HANDLE);
  OK(elman_layer_release(dense));
}

/* ---- cells of the caller ---- */

typedef struct {
  int builds, begins, fails;
  size_t features;
  int32_t training;
} halving;

static int32_t build(void *context, size_t features) {
  halving *cell = context;
  cell->builds++;
  cell->features = features;
  return 0;
}

static int32_t begin(void *context, size_t batch, float *const *states) {
  halving *cell = context;
  if (cell->fails) return 5;
  cell->begins++;
  for (size_t row = 0; row < batch; row++) states[0][row] = 8;
  return 0;
}

/* h = 0.5 h + x */
static int32_t halve(void *context, const elman_cell_step *step) {
  ((halving *)context)->training = step->training;
  for (size_t row = 0; row < step->batch; row++) {
    step->next_states[0][row] = 0.5f * step->states[0][row] + step->input[row];
    step->output[row] = step->next_states[0][row];
  }
  return 0;
}

static const int64_t one = 1;
#define HALVING(cell)                                                                                        \
  {.struct_size = sizeof(elman_cell_options), .units = 1, .state_sizes = &one, .state_count = 1, .context = &(cell), \
   .call = halve}

static elman_model model_of(elman_cell_options options) {
  elman_layer cell = NO_LAYER, rnn = NO_LAYER;
  OK(elman_cell_create(&options, &cell));
  OK(elman_rnn_create(&ELMAN_OPTIONS(elman_rnn_options, .cell = cell), &rnn));
  OK(elman_layer_release(cell));
  return make_model_of(rnn, NO_LAYER);
}

TEST(a_cell_begins_with_its_initial_states) {
  halving cell = {0};
  float input[4] = {0}, output[2] = {0};
  elman_cell_options options = HALVING(cell);
  options.build = build;
  options.initial_states = begin;
  elman_model model = model_of(options);
  OK(elman_model_forward(model, input, SHAPE(2, 2, 1), output, 2));
  CHECK(output[0] == 2 && output[1] == 2 && cell.builds == 1 && cell.features == 1 && cell.begins == 1);
  elman_stream stream;
  OK(elman_stream_create(model, 1, &stream));
  for (int pass = 0; pass < 2; pass++) {
    OK(elman_stream_step(stream, input, 1, output, 1));
    CHECK(output[0] == 4);
    OK(elman_stream_reset(stream));
  }
  cell.fails = 1;
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(2, 2, 1), output, 2), ELMAN_INVALID_ARGUMENT,
              "initial states failed. It returned 5");
  CHECK_ERROR(elman_stream_reset(stream), ELMAN_INVALID_ARGUMENT, "It returned 5");
  OK(elman_stream_release(stream));
  OK(elman_model_release(model));
}

TEST(a_cell_is_told_of_training) {
  halving cell = {0};
  float input[2] = {1, 1}, output = 0;
  elman_model model = model_of((elman_cell_options)HALVING(cell));
  for (int32_t training = 0; training < 2; training++) {
    elman_output result = {&output, 1, {0}, 0};
    OK(elman_model_run(model, &(elman_array){input, (const int64_t[]){1, 2, 1}, 3}, 1,
                       &ELMAN_OPTIONS(elman_run_options, .training = training), &result, 1, NULL));
    CHECK(cell.training == training && output == 1.5f);
  }
  OK(elman_model_release(model));
}

/* A program that was compiled before build and initial_states were there gives a smaller struct. */
TEST(cell_options_of_the_first_size_still_work) {
  halving cell = {0};
  float input[2] = {1, 1}, output = 0;
  elman_cell_options options = HALVING(cell);
  options.struct_size = offsetof(elman_cell_options, build);
  options.build = build;
  elman_model model = model_of(options);
  OK(elman_model_forward(model, input, SHAPE(1, 2, 1), &output, 1));
  CHECK(output == 1.5f && cell.builds == 0);
  OK(elman_model_release(model));
  elman_layer layer;
  options.struct_size--;
  CHECK_ERROR(elman_cell_create(&options, &layer), ELMAN_INVALID_ARGUMENT, "struct_size");
}

/* ---- functions ---- */

typedef struct { int shapes, calls; } counting;

static int32_t count_shape(void *context, const int64_t *input, size_t rank, int64_t *output, size_t *output_rank) {
  ((counting *)context)->shapes++;
  memcpy(output, input, rank * sizeof *input);
  *output_rank = rank;
  return 0;
}

static int32_t count_call(void *context, const elman_array *input, elman_output *output) {
  ((counting *)context)->calls++;
  memcpy(output->data, input->data, output->count * sizeof(float));
  return 0;
}

TEST(the_shape_of_a_lambda_is_asked_for_once) {
  counting counts = {0};
  elman_layer layer = NO_LAYER;
  const float input[6] = {1, 2, 3, 4, 5, 6};
  float output[6] = {0};
  OK(elman_lambda_create(
      &ELMAN_OPTIONS(elman_lambda_options, .context = &counts, .shape = count_shape, .call = count_call), &layer));
  elman_model model = make_model_of(layer, NO_LAYER);
  for (int i = 1; i < 4; i++) {
    OK(elman_model_forward(model, input, SHAPE(2, 3), output, 6));
    CHECK(counts.shapes == 1 && counts.calls == i && output[5] == 6);
  }
  /* Another batch: (1, 3), and (-1, 3) for the model's own shape. */
  for (int i = 1; i < 4; i++) {
    OK(elman_model_forward(model, input, SHAPE(1, 3), output, 6));
    CHECK(counts.shapes == 3 && counts.calls == 3 + i);
  }
  OK(elman_model_release(model));
}

/* ---- masks ---- */

/* The sum of the timesteps that count. */
static elman_layer make_sum(void) {
  return make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 1, .activation = "linear",
                                       .kernel_initializer = "ones", .recurrent_initializer = "ones"));
}

/* Words within sentences: the inner mask skips words, the outer one sentences without any. */
TEST(masks_of_three_dimensions_reach_what_they_are_of) {
  static const uint8_t mask[6] = {1, 1, 0, 1, 0, 0};
  const float input[6] = {1, 2, 3, 4, 5, 6};
  float output[3] = {0};
  elman_layer sum = make_sum(), wrapper = NO_LAYER;
  OK(elman_time_distributed_create(&ELMAN_OPTIONS(elman_time_distributed_options, .layer = sum), &wrapper));
  OK(elman_layer_release(sum));
  elman_model model = make_model_of(wrapper, NO_LAYER);
  elman_output result = {output, 3, {0}, 0};
  const elman_array x = {input, (const int64_t[]){1, 3, 2, 1}, 4};
  const elman_mask words = {mask, SHAPE(1, 3, 2)}, sentences = {mask, SHAPE(1, 3)};
  OK(elman_model_run(model, &x, 1, &ELMAN_OPTIONS(elman_run_options, .masks = &words, .mask_count = 1), &result, 1, NULL));
  CHECK(output[0] == 3 && output[1] == 4 && output[2] == 0);
  OK(elman_model_run(model, &x, 1, &ELMAN_OPTIONS(elman_run_options, .masks = &sentences, .mask_count = 1), &result, 1, NULL));
  CHECK(output[0] == 3 && output[1] == 7 && output[2] == 11);
  const elman_mask deep = {mask, SHAPE(1, 3, 2, 1, 1)}, wrong = {mask, SHAPE(1, 2)};
  elman_run_options options = ELMAN_OPTIONS(elman_run_options, .masks = &deep, .mask_count = 1);
  CHECK_ERROR(elman_model_run(model, &x, 1, &options, &result, 1, NULL), ELMAN_SHAPE_MISMATCH, "mask");
  options.masks = &wrong;
  CHECK_ERROR(elman_model_run(model, &x, 1, &options, &result, 1, NULL), ELMAN_SHAPE_MISMATCH, "mask");
  OK(elman_model_release(model));
}

TEST(a_layer_is_told_to_pass_masks) {
  const float input[4] = {5, 1, 0, 0};
  float output = 0;
  int32_t supports = 1;
  elman_layer convolution =
      make_layer("Conv1D", "{\"filters\": 1, \"kernel_size\": 1, \"kernel_initializer\": \"ones\", "
                           "\"bias_initializer\": \"ones\"}");
  OK(elman_layer_supports_masking(convolution, &supports));
  CHECK(supports == 0);
  elman_model model = make_model();
  elman_layer layers[] = {
      make_layer("Masking", "{}"), convolution, make_sum()};
  for (int i = 0; i < 3; i++) OK(elman_model_add_layer(model, layers[i]));
  OK(elman_model_forward(model, input, SHAPE(1, 4, 1), &output, 1));
  CHECK(output == 10);
  OK(elman_layer_set_supports_masking(convolution, 1));
  OK(elman_layer_supports_masking(convolution, &supports));
  CHECK(supports == 1);
  OK(elman_model_forward(model, input, SHAPE(1, 4, 1), &output, 1));
  CHECK(output == 8);
  for (int i = 0; i < 3; i++) OK(elman_layer_release(layers[i]));
  OK(elman_model_release(model));
  CHECK_STATUS(elman_layer_set_supports_masking(NO_LAYER, 1), ELMAN_INVALID_HANDLE);
  elman_layer told = make_layer("Conv1D", "{\"filters\": 1, \"kernel_size\": 1, \"supports_masking\": true}");
  OK(elman_layer_supports_masking(told, &supports));
  CHECK(supports == 1);
  CHECK_STATUS(elman_layer_supports_masking(told, NULL), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_release(told));
}

/* ---- one layer in several places ---- */

TEST(a_layer_in_two_places_is_one_set_of_weights) {
  elman_layer dense = make_layer("Dense", "{\"units\": 2}"), wrapper = NO_LAYER;
  OK(elman_time_distributed_create(&ELMAN_OPTIONS(elman_time_distributed_options, .layer = dense), &wrapper));
  elman_model model = make_model();
  OK(elman_model_add_layer(model, dense));
  OK(elman_model_add_layer(model, wrapper));
  OK(elman_model_build(model, SHAPE(-1, 3, 2)));
  size_t count = 0;
  int64_t total = 0;
  OK(elman_model_weight_count(model, &count));
  OK(elman_model_count_params(model, &total, NULL));
  CHECK(count == 2 && total == 6);
  const float kernel[4] = {0, 1, 1, 0}, bias[2] = {1, 0};
  const elman_array values[] = {{kernel, (const int64_t[]){2, 2}, 2}, {bias, (const int64_t[]){2}, 1}};
  OK(elman_model_set_weights(model, values, 2));
  const float input[6] = {1, 2, 3, 4, 5, 6};
  float output[6] = {0};
  OK(elman_model_forward(model, input, SHAPE(1, 3, 2), output, 6));
  CHECK(output[0] == 2 && output[1] == 3 && output[4] == 6 && output[5] == 7);
  OK(elman_layer_release(wrapper));
  OK(elman_layer_release(dense));
  OK(elman_model_release(model));
}
