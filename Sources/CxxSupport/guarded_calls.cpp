#include "cxx_support.h"

#include <cstring>
#include <cxxabi.h>
#include <exception>

static int32_t threw(const char *text, char *what, size_t capacity) {
  std::strncpy(what, text[0] ? text : "no text", capacity - 1);
  what[capacity - 1] = 0;
  return -1;
}

template <typename Call> static int32_t guarded(Call call, char *what, size_t capacity) {
  what[0] = 0;
  try {
    return call();
  } catch (abi::__forced_unwind &) {
    throw;
  } catch (const std::exception &exception) {
    return threw(exception.what(), what, capacity);
  } catch (...) {
    return threw("an exception that is no std::exception", what, capacity);
  }
}

int32_t elman_guarded_cell(int32_t (*call)(void *, const elman_cell_step *), void *context, const elman_cell_step *step,
                           char *what, size_t capacity) {
  return guarded([=] { return call(context, step); }, what, capacity);
}

int32_t elman_guarded_lambda(int32_t (*call)(void *, const elman_array *, elman_output *), void *context,
                             const elman_array *input, elman_output *output, char *what, size_t capacity) {
  return guarded([=] { return call(context, input, output); }, what, capacity);
}

int32_t elman_guarded_shape(int32_t (*call)(void *, const int64_t *, size_t, int64_t *, size_t *), void *context,
                            const int64_t *input, size_t input_rank, int64_t *output, size_t *output_rank, char *what,
                            size_t capacity) {
  return guarded([=] { return call(context, input, input_rank, output, output_rank); }, what, capacity);
}

int32_t elman_guarded_build(int32_t (*call)(void *, size_t), void *context, size_t features, char *what, size_t capacity) {
  return guarded([=] { return call(context, features); }, what, capacity);
}

int32_t elman_guarded_states(int32_t (*call)(void *, size_t, float *const *), void *context, size_t batch,
                             float *const *states, char *what, size_t capacity) {
  return guarded([=] { return call(context, batch, states); }, what, capacity);
}

int32_t elman_guarded_custom_build(int32_t (*call)(void *, elman_layer, const elman_array *, size_t), void *context,
                                   elman_layer layer, const elman_array *inputs, size_t input_count, char *what,
                                   size_t capacity) {
  return guarded([=] { return call(context, layer, inputs, input_count); }, what, capacity);
}

int32_t elman_guarded_custom_shapes(int32_t (*call)(void *, const elman_array *, size_t, elman_output *, size_t *),
                                    void *context, const elman_array *inputs, size_t input_count, elman_output *outputs,
                                    size_t *output_count, char *what, size_t capacity) {
  return guarded([=] { return call(context, inputs, input_count, outputs, output_count); }, what, capacity);
}

int32_t elman_guarded_custom_call(int32_t (*call)(void *, const elman_custom_call *), void *context,
                                  const elman_custom_call *arguments, char *what, size_t capacity) {
  return guarded([=] { return call(context, arguments); }, what, capacity);
}

int32_t elman_guarded_custom_mask(int32_t (*call)(void *, const elman_custom_call *, uint8_t *, size_t), void *context,
                                  const elman_custom_call *arguments, uint8_t *mask, size_t count, char *what,
                                  size_t capacity) {
  return guarded([=] { return call(context, arguments, mask, count); }, what, capacity);
}

int32_t elman_guarded_config(int32_t (*call)(void *, char *, size_t, size_t *), void *context, char *text,
                             size_t text_capacity, size_t *length, char *what, size_t capacity) {
  return guarded([=] { return call(context, text, text_capacity, length); }, what, capacity);
}

int32_t elman_guarded_create(int32_t (*call)(void *, const char *, const char *, elman_layer *), void *context,
                             const char *class_name, const char *config, elman_layer *layer, char *what,
                             size_t capacity) {
  return guarded([=] { return call(context, class_name, config, layer); }, what, capacity);
}
