/* roofline: what one core of this machine can do. Prints JSON: the peak of multiply-adds in GF/s, the GB/s at which working
 * sets of some KiB are read, and those at which matrices of as many are multiplied by a vector; the best of several bursts.
 *
 *   cc -O3 -march=native roofline.c -o roofline && taskset -c 0 ./roofline
 */
#define _POSIX_C_SOURCE 200112L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
enum { LANES = 16 };
#else
enum { LANES = 8 };
#endif
enum { CHAINS = 12, BURSTS = 15 };
typedef float vector __attribute__((vector_size(LANES * sizeof(float))));

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Keeps a value in a register, so that nothing is left out. */
static inline void keep(vector *value) { __asm__ volatile("" : "+v"(*value)); }

/* Twelve chains hide the latency of two units; the machine has registers for them all. */
#define EACH_CHAIN(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define MAKE(i) vector sum##i = a * (float)i;
#define STEP(i) sum##i = sum##i * b + a; keep(&sum##i);

static double multiply_adds(void) {
  const int repeat = 400000;
  double best = 0;
  for (int burst = 0; burst < BURSTS; burst++) {
    vector a = {0}, b = {0};
    double start, rate;
    a += 1e-3f, b += 0.999f;
    EACH_CHAIN(MAKE)
    start = now();
    for (int r = 0; r < repeat; r++) {
      EACH_CHAIN(STEP)
    }
    rate = 2.0 * LANES * CHAINS * repeat / (now() - start) * 1e-9;
    if (rate > best) best = rate;
  }
  return best;
}

/* GB/s of sums over `bytes`, again and again. */
static double reading(const float *values, size_t bytes) {
  const size_t vectors = bytes / sizeof(vector);
  const vector *data = (const vector *)values;
  const size_t repeat = ((size_t)64 << 20) / bytes + 1;
  double best = 0;
  for (int burst = 0; burst < BURSTS; burst++) {
    vector sums[8] = {{0}};
    double start = now();
    for (size_t r = 0; r < repeat; r++) {
      for (size_t i = 0; i + 8 <= vectors; i += 8) {
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) sums[j] += data[i + (size_t)j];
      }
      keep(&sums[0]);
    }
    double rate = (double)(bytes * repeat) / (now() - start) * 1e-9;
    for (int j = 0; j < 8; j++) keep(&sums[j]);
    if (rate > best) best = rate;
  }
  return best;
}

enum { COLUMNS = 64, VECTORS = COLUMNS / LANES };

/* A vector by a matrix of `panels` times 64 columns, panel by panel, whose sums stay in registers. */
__attribute__((noinline)) static void multiply(const float *x, const vector *weights, vector *y, size_t depth, size_t panels) {
  for (size_t panel = 0; panel < panels; panel++, y += VECTORS) {
    vector sums[VECTORS] = {{0}};
    for (size_t k = 0; k < depth; k++, weights += VECTORS) {
#pragma GCC unroll 8
      for (int i = 0; i < VECTORS; i++) sums[i] += x[k] * weights[i];
    }
#pragma GCC unroll 8
    for (int i = 0; i < VECTORS; i++) y[i] = sums[i];
  }
}

/* GB/s of a nearly square matrix of `bytes` times a vector, again and again. */
static double multiplying(const float *values, size_t bytes) {
  static float x[65536], y[65536] __attribute__((aligned(64)));
  const size_t numbers = bytes / sizeof(float);
  const size_t repeat = ((size_t)16 << 20) / bytes + 1;
  size_t panels = 1;
  double best = 0;
  while ((panels + 1) * (panels + 1) * COLUMNS * COLUMNS <= numbers) panels++;
  const size_t depth = numbers / (panels * COLUMNS);
  for (int burst = 0; burst < BURSTS; burst++) {
    double start = now();
    for (size_t r = 0; r < repeat; r++) multiply(x, (const vector *)values, (vector *)y, depth, panels);
    double rate = (double)(depth * panels * COLUMNS * sizeof(float) * repeat) / (now() - start) * 1e-9;
    if (rate > best) best = rate;
  }
  return best;
}

/* The GB/s of working sets as members of a JSON object. */
static void print(const char *name, double (*rate)(const float *, size_t), const float *values) {
  printf("\"%s\": {", name);
  for (size_t kib = 16; kib <= 65536; kib *= 2) {
    if (kib > 16) printf(", \"%zu\": %.1f, ", kib * 3 / 4, rate(values, (kib * 3 / 4) << 10));
    printf("\"%zu\": %.1f", kib, rate(values, kib << 10));
  }
  printf("}");
}

int main(void) {
  const size_t largest = (size_t)64 << 20;
  void *memory = NULL;
  float *values;
  if (posix_memalign(&memory, 64, largest)) return 1;
  values = memory;
  for (size_t i = 0; i < largest / sizeof(float); i++) values[i] = 1;
  printf("{\"fma\": %.1f, ", multiply_adds());
  print("read", reading, values);
  printf(", ");
  print("gemv", multiplying, values);
  puts("}");
  free(memory);
  return 0;
}
