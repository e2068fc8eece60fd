#include <math.h>
#include "check.h"

TEST(model_create_names_models) {
  char name[64];
  elman_model model;
  OK(elman_model_create("reader", &model));
  OK(elman_model_name(model, name, sizeof name, NULL));
  CHECK(strcmp(name, "reader") == 0);
  OK(elman_model_release(model));
  CHECK_ERROR(elman_model_create("x", NULL), ELMAN_INVALID_ARGUMENT, "model");
  CHECK_ERROR(elman_model_create("\xc3", &model), ELMAN_INVALID_ARGUMENT, "UTF-8");
  CHECK(model.id == 0);
}

TEST(an_empty_model_says_what_it_lacks) {
  char text[256];
  size_t count = 99;
  int32_t built = 99;
  int64_t total;
  float number = 0;
  elman_model model = make_model();
  OK(elman_model_layer_count(model, &count));
  CHECK(count == 0);
  OK(elman_model_is_built(model, &built));
  CHECK(built == 0);
  OK(elman_model_weight_count(model, &count));
  CHECK(count == 0);
  CHECK_ERROR(elman_model_pop_layer(model), ELMAN_INVALID_ARGUMENT, "no layers");
  CHECK_STATUS(elman_model_summary(model, text, sizeof text, NULL), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_model_count_params(model, &total, NULL), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_model_input_shape(model, NULL, 0, &count), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_model_output_shape(model, NULL, 0, NULL, 0, &count), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_model_build(model, SHAPE(1, 2, 3)), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_model_forward(model, &number, SHAPE(1), &number, 1), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_model_layer(model, 0, &(elman_layer){0}), ELMAN_NOT_FOUND);
  OK(elman_model_reset_states(model));
  OK(elman_model_release(model));
}

TEST(quantized_weights_are_near_and_stay) {
  const float input[10] = {0.5f, -1, 2, 0.25f, 1, -0.5f, 0, 1, 3, -2};
  float before[3], after[3], again[3];
  double error = -1;
  elman_model model = make_model_of(make_layer("GRU", "{\"units\": 3, \"input_shape\": [5, 2]}"), NO_LAYER);
  OK(elman_model_forward(model, input, SHAPE(1, 5, 2), before, 3));
  OK(elman_model_quantize(model, "int8", &error));
  CHECK(error > 0 && error < 0.02);
  OK(elman_model_forward(model, input, SHAPE(1, 5, 2), after, 3));
  for (int i = 0; i < 3; i++) CHECK(after[i] != before[i] && fabsf(after[i] - before[i]) < 0.05f);
  OK(elman_model_quantize(model, "int8", &error));
  CHECK(error == 0);
  OK(elman_model_quantize(model, "float16", NULL));
  OK(elman_model_forward(model, input, SHAPE(1, 5, 2), again, 3));
  for (int i = 0; i < 3; i++) CHECK(fabsf(again[i] - after[i]) < 0.005f);
  CHECK_ERROR(elman_model_quantize(model, "int4", &error), ELMAN_INVALID_ARGUMENT,
              "one of ('float32', 'float16', 'bfloat16', 'int8'). Received: mode=int4");
  CHECK_ERROR(elman_model_quantize(model, NULL, &error), ELMAN_INVALID_ARGUMENT, "mode");
  OK(elman_model_release(model));
}

TEST(all_layers_are_quantized_or_none) {
  const float bad[3] = {1, NAN, 2};
  char config[4096];
  float before[6], after[6];
  double error = -1;
  elman_model model = make_model_of(make_layer("Dense", "{\"units\": 3, \"input_shape\": [2]}"),
                                    make_layer("Dense", "{\"units\": 1}"), NO_LAYER);
  OK(elman_model_set_weight(model, 2, &(elman_array){bad, SHAPE(3, 1)}));
  OK(elman_model_get_weight(model, 0, before, 6));
  CHECK_ERROR(elman_model_quantize(model, "int8", &error), ELMAN_INVALID_ARGUMENT, "must be finite");
  OK(elman_model_get_weight(model, 0, after, 6));
  CHECK(memcmp(before, after, sizeof before) == 0);
  OK(elman_model_config(model, config, sizeof config, NULL));
  CHECK(strstr(config, "quantization") == NULL && error == -1);
  OK(elman_model_quantize(model, "float32", &error));
  CHECK(error == 0);
  OK(elman_model_release(model));
}

TEST(layers_are_found_by_index_and_name) {
  char name[64];
  size_t count;
  elman_layer layer;
  elman_model model = make_model_of(make_layer("SimpleRNN", "{\"units\": 3, \"name\": \"first\", \"input_shape\": [2, 10]}"),
                                    make_layer("Dense", "{\"units\": 1, \"name\": \"second\"}"), NO_LAYER);
  OK(elman_model_layer_count(model, &count));
  CHECK(count == 2);
  OK(elman_model_layer(model, 1, &layer));
  OK(elman_layer_name(layer, name, sizeof name, NULL));
  CHECK(strcmp(name, "second") == 0);
  OK(elman_layer_release(layer));
  OK(elman_model_find_layer(model, "first", &layer));
  OK(elman_layer_release(layer));
  CHECK_ERROR(elman_model_find_layer(model, "third", &layer), ELMAN_NOT_FOUND, "'second'");
  CHECK_ERROR(elman_model_find_layer(model, NULL, &layer), ELMAN_INVALID_ARGUMENT, "name");
  CHECK_STATUS(elman_model_layer(model, 2, &layer), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_model_layer(model, SIZE_MAX, &layer), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_model_layer(model, 0, NULL), ELMAN_INVALID_ARGUMENT);
  OK(elman_model_pop_layer(model));
  OK(elman_model_layer_count(model, &count));
  CHECK(count == 1);
  OK(elman_model_release(model));
}

TEST(layers_that_do_not_fit_are_refused) {
  size_t count;
  elman_layer layer = make_layer("SimpleRNN", "{\"units\": 3, \"name\": \"same\", \"input_shape\": [2, 10]}"), other;
  elman_model model = make_model();
  OK(elman_model_add_layer(model, layer));
  CHECK_ERROR(elman_model_add_layer(model, layer), ELMAN_INVALID_ARGUMENT, "same");
  other = make_layer("SimpleRNN", "{\"units\": 3, \"name\": \"other\"}");
  CHECK_ERROR(elman_model_add_layer(model, other), ELMAN_SHAPE_MISMATCH, "ndim=3");
  OK(elman_layer_release(other));
  other = make_layer("InputLayer", "{\"input_shape\": [2]}");
  CHECK_ERROR(elman_model_add_layer(model, other), ELMAN_INVALID_ARGUMENT, "first");
  OK(elman_layer_release(other));
  OK(elman_model_layer_count(model, &count));
  CHECK(count == 1);
  CHECK_STATUS(elman_model_add_layer(NO_MODEL, layer), ELMAN_INVALID_HANDLE);
  CHECK_STATUS(elman_model_add_layer(model, NO_LAYER), ELMAN_INVALID_HANDLE);
  OK(elman_layer_release(layer));
  OK(elman_model_release(model));
}

TEST(nothing_follows_a_layer_with_several_outputs) {
  elman_layer dense = make_layer("Dense", "{\"units\": 1}");
  elman_model model =
      make_model_of(make_layer("SimpleRNN", "{\"units\": 3, \"input_shape\": [2, 10], \"return_state\": true}"), NO_LAYER);
  CHECK_ERROR(elman_model_add_layer(model, dense), ELMAN_INVALID_ARGUMENT, "single output");
  OK(elman_layer_release(dense));
  OK(elman_model_release(model));
}

TEST(a_model_is_built_by_shape_or_by_its_first_input) {
  float input[20] = {0}, output[3];
  int32_t built;
  int64_t shape[3], total, trainable;
  elman_model model = make_model_of(make_layer("SimpleRNN", "{\"units\": 3}"), NO_LAYER);
  OK(elman_model_is_built(model, &built));
  CHECK(built == 0);
  OK(elman_model_forward(model, input, SHAPE(1, 2, 10), output, 3));
  OK(elman_model_is_built(model, &built));
  CHECK(built == 1);
  OK(elman_model_count_params(model, &total, &trainable));
  CHECK(total == 42 && trainable == 42);
  OK(elman_model_release(model));

  model = make_model_of(make_layer("SimpleRNN", "{\"units\": 3}"), NO_LAYER);
  OK(elman_model_build(model, SHAPE(-1, 2, 10)));
  OK(elman_model_input_shape(model, shape, 3, NULL));
  CHECK(shape[0] == -1 && shape[1] == 2 && shape[2] == 10);
  OK(elman_model_output_shape(model, NULL, 0, shape, 3, NULL));
  CHECK(shape[0] == -1 && shape[1] == 3);
  OK(elman_model_output_shape(model, SHAPE(7, 2, 10), shape, 3, NULL));
  CHECK(shape[0] == 7 && shape[1] == 3);
  CHECK_STATUS(elman_model_output_shape(model, SHAPE(7, 2, 11), shape, 3, NULL), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_model_build(model, SHAPE(-1, 2, 11)), ELMAN_SHAPE_MISMATCH);
  OK(elman_model_release(model));
}

TEST(an_input_that_does_not_fit_what_the_first_one_built_says_so) {
  float input[48] = {0}, output[6];
  elman_model model = make_model_of(make_layer("LSTM", "{\"units\": 3}"), NO_LAYER);
  OK(elman_model_forward(model, input, SHAPE(2, 3, 4), output, 6));
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(2, 3, 5), output, 6), ELMAN_SHAPE_MISMATCH,
              "expected shape=(None, None, 4), found shape=(2, 3, 5)");
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(2, 4), output, 6), ELMAN_SHAPE_MISMATCH, "expected ndim=3, found ndim=2");
  OK(elman_model_forward(model, input, SHAPE(1, 2, 4), output, 6));
  OK(elman_model_release(model));
  model = make_model_of(make_layer("Flatten", NULL), make_layer("Dense", "{\"units\": 2}"), NO_LAYER);
  OK(elman_model_forward(model, input, SHAPE(2, 3, 4), output, 6));
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(2, 4, 3), output, 6), ELMAN_SHAPE_MISMATCH,
              "expected shape=(None, 3, 4), found shape=(2, 4, 3)");
  CHECK_ERROR(elman_model_forward(model, input, SHAPE(2, 12), output, 6), ELMAN_SHAPE_MISMATCH,
              "expected shape=(None, 3, 4), found shape=(2, 12)");
  OK(elman_model_forward(model, input, SHAPE(3, 3, 4), output, 6));
  OK(elman_model_release(model));
}

TEST(an_input_that_a_later_layer_refuses_builds_none) {
  float input[24] = {0}, output[12];
  int32_t built;
  elman_layer dense = make_layer("Dense", "{\"units\": 6}");
  elman_model model = make_model();
  OK(elman_model_add_layer(model, dense));
  elman_layer reshape = make_layer("Reshape", "{\"target_shape\": [2, 6]}");
  OK(elman_model_add_layer(model, reshape));
  CHECK_STATUS(elman_model_forward(model, input, SHAPE(1, 5), output, 12), ELMAN_SHAPE_MISMATCH);
  OK(elman_layer_is_built(dense, &built));
  CHECK(built == 0);
  OK(elman_model_forward(model, input, SHAPE(1, 2, 4), output, 12));
  OK(elman_layer_release(reshape));
  OK(elman_layer_release(dense));
  OK(elman_model_release(model));
}

TEST(an_input_layer_tells_the_shape) {
  size_t count;
  int64_t shape[3];
  elman_model model = make_model_of(make_layer("InputLayer", "{\"batch_input_shape\": [8, 2, 10]}"),
                                    make_layer("SimpleRNN", "{\"units\": 3}"), NO_LAYER);
  OK(elman_model_layer_count(model, &count));
  CHECK(count == 1);
  OK(elman_model_output_shape(model, NULL, 0, shape, 3, NULL));
  CHECK(shape[0] == 8 && shape[1] == 3);
  OK(elman_model_release(model));
}

TEST(configs_make_the_same_model_again) {
  char first[8192], second[8192], wrapped[9000];
  elman_model model =
      make_model_of(make_layer("Bidirectional", "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 2,"
                                                "\"return_sequences\": true}}, \"input_shape\": [5, 4]}"),
                    make_layer("Flatten", NULL), make_layer("Dense", "{\"units\": 1}"), NO_LAYER);
  elman_model copy;
  OK(elman_model_config(model, first, sizeof first, NULL));
  OK(elman_model_create_from_config(first, &copy));
  OK(elman_model_config(copy, second, sizeof second, NULL));
  CHECK(strcmp(first, second) == 0);
  OK(elman_model_release(copy));
  snprintf(wrapped, sizeof wrapped, "{\"class_name\": \"Sequential\", \"config\": %s, \"keras_version\": \"2.3.0\","
           "\"backend\": \"tensorflow\"}", first);
  OK(elman_model_create_from_config(wrapped, &copy));
  OK(elman_model_release(copy));
  OK(elman_model_release(model));
  CHECK_STATUS(elman_model_create_from_config(NULL, &copy), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_create_from_config("{}", &copy), ELMAN_WRONG_TYPE);
  CHECK_STATUS(elman_model_create_from_config("{\"class_name\": \"Functional\", \"config\": {}}", &copy), ELMAN_WRONG_TYPE);
  CHECK_STATUS(elman_model_create_from_config("{\"layers\": [{\"class_name\": \"Lambda\", \"config\": {}}]}", &copy),
               ELMAN_UNSUPPORTED);
  CHECK_STATUS(elman_model_create_from_config("{\"layers\": [{\"class_name\": \"os.system\", \"config\": {}}]}", &copy),
               ELMAN_NOT_FOUND);
}

/* ---- summaries ---- */

static elman_model notes_model(void) {
  return make_model_of(make_layer("SimpleRNN", "{\"units\": 3, \"input_shape\": [2, 10]}"), NO_LAYER);
}

TEST(summaries_have_styles) {
  char text[4096];
  const double positions[] = {0.5, 0.75, 1};
  elman_model model = notes_model();
  OK(elman_model_summary_with(model, &ELMAN_OPTIONS(elman_summary_options, .style = ELMAN_SUMMARY_KERAS3), text, sizeof text,
                              NULL));
  CHECK(strstr(text, "\xe2\x94\x83") != NULL);
  OK(elman_model_summary_with(
      model, &ELMAN_OPTIONS(elman_summary_options, .line_length = 100, .positions = positions, .position_count = 3), text,
      sizeof text, NULL));
  CHECK(strstr(text, "Layer (type)                                      Output Shape             Param #") != NULL);
  OK(elman_model_summary_with(model, &ELMAN_OPTIONS(elman_summary_options, .show_trainable = 1), text, sizeof text, NULL));
  CHECK(strstr(text, "Trainable") != NULL);
  OK(elman_model_summary_with(model, NULL, text, sizeof text, NULL));
  OK(elman_model_release(model));
}

TEST(summaries_expand_models_in_models) {
  char text[4096];
  elman_layer layer;
  elman_model inner = notes_model();
  OK(elman_layer_create_from_model(inner, &layer));
  elman_model outer = make_model_of(layer, NO_LAYER);
  OK(elman_model_build(outer, SHAPE(-1, 2, 10)));
  OK(elman_model_summary_with(outer, NULL, text, sizeof text, NULL));
  CHECK(strstr(text, "(Sequential)") != NULL && strstr(text, "(SimpleRNN)") == NULL);
  OK(elman_model_summary_with(outer, &ELMAN_OPTIONS(elman_summary_options, .expand_nested = 1), text, sizeof text, NULL));
  CHECK(strstr(text, "\n| simple_rnn") != NULL);
  OK(elman_model_release(outer));
  OK(elman_model_release(inner));
}

TEST(summary_options_are_checked) {
  char text[4096];
  double positions[] = {0.5, NAN, 1};
  elman_model model = notes_model();
#define SUMMARY(...) \
  elman_model_summary_with(model, &ELMAN_OPTIONS(elman_summary_options, __VA_ARGS__), text, sizeof text, NULL)
  CHECK_ERROR(SUMMARY(.style = 2), ELMAN_INVALID_ARGUMENT, "style=2");
  CHECK_ERROR(SUMMARY(.line_length = -1), ELMAN_INVALID_ARGUMENT, "-1");
  CHECK_STATUS(SUMMARY(.line_length = 1000000), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.style = 1, .line_length = INT32_MIN), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.style = 1, .line_length = 1000000), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.positions = positions, .position_count = 3), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.positions = positions, .position_count = 0), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.positions = positions, .position_count = SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  positions[1] = -1e300;
  CHECK_STATUS(SUMMARY(.positions = positions, .position_count = 3), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.style = 1, .positions = positions, .position_count = 3), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(SUMMARY(.first_layer = "none"), ELMAN_NOT_FOUND);
  CHECK_STATUS(SUMMARY(.last_layer = "\xff"), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_model_summary_with(model, &(elman_summary_options){.struct_size = 8}, text, sizeof text, NULL),
               ELMAN_INVALID_ARGUMENT);
  OK(elman_model_release(model));
}

TEST(a_summary_that_does_not_fit_leaves_the_buffer) {
  char text[512];
  size_t length;
  elman_model model = notes_model();
  OK(elman_model_summary(model, NULL, 0, &length));
  CHECK(length > 400 && length < sizeof text);
  memset(text, 'x', sizeof text);
  CHECK_STATUS(elman_model_summary(model, text, length, NULL), ELMAN_BUFFER_TOO_SMALL);
  CHECK(text[0] == 'x');
  OK(elman_model_summary(model, text, length + 1, NULL));
  CHECK(strlen(text) == length && text[length - 1] == '\n');
  OK(elman_model_release(model));
}
