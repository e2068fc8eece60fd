/* Weights given beforehand, and cells that the caller wrote. */
#include "check.h"

static const float dense_kernel[6] = {1, 2, 3, 4, 5, 6}, dense_bias[3] = {7, 8, 9};

static void give_dense_weights(elman_layer layer) {
  const elman_array values[] = {
      {.data = dense_kernel, .shape = (const int64_t[]){2, 3}, .rank = 2},
      {.data = dense_bias, .shape = (const int64_t[]){3}, .rank = 1},
  };
  OK(elman_layer_set_initial_weights(layer, values, 2));
}

static void check_dense_weights(elman_layer layer) {
  float kernel[6] = {0}, bias[3] = {0};
  OK(elman_layer_get_weight(layer, 0, kernel, 6));
  OK(elman_layer_get_weight(layer, 1, bias, 3));
  CHECK(memcmp(kernel, dense_kernel, sizeof kernel) == 0 && memcmp(bias, dense_bias, sizeof bias) == 0);
}

TEST(initial_weights_wait_for_whatever_builds_the_layer) {
  elman_layer dense = make_layer("Dense", "{\"units\": 3}"), wrapper = NO_LAYER;
  give_dense_weights(dense);
  OK(elman_time_distributed_create(&ELMAN_OPTIONS(elman_time_distributed_options, .layer = dense), &wrapper));
  OK(elman_layer_build(wrapper, SHAPE(-1, 4, 2)));
  check_dense_weights(wrapper);
  check_dense_weights(dense);
  OK(elman_layer_release(wrapper));
  OK(elman_layer_release(dense));
}

TEST(initial_weights_of_a_built_layer_are_set_at_once) {
  elman_layer dense = make_layer("Dense", "{\"units\": 3}");
  OK(elman_layer_build(dense, SHAPE(-1, 2)));
  give_dense_weights(dense);
  check_dense_weights(dense);
  CHECK_ERROR(elman_layer_set_initial_weights(dense, NULL, 0), ELMAN_SHAPE_MISMATCH, "expecting 2 weights");
  OK(elman_layer_release(dense));
}

TEST(initial_weights_that_do_not_fit) {
  elman_layer dense = make_layer("Dense", "{\"units\": 4}");
  int32_t built = 1;
  give_dense_weights(dense);
  CHECK_ERROR(elman_layer_build(dense, SHAPE(-1, 2)), ELMAN_SHAPE_MISMATCH, "(2, 4)");
  OK(elman_layer_is_built(dense, &built));
  CHECK(!built);
  CHECK_ERROR(elman_layer_set_initial_weights(dense, NULL, 1), ELMAN_INVALID_ARGUMENT, "values");
  CHECK_ERROR(elman_layer_set_initial_weights(dense, NULL, SIZE_MAX), ELMAN_INVALID_ARGUMENT, "count");
  CHECK_STATUS(elman_layer_set_initial_weights(NO_LAYER, NULL, 0), ELMAN_INVALID_HANDLE);
  OK(elman_layer_release(dense));
}
