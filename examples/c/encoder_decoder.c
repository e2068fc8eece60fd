/*
 * An encoder and a decoder as graphs: the states in which an LSTM ends reading one sequence are those with which another
 * begins to write. Then the decoder alone, made of pieces of the model: one timestep a call, its states in and out, as a
 * program generates. Both give the same numbers.
 *
 *     cc encoder_decoder.c $(pkg-config --cflags --libs elman) -lm -o encoder_decoder && ./encoder_decoder
 */
#include <elman.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SOURCE_STEPS = 6, SOURCE_FEATURES = 3, TARGET_STEPS = 4, TARGET_FEATURES = 2, UNITS = 8, CLASSES = 2 };

static void check(elman_status status) {
  char message[1024];
  if (status == ELMAN_OK) return;
  elman_last_error(message, sizeof message);
  fprintf(stderr, "%s: %s\n", elman_status_name(status), message);
  exit(EXIT_FAILURE);
}

/* The tensor of a model's input: timesteps may be any number, -1. */
static elman_tensor input(const char *name, int64_t timesteps, int64_t features) {
  elman_input_options options = ELMAN_OPTIONS(elman_input_options, .name = name);
  elman_layer layer;
  elman_tensor tensor;
  options.batch_input_shape[0] = -1;
  options.batch_input_shape[1] = timesteps;
  options.batch_input_shape[2] = features;
  options.batch_input_rank = features > 0 ? 3 : 2;
  check(elman_input_create(&options, &layer));
  check(elman_layer_call(layer, NULL, 0, NULL, &tensor, 1, NULL));
  check(elman_layer_release(layer));
  return tensor;
}

static elman_layer lstm(const char *name, int32_t return_sequences) {
  elman_lstm_options options = ELMAN_OPTIONS(
      elman_lstm_options, .name = name, .units = UNITS, .return_sequences = return_sequences, .return_state = 1);
  elman_layer layer;
  check(elman_lstm_create(&options, &layer));
  return layer;
}

static elman_layer dense(void) {
  elman_dense_options options =
      ELMAN_OPTIONS(elman_dense_options, .name = "classes", .units = CLASSES, .activation = "softmax");
  elman_layer layer;
  check(elman_dense_create(&options, &layer));
  return layer;
}

/* Calls the decoder with its first states; gives its output and, behind it, its last states. */
static void decode(elman_layer decoder, elman_tensor sequence, const elman_tensor states[2], elman_tensor outputs[3]) {
  elman_call_options options = ELMAN_OPTIONS(elman_call_options, .initial_states = states, .initial_state_count = 2);
  check(elman_layer_call(decoder, &sequence, 1, &options, outputs, 3, NULL));
}

static elman_array array(const float *data, const int64_t *shape, size_t rank) {
  elman_array result;
  result.data = data;
  result.shape = shape;
  result.rank = rank;
  return result;
}

/* Any numbers: a wave. */
static void fill(float *values, size_t count, float pace) {
  size_t i;
  for (i = 0; i < count; i++) values[i] = sinf(pace * (float)i);
}

int main(void) {
  elman_tensor source = input("source", -1, SOURCE_FEATURES), target = input("target", -1, TARGET_FEATURES);
  elman_layer encoder = lstm("encoder", 0), decoder = lstm("decoder", 1), classes = dense();
  elman_tensor encoded[3], decoded[3], result;
  elman_model model;
  check(elman_layer_call(encoder, &source, 1, NULL, encoded, 3, NULL));
  decode(decoder, target, encoded + 1, decoded);
  check(elman_layer_call(classes, decoded, 1, NULL, &result, 1, NULL));
  elman_tensor ends[2] = {source, target};
  check(elman_model_create_from_tensors("translator", ends, 2, &result, 1, NULL, &model));

  char table[8192];
  check(elman_model_summary(model, table, sizeof table, NULL));
  printf("%s\n", table);

  /* The pieces share their layers, and so their weights, with the model. */
  elman_tensor state_h = input("state_h", UNITS, 0), state_c = input("state_c", UNITS, 0);
  elman_tensor states[2] = {state_h, state_c}, stepped[3], step_result;
  decode(decoder, target, states, stepped);
  check(elman_layer_call(classes, stepped, 1, NULL, &step_result, 1, NULL));
  elman_tensor step_inputs[3] = {target, state_h, state_c}, step_outputs[3] = {step_result, stepped[1], stepped[2]};
  elman_model reader, writer;
  check(elman_model_create_from_tensors("reader", &source, 1, encoded + 1, 2, NULL, &reader));
  check(elman_model_create_from_tensors("writer", step_inputs, 3, step_outputs, 3, NULL, &writer));

  /* All at once. */
  float from[SOURCE_STEPS * SOURCE_FEATURES], to[TARGET_STEPS * TARGET_FEATURES], whole[TARGET_STEPS * CLASSES];
  const int64_t from_shape[] = {1, SOURCE_STEPS, SOURCE_FEATURES}, to_shape[] = {1, TARGET_STEPS, TARGET_FEATURES};
  fill(from, SOURCE_STEPS * SOURCE_FEATURES, 0.7f);
  fill(to, TARGET_STEPS * TARGET_FEATURES, 1.3f);
  elman_array inputs[2] = {array(from, from_shape, 3), array(to, to_shape, 3)};
  elman_output output = {whole, TARGET_STEPS * CLASSES, {0}, 0};
  check(elman_model_run(model, inputs, 2, NULL, &output, 1, NULL));

  /* Step by step. */
  float h[UNITS], c[UNITS], next[CLASSES];
  const int64_t step_shape[] = {1, 1, TARGET_FEATURES}, state_shape[] = {1, UNITS};
  elman_output read[2] = {{h, UNITS, {0}, 0}, {c, UNITS, {0}, 0}};
  elman_output write[3] = {{next, CLASSES, {0}, 0}, {h, UNITS, {0}, 0}, {c, UNITS, {0}, 0}};
  check(elman_model_run(reader, inputs, 1, NULL, read, 2, NULL));
  int differ = 0;
  for (int step = 0; step < TARGET_STEPS; step++) {
    elman_array given[3] = {array(to + step * TARGET_FEATURES, step_shape, 3), array(h, state_shape, 2),
                            array(c, state_shape, 2)};
    check(elman_model_run(writer, given, 3, NULL, write, 3, NULL));
    printf("step %d:", step);
    for (int class = 0; class < CLASSES; class++) {
      printf(" %.6f", (double)next[class]);
      differ += next[class] != whole[step * CLASSES + class];
    }
    printf("\n");
  }
  printf(differ ? "%d numbers differ from those of the whole model\n" : "the same as the whole model gives\n", differ);

  elman_tensor tensors[] = {source,  target,  encoded[0], encoded[1], encoded[2], decoded[0],  decoded[1], decoded[2],
                            result,  state_h, state_c,    stepped[0], stepped[1], stepped[2], step_result};
  for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) check(elman_tensor_release(tensors[i]));
  check(elman_layer_release(encoder));
  check(elman_layer_release(decoder));
  check(elman_layer_release(classes));
  check(elman_model_release(model));
  check(elman_model_release(reader));
  check(elman_model_release(writer));
  return differ ? EXIT_FAILURE : EXIT_SUCCESS;
}
