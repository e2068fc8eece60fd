#include "check.h"

/* Regularizers, constraints and initializers of arrays. */

static int near(double value, double expected) { return fabs(value - expected) < 1e-6; }

TEST(a_penalty_of_an_array) {
  const float x[4] = {1, -2, 0.5f, 1};
  double penalty = -1;
  OK(elman_regularizer_apply("l2", x, SHAPE(2, 2), &penalty));
  CHECK(near(penalty, 0.0625));
  OK(elman_regularizer_apply("{\"class_name\": \"L1L2\", \"config\": {\"l1\": 0.1, \"l2\": 0.1}}", x, SHAPE(4), &penalty));
  CHECK(near(penalty, 1.075));
  OK(elman_regularizer_apply("{\"class_name\": \"OrthogonalRegularizer\", \"config\": {\"factor\": 1}}", x, SHAPE(2, 2),
                             &penalty));
  CHECK(near(penalty, 1.5 / sqrt(6.25)));
  OK(elman_regularizer_apply("l1", NULL, SHAPE(0, 3), &penalty));
  CHECK(penalty == 0);
  OK(elman_regularizer_apply("l1", x, NULL, 0, &penalty));
  CHECK(near(penalty, 0.01));
}

TEST(penalties_that_cannot_be) {
  const float x[4] = {0};
  double penalty;
  CHECK_ERROR(elman_regularizer_apply(NULL, x, SHAPE(4), &penalty), ELMAN_INVALID_ARGUMENT, "regularizer");
  CHECK_ERROR(elman_regularizer_apply("l3", x, SHAPE(4), &penalty), ELMAN_INVALID_ARGUMENT, "'l3'");
  CHECK_ERROR(elman_regularizer_apply("l1", NULL, SHAPE(4), &penalty), ELMAN_INVALID_ARGUMENT, "values");
  CHECK_ERROR(elman_regularizer_apply("l1", x, NULL, 1, &penalty), ELMAN_INVALID_ARGUMENT, "values_shape");
  CHECK_ERROR(elman_regularizer_apply("l1", x, SHAPE(4), NULL), ELMAN_INVALID_ARGUMENT, "penalty");
  CHECK_ERROR(elman_regularizer_apply("orthogonal_regularizer", x, SHAPE(4), &penalty), ELMAN_INVALID_ARGUMENT, "rank 2");
  CHECK_ERROR(elman_regularizer_apply("{\"class_name\": \"L1\", \"config\": {\"l2\": 1}}", x, SHAPE(4), &penalty),
              ELMAN_WRONG_TYPE, "l2");
  CHECK_STATUS(elman_regularizer_apply("l1", x, SHAPE(INT64_MAX, INT64_MAX), &penalty), ELMAN_OUT_OF_MEMORY);
}

TEST(an_array_as_a_constraint_allows_it) {
  float x[4] = {3, 0.25f, -4, 0}, y[4];
  OK(elman_constraint_apply("max_norm", x, SHAPE(2, 2), y, 4));
  CHECK(near(y[0], 1.2) && near(y[1], 0.25) && near(y[2], -1.6) && y[3] == 0 && x[0] == 3);
  OK(elman_constraint_apply("{\"class_name\": \"UnitNorm\", \"config\": {\"axis\": 1}}", x, SHAPE(1, 4), y, 4));
  CHECK(near(y[0] * y[0] + y[1] * y[1] + y[2] * y[2], 1));
  OK(elman_constraint_apply("non_neg", x, SHAPE(4), x, 4));
  CHECK(x[0] == 3 && x[2] == 0);
  OK(elman_constraint_apply("non_neg", NULL, SHAPE(0), NULL, 0));
}

TEST(constraints_that_cannot_be) {
  float x[4] = {0}, y[4];
  CHECK_ERROR(elman_constraint_apply("unit_nrom", x, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT, "unit_norm");
  CHECK_ERROR(elman_constraint_apply("{\"class_name\": \"UnitNorm\", \"config\": {\"axis\": 1}}", x, SHAPE(4), y, 4),
              ELMAN_INVALID_ARGUMENT, "axis");
  CHECK_ERROR(elman_constraint_apply("non_neg", NULL, SHAPE(4), y, 4), ELMAN_INVALID_ARGUMENT, "values");
  CHECK_ERROR(elman_constraint_apply("non_neg", x, SHAPE(4), NULL, 4), ELMAN_INVALID_ARGUMENT, "result");
  CHECK_STATUS(elman_constraint_apply("non_neg", x, SHAPE(4), y, 3), ELMAN_BUFFER_TOO_SMALL);
  CHECK_STATUS(elman_constraint_apply("non_neg", x, SHAPE(4), y, SIZE_MAX), ELMAN_INVALID_ARGUMENT);
}

TEST(the_first_values_of_a_weight) {
  float x[6], y[6];
  OK(elman_initializer_apply("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3}}", SHAPE(2, 3), x, 6));
  OK(elman_initializer_apply("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3}}", SHAPE(2, 3), y, 6));
  CHECK(memcmp(x, y, sizeof x) == 0 && x[0] != x[1]);
  OK(elman_initializer_apply("glorot_uniform", SHAPE(2, 3), y, 6));
  CHECK(memcmp(x, y, sizeof x) != 0);
  OK(elman_initializer_apply("[1, 2, 3]", SHAPE(2, 3), y, 6));
  CHECK(y[0] == 1 && y[4] == 2 && y[5] == 3);
  OK(elman_initializer_apply("ones", NULL, 0, y, 1));
  CHECK(y[0] == 1);
  OK(elman_initializer_apply("ones", SHAPE(0, 2), NULL, 0));
}

TEST(first_values_that_cannot_be) {
  float x[6];
  CHECK_ERROR(elman_initializer_apply("glorot", SHAPE(6), x, 6), ELMAN_INVALID_ARGUMENT, "'glorot'");
  CHECK_ERROR(elman_initializer_apply("identity", SHAPE(6), x, 6), ELMAN_INVALID_ARGUMENT, "2D");
  CHECK_ERROR(elman_initializer_apply("ones", SHAPE(6), NULL, 6), ELMAN_INVALID_ARGUMENT, "values");
  CHECK_STATUS(elman_initializer_apply("ones", SHAPE(6), x, 5), ELMAN_BUFFER_TOO_SMALL);
  CHECK_STATUS(elman_initializer_apply("ones", SHAPE(-1), x, 6), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_initializer_apply("ones", SHAPE(INT64_MAX / 8), x, 6), ELMAN_OUT_OF_MEMORY);
}
