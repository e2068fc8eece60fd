/* products: how fast elman multiplies: a Dense layer without bias, called from C, (rows, inputs) by (inputs, units). Prints JSON: the best
 * GF/s of each, with as many threads as the argument says.
 *
 *   cc -O2 products.c $(pkg-config --cflags --libs elman) -o products && ./products 1
 */
#define _POSIX_C_SOURCE 199309L
#include <elman.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BURSTS = 25 };
static const int SIZES[][3] = {{6400, 1024, 1024}, {3200, 512, 512}, {3200, 128, 512}, {30, 512, 128}, {6, 256, 64},
                               {1, 64, 64},        {1, 128, 128},    {1, 256, 256},    {1, 512, 512},  {1, 512, 2048}};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void need(elman_status status) {
  char text[512];
  if (status == ELMAN_OK) return;
  elman_last_error(text, sizeof text);
  fprintf(stderr, "products: %s\n", text);
  exit(1);
}

static double product(int rows, int inputs, int units) {
  const int64_t shape[] = {rows, inputs};
  const double operations = 2.0 * rows * inputs * units;
  const int repeat = (int)(2e7 / operations) + 1;
  float *x = malloc((size_t)rows * (size_t)inputs * sizeof *x), *y = malloc((size_t)rows * (size_t)units * sizeof *y);
  char config[96];
  double best = 0;
  elman_layer layer;
  elman_model model;
  if (!x || !y) exit(1);
  /* Written, since memory that never was is one page of zeros at many addresses, which caches do not like. */
  for (size_t i = 0; i < (size_t)rows * (size_t)inputs; i++) x[i] = (float)(i % 7) - 3;
  snprintf(config, sizeof config, "{\"units\": %d, \"use_bias\": false, \"input_shape\": [%d]}", units, inputs);
  need(elman_layer_create("Dense", config, &layer));
  need(elman_model_create(NULL, &model));
  need(elman_model_add_layer(model, layer));
  need(elman_layer_release(layer));
  for (int burst = 0; burst < BURSTS; burst++) {
    double start = now();
    for (int i = 0; i < repeat; i++) need(elman_model_forward(model, x, shape, 2, y, (size_t)rows * (size_t)units));
    double rate = operations * repeat / (now() - start) * 1e-9;
    if (rate > best) best = rate;
  }
  need(elman_model_release(model));
  free(x);
  free(y);
  return best;
}

int main(int count, char **arguments) {
  need(elman_set_num_threads(count > 1 ? atoi(arguments[1]) : 1));
  for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
    const int *s = SIZES[i];
    printf("%s[%d, %d, %d, %.1f]", i ? ", " : "[", s[0], s[1], s[2], product(s[0], s[1], s[2]));
  }
  puts("]");
  return 0;
}
