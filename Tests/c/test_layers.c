#include "check.h"

static const char simple_rnn[] = "{\"units\": 3, \"return_sequences\": true, \"batch_input_shape\": [null, 2, 10]}";

TEST(layer_create_checks_its_arguments) {
  elman_layer layer;
  CHECK_ERROR(elman_layer_create(NULL, "{}", &layer), ELMAN_INVALID_ARGUMENT, "class_name");
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": 3}", NULL), ELMAN_INVALID_ARGUMENT, "'layer'");
  CHECK_ERROR(elman_layer_create("SimpleRN", simple_rnn, &layer), ELMAN_NOT_FOUND, "SimpleRNN");
  CHECK_ERROR(elman_layer_create("\xff\xfe", simple_rnn, &layer), ELMAN_INVALID_ARGUMENT, "UTF-8");
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": 3, \"name\": \"\xff\"}", &layer), ELMAN_INVALID_ARGUMENT, "UTF-8");
  CHECK_ERROR(elman_layer_create("Dense", "{\"unit\": 3}", &layer), ELMAN_WRONG_TYPE, "units");
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": 3, \"unit\": 3}", &layer), ELMAN_WRONG_TYPE, "'unit'");
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": \"3\"}", &layer), ELMAN_WRONG_TYPE, "units");
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": 0}", &layer), ELMAN_INVALID_ARGUMENT, "units=0");
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": -3}", &layer), ELMAN_INVALID_ARGUMENT, "units=-3");
  CHECK_STATUS(elman_layer_create("Dense", "{\"units\": 99999999999999999999}", &layer), ELMAN_WRONG_TYPE);
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": 4294967296}", &layer), ELMAN_INVALID_ARGUMENT, "4294967296");
  CHECK_STATUS(elman_layer_create("Dense", "{\"units\": NaN}", &layer), ELMAN_WRONG_TYPE);
  CHECK_STATUS(elman_layer_create("Dense", "{\"units\": 3, \"dtype\": \"float64\"}", &layer), ELMAN_UNSUPPORTED);
  CHECK_ERROR(elman_layer_create("Dense", "{\"units\": 3, \"activation\": \"tan\"}", &layer), ELMAN_INVALID_ARGUMENT, "tanh");
  CHECK_STATUS(elman_layer_create("SimpleRNN", "{\"units\": 3, \"time_major\": true}", &layer), ELMAN_UNSUPPORTED);
}

TEST(broken_json_is_told) {
  static const char *broken[] = {"", " ", "{", "}", "[", "nul", "{\"units\": }", "{\"units\": 3,}", "{\"units\" 3}",
                                 "{units: 3}", "{\"units\": 3} x", "{\"units\": 3, \"units\": 4}", "{\"a\": \"\\u12\"}",
                                 "{\"a\": \"\\ud800\"}", "{\"a\": 01}", "{\"a\": \"\n\"}", "\"units\"", "[]", "3", "null"};
  elman_layer layer;
  char deep[100001];
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    elman_status status = elman_layer_create("Dense", broken[i], &layer);
    CHECK(status == ELMAN_INVALID_ARGUMENT || status == ELMAN_WRONG_TYPE);
    CHECK(layer.id == 0);
  }
  memset(deep, '[', sizeof deep);
  deep[sizeof deep - 1] = 0;
  CHECK_ERROR(elman_layer_create("Dense", deep, &layer), ELMAN_INVALID_ARGUMENT, "deep");
}

TEST(texts_follow_the_rule_of_texts) {
  char text[64];
  size_t length = 99;
  elman_layer layer = make_layer("Dense", "{\"units\": 3, \"name\": \"head\"}");
  OK(elman_layer_name(layer, NULL, 0, &length));
  CHECK(length == 4);
  OK(elman_layer_name(layer, text, sizeof text, NULL));
  CHECK(strcmp(text, "head") == 0);
  memset(text, 'x', sizeof text);
  OK(elman_layer_name(layer, text, 5, &length));
  CHECK(strcmp(text, "head") == 0 && text[5] == 'x');
  memset(text, 'x', sizeof text);
  length = 0;
  CHECK_ERROR(elman_layer_name(layer, text, 4, &length), ELMAN_BUFFER_TOO_SMALL, "capacity=4");
  CHECK(length == 4 && text[0] == 'x');
  CHECK_STATUS(elman_layer_name(layer, text, 1, NULL), ELMAN_BUFFER_TOO_SMALL);
  CHECK_ERROR(elman_layer_name(layer, NULL, 0, NULL), ELMAN_INVALID_ARGUMENT, "length");
  CHECK_ERROR(elman_layer_name(layer, NULL, 10, &length), ELMAN_INVALID_ARGUMENT, "text");
  CHECK_ERROR(elman_layer_name(layer, text, SIZE_MAX, &length), ELMAN_INVALID_ARGUMENT, "18446744073709551615");
  OK(elman_layer_class_name(layer, text, sizeof text, &length));
  CHECK(strcmp(text, "Dense") == 0 && length == 5);
  OK(elman_layer_release(layer));
}

TEST(names_that_are_not_ascii_pass_through) {
  static const char name[] = "\xec\x9d\x80\xeb\x8b\x89\xec\xb8\xb5";
  char config[128], text[64];
  size_t length;
  elman_layer layer;
  snprintf(config, sizeof config, "{\"units\": 3, \"name\": \"%s\"}", name);
  layer = make_layer("Dense", config);
  OK(elman_layer_name(layer, text, sizeof text, &length));
  CHECK(strcmp(text, name) == 0 && length == 9);
  OK(elman_layer_release(layer));
}

TEST(shapes_follow_the_rule_of_shapes) {
  int64_t shape[ELMAN_MAX_RANK];
  size_t rank = 99;
  elman_layer layer = make_layer("SimpleRNN", simple_rnn);
  CHECK_STATUS(elman_layer_input_shape(layer, shape, 3, &rank), ELMAN_NOT_BUILT);
  CHECK_STATUS(elman_layer_output_shape(layer, NULL, 0, shape, 3, &rank), ELMAN_NOT_BUILT);
  OK(elman_layer_build(layer, SHAPE(-1, 2, 10)));
  OK(elman_layer_input_shape(layer, NULL, 0, &rank));
  CHECK(rank == 3);
  OK(elman_layer_input_shape(layer, shape, 3, NULL));
  CHECK(shape[0] == -1 && shape[1] == 2 && shape[2] == 10);
  shape[0] = 77;
  rank = 0;
  CHECK_STATUS(elman_layer_input_shape(layer, shape, 2, &rank), ELMAN_BUFFER_TOO_SMALL);
  CHECK(rank == 3 && shape[0] == 77);
  CHECK_ERROR(elman_layer_input_shape(layer, NULL, 0, NULL), ELMAN_INVALID_ARGUMENT, "rank");
  CHECK_ERROR(elman_layer_input_shape(layer, NULL, 3, &rank), ELMAN_INVALID_ARGUMENT, "shape");
  CHECK_STATUS(elman_layer_input_shape(layer, shape, SIZE_MAX, &rank), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_output_shape(layer, NULL, 0, shape, ELMAN_MAX_RANK, &rank));
  CHECK(rank == 3 && shape[0] == -1 && shape[1] == 2 && shape[2] == 3);
  OK(elman_layer_output_shape(layer, SHAPE(8, 5, 10), shape, ELMAN_MAX_RANK, &rank));
  CHECK(rank == 3 && shape[0] == 8 && shape[1] == 5 && shape[2] == 3);
  OK(elman_layer_release(layer));
}

TEST(shapes_that_make_no_sense_are_told) {
  elman_layer layer = make_layer("Dense", "{\"units\": 3}");
  CHECK_ERROR(elman_layer_build(layer, NULL, 2), ELMAN_INVALID_ARGUMENT, "input_shape");
  CHECK_ERROR(elman_layer_build(layer, NULL, 0), ELMAN_INVALID_ARGUMENT, "dimensions");
  CHECK_ERROR(elman_layer_build(layer, SHAPE(1, -2)), ELMAN_INVALID_ARGUMENT, "input_shape[1]=-2");
  CHECK_ERROR(elman_layer_build(layer, SHAPE(1, INT64_MIN)), ELMAN_INVALID_ARGUMENT, "-9223372036854775808");
  CHECK_ERROR(elman_layer_build(layer, SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1)), ELMAN_INVALID_ARGUMENT, "9");
  CHECK_STATUS(elman_layer_build(layer, (const int64_t[]){1, 2}, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_layer_build(layer, SHAPE(1, -1)), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_layer_build(layer, SHAPE(4)), ELMAN_SHAPE_MISMATCH);
  CHECK_STATUS(elman_layer_build(layer, SHAPE(1, INT64_MAX)), ELMAN_OUT_OF_MEMORY);
  CHECK_STATUS(elman_layer_build(layer, SHAPE(1, INT64_C(1) << 40)), ELMAN_OUT_OF_MEMORY);
  OK(elman_layer_build(layer, SHAPE(1, 2)));
  OK(elman_layer_release(layer));
}

TEST(a_layer_is_built_once) {
  int32_t built = -1;
  int64_t total, trainable;
  float before[6], after[6];
  elman_layer layer = make_layer("Dense", "{\"units\": 3}");
  OK(elman_layer_is_built(layer, &built));
  CHECK(built == 0);
  CHECK_STATUS(elman_layer_count_params(layer, &total, &trainable), ELMAN_NOT_BUILT);
  OK(elman_layer_build(layer, SHAPE(-1, 2)));
  OK(elman_layer_is_built(layer, &built));
  CHECK(built == 1);
  OK(elman_layer_get_weight(layer, 0, before, 6));
  OK(elman_layer_build(layer, SHAPE(7, 2)));
  OK(elman_layer_get_weight(layer, 0, after, 6));
  CHECK(memcmp(before, after, sizeof before) == 0);
  CHECK_STATUS(elman_layer_build(layer, SHAPE(-1, 5)), ELMAN_SHAPE_MISMATCH);
  CHECK_ERROR(elman_layer_is_built(layer, NULL), ELMAN_INVALID_ARGUMENT, "built");
  OK(elman_layer_release(layer));
}

TEST(the_layers_for_gpus_are_lstm_and_gru) {
  char text[1024];
  static const char *const names[][3] = {{"CuDNNLSTM", "LSTM", "cu_dnnlstm"}, {"CuDNNGRU", "GRU", "cu_dnngru"}};
  for (int i = 0; i < 2; i++) {
    elman_layer layer = make_layer(names[i][0], "{\"units\": 3}");
    OK(elman_layer_class_name(layer, text, sizeof text, NULL));
    CHECK(strcmp(text, names[i][1]) == 0);
    OK(elman_layer_name(layer, text, sizeof text, NULL));
    CHECK(strcmp(text, names[i][2]) == 0);
    OK(elman_layer_release(layer));
  }
}

TEST(trainable_moves_the_parameters) {
  int64_t total = -1, trainable = -1;
  int32_t flag = -1;
  elman_layer layer = make_layer("Dense", "{\"units\": 3}");
  OK(elman_layer_build(layer, SHAPE(-1, 2)));
  OK(elman_layer_count_params(layer, &total, &trainable));
  CHECK(total == 9 && trainable == 9);
  OK(elman_layer_is_trainable(layer, &flag));
  CHECK(flag == 1);
  OK(elman_layer_set_trainable(layer, 0));
  OK(elman_layer_is_trainable(layer, &flag));
  CHECK(flag == 0);
  CHECK_ERROR(elman_layer_is_trainable(layer, NULL), ELMAN_INVALID_ARGUMENT, "trainable");
  OK(elman_layer_count_params(layer, &total, &trainable));
  CHECK(total == 9 && trainable == 0);
  OK(elman_layer_weight_trainable(layer, 0, &flag));
  CHECK(flag == 0);
  OK(elman_layer_set_trainable(layer, 5));
  OK(elman_layer_weight_trainable(layer, 1, &flag));
  CHECK(flag == 1);
  OK(elman_layer_count_params(layer, NULL, &trainable));
  OK(elman_layer_count_params(layer, &total, NULL));
  OK(elman_layer_count_params(layer, NULL, NULL));
  CHECK_STATUS(elman_layer_weight_trainable(layer, 2, &flag), ELMAN_NOT_FOUND);
  CHECK_STATUS(elman_layer_weight_trainable(layer, 0, NULL), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_release(layer));
}

TEST(children_share_their_weights_with_the_layer) {
  char name[64];
  float zeros[8] = {0}, values[8];
  const int64_t eight[] = {8};
  size_t index;
  elman_layer layer = make_layer(
      "Bidirectional", "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 8, \"name\": \"rnn\","
                       "\"bias_initializer\": \"ones\"}}, \"name\": \"both\"}");
  elman_layer child;
  OK(elman_layer_build(layer, SHAPE(-1, 5, 4)));
  OK(elman_layer_child(layer, "backward_layer", &child));
  OK(elman_layer_name(child, name, sizeof name, NULL));
  CHECK(strcmp(name, "backward_rnn") == 0);
  OK(elman_layer_set_weight(child, 2, &(elman_array){zeros, eight, 1}));
  OK(elman_layer_weight_index(layer, "both/backward_rnn/bias", &index));
  CHECK(index == 5);
  OK(elman_layer_get_weight(layer, index, values, 8));
  CHECK(memcmp(values, zeros, sizeof zeros) == 0);
  OK(elman_layer_release(child));
  CHECK_ERROR(elman_layer_child(layer, "layer_norm", &child), ELMAN_NOT_FOUND, "forward_layer");
  CHECK(child.id == 0);
  CHECK_STATUS(elman_layer_child(layer, NULL, &child), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_layer_child(layer, "forward_layer", NULL), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_release(layer));
}

TEST(configs_make_the_same_layer_again) {
  static const struct {
    const char *class_name, *config;
  } layers[] = {
      {"SimpleRNN", simple_rnn},
      {"Dense", "{\"units\": 3, \"activation\": \"softmax\", \"use_bias\": false}"},
      {"Activation", "{\"activation\": \"relu\"}"},
      {"Dropout", "{\"rate\": 0.25}"},
      {"Flatten", "{}"},
      {"InputLayer", "{\"batch_input_shape\": [null, 3]}"},
      {"Bidirectional", "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 2}}, \"merge_mode\": null}"},
  };
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    char first[8192], second[8192], name[64];
    elman_layer layer = make_layer(layers[i].class_name, layers[i].config), copy;
    OK(elman_layer_config(layer, first, sizeof first, NULL));
    OK(elman_layer_class_name(layer, name, sizeof name, NULL));
    copy = make_layer(name, first);
    OK(elman_layer_config(copy, second, sizeof second, NULL));
    CHECK(strcmp(first, second) == 0);
    OK(elman_layer_release(layer));
    OK(elman_layer_release(copy));
  }
}

TEST(arguments_of_classes_are_told) {
  char text[8192];
  size_t length = 0, short_by_one;
  OK(elman_layer_class_names(text, sizeof text, &length));
  CHECK(length == strlen(text) && strncmp(text, "[\"", 2) == 0 && strstr(text, "\"ZeroPadding1D\"") != NULL);
  OK(elman_layer_arguments("Dense", NULL, 0, &length));
  short_by_one = length;
  CHECK_STATUS(elman_layer_arguments("Dense", text, short_by_one, &length), ELMAN_BUFFER_TOO_SMALL);
  OK(elman_layer_arguments("Dense", text, short_by_one + 1, NULL));
  CHECK(strlen(text) == length);
  CHECK(strstr(text, "[{\"name\": \"units\", \"type\": \"count\"}, ") == text);
  CHECK(strstr(text, "{\"name\": \"use_bias\", \"type\": \"flag\", \"default\": true}") != NULL);
  CHECK_ERROR(elman_layer_arguments("Dens", text, sizeof text, NULL), ELMAN_NOT_FOUND, "Dense");
  CHECK_ERROR(elman_layer_arguments(NULL, text, sizeof text, NULL), ELMAN_INVALID_ARGUMENT, "class_name");
  CHECK_STATUS(elman_layer_arguments("Dense", NULL, 8, NULL), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_layer_class_names(NULL, 0, NULL), ELMAN_INVALID_ARGUMENT);
}
