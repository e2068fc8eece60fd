/* steps: what a small model costs from C. Prints a table of the least microseconds of a stream's step (batch 1, as many
 * features as units) and of a whole call.
 *
 *   cc -O2 steps.c $(pkg-config --cflags --libs elman) -o steps && ./steps
 */
#define _POSIX_C_SOURCE 199309L
#include <elman.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BURSTS = 60, LARGEST = 512 };
static const char *const KINDS[] = {"SimpleRNN", "GRU", "LSTM"};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static void need(elman_status status) {
  char text[512];
  if (status == ELMAN_OK) return;
  elman_last_error(text, sizeof text);
  fprintf(stderr, "steps: %s\n", text);
  exit(1);
}

static elman_model make_model(const char *kind, int timesteps, int features, int units) {
  char config[160];
  elman_layer layer;
  elman_model model;
  snprintf(config, sizeof config, "{\"units\": %d, \"return_sequences\": true, \"input_shape\": [%d, %d]}", units, timesteps, features);
  need(elman_layer_create(kind, config, &layer));
  need(elman_model_create(NULL, &model));
  need(elman_model_add_layer(model, layer));
  need(elman_layer_release(layer));
  return model;
}

/* The least microseconds of a step, of several bursts. */
static double step(const char *kind, int units) {
  static float input[LARGEST], output[LARGEST];
  elman_model model = make_model(kind, 1, units, units);
  elman_stream stream;
  double best = 1e9;
  int repeat = 400000 / (units * units) + 100;
  for (int i = 0; i < units; i++) input[i] = (float)(i % 7) * 0.25f - 0.75f;
  need(elman_stream_create(model, 1, &stream));
  for (int burst = 0; burst < BURSTS; burst++) {
    double start = now();
    for (int i = 0; i < repeat; i++) need(elman_stream_step(stream, input, (size_t)units, output, (size_t)units));
    double each = (now() - start) / repeat;
    if (each < best) best = each;
  }
  need(elman_stream_release(stream));
  need(elman_model_release(model));
  return best;
}

/* The same of a call of (1, timesteps, features). */
static double call(const char *kind, int timesteps, int features, int units) {
  static float input[LARGEST], output[LARGEST];
  const int64_t shape[] = {1, timesteps, features};
  elman_model model = make_model(kind, timesteps, features, units);
  double best = 1e9;
  for (int burst = 0; burst < BURSTS; burst++) {
    double start = now();
    for (int i = 0; i < 1000; i++) need(elman_model_forward(model, input, shape, 3, output, (size_t)(timesteps * units)));
    double each = (now() - start) / 1000;
    if (each < best) best = each;
  }
  need(elman_model_release(model));
  return best;
}

int main(void) {
  puts("| | step, 8 units | 64 | 256 | call (1, 10, 4), 8 units |\n|---|---|---|---|---|");
  for (int kind = 0; kind < 3; kind++) {
    const char *name = KINDS[kind];
    printf("| %s | %.3f us | %.3f | %.2f | %.2f us |\n", name, step(name, 8), step(name, 64), step(name, 256), call(name, 10, 4, 8));
  }
}
