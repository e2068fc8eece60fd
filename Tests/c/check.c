#include "check.h"

#include <stdarg.h>

static test *first_test;
static const char *current;
static int current_failed;

void register_test(test *entry) {
  entry->next = first_test;
  first_test = entry;
}

void check_failed(const char *file, int line, const char *what) {
  current_failed = 1;
  printf("%s:%d: %s: %s\n", file, line, current, what);
}

void check_status(const char *file, int line, const char *what, elman_status status, elman_status expected,
                  const char *text) {
  char message[1024] = "", report[2048];
  if (status != ELMAN_OK) elman_last_error(message, sizeof message);
  if (status == expected && (text == NULL || strstr(message, text) != NULL)) {
    if (status != ELMAN_OK && message[0] == 0) check_failed(file, line, "a failure without a message");
    return;
  }
  snprintf(report, sizeof report, "%s gave %s (%s), expected %s%s%s", what, elman_status_name(status), message,
           elman_status_name(expected), text == NULL ? "" : " with ", text == NULL ? "" : text);
  check_failed(file, line, report);
}

elman_layer make_layer(const char *class_name, const char *config) {
  elman_layer layer = NO_LAYER;
  OK(elman_layer_create(class_name, config, &layer));
  return layer;
}

elman_layer make_simple_rnn(elman_simple_rnn_options options) {
  elman_layer layer = NO_LAYER;
  OK(elman_simple_rnn_create(&options, &layer));
  return layer;
}

elman_model make_model(void) {
  elman_model model = NO_MODEL;
  OK(elman_model_create(NULL, &model));
  return model;
}

elman_model make_model_of(elman_layer first, ...) {
  elman_model model = make_model();
  va_list rest;
  va_start(rest, first);
  for (elman_layer layer = first; layer.id != 0; layer = va_arg(rest, elman_layer)) {
    OK(elman_model_add_layer(model, layer));
    OK(elman_layer_release(layer));
  }
  va_end(rest);
  return model;
}

void fill(float *values, size_t count, unsigned seed) {
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(int)(seed >> 8) / (1 << 23) - 1;
  }
}

/* Runs all tests, or those whose names hold the argument. */
int main(int argc, char **argv) {
  int passed = 0, failed = 0;
  for (test *entry = first_test; entry != NULL; entry = entry->next) {
    if (argc > 1 && strstr(entry->name, argv[1]) == NULL) continue;
    current = entry->name;
    current_failed = 0;
    entry->run();
    if (current_failed) failed++;
    else passed++;
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
