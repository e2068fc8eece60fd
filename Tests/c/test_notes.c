#include "check.h"

/* The tables of the notes, byte for byte, with the numbers that follow from earlier models and layers. */

static void check_table(elman_model model, const char *file) {
  char path[1024], expected[4096], table[4096];
  size_t length;
  const char *folder = getenv("ELMAN_TEST_DATA");
  FILE *stream;
  snprintf(path, sizeof path, "%s/%s", folder == NULL ? "Tests/data" : folder, file);
  stream = fopen(path, "rb");
  CHECK(stream != NULL);
  if (stream == NULL) return;
  length = fread(expected, 1, sizeof expected - 1, stream);
  expected[length] = 0;
  fclose(stream);
  OK(elman_model_summary(model, table, sizeof table, &length));
  CHECK(strcmp(table, expected) == 0);
  OK(elman_model_release(model));
}

static void use_names_up(int models, int layers) {
  while (models-- > 0) OK(elman_model_release(make_model()));
  while (layers-- > 0) OK(elman_layer_release(make_layer("SimpleRNN", "{\"units\": 1}")));
}

TEST(summaries_equal_those_of_the_notes) {
  elman_model model;
  OK(elman_reset_names());
  use_names_up(1, 1);
  check_table(make_model_of(make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .batch_input_rank = 3,
                                                          .batch_input_shape = {-1, 2, 10})),
                            NO_LAYER),
              "summary_1_simple_rnn.txt");
  check_table(make_model_of(make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .batch_input_rank = 3,
                                                          .batch_input_shape = {8, 2, 10})),
                            NO_LAYER),
              "summary_2_batch_input_shape.txt");
  check_table(make_model_of(make_layer("SimpleRNN", "{\"units\": 3, \"batch_input_shape\": [8, 2, 10],"
                                                    "\"return_sequences\": true}"),
                            NO_LAYER),
              "summary_3_return_sequences.txt");
  use_names_up(34, 44);
  model = make_model();
  for (int i = 0; i < 2; i++) {
    elman_layer layer = make_layer("SimpleRNN", i == 0 ? "{\"units\": 8, \"input_shape\": [20, 4], \"return_sequences\": true}"
                                                       : "{\"units\": 8, \"input_shape\": [20, 8], \"return_sequences\": true}");
    OK(elman_model_add_layer(model, layer));
    OK(elman_layer_release(layer));
  }
  check_table(model, "summary_4_deep.txt");
  use_names_up(1, 0);
  model = make_model();
  for (int i = 0; i < 4; i++) {
    elman_layer both, rnn = make_layer("SimpleRNN", "{\"units\": 8, \"return_sequences\": true}");
    elman_bidirectional_options options = ELMAN_BIDIRECTIONAL_OPTIONS_INIT;
    options.layer = rnn;
    if (i == 0) {
      options.batch_input_rank = 3;
      options.batch_input_shape[0] = -1;
      options.batch_input_shape[1] = 10;
      options.batch_input_shape[2] = 4;
    }
    OK(elman_bidirectional_create(&options, &both));
    OK(elman_model_add_layer(model, both));
    OK(elman_layer_release(both));
    OK(elman_layer_release(rnn));
  }
  check_table(model, "summary_5_bidirectional.txt");
}

/* ---- hidden states ---- */

enum { T = 10, D = 4, U = 8 };

TEST(hidden_states_are_those_of_the_loop) {
  double x[T * D], Wx[U * D], Wh[U * U], b[U], h0[U], h[U], next[U], states[T * U];
  float values[T * D + U * D + U * U + U + U], *v = values, xf[T * D], Wxf[U * D], Whf[U * U], bf[U], h0f[U], statesf[T * U];
  fill(values, sizeof values / sizeof *values, 3);
  for (int i = 0; i < T * D; i++) x[i] = xf[i] = *v++;
  for (int i = 0; i < U * D; i++) Wx[i] = Wxf[i] = *v++;
  for (int i = 0; i < U * U; i++) Wh[i] = Whf[i] = *v++;
  for (int i = 0; i < U; i++) b[i] = bf[i] = *v++;
  for (int i = 0; i < U; i++) h0[i] = h0f[i] = *v++;
  for (int from_zero = 0; from_zero < 2; from_zero++) {
    OK(elman_simple_rnn_hidden_states_f64(T, D, U, x, Wx, Wh, b, from_zero ? NULL : h0, states));
    OK(elman_simple_rnn_hidden_states_f32(T, D, U, xf, Wxf, Whf, bf, from_zero ? NULL : h0f, statesf));
    for (int u = 0; u < U; u++) h[u] = from_zero ? 0 : h0[u];
    for (int t = 0; t < T; t++) {
      for (int u = 0; u < U; u++) {
        double sum = b[u];
        for (int d = 0; d < D; d++) sum += Wx[u * D + d] * x[t * D + d];
        for (int k = 0; k < U; k++) sum += Wh[u * U + k] * h[k];
        next[u] = tanh(sum);
      }
      memcpy(h, next, sizeof h);
      for (int u = 0; u < U; u++) {
        CHECK(fabs(states[t * U + u] - h[u]) < 1e-12);
        CHECK(fabs((double)statesf[t * U + u] - h[u]) < 1e-5);
      }
    }
  }
}

TEST(hidden_states_check_their_arguments) {
  double n[64] = {0};
  float f[64] = {0};
  OK(elman_simple_rnn_hidden_states_f64(0, 1, 1, NULL, n, n, n, NULL, NULL));
  OK(elman_simple_rnn_hidden_states_f32(0, 1, 1, NULL, f, f, f, NULL, NULL));
  CHECK_ERROR(elman_simple_rnn_hidden_states_f64(1, 0, 1, n, n, n, n, NULL, n), ELMAN_INVALID_ARGUMENT, "input_dim");
  CHECK_ERROR(elman_simple_rnn_hidden_states_f64(1, 1, 0, n, n, n, n, NULL, n), ELMAN_INVALID_ARGUMENT, "units");
  CHECK_ERROR(elman_simple_rnn_hidden_states_f64(1, 1, 1, NULL, n, n, n, NULL, n), ELMAN_INVALID_ARGUMENT, "inputs");
  CHECK_ERROR(elman_simple_rnn_hidden_states_f64(1, 1, 1, n, NULL, n, n, NULL, n), ELMAN_INVALID_ARGUMENT, "Wx");
  CHECK_ERROR(elman_simple_rnn_hidden_states_f64(1, 1, 1, n, n, NULL, n, NULL, n), ELMAN_INVALID_ARGUMENT, "Wh");
  CHECK_ERROR(elman_simple_rnn_hidden_states_f32(1, 1, 1, f, f, f, NULL, NULL, f), ELMAN_INVALID_ARGUMENT, "'b'");
  CHECK_ERROR(elman_simple_rnn_hidden_states_f32(1, 1, 1, f, f, f, f, NULL, NULL), ELMAN_INVALID_ARGUMENT, "hidden_states");
  CHECK_STATUS(elman_simple_rnn_hidden_states_f32(SIZE_MAX, 1, 1, f, f, f, f, NULL, f), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_simple_rnn_hidden_states_f32(SIZE_MAX / 2, 1, 1, f, f, f, f, NULL, f), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_simple_rnn_hidden_states_f64(1, SIZE_MAX / 4, 1, n, n, n, n, NULL, n), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_simple_rnn_hidden_states_f64(1, 1, (size_t)1 << 40, n, n, n, n, NULL, n), ELMAN_OUT_OF_MEMORY);
}
