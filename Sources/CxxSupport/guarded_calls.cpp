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
