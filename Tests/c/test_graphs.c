/* Graphs: layers called on tensors, and models of them. */
#include "check.h"

static const elman_tensor NO_TENSOR = {0};

static elman_layer make_input(const char *config) { return make_layer("InputLayer", config); }

/* The output of a layer's call on one tensor, or the tensor of an InputLayer. The layer's handle is released. */
static elman_tensor call(elman_layer layer, elman_tensor input) {
  elman_tensor output = NO_TENSOR;
  OK(elman_layer_call(layer, &input, input.id != 0, NULL, &output, 1, NULL));
  OK(elman_layer_release(layer));
  return output;
}

static void release(elman_tensor tensor) { OK(elman_tensor_release(tensor)); }

TEST(a_graph_of_two_inputs_adds_them) {
  const float left[2] = {1, 2}, right[2] = {10, 20};
  float sum[2];
  elman_tensor ends[3] = {call(make_input("{\"name\": \"a\", \"batch_shape\": [null, 2]}"), NO_TENSOR),
                          call(make_input("{\"name\": \"b\", \"batch_shape\": [null, 2]}"), NO_TENSOR)};
  elman_layer add = make_layer("Operation", "{\"function\": \"add\", \"name\": \"sum\"}");
  elman_model model;
  size_t inputs, outputs, count;
  char text[32];
  OK(elman_layer_call(add, ends, 2, NULL, NULL, 0, &count));
  CHECK(count == 1);
  OK(elman_layer_call(add, ends, 2, NULL, &ends[2], 1, NULL));
  OK(elman_model_create_from_tensors(NULL, ends, 2, &ends[2], 1, NULL, &model));
  OK(elman_model_class_name(model, text, sizeof text, NULL));
  CHECK(strcmp(text, "Functional") == 0);
  OK(elman_model_tensor_counts(model, &inputs, &outputs));
  CHECK(inputs == 2 && outputs == 1);
  for (int i = 0; i < 3; i++) release(ends[i]);
  OK(elman_layer_release(add));
  const elman_array arrays[2] = {{left, SHAPE(1, 2)}, {right, SHAPE(1, 2)}};
  elman_output result = {sum, 2, {0}, 0};
  OK(elman_model_run(model, arrays, 2, NULL, &result, 1, NULL));
  CHECK(sum[0] == 11 && sum[1] == 22 && result.rank == 2);
  CHECK_ERROR(elman_model_run(model, arrays, 1, NULL, &result, 1, NULL), ELMAN_INVALID_ARGUMENT, "expects 2 input");
  OK(elman_model_release(model));
}

TEST(tensors_tell_what_they_are) {
  elman_layer input = make_input("{\"name\": \"words\", \"batch_shape\": [null, 5], \"dtype\": \"int32\"}"), again;
  elman_layer dense = make_layer("Dense", "{\"name\": \"d\", \"units\": 3}");
  elman_tensor x, same, y[2];
  int64_t shape[2];
  uint64_t calls[2];
  size_t rank, output;
  char text[16];
  OK(elman_layer_call(input, NULL, 0, NULL, &x, 1, NULL));
  OK(elman_layer_call(input, NULL, 0, NULL, &same, 1, NULL));
  OK(elman_tensor_shape(x, shape, 2, &rank));
  CHECK(rank == 2 && shape[0] == -1 && shape[1] == 5);
  OK(elman_tensor_name(x, text, sizeof text, NULL));
  CHECK(strcmp(text, "words") == 0);
  OK(elman_tensor_dtype(x, text, sizeof text, NULL));
  CHECK(strcmp(text, "int32") == 0);
  OK(elman_tensor_layer(x, &again));
  OK(elman_layer_class_name(again, text, sizeof text, NULL));
  CHECK(strcmp(text, "InputLayer") == 0);
  OK(elman_tensor_origin(x, &calls[0], &output));
  OK(elman_tensor_origin(same, &calls[1], NULL));
  CHECK(calls[0] == calls[1] && output == 0);
  for (int i = 0; i < 2; i++) {
    OK(elman_layer_call(dense, &x, 1, NULL, &y[i], 1, NULL));
    OK(elman_tensor_origin(y[i], &calls[i], NULL));
  }
  CHECK(calls[0] < calls[1]);
  release(x);
  CHECK_STATUS(elman_tensor_shape(x, shape, 2, &rank), ELMAN_INVALID_HANDLE);
  release(same);
  release(y[0]);
  release(y[1]);
  release(NO_TENSOR);
  OK(elman_layer_release(again));
  OK(elman_layer_release(input));
  OK(elman_layer_release(dense));
}

TEST(states_go_from_an_encoder_to_a_decoder) {
  float input[2 * 3] = {1, 2, 3, 4, 5, 6}, got[2], right[2];
  elman_layer encoder = make_layer("LSTM", "{\"units\": 2, \"return_state\": true}"), decoder = make_layer("LSTM", "{\"units\": 2}");
  elman_tensor x = call(make_input("{\"batch_shape\": [null, null, 3]}"), NO_TENSOR), outputs[3], y, by_list, list[3];
  size_t count;
  elman_model model;
  elman_output result = {got, 2, {0}, 0};
  const elman_array array = {input, SHAPE(1, 2, 3)};
  CHECK_STATUS(elman_layer_call(encoder, &x, 1, NULL, outputs, 2, &count), ELMAN_BUFFER_TOO_SMALL);
  CHECK(count == 3);
  OK(elman_layer_call(encoder, &x, 1, NULL, outputs, 3, NULL));
  OK(elman_layer_call(decoder, &x, 1, &ELMAN_OPTIONS(elman_call_options, .initial_states = &outputs[1], .initial_state_count = 2),
                      &y, 1, NULL));
  CHECK_STATUS(elman_layer_call(decoder, &x, 1, &ELMAN_OPTIONS(elman_call_options, .initial_states = outputs, .initial_state_count = 1),
                                &by_list, 1, NULL), ELMAN_SHAPE_MISMATCH);
  list[0] = x, list[1] = outputs[1], list[2] = outputs[2];
  OK(elman_layer_call(decoder, list, 3, NULL, &by_list, 1, NULL));
  OK(elman_model_create_from_tensors("m", &x, 1, &y, 1, NULL, &model));
  OK(elman_model_run(model, &array, 1, NULL, &result, 1, NULL));
  OK(elman_model_release(model));
  OK(elman_model_create_from_tensors("m", &x, 1, &by_list, 1, NULL, &model));
  OK(elman_model_forward(model, input, SHAPE(1, 2, 3), right, 2));
  CHECK(memcmp(got, right, sizeof got) == 0);
  OK(elman_model_release(model));
  for (int i = 0; i < 3; i++) release(outputs[i]);
  release(x), release(y), release(by_list);
  OK(elman_layer_release(encoder));
  OK(elman_layer_release(decoder));
}

TEST(models_that_are_refused) {
  elman_tensor x = call(make_input("{\"batch_shape\": [null, 3]}"), NO_TENSOR);
  elman_tensor other = call(make_input("{\"batch_shape\": [null, 3]}"), NO_TENSOR), twice[2] = {x, x};
  elman_tensor y = call(make_layer("Dense", "{\"units\": 2, \"name\": \"d\"}"), x);
  elman_tensor z = call(make_layer("Dense", "{\"units\": 2, \"name\": \"d\"}"), y);
  elman_model model = {99};
#define MAKE(inputs, number, output, structure) elman_model_create_from_tensors(NULL, inputs, number, output, 1, structure, &model)
  CHECK_ERROR(MAKE(&other, 1, &y, NULL), ELMAN_INVALID_ARGUMENT, "Graph disconnected");
  CHECK(model.id == 0);
  CHECK_ERROR(MAKE(twice, 2, &y, NULL), ELMAN_INVALID_ARGUMENT, "multiple times");
  CHECK_ERROR(MAKE(&x, 1, &z, NULL), ELMAN_INVALID_ARGUMENT, "used 2 times");
  CHECK_ERROR(MAKE(&x, 1, &y, "{\"outputs\": [1]}"), ELMAN_WRONG_TYPE, "structure of outputs");
  CHECK_STATUS(MAKE(&x, 0, &y, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(MAKE(NULL, 1, &y, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(MAKE(&NO_TENSOR, 1, &y, NULL), ELMAN_INVALID_HANDLE);
  release(x), release(other), release(y), release(z);
}

TEST(a_model_in_a_model_is_found_again) {
  float input[3] = {1, 2, 3}, first[2], second[2];
  elman_tensor x = call(make_input("{\"batch_shape\": [null, 3]}"), NO_TENSOR), ends[2];
  elman_tensor y = call(make_layer("Dense", "{\"units\": 2}"), x), outer_x, outer_y;
  elman_model inner, outer, found;
  elman_layer layer;
  size_t count, counts[2];
  OK(elman_model_create_from_tensors("inner", &x, 1, &y, 1, NULL, &inner));
  OK(elman_layer_create_from_model(inner, &layer));
  outer_x = call(make_input("{\"batch_shape\": [null, 3]}"), NO_TENSOR);
  outer_y = call(layer, outer_x);
  OK(elman_model_create_from_tensors("outer", &outer_x, 1, &outer_y, 1, NULL, &outer));
  OK(elman_model_find_layer(outer, "inner", &layer));
  OK(elman_layer_model(layer, &found));
  OK(elman_model_forward(found, input, SHAPE(1, 3), first, 2));
  OK(elman_model_forward(outer, input, SHAPE(1, 3), second, 2));
  CHECK(memcmp(first, second, sizeof first) == 0);
  OK(elman_model_call_count(outer, 1, &count));
  CHECK(count == 1);
  OK(elman_model_call_tensors(outer, 1, 0, &ends[0], 1, &counts[0], &ends[1], 1, &counts[1]));
  CHECK(counts[0] == 1 && counts[1] == 1);
  CHECK_STATUS(elman_model_call_count(outer, 9, &count), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_model_call_tensors(outer, 1, 1, NULL, 0, &count, NULL, 0, &count), ELMAN_NOT_FOUND);
  OK(elman_layer_release(layer));
  layer = make_layer("Dense", "{\"units\": 2}");
  CHECK_ERROR(elman_layer_model(layer, &found), ELMAN_NOT_FOUND, "is no model");
  release(x), release(y), release(outer_x), release(outer_y), release(ends[0]), release(ends[1]);
  OK(elman_layer_release(layer));
  OK(elman_model_release(found));
  OK(elman_model_release(inner));
  OK(elman_model_release(outer));
}
