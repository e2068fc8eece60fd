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

  STRUCT(elman_flatten_options);
  COMMON(elman_flatten_options);
  FIELD(elman_flatten_options, frozen);
  FIELD(elman_flatten_options, reserved);

  STRUCT(elman_input_options);
  COMMON(elman_input_options);

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
  FIELD(elman_run_options, mask);

  STRUCT(elman_output);
  FIELD(elman_output, data);
  FIELD(elman_output, count);
  FIELD(elman_output, shape);
  FIELD(elman_output, rank);
  return 0;
}
