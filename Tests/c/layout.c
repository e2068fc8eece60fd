/* Prints where every field of every struct of elman.h lies: Tests/c/layout.txt is what programs were compiled with. */
#include <elman.h>
#include <stdio.h>

#define STRUCT(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field) printf("  %s %zu %zu\n", #field, offsetof(type, field), sizeof(((type *)NULL)->field))
#define COMMON(type)               \
  FIELD(type, struct_size);        \
  FIELD(type, name);               \
  FIELD(type, batch_input_shape);  \
  FIELD(type, batch_input_rank)

int main(void) {
  STRUCT(elman_layer);
  FIELD(elman_layer, id);
  STRUCT(elman_model);
  FIELD(elman_model, id);
  STRUCT(elman_stream);
  FIELD(elman_stream, id);
  STRUCT(elman_tensor);
  FIELD(elman_tensor, id);
  STRUCT(elman_status);

  STRUCT(elman_array);
  FIELD(elman_array, data);
  FIELD(elman_array, shape);
  FIELD(elman_array, rank);

  STRUCT(elman_simple_rnn_options);
  COMMON(elman_simple_rnn_options);
  FIELD(elman_simple_rnn_options, units);
  FIELD(elman_simple_rnn_options, activation);
  FIELD(elman_simple_rnn_options, kernel_initializer);
  FIELD(elman_simple_rnn_options, recurrent_initializer);
  FIELD(elman_simple_rnn_options, bias_initializer);
  FIELD(elman_simple_rnn_options, dropout);
  FIELD(elman_simple_rnn_options, recurrent_dropout);
  FIELD(elman_simple_rnn_options, frozen);
  FIELD(elman_simple_rnn_options, no_bias);
  FIELD(elman_simple_rnn_options, return_sequences);
  FIELD(elman_simple_rnn_options, return_state);
  FIELD(elman_simple_rnn_options, go_backwards);
  FIELD(elman_simple_rnn_options, stateful);
  FIELD(elman_simple_rnn_options, unroll);
  FIELD(elman_simple_rnn_options, reserved);

  STRUCT(elman_dense_options);
  COMMON(elman_dense_options);
  FIELD(elman_dense_options, units);
  FIELD(elman_dense_options, activation);
  FIELD(elman_dense_options, kernel_initializer);
  FIELD(elman_dense_options, bias_initializer);
  FIELD(elman_dense_options, frozen);
  FIELD(elman_dense_options, no_bias);

  STRUCT(elman_bidirectional_options);
  COMMON(elman_bidirectional_options);
  FIELD(elman_bidirectional_options, layer);
  FIELD(elman_bidirectional_options, backward_layer);
  FIELD(elman_bidirectional_options, merge_mode);
  FIELD(elman_bidirectional_options, frozen);
  FIELD(elman_bidirectional_options, reserved);

  STRUCT(elman_activation_options);
  COMMON(elman_activation_options);
  FIELD(elman_activation_options, activation);
  FIELD(elman_activation_options, frozen);
  FIELD(elman_activation_options, reserved);

  STRUCT(elman_dropout_options);
  COMMON(elman_dropout_options);
  FIELD(elman_dropout_options, rate);
  FIELD(elman_dropout_options, frozen);
  FIELD(elman_dropout_options, reserved);

  STRUCT(elman_input_options);
  COMMON(elman_input_options);

  STRUCT(elman_lstm_options);
  COMMON(elman_lstm_options);
  FIELD(elman_lstm_options, units);
  FIELD(elman_lstm_options, activation);
  FIELD(elman_lstm_options, recurrent_activation);
  FIELD(elman_lstm_options, kernel_initializer);
  FIELD(elman_lstm_options, recurrent_initializer);
  FIELD(elman_lstm_options, bias_initializer);
  FIELD(elman_lstm_options, dropout);
  FIELD(elman_lstm_options, recurrent_dropout);
  FIELD(elman_lstm_options, frozen);
  FIELD(elman_lstm_options, no_bias);
  FIELD(elman_lstm_options, no_unit_forget_bias);
  FIELD(elman_lstm_options, return_sequences);
  FIELD(elman_lstm_options, return_state);
  FIELD(elman_lstm_options, go_backwards);
  FIELD(elman_lstm_options, stateful);
  FIELD(elman_lstm_options, unroll);

  STRUCT(elman_gru_options);
  COMMON(elman_gru_options);
  FIELD(elman_gru_options, units);
  FIELD(elman_gru_options, activation);
  FIELD(elman_gru_options, recurrent_activation);
  FIELD(elman_gru_options, kernel_initializer);
  FIELD(elman_gru_options, recurrent_initializer);
  FIELD(elman_gru_options, bias_initializer);
  FIELD(elman_gru_options, dropout);
  FIELD(elman_gru_options, recurrent_dropout);
  FIELD(elman_gru_options, frozen);
  FIELD(elman_gru_options, no_bias);
  FIELD(elman_gru_options, reset_before);
  FIELD(elman_gru_options, return_sequences);
  FIELD(elman_gru_options, return_state);
  FIELD(elman_gru_options, go_backwards);
  FIELD(elman_gru_options, stateful);
  FIELD(elman_gru_options, unroll);

  STRUCT(elman_conv_1d_options);
  COMMON(elman_conv_1d_options);
  FIELD(elman_conv_1d_options, filters);
  FIELD(elman_conv_1d_options, kernel_size);
  FIELD(elman_conv_1d_options, groups);
  FIELD(elman_conv_1d_options, strides);
  FIELD(elman_conv_1d_options, padding);
  FIELD(elman_conv_1d_options, dilation_rate);
  FIELD(elman_conv_1d_options, activation);
  FIELD(elman_conv_1d_options, bias_initializer);
  FIELD(elman_conv_1d_options, kernel_initializer);
  FIELD(elman_conv_1d_options, frozen);
  FIELD(elman_conv_1d_options, no_bias);

  STRUCT(elman_embedding_options);
  COMMON(elman_embedding_options);
  FIELD(elman_embedding_options, input_dim);
  FIELD(elman_embedding_options, output_dim);
  FIELD(elman_embedding_options, embeddings_initializer);
  FIELD(elman_embedding_options, frozen);
  FIELD(elman_embedding_options, mask_zero);

  STRUCT(elman_masking_options);
  COMMON(elman_masking_options);
  FIELD(elman_masking_options, mask_value);
  FIELD(elman_masking_options, frozen);
  FIELD(elman_masking_options, reserved);

  STRUCT(elman_rnn_options);
  COMMON(elman_rnn_options);
  FIELD(elman_rnn_options, cell);
  FIELD(elman_rnn_options, frozen);
  FIELD(elman_rnn_options, return_sequences);
  FIELD(elman_rnn_options, return_state);
  FIELD(elman_rnn_options, go_backwards);
  FIELD(elman_rnn_options, stateful);
  FIELD(elman_rnn_options, unroll);
  FIELD(elman_rnn_options, zero_output_for_mask);
  FIELD(elman_rnn_options, reserved);

  STRUCT(elman_time_distributed_options);
  COMMON(elman_time_distributed_options);
  FIELD(elman_time_distributed_options, layer);
  FIELD(elman_time_distributed_options, frozen);
  FIELD(elman_time_distributed_options, reserved);

  STRUCT(elman_cell_step);
  FIELD(elman_cell_step, batch);
  FIELD(elman_cell_step, features);
  FIELD(elman_cell_step, input);
  FIELD(elman_cell_step, states);
  FIELD(elman_cell_step, output);
  FIELD(elman_cell_step, next_states);
  FIELD(elman_cell_step, training);
  FIELD(elman_cell_step, reserved);
  FIELD(elman_cell_step, weights);
  FIELD(elman_cell_step, weight_count);

  STRUCT(elman_cell_options);
  FIELD(elman_cell_options, struct_size);
  FIELD(elman_cell_options, name);
  FIELD(elman_cell_options, units);
  FIELD(elman_cell_options, state_sizes);
  FIELD(elman_cell_options, state_count);
  FIELD(elman_cell_options, context);
  FIELD(elman_cell_options, call);
  FIELD(elman_cell_options, release);
  FIELD(elman_cell_options, build);
  FIELD(elman_cell_options, initial_states);
  FIELD(elman_cell_options, class_name);
  FIELD(elman_cell_options, config);

  STRUCT(elman_lambda_options);
  COMMON(elman_lambda_options);
  FIELD(elman_lambda_options, context);
  FIELD(elman_lambda_options, shape);
  FIELD(elman_lambda_options, call);
  FIELD(elman_lambda_options, release);
  FIELD(elman_lambda_options, frozen);
  FIELD(elman_lambda_options, reserved);

  STRUCT(elman_load_options);
  FIELD(elman_load_options, struct_size);
  FIELD(elman_load_options, max_bytes);
  FIELD(elman_load_options, weights_path);

  STRUCT(elman_load_weights_options);
  FIELD(elman_load_weights_options, struct_size);
  FIELD(elman_load_weights_options, max_bytes);
  FIELD(elman_load_weights_options, by_name);
  FIELD(elman_load_weights_options, skip_mismatch);

  STRUCT(elman_save_options);
  FIELD(elman_save_options, struct_size);
  FIELD(elman_save_options, format);

  STRUCT(elman_summary_options);
  FIELD(elman_summary_options, struct_size);
  FIELD(elman_summary_options, style);
  FIELD(elman_summary_options, expand_nested);
  FIELD(elman_summary_options, show_trainable);
  FIELD(elman_summary_options, line_length);
  FIELD(elman_summary_options, positions);
  FIELD(elman_summary_options, position_count);
  FIELD(elman_summary_options, first_layer);
  FIELD(elman_summary_options, last_layer);

  STRUCT(elman_run_options);
  FIELD(elman_run_options, struct_size);
  FIELD(elman_run_options, training);
  FIELD(elman_run_options, reserved);
  FIELD(elman_run_options, initial_states);
  FIELD(elman_run_options, initial_state_count);
  FIELD(elman_run_options, masks);
  FIELD(elman_run_options, mask_count);

  STRUCT(elman_mask);
  FIELD(elman_mask, data);
  FIELD(elman_mask, shape);
  FIELD(elman_mask, rank);

  STRUCT(elman_call_options);
  FIELD(elman_call_options, struct_size);
  FIELD(elman_call_options, initial_states);
  FIELD(elman_call_options, initial_state_count);
  FIELD(elman_call_options, masks);
  FIELD(elman_call_options, mask_count);
  FIELD(elman_call_options, use_causal_mask);
  FIELD(elman_call_options, return_attention_scores);

  STRUCT(elman_output);
  FIELD(elman_output, data);
  FIELD(elman_output, count);
  FIELD(elman_output, shape);
  FIELD(elman_output, rank);
  return 0;
}
