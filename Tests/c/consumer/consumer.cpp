// A program of somebody else, in C++98.
#include <elman.h>

#include <iostream>
#include <string>
#include <vector>

static void check(elman_status status) {
  if (status == ELMAN_OK) return;
  std::vector<char> message(elman_last_error(NULL, 0) + 1);
  elman_last_error(&message[0], message.size());
  throw std::string(&message[0]);
}

static void run() {
  elman_simple_rnn_options options = ELMAN_SIMPLE_RNN_OPTIONS_INIT;
  elman_layer layer;
  elman_model model;
  size_t length;
  options.units = 3;
  options.batch_input_rank = 3;
  options.batch_input_shape[0] = -1;
  options.batch_input_shape[1] = 2;
  options.batch_input_shape[2] = 10;
  check(elman_simple_rnn_create(&options, &layer));
  check(elman_model_create(NULL, &model));
  check(elman_model_add_layer(model, layer));
  check(elman_layer_release(layer));
  check(elman_model_summary(model, NULL, 0, &length));
  std::vector<char> table(length + 1);
  check(elman_model_summary(model, &table[0], table.size(), NULL));
  std::cout << &table[0];
  check(elman_model_release(model));
  check(elman_model_release(model));
}

int main() {
  try {
    run();
  } catch (const std::string &message) {
    // The second release fails, and says why.
    std::cout << message << "\n";
    return message.find("released") == std::string::npos;
  }
  return 1;
}
