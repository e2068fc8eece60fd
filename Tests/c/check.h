/*
 * Tests that register themselves: TEST(name) { CHECK(...); }. A check that fails says where and lets the test go on.
 */
#ifndef CHECK_H
#define CHECK_H

#include <elman_experimental.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct test {
  const char *name;
  void (*run)(void);
  struct test *next;
} test;

void register_test(test *entry);
void check_failed(const char *file, int line, const char *what);

#define TEST(function)                                                    \
  static void function(void);                                             \
  __attribute__((constructor)) static void register_##function(void) {    \
    static test entry = {#function, function, NULL};                      \
    register_test(&entry);                                                \
  }                                                                       \
  static void function(void)

#define CHECK(condition)                                                  \
  do {                                                                    \
    if (!(condition)) check_failed(__FILE__, __LINE__, #condition);       \
  } while (0)

/* The call must return the status; where it fails, its message must hold the text. */
#define CHECK_STATUS(call, status) check_status(__FILE__, __LINE__, #call, (call), (status), NULL)
#define CHECK_ERROR(call, status, text) check_status(__FILE__, __LINE__, #call, (call), (status), (text))
#define OK(call) CHECK_STATUS(call, ELMAN_OK)

void check_status(const char *file, int line, const char *what, elman_status status, elman_status expected,
                  const char *text);

/* ---- what several tests make ---- */

/* A layer from class and config, or from options; they check that it worked. */
elman_layer make_layer(const char *class_name, const char *config);
elman_layer make_simple_rnn(elman_simple_rnn_options options);
/* An empty model. */
elman_model make_model(void);
/* A model with these layers, which it then owns alone; ends with the null handle. */
elman_model make_model_of(elman_layer first, ...);
/* Values in [-1, 1) that follow from the seed. */
void fill(float *values, size_t count, unsigned seed);

/* The allocations of all threads so far; 0 where they cannot be counted, as under AddressSanitizer. */
long allocations(void);

#define NO_LAYER ((elman_layer){0})
#define NO_MODEL ((elman_model){0})
#define SHAPE(...) ((const int64_t[]){__VA_ARGS__}), (sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

#endif
