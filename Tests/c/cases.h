/* A layer of every class that the library knows, for tests that go over all of them. */
#ifndef CASES_H
#define CASES_H

#include "check.h"

typedef struct {
  const char *class_name;
  const char *config;
  /* Of the input, ended by 0. */
  int64_t shape[ELMAN_MAX_RANK];
  /* Initial states that a call may give, of one shape, ended by 0. */
  size_t states;
  int64_t state_shape[5];
  /* Whether a model of it has streams. */
  int streams;
} layer_case;

enum { LAYER_CASES = 115 };
extern const layer_case layer_cases[LAYER_CASES];

#define SEQUENCE {2, 3, 4}
#define PICTURES {2, 4, 5, 2}
#define STREAMS .streams = 1
#define STATES(count) .states = count, .state_shape = {2, 4}
/* Text as C writes it, without backslashes. */
#define JSON(...) #__VA_ARGS__

static inline size_t rank_of(const int64_t *shape) {
  size_t rank = 0;
  while (rank < ELMAN_MAX_RANK && shape[rank] != 0) rank++;
  return rank;
}

#endif
