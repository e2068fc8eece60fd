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
  CHECK_INIT(elman_flatten_options, ELMAN_FLATTEN_OPTIONS_INIT);
  CHECK_INIT(elman_input_options, ELMAN_INPUT_OPTIONS_INIT);
  CHECK_INIT(elman_lstm_options, ELMAN_LSTM_OPTIONS_INIT);
  CHECK_INIT(elman_gru_options, ELMAN_GRU_OPTIONS_INIT);
  CHECK_INIT(elman_simple_rnn_cell_options, ELMAN_SIMPLE_RNN_CELL_OPTIONS_INIT);
  CHECK_INIT(elman_lstm_cell_options, ELMAN_LSTM_CELL_OPTIONS_INIT);
  CHECK_INIT(elman_gru_cell_options, ELMAN_GRU_CELL_OPTIONS_INIT);
  CHECK_INIT(elman_layer_normalization_options, ELMAN_LAYER_NORMALIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_rms_normalization_options, ELMAN_RMS_NORMALIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_unit_normalization_options, ELMAN_UNIT_NORMALIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_group_normalization_options, ELMAN_GROUP_NORMALIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_batch_normalization_options, ELMAN_BATCH_NORMALIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_normalization_options, ELMAN_NORMALIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_rescaling_options, ELMAN_RESCALING_OPTIONS_INIT);
  CHECK_INIT(elman_conv_1d_options, ELMAN_CONV_1D_OPTIONS_INIT);
  CHECK_INIT(elman_separable_conv_1d_options, ELMAN_SEPARABLE_CONV_1D_OPTIONS_INIT);
  CHECK_INIT(elman_depthwise_conv_1d_options, ELMAN_DEPTHWISE_CONV_1D_OPTIONS_INIT);
  CHECK_INIT(elman_conv_1d_transpose_options, ELMAN_CONV_1D_TRANSPOSE_OPTIONS_INIT);
  CHECK_INIT(elman_max_pooling_1d_options, ELMAN_MAX_POOLING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_average_pooling_1d_options, ELMAN_AVERAGE_POOLING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_global_max_pooling_1d_options, ELMAN_GLOBAL_MAX_POOLING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_global_average_pooling_1d_options, ELMAN_GLOBAL_AVERAGE_POOLING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_embedding_options, ELMAN_EMBEDDING_OPTIONS_INIT);
  CHECK_INIT(elman_masking_options, ELMAN_MASKING_OPTIONS_INIT);
  CHECK_INIT(elman_reshape_options, ELMAN_RESHAPE_OPTIONS_INIT);
  CHECK_INIT(elman_permute_options, ELMAN_PERMUTE_OPTIONS_INIT);
  CHECK_INIT(elman_repeat_vector_options, ELMAN_REPEAT_VECTOR_OPTIONS_INIT);
  CHECK_INIT(elman_zero_padding_1d_options, ELMAN_ZERO_PADDING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_cropping_1d_options, ELMAN_CROPPING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_up_sampling_1d_options, ELMAN_UP_SAMPLING_1D_OPTIONS_INIT);
  CHECK_INIT(elman_relu_options, ELMAN_RELU_OPTIONS_INIT);
  CHECK_INIT(elman_leaky_relu_options, ELMAN_LEAKY_RELU_OPTIONS_INIT);
  CHECK_INIT(elman_elu_options, ELMAN_ELU_OPTIONS_INIT);
  CHECK_INIT(elman_thresholded_relu_options, ELMAN_THRESHOLDED_RELU_OPTIONS_INIT);
  CHECK_INIT(elman_prelu_options, ELMAN_PRELU_OPTIONS_INIT);
  CHECK_INIT(elman_softmax_options, ELMAN_SOFTMAX_OPTIONS_INIT);
  CHECK_INIT(elman_spatial_dropout_1d_options, ELMAN_SPATIAL_DROPOUT_1D_OPTIONS_INIT);
  CHECK_INIT(elman_gaussian_dropout_options, ELMAN_GAUSSIAN_DROPOUT_OPTIONS_INIT);
  CHECK_INIT(elman_alpha_dropout_options, ELMAN_ALPHA_DROPOUT_OPTIONS_INIT);
  CHECK_INIT(elman_gaussian_noise_options, ELMAN_GAUSSIAN_NOISE_OPTIONS_INIT);
  CHECK_INIT(elman_activity_regularization_options, ELMAN_ACTIVITY_REGULARIZATION_OPTIONS_INIT);
  CHECK_INIT(elman_conv_lstm_1d_options, ELMAN_CONV_LSTM_1D_OPTIONS_INIT);
  CHECK_INIT(elman_rnn_options, ELMAN_RNN_OPTIONS_INIT);
  CHECK_INIT(elman_stacked_rnn_cells_options, ELMAN_STACKED_RNN_CELLS_OPTIONS_INIT);
  CHECK_INIT(elman_time_distributed_options, ELMAN_TIME_DISTRIBUTED_OPTIONS_INIT);
  CHECK_INIT(elman_cell_options, ELMAN_CELL_OPTIONS_INIT);
  CHECK_INIT(elman_lambda_options, ELMAN_LAMBDA_OPTIONS_INIT);
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
  OK(elman_flatten_create(&ELMAN_OPTIONS(elman_flatten_options, .name = "f"), &layer));
  check_same(layer, "Flatten", "{\"name\": \"f\"}");
  OK(elman_flatten_create(NULL, &layer));
  OK(elman_layer_release(layer));
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
  OK(elman_simple_rnn_cell_create(&ELMAN_OPTIONS(elman_simple_rnn_cell_options, .name = "n", .frozen = 1, .units = 2, .activation = "relu", .kernel_initializer = "ones", .recurrent_initializer = "ones", .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.25, .no_bias = 1), &layer));
  check_same(layer, "SimpleRNNCell", "{\"name\": \"n\", \"trainable\": false, \"units\": 2, \"activation\": \"relu\", \"kernel_initializer\": \"ones\", \"recurrent_initializer\": \"ones\", \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.25, \"use_bias\": false}");
  OK(elman_lstm_cell_create(&ELMAN_OPTIONS(elman_lstm_cell_options, .name = "n", .frozen = 1, .units = 2, .activation = "relu", .recurrent_activation = "relu", .kernel_initializer = "ones", .recurrent_initializer = "ones", .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.25, .no_bias = 1, .no_unit_forget_bias = 1), &layer));
  check_same(layer, "LSTMCell", "{\"name\": \"n\", \"trainable\": false, \"units\": 2, \"activation\": \"relu\", \"recurrent_activation\": \"relu\", \"kernel_initializer\": \"ones\", \"recurrent_initializer\": \"ones\", \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.25, \"use_bias\": false, \"unit_forget_bias\": false}");
  OK(elman_gru_cell_create(&ELMAN_OPTIONS(elman_gru_cell_options, .name = "n", .frozen = 1, .units = 2, .activation = "relu", .recurrent_activation = "relu", .kernel_initializer = "ones", .recurrent_initializer = "ones", .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.25, .no_bias = 1, .reset_before = 1), &layer));
  check_same(layer, "GRUCell", "{\"name\": \"n\", \"trainable\": false, \"units\": 2, \"activation\": \"relu\", \"recurrent_activation\": \"relu\", \"kernel_initializer\": \"ones\", \"recurrent_initializer\": \"ones\", \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.25, \"use_bias\": false, \"reset_after\": false}");
  OK(elman_layer_normalization_create(&ELMAN_OPTIONS(elman_layer_normalization_options, .name = "n", .frozen = 1, .axis = {2, 1}, .axis_rank = 2, .epsilon = 0.25, .no_center = 1, .no_scale = 1, .beta_initializer = "ones", .gamma_initializer = "ones"), &layer));
  check_same(layer, "LayerNormalization", "{\"name\": \"n\", \"trainable\": false, \"axis\": [2, 1], \"epsilon\": 0.25, \"center\": false, \"scale\": false, \"beta_initializer\": \"ones\", \"gamma_initializer\": \"ones\"}");
  OK(elman_rms_normalization_create(&ELMAN_OPTIONS(elman_rms_normalization_options, .name = "n", .frozen = 1, .axis = {2, 1}, .axis_rank = 2, .epsilon = 0.25), &layer));
  check_same(layer, "RMSNormalization", "{\"name\": \"n\", \"trainable\": false, \"axis\": [2, 1], \"epsilon\": 0.25}");
  OK(elman_unit_normalization_create(&ELMAN_OPTIONS(elman_unit_normalization_options, .name = "n", .frozen = 1, .axis = {2, 1}, .axis_rank = 2), &layer));
  check_same(layer, "UnitNormalization", "{\"name\": \"n\", \"trainable\": false, \"axis\": [2, 1]}");
  OK(elman_group_normalization_create(&ELMAN_OPTIONS(elman_group_normalization_options, .name = "n", .frozen = 1, .groups = 2, .axis = 2, .epsilon = 0.25, .no_center = 1, .no_scale = 1, .beta_initializer = "ones", .gamma_initializer = "ones"), &layer));
  check_same(layer, "GroupNormalization", "{\"name\": \"n\", \"trainable\": false, \"groups\": 2, \"axis\": 2, \"epsilon\": 0.25, \"center\": false, \"scale\": false, \"beta_initializer\": \"ones\", \"gamma_initializer\": \"ones\"}");
  OK(elman_batch_normalization_create(&ELMAN_OPTIONS(elman_batch_normalization_options, .name = "n", .frozen = 1, .axis = 2, .momentum = 0.25, .epsilon = 0.25, .no_center = 1, .no_scale = 1, .beta_initializer = "ones", .gamma_initializer = "ones", .moving_mean_initializer = "ones", .moving_variance_initializer = "ones"), &layer));
  check_same(layer, "BatchNormalization", "{\"name\": \"n\", \"trainable\": false, \"axis\": 2, \"momentum\": 0.25, \"epsilon\": 0.25, \"center\": false, \"scale\": false, \"beta_initializer\": \"ones\", \"gamma_initializer\": \"ones\", \"moving_mean_initializer\": \"ones\", \"moving_variance_initializer\": \"ones\"}");
  OK(elman_normalization_create(&ELMAN_OPTIONS(elman_normalization_options, .name = "n", .frozen = 1, .axis = {2, 1}, .axis_rank = 2, .invert = 1), &layer));
  check_same(layer, "Normalization", "{\"name\": \"n\", \"trainable\": false, \"axis\": [2, 1], \"invert\": true}");
  OK(elman_rescaling_create(&ELMAN_OPTIONS(elman_rescaling_options, .name = "n", .frozen = 1, .scale = 0.25, .offset = 0.25), &layer));
  check_same(layer, "Rescaling", "{\"name\": \"n\", \"trainable\": false, \"scale\": 0.25, \"offset\": 0.25}");
  OK(elman_conv_1d_create(&ELMAN_OPTIONS(elman_conv_1d_options, .name = "n", .frozen = 1, .filters = 2, .kernel_size = 3, .groups = 2, .strides = 1, .padding = "same", .dilation_rate = 2, .activation = "relu", .no_bias = 1, .bias_initializer = "ones", .kernel_initializer = "ones"), &layer));
  check_same(layer, "Conv1D", "{\"name\": \"n\", \"trainable\": false, \"filters\": 2, \"kernel_size\": 3, \"groups\": 2, \"strides\": 1, \"padding\": \"same\", \"dilation_rate\": 2, \"activation\": \"relu\", \"use_bias\": false, \"bias_initializer\": \"ones\", \"kernel_initializer\": \"ones\"}");
  OK(elman_separable_conv_1d_create(&ELMAN_OPTIONS(elman_separable_conv_1d_options, .name = "n", .frozen = 1, .filters = 2, .kernel_size = 3, .depth_multiplier = 2, .strides = 1, .padding = "same", .dilation_rate = 2, .activation = "relu", .no_bias = 1, .bias_initializer = "ones", .depthwise_initializer = "ones", .pointwise_initializer = "ones"), &layer));
  check_same(layer, "SeparableConv1D", "{\"name\": \"n\", \"trainable\": false, \"filters\": 2, \"kernel_size\": 3, \"depth_multiplier\": 2, \"strides\": 1, \"padding\": \"same\", \"dilation_rate\": 2, \"activation\": \"relu\", \"use_bias\": false, \"bias_initializer\": \"ones\", \"depthwise_initializer\": \"ones\", \"pointwise_initializer\": \"ones\"}");
  OK(elman_depthwise_conv_1d_create(&ELMAN_OPTIONS(elman_depthwise_conv_1d_options, .name = "n", .frozen = 1, .kernel_size = 3, .depth_multiplier = 2, .strides = 1, .padding = "same", .dilation_rate = 2, .activation = "relu", .no_bias = 1, .bias_initializer = "ones", .depthwise_initializer = "ones"), &layer));
  check_same(layer, "DepthwiseConv1D", "{\"name\": \"n\", \"trainable\": false, \"kernel_size\": 3, \"depth_multiplier\": 2, \"strides\": 1, \"padding\": \"same\", \"dilation_rate\": 2, \"activation\": \"relu\", \"use_bias\": false, \"bias_initializer\": \"ones\", \"depthwise_initializer\": \"ones\"}");
  OK(elman_conv_1d_transpose_create(&ELMAN_OPTIONS(elman_conv_1d_transpose_options, .name = "n", .frozen = 1, .filters = 2, .kernel_size = 3, .strides = 1, .padding = "same", .dilation_rate = 2, .activation = "relu", .no_bias = 1, .bias_initializer = "ones", .kernel_initializer = "ones"), &layer));
  check_same(layer, "Conv1DTranspose", "{\"name\": \"n\", \"trainable\": false, \"filters\": 2, \"kernel_size\": 3, \"strides\": 1, \"padding\": \"same\", \"dilation_rate\": 2, \"activation\": \"relu\", \"use_bias\": false, \"bias_initializer\": \"ones\", \"kernel_initializer\": \"ones\"}");
  OK(elman_max_pooling_1d_create(&ELMAN_OPTIONS(elman_max_pooling_1d_options, .name = "n", .frozen = 1, .pool_size = 2, .strides = 2, .padding = "same"), &layer));
  check_same(layer, "MaxPooling1D", "{\"name\": \"n\", \"trainable\": false, \"pool_size\": 2, \"strides\": 2, \"padding\": \"same\"}");
  OK(elman_average_pooling_1d_create(&ELMAN_OPTIONS(elman_average_pooling_1d_options, .name = "n", .frozen = 1, .pool_size = 2, .strides = 2, .padding = "same"), &layer));
  check_same(layer, "AveragePooling1D", "{\"name\": \"n\", \"trainable\": false, \"pool_size\": 2, \"strides\": 2, \"padding\": \"same\"}");
  OK(elman_global_max_pooling_1d_create(&ELMAN_OPTIONS(elman_global_max_pooling_1d_options, .name = "n", .frozen = 1, .keepdims = 1), &layer));
  check_same(layer, "GlobalMaxPooling1D", "{\"name\": \"n\", \"trainable\": false, \"keepdims\": true}");
  OK(elman_global_average_pooling_1d_create(&ELMAN_OPTIONS(elman_global_average_pooling_1d_options, .name = "n", .frozen = 1, .keepdims = 1), &layer));
  check_same(layer, "GlobalAveragePooling1D", "{\"name\": \"n\", \"trainable\": false, \"keepdims\": true}");
  OK(elman_embedding_create(&ELMAN_OPTIONS(elman_embedding_options, .name = "n", .frozen = 1, .input_dim = 2, .output_dim = 2, .embeddings_initializer = "ones", .mask_zero = 1), &layer));
  check_same(layer, "Embedding", "{\"name\": \"n\", \"trainable\": false, \"input_dim\": 2, \"output_dim\": 2, \"embeddings_initializer\": \"ones\", \"mask_zero\": true}");
  OK(elman_masking_create(&ELMAN_OPTIONS(elman_masking_options, .name = "n", .frozen = 1, .mask_value = 0.25), &layer));
  check_same(layer, "Masking", "{\"name\": \"n\", \"trainable\": false, \"mask_value\": 0.25}");
  OK(elman_reshape_create(&ELMAN_OPTIONS(elman_reshape_options, .name = "n", .frozen = 1, .target_shape = {2, 1}, .target_shape_rank = 2), &layer));
  check_same(layer, "Reshape", "{\"name\": \"n\", \"trainable\": false, \"target_shape\": [2, 1]}");
  OK(elman_permute_create(&ELMAN_OPTIONS(elman_permute_options, .name = "n", .frozen = 1, .dims = {2, 1}, .dims_rank = 2), &layer));
  check_same(layer, "Permute", "{\"name\": \"n\", \"trainable\": false, \"dims\": [2, 1]}");
  OK(elman_repeat_vector_create(&ELMAN_OPTIONS(elman_repeat_vector_options, .name = "n", .frozen = 1, .n = 2), &layer));
  check_same(layer, "RepeatVector", "{\"name\": \"n\", \"trainable\": false, \"n\": 2}");
  OK(elman_zero_padding_1d_create(&ELMAN_OPTIONS(elman_zero_padding_1d_options, .name = "n", .frozen = 1, .padding = {2, 1}), &layer));
  check_same(layer, "ZeroPadding1D", "{\"name\": \"n\", \"trainable\": false, \"padding\": [2, 1]}");
  OK(elman_cropping_1d_create(&ELMAN_OPTIONS(elman_cropping_1d_options, .name = "n", .frozen = 1, .cropping = {2, 1}), &layer));
  check_same(layer, "Cropping1D", "{\"name\": \"n\", \"trainable\": false, \"cropping\": [2, 1]}");
  OK(elman_up_sampling_1d_create(&ELMAN_OPTIONS(elman_up_sampling_1d_options, .name = "n", .frozen = 1, .size = 2), &layer));
  check_same(layer, "UpSampling1D", "{\"name\": \"n\", \"trainable\": false, \"size\": 2}");
  OK(elman_relu_create(&ELMAN_OPTIONS(elman_relu_options, .name = "n", .frozen = 1, .max_value = 0.25, .negative_slope = 0.25, .threshold = 0.25), &layer));
  check_same(layer, "ReLU", "{\"name\": \"n\", \"trainable\": false, \"max_value\": 0.25, \"negative_slope\": 0.25, \"threshold\": 0.25}");
  OK(elman_leaky_relu_create(&ELMAN_OPTIONS(elman_leaky_relu_options, .name = "n", .frozen = 1, .negative_slope = 0.25), &layer));
  check_same(layer, "LeakyReLU", "{\"name\": \"n\", \"trainable\": false, \"negative_slope\": 0.25}");
  OK(elman_elu_create(&ELMAN_OPTIONS(elman_elu_options, .name = "n", .frozen = 1, .alpha = 0.25), &layer));
  check_same(layer, "ELU", "{\"name\": \"n\", \"trainable\": false, \"alpha\": 0.25}");
  OK(elman_thresholded_relu_create(&ELMAN_OPTIONS(elman_thresholded_relu_options, .name = "n", .frozen = 1, .theta = 0.25), &layer));
  check_same(layer, "ThresholdedReLU", "{\"name\": \"n\", \"trainable\": false, \"theta\": 0.25}");
  OK(elman_prelu_create(&ELMAN_OPTIONS(elman_prelu_options, .name = "n", .frozen = 1, .alpha_initializer = "ones", .shared_axes = {2, 1}, .shared_axes_rank = 2), &layer));
  check_same(layer, "PReLU", "{\"name\": \"n\", \"trainable\": false, \"alpha_initializer\": \"ones\", \"shared_axes\": [2, 1]}");
  OK(elman_softmax_create(&ELMAN_OPTIONS(elman_softmax_options, .name = "n", .frozen = 1, .axis = {2, 1}, .axis_rank = 2), &layer));
  check_same(layer, "Softmax", "{\"name\": \"n\", \"trainable\": false, \"axis\": [2, 1]}");
  OK(elman_spatial_dropout_1d_create(&ELMAN_OPTIONS(elman_spatial_dropout_1d_options, .name = "n", .frozen = 1, .rate = 0.25), &layer));
  check_same(layer, "SpatialDropout1D", "{\"name\": \"n\", \"trainable\": false, \"rate\": 0.25}");
  OK(elman_gaussian_dropout_create(&ELMAN_OPTIONS(elman_gaussian_dropout_options, .name = "n", .frozen = 1, .rate = 0.25), &layer));
  check_same(layer, "GaussianDropout", "{\"name\": \"n\", \"trainable\": false, \"rate\": 0.25}");
  OK(elman_alpha_dropout_create(&ELMAN_OPTIONS(elman_alpha_dropout_options, .name = "n", .frozen = 1, .rate = 0.25), &layer));
  check_same(layer, "AlphaDropout", "{\"name\": \"n\", \"trainable\": false, \"rate\": 0.25}");
  OK(elman_gaussian_noise_create(&ELMAN_OPTIONS(elman_gaussian_noise_options, .name = "n", .frozen = 1, .stddev = 0.25), &layer));
  check_same(layer, "GaussianNoise", "{\"name\": \"n\", \"trainable\": false, \"stddev\": 0.25}");
  OK(elman_activity_regularization_create(&ELMAN_OPTIONS(elman_activity_regularization_options, .name = "n", .frozen = 1, .l1 = 0.25, .l2 = 0.25), &layer));
  check_same(layer, "ActivityRegularization", "{\"name\": \"n\", \"trainable\": false, \"l1\": 0.25, \"l2\": 0.25}");
  OK(elman_conv_lstm_1d_create(&ELMAN_OPTIONS(elman_conv_lstm_1d_options, .name = "n", .frozen = 1, .filters = 2, .kernel_size = 3, .strides = 1, .padding = "same", .dilation_rate = 2, .activation = "relu", .recurrent_activation = "relu", .kernel_initializer = "ones", .recurrent_initializer = "ones", .bias_initializer = "ones", .dropout = 0.25, .recurrent_dropout = 0.25, .no_bias = 1, .no_unit_forget_bias = 1, .return_sequences = 1, .return_state = 1, .go_backwards = 1, .stateful = 1), &layer));
  check_same(layer, "ConvLSTM1D", "{\"name\": \"n\", \"trainable\": false, \"filters\": 2, \"kernel_size\": 3, \"strides\": 1, \"padding\": \"same\", \"dilation_rate\": 2, \"activation\": \"relu\", \"recurrent_activation\": \"relu\", \"kernel_initializer\": \"ones\", \"recurrent_initializer\": \"ones\", \"bias_initializer\": \"ones\", \"dropout\": 0.25, \"recurrent_dropout\": 0.25, \"use_bias\": false, \"unit_forget_bias\": false, \"return_sequences\": true, \"return_state\": true, \"go_backwards\": true, \"stateful\": true}");
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
