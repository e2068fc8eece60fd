#include "check.h"

/* The layer that options made has the config that JSON makes. */
static void check_same(elman_layer layer, const char *class_name, const char *config) {
  char mine[4096], other[4096], name[64];
  elman_layer expected = make_layer(class_name, config);
  OK(elman_layer_class_name(layer, name, sizeof name, NULL));
  CHECK(strcmp(name, class_name) == 0);
  OK(elman_layer_config(layer, mine, sizeof mine, NULL));
  OK(elman_layer_config(expected, other, sizeof other, NULL));
  if (strcmp(mine, other) != 0) {
    check_failed(__FILE__, __LINE__, mine);
    check_failed(__FILE__, __LINE__, other);
  }
  OK(elman_layer_release(layer));
  OK(elman_layer_release(expected));
}

TEST(init_macros_are_the_same_as_zeros) {
#define CHECK_INIT(type, macro)                                  \
  do {                                                           \
    type made = macro, cleared;                                  \
    memset(&cleared, 0, sizeof cleared);                         \
    cleared.struct_size = sizeof cleared;                        \
    CHECK(memcmp(&made, &cleared, sizeof made) == 0);            \
  } while (0)
  CHECK_INIT(elman_simple_rnn_options, ELMAN_SIMPLE_RNN_OPTIONS_INIT);
  CHECK_INIT(elman_dense_options, ELMAN_DENSE_OPTIONS_INIT);
  CHECK_INIT(elman_bidirectional_options, ELMAN_BIDIRECTIONAL_OPTIONS_INIT);
  CHECK_INIT(elman_activation_options, ELMAN_ACTIVATION_OPTIONS_INIT);
  CHECK_INIT(elman_dropout_options, ELMAN_DROPOUT_OPTIONS_INIT);
  CHECK_INIT(elman_input_options, ELMAN_INPUT_OPTIONS_INIT);
  CHECK_INIT(elman_lstm_options, ELMAN_LSTM_OPTIONS_INIT);
  CHECK_INIT(elman_gru_options, ELMAN_GRU_OPTIONS_INIT);
  CHECK_INIT(elman_conv_1d_options, ELMAN_CONV_1D_OPTIONS_INIT);
  CHECK_INIT(elman_embedding_options, ELMAN_EMBEDDING_OPTIONS_INIT);
  CHECK_INIT(elman_masking_options, ELMAN_MASKING_OPTIONS_INIT);
  CHECK_INIT(elman_rnn_options, ELMAN_RNN_OPTIONS_INIT);
  CHECK_INIT(elman_time_distributed_options, ELMAN_TIME_DISTRIBUTED_OPTIONS_INIT);
  CHECK_INIT(elman_cell_options, ELMAN_CELL_OPTIONS_INIT);
  CHECK_INIT(elman_lambda_options, ELMAN_LAMBDA_OPTIONS_INIT);
  CHECK_INIT(elman_custom_layer_options, ELMAN_CUSTOM_LAYER_OPTIONS_INIT);
  CHECK_INIT(elman_weight_options, ELMAN_WEIGHT_OPTIONS_INIT);
  CHECK_INIT(elman_summary_options, ELMAN_SUMMARY_OPTIONS_INIT);
  CHECK_INIT(elman_run_options, ELMAN_RUN_OPTIONS_INIT);
}

TEST(simple_rnn_options_are_its_config) {
  check_same(make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .name = "a")), "SimpleRNN",
             "{\"units\": 3, \"name\": \"a\"}");
  check_same(make_simple_rnn(ELMAN_OPTIONS(
                 elman_simple_rnn_options, .units = 5, .name = "b", .batch_input_shape = {-1, 2, 10}, .batch_input_rank = 3,
                 .activation = "relu", .kernel_initializer = "ones",
                 .recurrent_initializer = "{\"class_name\": \"RandomNormal\", \"config\": {\"stddev\": 0.5, \"seed\": 3}}",
                 .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.5, .frozen = 1, .no_bias = 1,
                 .return_sequences = 1, .return_state = 1, .go_backwards = 1, .stateful = 1, .unroll = 1)),
             "SimpleRNN",
             "{\"units\": 5, \"name\": \"b\", \"batch_input_shape\": [null, 2, 10], \"activation\": \"relu\","
             "\"kernel_initializer\": \"ones\", \"recurrent_initializer\": {\"class_name\": \"RandomNormal\", \"config\":"
             "{\"stddev\": 0.5, \"seed\": 3}}, \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.5,"
             "\"trainable\": false, \"use_bias\": false, \"return_sequences\": true, \"return_state\": true,"
             "\"go_backwards\": true, \"stateful\": true, \"unroll\": true}");
}

TEST(other_options_are_their_configs) {
  elman_layer layer, wrapped = make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 2, .name = "w"));
  OK(elman_dense_create(&ELMAN_OPTIONS(elman_dense_options, .units = 4, .activation = "softmax", .no_bias = 1, .name = "d",
                                       .kernel_initializer = "he_normal", .bias_initializer = "ones", .frozen = 1),
                        &layer));
  check_same(layer, "Dense",
             "{\"units\": 4, \"activation\": \"softmax\", \"use_bias\": false, \"name\": \"d\", \"kernel_initializer\":"
             "\"he_normal\", \"bias_initializer\": \"ones\", \"trainable\": false}");
  OK(elman_activation_create(&ELMAN_OPTIONS(elman_activation_options, .activation = "tanh", .name = "a"), &layer));
  check_same(layer, "Activation", "{\"activation\": \"tanh\", \"name\": \"a\"}");
  OK(elman_dropout_create(&ELMAN_OPTIONS(elman_dropout_options, .rate = 0.5, .name = "o"), &layer));
  check_same(layer, "Dropout", "{\"rate\": 0.5, \"name\": \"o\"}");
  OK(elman_dropout_create(&ELMAN_OPTIONS(elman_dropout_options, .name = "z"), &layer));
  check_same(layer, "Dropout", "{\"rate\": 0, \"name\": \"z\"}");
  OK(elman_input_create(&ELMAN_OPTIONS(elman_input_options, .name = "i", .batch_input_shape = {8, -1}, .batch_input_rank = 2),
                        &layer));
  check_same(layer, "InputLayer", "{\"batch_input_shape\": [8, null], \"name\": \"i\"}");
  OK(elman_bidirectional_create(
      &ELMAN_OPTIONS(elman_bidirectional_options, .layer = wrapped, .merge_mode = "sum", .name = "b"), &layer));
  check_same(layer, "Bidirectional",
             "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 2, \"name\": \"w\"}}, \"merge_mode\":"
             "\"sum\", \"name\": \"b\"}");
  OK(elman_bidirectional_create(
      &ELMAN_OPTIONS(elman_bidirectional_options, .layer = wrapped, .merge_mode = "none", .name = "n"), &layer));
  check_same(layer, "Bidirectional",
             "{\"layer\": {\"class_name\": \"SimpleRNN\", \"config\": {\"units\": 2, \"name\": \"w\"}}, \"merge_mode\": null,"
             "\"name\": \"n\"}");
  OK(elman_layer_release(wrapped));
}

TEST(options_of_the_family_are_their_configs) {
  elman_layer layer;
  OK(elman_lstm_create(&ELMAN_OPTIONS(elman_lstm_options, .name = "n", .frozen = 1, .units = 2, .activation = "relu", .recurrent_activation = "relu", .kernel_initializer = "ones", .recurrent_initializer = "ones", .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.25, .no_bias = 1, .no_unit_forget_bias = 1, .return_sequences = 1, .return_state = 1, .go_backwards = 1, .stateful = 1, .unroll = 1), &layer));
  check_same(layer, "LSTM", "{\"name\": \"n\", \"trainable\": false, \"units\": 2, \"activation\": \"relu\", \"recurrent_activation\": \"relu\", \"kernel_initializer\": \"ones\", \"recurrent_initializer\": \"ones\", \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.25, \"use_bias\": false, \"unit_forget_bias\": false, \"return_sequences\": true, \"return_state\": true, \"go_backwards\": true, \"stateful\": true, \"unroll\": true}");
  OK(elman_gru_create(&ELMAN_OPTIONS(elman_gru_options, .name = "n", .frozen = 1, .units = 2, .activation = "relu", .recurrent_activation = "relu", .kernel_initializer = "ones", .recurrent_initializer = "ones", .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.25, .no_bias = 1, .reset_before = 1, .return_sequences = 1, .return_state = 1, .go_backwards = 1, .stateful = 1, .unroll = 1), &layer));
  check_same(layer, "GRU", "{\"name\": \"n\", \"trainable\": false, \"units\": 2, \"activation\": \"relu\", \"recurrent_activation\": \"relu\", \"kernel_initializer\": \"ones\", \"recurrent_initializer\": \"ones\", \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.25, \"use_bias\": false, \"reset_after\": false, \"return_sequences\": true, \"return_state\": true, \"go_backwards\": true, \"stateful\": true, \"unroll\": true}");
  OK(elman_conv_1d_create(&ELMAN_OPTIONS(elman_conv_1d_options, .name = "n", .frozen = 1, .filters = 2, .kernel_size = 3, .groups = 2, .strides = 1, .padding = "same", .dilation_rate = 2, .activation = "relu", .no_bias = 1, .bias_initializer = "ones", .kernel_initializer = "ones"), &layer));
  check_same(layer, "Conv1D", "{\"name\": \"n\", \"trainable\": false, \"filters\": 2, \"kernel_size\": 3, \"groups\": 2, \"strides\": 1, \"padding\": \"same\", \"dilation_rate\": 2, \"activation\": \"relu\", \"use_bias\": false, \"bias_initializer\": \"ones\", \"kernel_initializer\": \"ones\"}");
  OK(elman_embedding_create(&ELMAN_OPTIONS(elman_embedding_options, .name = "n", .frozen = 1, .input_dim = 2, .output_dim = 2, .embeddings_initializer = "ones", .mask_zero = 1), &layer));
  check_same(layer, "Embedding", "{\"name\": \"n\", \"trainable\": false, \"input_dim\": 2, \"output_dim\": 2, \"embeddings_initializer\": \"ones\", \"mask_zero\": true}");
  OK(elman_masking_create(&ELMAN_OPTIONS(elman_masking_options, .name = "n", .frozen = 1, .mask_value = 0.25), &layer));
  check_same(layer, "Masking", "{\"name\": \"n\", \"trainable\": false, \"mask_value\": 0.25}");
}

TEST(bidirectional_takes_a_backward_layer) {
  int64_t shape[3];
  elman_layer forward = make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 2));
  elman_layer backward = make_simple_rnn(ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .go_backwards = 1)), layer;
  OK(elman_bidirectional_create(
      &ELMAN_OPTIONS(elman_bidirectional_options, .layer = forward, .backward_layer = backward), &layer));
  OK(elman_layer_output_shape(layer, SHAPE(4, 6, 5), shape, 3, NULL));
  CHECK(shape[0] == 4 && shape[1] == 5);
  OK(elman_layer_release(layer));
  CHECK_ERROR(elman_bidirectional_create(
                  &ELMAN_OPTIONS(elman_bidirectional_options, .layer = forward, .backward_layer = forward), &layer),
              ELMAN_INVALID_ARGUMENT, "different `go_backwards` value");
  CHECK_STATUS(elman_bidirectional_create(&ELMAN_OPTIONS(elman_bidirectional_options, .layer = forward,
                                                         .backward_layer = backward, .merge_mode = "max"),
                                          &layer),
               ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_release(backward));
  CHECK_STATUS(elman_bidirectional_create(
                   &ELMAN_OPTIONS(elman_bidirectional_options, .layer = forward, .backward_layer = backward), &layer),
               ELMAN_INVALID_HANDLE);
  CHECK_STATUS(elman_bidirectional_create(&ELMAN_OPTIONS(elman_bidirectional_options, .merge_mode = NULL), &layer),
               ELMAN_INVALID_HANDLE);
  OK(elman_layer_release(forward));
  forward = make_layer("Flatten", NULL);
  CHECK_ERROR(elman_bidirectional_create(&ELMAN_OPTIONS(elman_bidirectional_options, .layer = forward), &layer),
              ELMAN_INVALID_ARGUMENT, "recurrent");
  OK(elman_layer_release(forward));
}

TEST(option_values_are_checked) {
  elman_layer layer = {5};
  elman_simple_rnn_options o = ELMAN_SIMPLE_RNN_OPTIONS_INIT;
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "units=0");
  CHECK(layer.id == 0);
  o.units = INT64_MAX;
  CHECK_STATUS(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT);
  o.units = 3;
  CHECK_ERROR(elman_simple_rnn_create(&o, NULL), ELMAN_INVALID_ARGUMENT, "layer");
  CHECK_ERROR(elman_simple_rnn_create(NULL, &layer), ELMAN_INVALID_ARGUMENT, "options");
  o.dropout = 1.5;
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "dropout");
  o.dropout = NAN;
  CHECK_STATUS(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT);
  o.dropout = 0;
  o.activation = "sinh";
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "sinh");
  o.activation = "\x80";
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "UTF-8");
  o.activation = NULL;
  o.kernel_initializer = "{\"class_name\": ";
  CHECK_STATUS(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT);
  o.kernel_initializer = "{\"config\": {}}";
  CHECK_STATUS(elman_simple_rnn_create(&o, &layer), ELMAN_WRONG_TYPE);
  o.kernel_initializer = "glorot";
  CHECK_STATUS(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT);
  o.kernel_initializer = NULL;
  o.batch_input_rank = 9;
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "batch_input_shape");
  o.batch_input_rank = SIZE_MAX;
  CHECK_STATUS(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT);
  o.batch_input_rank = 3;
  o.batch_input_shape[1] = -5;
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "-5");
  o.batch_input_rank = 0;
  o.reserved = 1;
  CHECK_ERROR(elman_simple_rnn_create(&o, &layer), ELMAN_INVALID_ARGUMENT, "eserved");
}

TEST(struct_size_lets_options_grow) {
  struct {
    elman_dense_options known;
    int64_t future[4];
  } newer = {ELMAN_DENSE_OPTIONS_INIT, {0}};
  elman_layer layer;
  newer.known.units = 3;
  newer.known.struct_size = sizeof newer;
  OK(elman_dense_create(&newer.known, &layer));
  OK(elman_layer_release(layer));
  newer.future[3] = 1;
  CHECK_ERROR(elman_dense_create(&newer.known, &layer), ELMAN_INVALID_ARGUMENT, "version");
  newer.future[3] = 0;
  newer.known.struct_size = 0;
  CHECK_ERROR(elman_dense_create(&newer.known, &layer), ELMAN_INVALID_ARGUMENT, "struct_size");
  newer.known.struct_size = sizeof newer.known - 1;
  CHECK_STATUS(elman_dense_create(&newer.known, &layer), ELMAN_INVALID_ARGUMENT);
  newer.known.struct_size = SIZE_MAX;
  CHECK_STATUS(elman_dense_create(&newer.known, &layer), ELMAN_INVALID_ARGUMENT);
  newer.known.struct_size = 1 << 20;
  CHECK_STATUS(elman_dense_create(&newer.known, &layer), ELMAN_INVALID_ARGUMENT);
}
