#include "cases.h"

/* Every argument that has a value other than Keras's default, of the classes that have no options of their own in elman.h. */
static const struct {
  const char *class_name, *config;
} given[] = {
    {"Flatten", JSON({"name": "n", "trainable": false})},
    {"SimpleRNNCell", JSON({"name": "n", "trainable": false, "units": 2, "activation": "relu",
           "kernel_initializer": "Ones", "recurrent_initializer": "Ones", "bias_initializer": "Ones",
           "dropout": 0.25, "recurrent_dropout": 0.25, "use_bias": false})},
    {"LSTMCell", JSON({"name": "n", "trainable": false, "units": 2, "activation": "relu",
           "recurrent_activation": "relu", "kernel_initializer": "Ones", "recurrent_initializer": "Ones",
           "bias_initializer": "Ones", "dropout": 0.25, "recurrent_dropout": 0.25, "use_bias": false,
           "unit_forget_bias": false})},
    {"GRUCell", JSON({"name": "n", "trainable": false, "units": 2, "activation": "relu",
           "recurrent_activation": "relu", "kernel_initializer": "Ones", "recurrent_initializer": "Ones",
           "bias_initializer": "Ones", "dropout": 0.25, "recurrent_dropout": 0.25, "use_bias": false,
           "reset_after": false})},
    {"LayerNormalization", JSON({"name": "n", "trainable": false, "axis": [2, 1], "epsilon": 0.25, "center": false,
           "scale": false, "beta_initializer": "Ones", "gamma_initializer": "Zeros"})},
    {"RMSNormalization", JSON({"name": "n", "trainable": false, "axis": [2, 1], "epsilon": 0.25})},
    {"UnitNormalization", JSON({"name": "n", "trainable": false, "axis": [2, 1]})},
    {"GroupNormalization", JSON({"name": "n", "trainable": false, "groups": 2, "axis": 2, "epsilon": 0.25,
           "center": false, "scale": false, "beta_initializer": "Ones", "gamma_initializer": "Zeros"})},
    {"BatchNormalization", JSON({"name": "n", "trainable": false, "axis": 2, "momentum": 0.25, "epsilon": 0.25,
           "center": false, "scale": false, "beta_initializer": "Ones", "gamma_initializer": "Zeros",
           "moving_mean_initializer": "Ones", "moving_variance_initializer": "Zeros"})},
    {"Normalization", JSON({"name": "n", "trainable": false, "axis": [2, 1], "invert": true})},
    {"Rescaling", JSON({"name": "n", "trainable": false, "scale": 0.25, "offset": 0.25})},
    {"SeparableConv1D", JSON({"name": "n", "trainable": false, "filters": 2, "kernel_size": 3,
           "depth_multiplier": 2, "padding": "same", "dilation_rate": 2, "activation": "relu", "use_bias": false,
           "bias_initializer": "Ones", "depthwise_initializer": "Ones", "pointwise_initializer": "Ones"})},
    {"DepthwiseConv1D", JSON({"name": "n", "trainable": false, "kernel_size": 3, "depth_multiplier": 2,
           "padding": "same", "dilation_rate": 2, "activation": "relu", "use_bias": false,
           "bias_initializer": "Ones", "depthwise_initializer": "Ones"})},
    {"Conv1DTranspose", JSON({"name": "n", "trainable": false, "filters": 2, "kernel_size": 3, "padding": "same",
           "dilation_rate": 2, "activation": "relu", "use_bias": false, "bias_initializer": "Ones",
           "kernel_initializer": "Ones"})},
    {"MaxPooling1D", JSON({"name": "n", "trainable": false, "pool_size": 3, "strides": 2, "padding": "same"})},
    {"AveragePooling1D", JSON({"name": "n", "trainable": false, "pool_size": 3, "strides": 2, "padding": "same"})},
    {"GlobalMaxPooling1D", JSON({"name": "n", "trainable": false, "keepdims": true})},
    {"GlobalAveragePooling1D", JSON({"name": "n", "trainable": false, "keepdims": true})},
    {"Reshape", JSON({"name": "n", "trainable": false, "target_shape": [2, 1]})},
    {"Permute", JSON({"name": "n", "trainable": false, "dims": [2, 1]})},
    {"RepeatVector", JSON({"name": "n", "trainable": false, "n": 5})},
    {"ZeroPadding1D", JSON({"name": "n", "trainable": false, "padding": [2, 1]})},
    {"Cropping1D", JSON({"name": "n", "trainable": false, "cropping": [2, 1]})},
    {"UpSampling1D", JSON({"name": "n", "trainable": false, "size": 3})},
    {"ReLU", JSON({"name": "n", "trainable": false, "max_value": 0.25, "negative_slope": 0.25, "threshold": 0.25})},
    {"LeakyReLU", JSON({"name": "n", "trainable": false, "negative_slope": 0.25})},
    {"ELU", JSON({"name": "n", "trainable": false, "alpha": 0.25})},
    {"ThresholdedReLU", JSON({"name": "n", "trainable": false, "theta": 0.25})},
    {"PReLU", JSON({"name": "n", "trainable": false, "alpha_initializer": "Ones", "shared_axes": [2, 1]})},
    {"Softmax", JSON({"name": "n", "trainable": false, "axis": [2, 1]})},
    /* Its config has no "trainable" in Keras either. */
    {"SpatialDropout1D", JSON({"name": "n", "rate": 0.25})},
    {"GaussianDropout", JSON({"name": "n", "trainable": false, "rate": 0.25})},
    {"AlphaDropout", JSON({"name": "n", "trainable": false, "rate": 0.25})},
    {"GaussianNoise", JSON({"name": "n", "trainable": false, "stddev": 0.25})},
    {"ActivityRegularization", JSON({"name": "n", "trainable": false, "l1": 0.25, "l2": 0.25})},
    {"ConvLSTM1D", JSON({"name": "n", "trainable": false, "filters": 2, "kernel_size": 3, "padding": "same",
           "dilation_rate": 2, "activation": "relu", "recurrent_activation": "relu", "kernel_initializer": "Ones",
           "recurrent_initializer": "Ones", "bias_initializer": "Ones", "dropout": 0.25, "recurrent_dropout": 0.25,
           "use_bias": false, "unit_forget_bias": false, "return_sequences": true, "return_state": true,
           "go_backwards": true, "stateful": true})},
};

/* Whether a text begins with a value, that value in brackets, or the initializer of that name. */
static int holds(const char *text, const char *value, size_t length) {
  static const char initializer[] = "{\"module\": \"keras.initializers\", \"class_name\": ";
  if (strncmp(text, value, length) == 0) return 1;
  if (*text == '[' && strncmp(text + 1, value, length) == 0 && text[length + 1] == ']') return 1;
  return strncmp(text, initializer, sizeof initializer - 1) == 0 && strncmp(text + sizeof initializer - 1, value, length) == 0;
}

/* The members of a flat object, "key": value, are in a config. */
static void check_members(const char *object, const char *config) {
  const char *member = object + 1;
  while (*member != 0) {
    char key[64];
    const char *value = strchr(member, ':') + 2, *end = value, *found;
    for (int depth = 0; depth > 0 || (*end != ',' && *end != '}'); end++) depth += (*end == '[') - (*end == ']');
    snprintf(key, sizeof key, "%.*s", (int)(value - member), member);
    found = strstr(config, key);
    if (found == NULL || !holds(found + strlen(key), value, (size_t)(end - value))) check_failed(__FILE__, __LINE__, member);
    member = *end == ',' ? end + 2 : end + 1;
  }
}

TEST(every_argument_is_in_the_config_and_makes_it_again) {
  for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
    char name[64], config[4096], again[4096];
    elman_layer layer = make_layer(given[i].class_name, given[i].config), copy;
    OK(elman_layer_class_name(layer, name, sizeof name, NULL));
    CHECK(strcmp(name, given[i].class_name) == 0);
    OK(elman_layer_config(layer, config, sizeof config, NULL));
    check_members(given[i].config, config);
    copy = make_layer(name, config);
    OK(elman_layer_config(copy, again, sizeof again, NULL));
    CHECK(strcmp(config, again) == 0);
    OK(elman_layer_release(copy));
    OK(elman_layer_release(layer));
  }
}

TEST(cells_of_a_stack_may_be_given_as_layers) {
  elman_layer cells[2] = {make_layer("LSTMCell", "{\"units\": 2}"), make_layer("GRUCell", "{\"units\": 3}")}, stack, child;
  char name[64];
  OK(elman_layer_create_around("StackedRNNCells", "{\"name\": \"s\"}", cells, 2, &stack));
  OK(elman_layer_name(stack, name, sizeof name, NULL));
  CHECK(strcmp(name, "s") == 0);
  OK(elman_layer_child(stack, "cells/1", &child));
  OK(elman_layer_class_name(child, name, sizeof name, NULL));
  CHECK(strcmp(name, "GRUCell") == 0);
  OK(elman_layer_release(child));
  OK(elman_layer_release(stack));
  OK(elman_layer_release(cells[1]));
  CHECK_STATUS(elman_layer_create_around("StackedRNNCells", NULL, cells, 2, &stack), ELMAN_INVALID_HANDLE);
  CHECK(stack.id == 0);
  CHECK_STATUS(elman_layer_create_around("StackedRNNCells", NULL, cells, 0, &stack), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_layer_create_around("StackedRNNCells", NULL, NULL, 1, &stack), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_release(cells[0]));
}
