#include "check.h"

/* What building a layer makes, and when: initial values. */

/* Bits on all machines that fuse a product and a sum; elsewhere the last ones differ, as elman_set_seed says. */
TEST(a_seed_gives_the_same_orthogonal_values_everywhere) {
  enum { ROWS = 100, COLUMNS = 130 };
  static float values[ROWS * COLUMNS];
  uint64_t hash = 14695981039346656037u;
  elman_layer layer = make_layer("Dense",
                                 "{\"units\": 130, \"use_bias\": false, \"kernel_initializer\": "
                                 "{\"class_name\": \"Orthogonal\", \"config\": {\"seed\": 7}}}");
  OK(elman_layer_build(layer, SHAPE(-1, ROWS)));
  OK(elman_layer_get_weight(layer, 0, values, ROWS * COLUMNS));
  for (int i = 0; i < ROWS * COLUMNS; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    hash = (hash ^ bits) * 1099511628211u;
  }
  CHECK(fabsf(values[0] - 0.0181437731f) < 1e-6f);
  CHECK(fabsf(values[64] - 0.0514251776f) < 1e-6f);
  CHECK(fabsf(values[ROWS * COLUMNS - 1] - 0.128600478f) < 1e-6f);
  CHECK((hash == 0x65d689c1f8f39f71) == (strcmp(elman_kernels(), "baseline") != 0));
  OK(elman_layer_release(layer));
}
