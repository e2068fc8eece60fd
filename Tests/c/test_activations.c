#include "check.h"

/* Activation functions of arrays, and JSON of models that says which Keras reads it. */

static int near(float value, double expected) { return fabs((double)value - expected) < 1e-6; }

TEST(an_activation_of_an_array) {
  float x[6] = {-2, -1, 0, 1, 2, 3}, y[6], one = -1;
  OK(elman_activation_apply("relu", x, SHAPE(2, 3), y, 6));
  CHECK(y[0] == 0 && y[2] == 0 && y[3] == 1 && y[5] == 3);
  OK(elman_activation_apply("{\"class_name\": \"relu\", \"config\": {\"negative_slope\": 0.5, \"threshold\": 1}}", x,
                            SHAPE(6), y, 6));
  CHECK(near(y[0], -1.5) && y[3] == 0 && y[4] == 2);
  OK(elman_activation_apply("softmax", x, SHAPE(2, 3), y, 6));
  CHECK(near(y[0] + y[1] + y[2], 1) && near(y[3] + y[4] + y[5], 1));
  OK(elman_activation_apply("{\"class_name\": \"softmax\", \"config\": {\"axis\": [0, 1]}}", x, SHAPE(2, 3), y, 6));
  CHECK(near(y[0] + y[1] + y[2] + y[3] + y[4] + y[5], 1));
  OK(elman_activation_apply("{\"class_name\": \"softmax\", \"config\": {\"axis\": 0}}", x, SHAPE(2, 3), y, 6));
  CHECK(near(y[0] + y[3], 1) && near(y[2] + y[5], 1));
  OK(elman_activation_apply("{\"class_name\": \"function\", \"config\": \"tanh\"}", x, SHAPE(6), y, 6));
  CHECK(near(y[5], tanh(3)));
  OK(elman_activation_apply("relu", &one, NULL, 0, &one, 1));
  CHECK(one == 0);
}

TEST(an_activation_may_work_in_place) {
  float x[4] = {1, 5, 1, 5};
  OK(elman_activation_apply("{\"class_name\": \"softmax\", \"config\": {\"axis\": 0}}", x, SHAPE(2, 2), x, 4));
  CHECK(x[0] == 0.5f && x[1] == 0.5f && x[2] == 0.5f && x[3] == 0.5f);
  OK(elman_activation_apply("tanh", x, SHAPE(2, 2), x, 4));
  CHECK(near(x[3], tanh(0.5)));
}

TEST(glu_halves_an_axis) {
  float x[8] = {1, 2, 0, 0, 3, 4, 0, 0}, y[4];
  OK(elman_activation_apply("glu", x, SHAPE(2, 4), y, 4));
  CHECK(y[0] == 0.5f && y[1] == 1 && y[2] == 1.5f && y[3] == 2);
  OK(elman_activation_apply("{\"class_name\": \"glu\", \"config\": {\"axis\": 1}}", x, SHAPE(2, 2, 2), y, 4));
  CHECK(y[0] == 0.5f && y[1] == 1 && y[2] == 1.5f && y[3] == 2);
  CHECK_ERROR(elman_activation_apply("glu", x, SHAPE(2, 3), y, 4), ELMAN_INVALID_ARGUMENT, "divisible by 2");
  CHECK_STATUS(elman_activation_apply("glu", x, SHAPE(2, 4), y, 3), ELMAN_BUFFER_TOO_SMALL);
}

TEST(activations_that_cannot_be) {
  float x[4] = {0}, y[4];
  CHECK_ERROR(elman_activation_apply(NULL, x, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT, "activation");
  CHECK_ERROR(elman_activation_apply("tnah", x, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT, "Did you mean 'tanh'?");
  CHECK_STATUS(elman_activation_apply("", x, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_activation_apply("{", x, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_activation_apply("\xff", x, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT);
  CHECK_ERROR(elman_activation_apply("{\"class_name\": \"gelu\", \"config\": {\"approximat\": 1}}", x, SHAPE(4), y, 4),
              ELMAN_WRONG_TYPE, "Did you mean 'approximate'?");
  CHECK_ERROR(elman_activation_apply("tanh", NULL, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT, "input");
  CHECK_ERROR(elman_activation_apply("tanh", x, NULL, 1, y, 4), ELMAN_INVALID_ARGUMENT, "input_shape");
  CHECK_ERROR(elman_activation_apply("tanh", x, SHAPE(4), NULL, 4), ELMAN_INVALID_ARGUMENT, "output");
  CHECK_STATUS(elman_activation_apply("tanh", x, SHAPE(4), y, 3), ELMAN_BUFFER_TOO_SMALL);
  CHECK_STATUS(elman_activation_apply("tanh", x, SHAPE(4), y, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_activation_apply("tanh", x, SHAPE(-1), y, 4), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_activation_apply("tanh", x, SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1), y, 4), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_activation_apply("tanh", x, SHAPE(INT64_MAX, INT64_MAX), y, 4), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_activation_apply("tanh", x, SHAPE(0, INT64_MAX, INT64_MAX), y, 4), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_activation_apply("softmax", x, NULL, 0, y, 4), ELMAN_INVALID_ARGUMENT);
  OK(elman_activation_apply("softmax", NULL, SHAPE(0, 4), NULL, 0));
}

TEST(options_take_activations_with_arguments) {
  float x[2] = {1, 3}, y[2];
  elman_model model = make_model();
  elman_layer layer;
  OK(elman_activation_create(&ELMAN_OPTIONS(elman_activation_options, .batch_input_rank = 2, .batch_input_shape = {-1, 2},
                                            .activation = "{\"class_name\": \"relu\", \"config\": {\"threshold\": 1}}"),
                             &layer));
  OK(elman_model_add_layer(model, layer));
  OK(elman_layer_release(layer));
  OK(elman_model_forward(model, x, SHAPE(1, 2), y, 2));
  CHECK(y[0] == 0 && y[1] == 3);
  OK(elman_model_release(model));
}

TEST(options_take_the_values_of_a_weight) {
  float x[2] = {1, 1}, y[3];
  elman_model model = make_model();
  elman_layer layer;
  OK(elman_dense_create(&ELMAN_OPTIONS(elman_dense_options, .units = 3, .kernel_initializer = "ones",
                                       .bias_initializer = "[1, 2, 3]"),
                        &layer));
  OK(elman_model_add_layer(model, layer));
  OK(elman_layer_release(layer));
  OK(elman_model_forward(model, x, SHAPE(1, 2), y, 3));
  CHECK(y[0] == 3 && y[1] == 4 && y[2] == 5);
  OK(elman_model_release(model));
}

static elman_model model_of(const char *activation, const char *beside) {
  char config[512];
  elman_model model;
  snprintf(config, sizeof config,
           "{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Activation\", \"config\": {\"activation\": "
           "\"%s\", \"input_shape\": [1]}}]%s}",
           activation, beside);
  OK(elman_model_create_from_config(config, &model));
  return model;
}

static float of_one(elman_model model) {
  float x = 1, y = 0;
  OK(elman_model_forward(model, &x, SHAPE(1, 1), &y, 1));
  return y;
}

TEST(json_brings_the_same_function_back) {
  static const char *const versions[] = {", \"keras_version\": \"2.2.4\"", ", \"keras_version\": \"3.1.0\"", ""};
  static const double expected[] = {0.7, 4.0 / 6, 0.7};
  char json[4096];
  for (int i = 0; i < 3; i++) {
    elman_model first = model_of("hard_sigmoid", versions[i]), again;
    CHECK(near(of_one(first), expected[i]));
    OK(elman_model_json(first, json, sizeof json, NULL));
    CHECK((strstr(json, "\"keras_version\": \"2.15.0\"") != NULL) == (i != 1));
    CHECK(strstr(json, "keras2") == NULL && strstr(json, "\"InputLayer\"") != NULL);
    OK(elman_model_create_from_config(json, &again));
    CHECK(of_one(again) == of_one(first));
    OK(elman_model_release(first));
    OK(elman_model_release(again));
  }
  CHECK_STATUS(elman_model_json(NO_MODEL, json, sizeof json, NULL), ELMAN_INVALID_HANDLE);
}
