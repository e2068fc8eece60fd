/*
 * The RNN notes through C: the five summaries, the hidden states computed by hand, and what a deep and a bidirectional
 * network give.
 *
 *     cc rnn_notes.c $(pkg-config --cflags --libs elman) -o rnn_notes && ./rnn_notes
 */
#include <elman.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMESTEPS = 10, INPUT_DIM = 4, HIDDEN_SIZE = 8 };

/* The inputs that the notes print. */
static const double inputs[TIMESTEPS][INPUT_DIM] = {
    {0.81111112, 0.66104075, 0.03228098, 0.34490095}, {0.80023525, 0.09129578, 0.90260154, 0.42486265},
    {0.78124413, 0.36178635, 0.03651335, 0.07727108}, {0.55444861, 0.28800689, 0.61168066, 0.91052000},
    {0.58005866, 0.93817878, 0.01588937, 0.58395941}, {0.05317946, 0.98062232, 0.17607263, 0.29059323},
    {0.86472490, 0.84604152, 0.09925531, 0.40992413}, {0.88785773, 0.76683182, 0.69259132, 0.77376166},
    {0.93446808, 0.37283073, 0.87733810, 0.00553213}, {0.53330173, 0.95321179, 0.36378881, 0.96775884},
};

static void check(elman_status status) {
  char message[1024];
  if (status == ELMAN_OK) return;
  elman_last_error(message, sizeof message);
  fprintf(stderr, "%s: %s\n", elman_status_name(status), message);
  exit(EXIT_FAILURE);
}

/* Adds a layer to a model that then owns it alone. */
static void add(elman_model model, elman_layer layer) {
  check(elman_model_add_layer(model, layer));
  check(elman_layer_release(layer));
}

static void print_summary(elman_model model) {
  char table[4096];
  check(elman_model_summary(model, table, sizeof table, NULL));
  printf("%s\n", table);
}

static elman_model new_model(void) {
  elman_model model;
  check(elman_model_create(NULL, &model));
  return model;
}

static elman_layer simple_rnn(elman_simple_rnn_options options) {
  elman_layer layer;
  check(elman_simple_rnn_create(&options, &layer));
  return layer;
}

/* A Bidirectional around a SimpleRNN of HIDDEN_SIZE units; without timesteps the shape follows from the layer before. */
static elman_layer bidirectional(int64_t timesteps, int64_t features) {
  elman_layer layer;
  elman_layer wrapped =
      simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = HIDDEN_SIZE, .return_sequences = 1));
  elman_bidirectional_options options = ELMAN_OPTIONS(elman_bidirectional_options, .layer = wrapped);
  if (timesteps > 0) {
    options.batch_input_rank = 3;
    options.batch_input_shape[0] = -1;
    options.batch_input_shape[1] = timesteps;
    options.batch_input_shape[2] = features;
  }
  check(elman_bidirectional_create(&options, &layer));
  check(elman_layer_release(wrapped));
  return layer;
}

/* The session of the notes had made other models and layers before: here only their names are used up. */
static void skip_names(int models, int layers) {
  while (models-- > 0) check(elman_model_release(new_model()));
  while (layers-- > 0) check(elman_layer_release(simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 1))));
}

static void print_row(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) printf("%s%.8f", i == 0 ? "  [" : ", ", values[i]);
  printf("]\n");
}

/* ht = tanh(Wx xt + Wh ht-1 + b), step by step, with weights in [0, 1). */
static void hidden_states(void) {
  static double Wx[HIDDEN_SIZE][INPUT_DIM], Wh[HIDDEN_SIZE][HIDDEN_SIZE], b[HIDDEN_SIZE];
  static double states[TIMESTEPS][HIDDEN_SIZE];
  unsigned state = 22886;
  double *weights[] = {&Wx[0][0], &Wh[0][0], b};
  size_t counts[] = {HIDDEN_SIZE * INPUT_DIM, HIDDEN_SIZE * HIDDEN_SIZE, HIDDEN_SIZE};

  for (size_t w = 0; w < 3; w++)
    for (size_t i = 0; i < counts[w]; i++) {
      state = state * 1664525u + 1013904223u;
      weights[w][i] = (double)(state >> 8) / (1 << 24);
    }
  check(elman_simple_rnn_hidden_states_f64(TIMESTEPS, INPUT_DIM, HIDDEN_SIZE, &inputs[0][0], &Wx[0][0], &Wh[0][0], b, NULL,
                                           &states[0][0]));
  printf("Hidden states (%d, %d):\n", TIMESTEPS, HIDDEN_SIZE);
  for (size_t t = 0; t < TIMESTEPS; t++) print_row(states[t], HIDDEN_SIZE);
  printf("\n");
}

/* Runs a model with return_sequences on one sequence, and prints the last timestep of its output. */
static void run(elman_model model, int64_t timesteps) {
  static float input[20 * INPUT_DIM], output[20 * 2 * HIDDEN_SIZE];
  int64_t input_shape[3], output_shape[3];
  double row[2 * HIDDEN_SIZE];
  size_t units, last;

  input_shape[0] = 1;
  input_shape[1] = timesteps;
  input_shape[2] = INPUT_DIM;
  for (size_t i = 0; i < sizeof input / sizeof *input; i++)
    input[i] = (float)inputs[i / INPUT_DIM % TIMESTEPS][i % INPUT_DIM];
  check(elman_model_forward(model, input, input_shape, 3, output, sizeof output / sizeof *output));

  check(elman_model_output_shape(model, input_shape, 3, output_shape, 3, NULL));
  units = (size_t)output_shape[2];
  last = (size_t)(timesteps - 1) * units;
  for (size_t i = 0; i < units; i++) row[i] = (double)output[last + i];
  printf("Output (1, %d, %d), its last timestep:\n", (int)timesteps, (int)units);
  print_row(row, units);
  printf("\n");
}

int main(void) {
  elman_model model;
  printf("elman %s, %s kernels\n\n", elman_version(), elman_kernels());
  printf("The names count on as in the session of the notes, which had made other models in between.\n\n");
  check(elman_set_seed(22886));
  skip_names(1, 1);

  /* model = Sequential(); model.add(SimpleRNN(3, input_shape=(2, 10))) */
  model = new_model();
  add(model, simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .batch_input_rank = 3,
                                      .batch_input_shape = {-1, 2, 10})));
  print_summary(model);
  check(elman_model_release(model));

  /* model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10))) */
  model = new_model();
  add(model, simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .batch_input_rank = 3,
                                      .batch_input_shape = {8, 2, 10})));
  print_summary(model);
  check(elman_model_release(model));

  /* model.add(SimpleRNN(3, batch_input_shape=(8, 2, 10), return_sequences=True)) */
  model = new_model();
  add(model, simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .batch_input_rank = 3,
                                      .batch_input_shape = {8, 2, 10}, .return_sequences = 1)));
  print_summary(model);
  check(elman_model_release(model));

  hidden_states();

  /* Deep: two SimpleRNN(8, return_sequences=True), the first with input_shape=(20, 4) */
  skip_names(34, 44);
  model = new_model();
  add(model, simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = HIDDEN_SIZE, .batch_input_rank = 3,
                                      .batch_input_shape = {-1, 20, INPUT_DIM}, .return_sequences = 1)));
  add(model, simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = HIDDEN_SIZE, .return_sequences = 1)));
  print_summary(model);
  run(model, 20);
  check(elman_model_release(model));

  /* Bidirectional: four of them, the first with input_shape=(timesteps, input_dim) */
  skip_names(1, 0);
  model = new_model();
  for (int i = 0; i < 4; i++) add(model, bidirectional(i == 0 ? TIMESTEPS : 0, INPUT_DIM));
  print_summary(model);
  run(model, TIMESTEPS);
  check(elman_model_release(model));
  return EXIT_SUCCESS;
}
