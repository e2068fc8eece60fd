#include "check.h"

#include <pthread.h>

enum { B = 2, T = 5, F = 4, U = 3 };

static const char sequence_config[] = "{\"units\": 3, \"input_shape\": [null, 4], \"return_sequences\": true}";

/* h_t = tanh(x_t W + h_(t-1) R + b), with the weights of the model's first layer. */
static void reference(elman_model model, const float *input, int batch, int steps, const float *h0, float *output) {
  float W[F * U], R[U * U], b[U];
  OK(elman_model_get_weight(model, 0, W, F * U));
  OK(elman_model_get_weight(model, 1, R, U * U));
  OK(elman_model_get_weight(model, 2, b, U));
  for (int row = 0; row < batch; row++) {
    double h[U], next[U];
    for (int u = 0; u < U; u++) h[u] = h0 == NULL ? 0 : (double)h0[row * U + u];
    for (int t = 0; t < steps; t++) {
      for (int u = 0; u < U; u++) {
        double sum = (double)b[u];
        for (int f = 0; f < F; f++) sum += (double)input[(row * steps + t) * F + f] * (double)W[f * U + u];
        for (int k = 0; k < U; k++) sum += h[k] * (double)R[k * U + u];
        next[u] = tanh(sum);
      }
      memcpy(h, next, sizeof h);
      for (int u = 0; u < U; u++) output[(row * steps + t) * U + u] = (float)h[u];
    }
  }
}

static int near(const float *x, const float *y, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!(fabsf(x[i] - y[i]) <= 1e-5f)) return 0;
  return 1;
}

TEST(forward_computes_the_network) {
  float input[B * T * F], output[B * T * U + 1], expected[B * T * U];
  elman_model model = make_model_of(make_layer("SimpleRNN", sequence_config), NO_LAYER);
  fill(input, B * T * F, 1);
  output[B * T * U] = 77;
  OK(elman_model_forward(model, input, SHAPE(B, T, F), output, B * T * U + 1));
  reference(model, input, B, T, NULL, expected);
  CHECK(near(output, expected, B * T * U));
  CHECK(output[B * T * U] == 77);
  OK(elman_model_release(model));
}

TEST(forward_checks_its_arguments) {
  float input[B * T * F] = {0}, output[B * T * U];
  elman_model model = make_model_of(make_layer("SimpleRNN", sequence_config), NO_LAYER);
  output[0] = 77;
  CHECK_ERROR(elman_model_forward(model, NULL, SHAPE(B, T, F), output, B * T * U), ELMAN_INVALID_ARGUMENT, "input");
  CHECK_ERROR(elman_model_forward(model, input, NULL, 3, output, B * T * U), ELMAN_INVALID_ARGUMENT, "input_shape");
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(B, T, F), NULL, B * T * U), ELMAN_INVALID_ARGUMENT, "output");
  CHECK_ERROR(elman_model_forward(model, input, NULL, 0, output, 1), ELMAN_INVALID_ARGUMENT, "dimensions");
  CHECK_STATUS(elman_model_forward(model, input, (const int64_t[]){1}, 9, output, 1), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_forward(model, input, (const int64_t[]){1}, SIZE_MAX, output, 1), ELMAN_INVALID_ARGUMENT);
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(-1, T, F), output, 1), ELMAN_INVALID_ARGUMENT, "input_shape[0]=-1");
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, T), output, 1), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, T, F + 1), output, 1), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, 0, F), output, 1), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, T, 0), output, 1), ELMAN_SHAPE_MISMATCH);
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(B, T, F), output, B * T * U - 1), ELMAN_BUFFER_TOO_SMALL, "30");
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, T, F), NULL, 0), ELMAN_BUFFER_TOO_SMALL);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, T, F), output, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(INT64_MAX, INT64_MAX, F), output, 1), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(INT64_MAX, 1, F), output, 1), ELMAN_OUT_OF_MEMORY);
  CHECK(output[0] == 77);
  OK(elman_model_release(model));
}

TEST(a_batch_whose_workspace_cannot_be_counted_is_refused) {
  static const char *const kinds[] = {"SimpleRNN", "LSTM", "GRU", "GRU"};
  static const char *const configs[] = {"{\"units\": 1}", "{\"units\": 1}", "{\"units\": 1}", "{\"units\": 1, \"reset_after\": false}"};
  const float input[1] = {0};
  float output[1];
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    elman_model model = make_model_of(make_layer(kinds[i], configs[i]), NO_LAYER);
    for (int bits = 54; bits < 63; bits++)
      CHECK_STATUS(elman_model_forward(model, input, SHAPE((INT64_C(1) << bits) - 1, 1, 1), output, 1), ELMAN_OUT_OF_MEMORY);
    OK(elman_model_release(model));
  }
}

TEST(an_empty_batch_gives_an_empty_output) {
  float output[3] = {77, 77, 77};
  elman_model model = make_model_of(make_layer("SimpleRNN", sequence_config), NO_LAYER);
  OK(elman_model_forward(model, NULL, SHAPE(0, T, F), NULL, 0));
  OK(elman_model_forward(model, NULL, SHAPE(0, T, F), output, 3));
  CHECK(output[0] == 77);
  OK(elman_model_release(model));
}

TEST(a_fixed_batch_holds_where_a_layer_is_stateful) {
  static const char *const configs[] = {"{\"units\": 3, \"batch_input_shape\": [2, 2, 10], \"stateful\": true}",
                                        "{\"units\": 3, \"batch_input_shape\": [2, 2, 10]}"};
  static const elman_status expected[] = {ELMAN_SHAPE_MISMATCH, ELMAN_OK};
  float input[3 * 2 * 10] = {0}, output[9];
  for (int i = 0; i < 2; i++) {
    elman_model model = make_model_of(make_layer("SimpleRNN", configs[i]), NO_LAYER);
    OK(elman_model_forward(model, input, SHAPE(2, 2, 10), output, 9));
    CHECK_STATUS(elman_model_forward(model, input, SHAPE(1, 2, 10), output, 9), expected[i]);
    CHECK_STATUS(elman_model_forward(model, input, SHAPE(3, 2, 10), output, 9), expected[i]);
    CHECK_STATUS(elman_model_forward(model, input, SHAPE(2, 3, 10), output, 9), ELMAN_SHAPE_MISMATCH);
    OK(elman_model_release(model));
  }
}

TEST(not_a_number_passes_through) {
  float input[T * F] = {0}, output[T * U];
  elman_model model = make_model_of(make_layer("SimpleRNN", sequence_config), NO_LAYER);
  input[2 * F] = NAN;
  OK(elman_model_forward(model, input, SHAPE(1, T, F), output, T * U));
  for (int i = 0; i < T * U; i++) CHECK(!isnan(output[i]) == (i < 2 * U));
  OK(elman_model_release(model));
}

TEST(run_gives_all_outputs_and_takes_states) {
  float input[B * T * F], h0[B * U], sequence[B * T * U], last[B * U], expected[B * T * U];
  elman_array states[1] = {{h0, SHAPE(B, U)}};
  elman_output outputs[2] = {{NULL, 0, {0}, 0}, {NULL, 0, {0}, 0}};
  elman_array x = {input, SHAPE(B, T, F)};
  size_t count = 99;
  elman_model model = make_model_of(
      make_layer("SimpleRNN", "{\"units\": 3, \"input_shape\": [null, 4], \"return_sequences\": true, \"return_state\": true}"),
      NO_LAYER);
  fill(input, B * T * F, 1);
  fill(h0, B * U, 2);
  OK(elman_model_run(model, &x, 1, NULL, NULL, 0, &count));
  CHECK(count == 2);
  OK(elman_model_run(model, &x, 1, NULL, outputs, 2, NULL));
  CHECK(outputs[0].rank == 3 && outputs[0].shape[0] == B && outputs[0].shape[1] == T && outputs[0].shape[2] == U);
  CHECK(outputs[1].rank == 2 && outputs[1].shape[0] == B && outputs[1].shape[1] == U);
  outputs[0].data = sequence;
  outputs[0].count = B * T * U;
  CHECK_ERROR(elman_model_run(model, &x, 1, NULL, outputs, 2, NULL), ELMAN_INVALID_ARGUMENT, "some data NULL");
  outputs[1].data = last;
  outputs[1].count = B * U - 1;
  CHECK_STATUS(elman_model_run(model, &x, 1, NULL, outputs, 2, NULL), ELMAN_BUFFER_TOO_SMALL);
  outputs[1].count = B * U;
  OK(elman_model_run(model, &x, 1, &ELMAN_OPTIONS(elman_run_options, .initial_states = states, .initial_state_count = 1),
                     outputs, 2, NULL));
  reference(model, input, B, T, h0, expected);
  CHECK(near(sequence, expected, B * T * U));
  for (int row = 0; row < B; row++) CHECK(memcmp(last + row * U, sequence + (row * T + T - 1) * U, U * sizeof(float)) == 0);
  OK(elman_model_run(model, &x, 1, NULL, outputs, 2, &count));
  reference(model, input, B, T, NULL, expected);
  CHECK(near(sequence, expected, B * T * U));
  CHECK_STATUS(elman_model_run(model, &x, 1, NULL, outputs, 1, &count), ELMAN_BUFFER_TOO_SMALL);
  CHECK(count == 2);
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(B, T, F), sequence, B * T * U), ELMAN_INVALID_ARGUMENT);
  OK(elman_model_release(model));
}

TEST(run_skips_masked_steps) {
  static const uint8_t mask[T] = {1, 0, 1, 1, 0};
  float input[T * F], kept[3 * F], output[T * U], expected[3 * U];
  elman_output result = {output, T * U, {0}, 0};
  elman_array x = {input, SHAPE(1, T, F)};
  elman_model model = make_model_of(make_layer("SimpleRNN", sequence_config), NO_LAYER);
  int k = 0;
  fill(input, T * F, 4);
  for (int t = 0; t < T; t++)
    if (mask[t]) memcpy(kept + F * k++, input + F * t, F * sizeof(float));
  OK(elman_model_run(model, &x, 1, &ELMAN_OPTIONS(elman_run_options, .masks = &(elman_mask){mask, SHAPE(1, T)}, .mask_count = 1), &result, 1, NULL));
  reference(model, kept, 1, 3, NULL, expected);
  k = -1;
  for (int t = 0; t < T; t++) {
    k += mask[t];
    CHECK(near(output + t * U, expected + k * U, U));
  }
  OK(elman_model_release(model));
}

TEST(run_checks_its_arguments) {
  float input[B * T * F] = {0}, output[B * T * U], state[B * U] = {0};
  elman_output result = {output, B * T * U, {0}, 0};
  elman_array x = {input, SHAPE(B, T, F)}, wrong = {input, SHAPE(B, T, F + 1)}, two[2] = {x, x};
  elman_array states[1] = {{state, SHAPE(B, U)}}, wrong_states[1] = {{state, SHAPE(U, B)}};
  const elman_mask masks[2] = {{NULL, NULL, 0}, {NULL, NULL, 0}};
  size_t count;
  elman_model model = make_model_of(make_layer("SimpleRNN", sequence_config), NO_LAYER), dense;
#define RUN(...) elman_model_run(model, &x, 1, &ELMAN_OPTIONS(elman_run_options, __VA_ARGS__), &result, 1, NULL)
  CHECK_STATUS(elman_model_run(NO_MODEL, &x, 1, NULL, &result, 1, NULL), ELMAN_INVALID_HANDLE);
  CHECK_ERROR(elman_model_run(model, NULL, 1, NULL, &result, 1, NULL), ELMAN_INVALID_ARGUMENT, "inputs");
  CHECK_ERROR(elman_model_run(model, &x, 0, NULL, &result, 1, NULL), ELMAN_INVALID_ARGUMENT, "input_count=0");
  CHECK_ERROR(elman_model_run(model, &x, SIZE_MAX, NULL, &result, 1, NULL), ELMAN_INVALID_ARGUMENT, "input_count=");
  CHECK_ERROR(elman_model_run(model, two, 2, NULL, &result, 1, NULL), ELMAN_INVALID_ARGUMENT, "expects 1 input");
  CHECK_ERROR(elman_model_run(model, &x, 1, NULL, NULL, 1, &count), ELMAN_INVALID_ARGUMENT, "outputs");
  CHECK_ERROR(elman_model_run(model, &x, 1, NULL, NULL, 0, NULL), ELMAN_INVALID_ARGUMENT, "output_count");
  CHECK_STATUS(elman_model_run(model, &x, 1, NULL, &result, SIZE_MAX, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_run(model, &wrong, 1, NULL, &result, 1, NULL), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_run(model, &(elman_array){NULL, SHAPE(B, T, F)}, 1, NULL, &result, 1, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.initial_states = wrong_states, .initial_state_count = 1), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(RUN(.initial_states = states, .initial_state_count = SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.initial_states = states, .initial_state_count = 100000), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.initial_states = NULL, .initial_state_count = 1), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.reserved = 1), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_run(model, &x, 1, &(elman_run_options){.struct_size = 4}, &result, 1, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.masks = NULL, .mask_count = 1), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.masks = masks, .mask_count = 2), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(RUN(.masks = masks, .mask_count = SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  OK(RUN(.masks = masks, .mask_count = 1));
  OK(RUN(.training = 1));
  OK(RUN(.initial_states = states, .initial_state_count = 1));
  OK(elman_model_release(model));
  dense = make_model_of(make_layer("Dense", "{\"units\": 1, \"input_shape\": [4]}"), NO_LAYER);
  x = (elman_array){input, SHAPE(2, 4)};
  CHECK_ERROR(elman_model_run(dense, &x, 1, &ELMAN_OPTIONS(elman_run_options, .initial_states = states, .initial_state_count = 1),
                              &result, 1, NULL),
              ELMAN_INVALID_ARGUMENT, "no layer");
  OK(elman_model_release(dense));
}

TEST(two_separate_outputs_of_a_bidirectional) {
  float input[T * F], merged[T * 2 * U], forward[T * U], backward[T * U];
  elman_output outputs[2] = {{forward, T * U, {0}, 0}, {backward, T * U, {0}, 0}};
  elman_array x = {input, SHAPE(1, T, F)};
  elman_layer layer, rnn = make_layer("SimpleRNN", "{\"units\": 3, \"return_sequences\": true}");
  elman_model separate, joined;
  fill(input, T * F, 6);
  OK(elman_set_seed(1));
  OK(elman_bidirectional_create(&ELMAN_OPTIONS(elman_bidirectional_options, .layer = rnn, .merge_mode = "none"), &layer));
  separate = make_model_of(layer, NO_LAYER);
  OK(elman_model_run(separate, &x, 1, NULL, outputs, 2, NULL));
  OK(elman_set_seed(1));
  OK(elman_bidirectional_create(&ELMAN_OPTIONS(elman_bidirectional_options, .layer = rnn), &layer));
  joined = make_model_of(layer, NO_LAYER);
  OK(elman_model_forward(joined, input, SHAPE(1, T, F), merged, T * 2 * U));
  for (int t = 0; t < T; t++) {
    CHECK(memcmp(merged + t * 2 * U, forward + t * U, U * sizeof(float)) == 0);
    CHECK(memcmp(merged + t * 2 * U + U, backward + t * U, U * sizeof(float)) == 0);
  }
  OK(elman_layer_release(rnn));
  OK(elman_model_release(separate));
  OK(elman_model_release(joined));
}

TEST(a_stateful_model_carries_its_state) {
  float input[4 * F], whole[4 * U], part[2 * U];
  elman_model model = make_model_of(
      make_layer("SimpleRNN",
                 "{\"units\": 3, \"batch_input_shape\": [1, null, 4], \"return_sequences\": true, \"stateful\": true}"),
      NO_LAYER);
  fill(input, 4 * F, 8);
  OK(elman_model_forward(model, input, SHAPE(1, 4, F), whole, 4 * U));
  OK(elman_model_reset_states(model));
  OK(elman_model_forward(model, input, SHAPE(1, 2, F), part, 2 * U));
  CHECK(memcmp(part, whole, sizeof part) == 0);
  OK(elman_model_forward(model, input + 2 * F, SHAPE(1, 2, F), part, 2 * U));
  CHECK(memcmp(part, whole + 2 * U, sizeof part) == 0);
  OK(elman_model_release(model));
}

/* ---- the same bits ---- */

enum { LARGE_B = 64, LARGE_T = 30, LARGE_F = 20, LARGE_U = 48 };
static float large_input[LARGE_B * LARGE_T * LARGE_F], large_output[LARGE_B * LARGE_T * LARGE_U];

static elman_model large_model(void) {
  return make_model_of(make_layer("SimpleRNN", "{\"units\": 48, \"input_shape\": [null, 20], \"return_sequences\": true}"),
                       NO_LAYER);
}

static void *forward_again(void *model) {
  static float outputs[2][LARGE_B * LARGE_T * LARGE_U];
  static int next;
  float *output = outputs[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % 2];
  for (int i = 0; i < 20; i++) {
    if (elman_model_forward(*(elman_model *)model, large_input, SHAPE(LARGE_B, LARGE_T, LARGE_F), output,
                            LARGE_B * LARGE_T * LARGE_U) != ELMAN_OK ||
        memcmp(output, large_output, sizeof large_output) != 0)
      return model;
  }
  return NULL;
}

TEST(two_threads_run_one_model) {
  pthread_t threads[2];
  elman_model model = large_model();
  fill(large_input, LARGE_B * LARGE_T * LARGE_F, 3);
  OK(elman_model_forward(model, large_input, SHAPE(LARGE_B, LARGE_T, LARGE_F), large_output, LARGE_B * LARGE_T * LARGE_U));
  for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, forward_again, &model) == 0);
  for (int i = 0; i < 2; i++) {
    void *failed;
    CHECK(pthread_join(threads[i], &failed) == 0);
    CHECK(failed == NULL);
  }
  OK(elman_model_release(model));
}

TEST(threads_and_batch_do_not_change_a_bit) {
  static float output[LARGE_B * LARGE_T * LARGE_U];
  elman_model model = large_model();
  fill(large_input, LARGE_B * LARGE_T * LARGE_F, 3);
  OK(elman_set_num_threads(1));
  OK(elman_model_forward(model, large_input, SHAPE(LARGE_B, LARGE_T, LARGE_F), large_output, LARGE_B * LARGE_T * LARGE_U));
  for (int threads = 2; threads <= 4; threads++) {
    OK(elman_set_num_threads(threads));
    memset(output, 0, sizeof output);
    OK(elman_model_forward(model, large_input, SHAPE(LARGE_B, LARGE_T, LARGE_F), output, LARGE_B * LARGE_T * LARGE_U));
    CHECK(memcmp(output, large_output, sizeof output) == 0);
  }
  OK(elman_set_num_threads(0));
  for (int row = 0; row < LARGE_B; row++) {
    OK(elman_model_forward(model, large_input + row * LARGE_T * LARGE_F, SHAPE(1, LARGE_T, LARGE_F), output,
                           LARGE_T * LARGE_U));
    CHECK(memcmp(output, large_output + row * LARGE_T * LARGE_U, LARGE_T * LARGE_U * sizeof(float)) == 0);
  }
  OK(elman_model_release(model));
}
