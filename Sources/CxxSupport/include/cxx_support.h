/* What elman needs C++ for: calls of the caller's functions, which may throw, and forks beside Swift's runtime. */
#ifndef ELMAN_CXX_SUPPORT_H
#define ELMAN_CXX_SUPPORT_H

#include "../../../include/elman_experimental.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The library exports what elman.h declares, and these are not among it. */
#pragma GCC visibility push(hidden)

/*
 * Each returns what the function returns. Where it throws an exception, `what` is set to the exception's text, cut to the
 * capacity (at least 1), and the result is -1; otherwise `what` is empty. The unwinding of pthread_cancel and pthread_exit
 * goes on: the C library ends a process that stops it.
 */
int32_t elman_guarded_cell(int32_t (*call)(void *, const elman_cell_step *), void *context, const elman_cell_step *step,
                           char *what, size_t capacity);
int32_t elman_guarded_lambda(int32_t (*call)(void *, const elman_array *, elman_output *), void *context,
                             const elman_array *input, elman_output *output, char *what, size_t capacity);
int32_t elman_guarded_shape(int32_t (*call)(void *, const int64_t *, size_t, int64_t *, size_t *), void *context,
                            const int64_t *input, size_t input_rank, int64_t *output, size_t *output_rank, char *what,
                            size_t capacity);
int32_t elman_guarded_build(int32_t (*call)(void *, size_t), void *context, size_t features, char *what, size_t capacity);
int32_t elman_guarded_states(int32_t (*call)(void *, size_t, float *const *), void *context, size_t batch,
                             float *const *states, char *what, size_t capacity);

int32_t elman_guarded_custom_build(int32_t (*call)(void *, elman_layer, const elman_array *, size_t), void *context,
                                   elman_layer layer, const elman_array *inputs, size_t input_count, char *what,
                                   size_t capacity);
int32_t elman_guarded_custom_shapes(int32_t (*call)(void *, const elman_array *, size_t, elman_output *, size_t *),
                                    void *context, const elman_array *inputs, size_t input_count, elman_output *outputs,
                                    size_t *output_count, char *what, size_t capacity);
int32_t elman_guarded_custom_call(int32_t (*call)(void *, const elman_custom_call *), void *context,
                                  const elman_custom_call *arguments, char *what, size_t capacity);
int32_t elman_guarded_custom_mask(int32_t (*call)(void *, const elman_custom_call *, uint8_t *, size_t), void *context,
                                  const elman_custom_call *arguments, uint8_t *mask, size_t count, char *what,
                                  size_t capacity);
int32_t elman_guarded_config(int32_t (*call)(void *, char *, size_t, size_t *), void *context, char *text,
                             size_t text_capacity, size_t *length, char *what, size_t capacity);
int32_t elman_guarded_create(int32_t (*call)(void *, const char *, const char *, elman_layer *), void *context,
                             const char *class_name, const char *config, elman_layer *layer, char *what,
                             size_t capacity);

/*
 * Before a fork: holds back threads that begin to compute something once, and waits 0.2 ms for those that are at it.
 * Returns whether there are none. elman_runtime_open ends it, in parent and child.
 */
int elman_runtime_close(void);
void elman_runtime_open(void);

/* How both are done; nothing is done unless StaticRuntime is linked, which says it. */
void elman_runtime_set_gate(int (*close)(void), void (*open)(void));
#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
