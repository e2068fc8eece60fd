// A C++ program whose callbacks throw: each exception is an error of its run, and nothing stays locked.
#include <elman.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <unistd.h>

static int failures = 0;

static void check(bool condition, const char *what) {
  if (condition) return;
  std::printf("%s\n", what);
  failures++;
}

static bool last_error_has(const char *text) {
  char message[512];
  elman_last_error(message, sizeof message);
  return std::strstr(message, text) != NULL;
}

enum Kind { STANDARD, OTHER, LONG_TEXT, RETURNED };
static Kind kind;

static int32_t fail() {
  switch (kind) {
  case STANDARD: throw std::runtime_error("bad sample");
  case OTHER: throw 42;
  case LONG_TEXT: throw std::runtime_error(std::string(100000, 'x'));
  default: return 77;
  }
}

static int32_t lambda_call(void *, const elman_array *, elman_output *) { return fail(); }
static int32_t lambda_shape(void *, const int64_t *, size_t, int64_t *, size_t *) { return fail(); }
static int32_t cell_call(void *, const elman_cell_step *) { return fail(); }
static int32_t cell_build(void *, size_t) { return fail(); }
static int32_t cell_states(void *, size_t, float *const *) { return fail(); }
static int32_t cell_works(void *, const elman_cell_step *) { return 0; }

static const int64_t flat[] = {1, 4};
static const int64_t sequence[] = {1, 2, 2};

// A model of a Lambda, or of an RNN around a cell.
static elman_model new_model(bool is_cell, int member) {
  elman_model model;
  elman_layer layer, cell;
  elman_model_create(NULL, &model);
  if (!is_cell) {
    elman_lambda_options options = ELMAN_LAMBDA_OPTIONS_INIT;
    options.call = lambda_call;
    if (member == 1) options.shape = lambda_shape;
    elman_lambda_create(&options, &layer);
  } else {
    static const int64_t sizes[] = {2};
    elman_cell_options options = ELMAN_CELL_OPTIONS_INIT;
    options.units = 2;
    options.state_sizes = sizes;
    options.state_count = 1;
    options.call = member == 0 ? cell_call : cell_works;
    if (member == 1) options.build = cell_build;
    if (member == 2) options.initial_states = cell_states;
    elman_cell_create(&options, &cell);
    elman_layer_create_around("RNN", NULL, &cell, 1, &layer);
    elman_layer_release(cell);
  }
  elman_model_add_layer(model, layer);
  elman_layer_release(layer);
  return model;
}

static void check_model(bool is_cell, int member) {
  float input[4] = {0}, output[4];
  elman_model model = new_model(is_cell, member);
  for (int turn = 0; turn < 2; turn++) {
    elman_status status = is_cell ? elman_model_forward(model, input, sequence, 3, output, 4)
                                  : elman_model_forward(model, input, flat, 2, output, 4);
    check(status == ELMAN_INVALID_ARGUMENT, "a callback that failed did not fail its run");
    check(elman_last_callback_status() == (kind == RETURNED ? 77 : 0), "another status than the callback's");
    const char *const texts[] = {"exception: bad sample", "no std::exception", "xxxxxxxx", "returned 77"};
    check(last_error_has(texts[kind]), "a message without the exception's text");
  }
  // It waits for ever if the model is still locked.
  elman_layer layer;
  elman_layer_create("Flatten", NULL, &layer);
  check(elman_model_add_layer(model, layer) != ELMAN_INVALID_HANDLE, "the model is gone");
  elman_layer_release(layer);
  check(elman_model_release(model) == ELMAN_OK, "the model cannot be released");
}

int main() {
  alarm(30);
  for (int number = STANDARD; number <= RETURNED; number++) {
    kind = static_cast<Kind>(number);
    for (int member = 0; member < 2; member++) check_model(false, member);
    for (int member = 0; member < 3; member++) check_model(true, member);
  }
  return failures != 0;
}
