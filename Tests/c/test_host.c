/* What the library leaves to the process that loads it: signals, floating-point modes, stack. */
#define _GNU_SOURCE
#include "check.h"

#include <dirent.h>
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

enum { ROWS = 64, STEPS = 64, FEATURES = 8, UNITS = 256 };

static elman_model large_model(const char *class_name) {
  char config[160];
  snprintf(config, sizeof config,
           "{\"units\": %d, \"recurrent_initializer\": \"zeros\", \"batch_input_shape\": [null, null, %d]}", UNITS, FEATURES);
  return make_model_of(make_layer(class_name, config), NO_LAYER);
}

/* ---- signals ---- */

/* How many threads of the library there are, and how many of them block all signals. */
static void library_threads(int *count, int *blocking) {
  DIR *tasks = opendir("/proc/self/task");
  struct dirent *task;
  *count = *blocking = 0;
  while ((task = readdir(tasks)) != NULL) {
    char path[300], line[256];
    unsigned long long blocked = 0;
    int is_library = 0;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
    FILE *status = fopen(path, "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
      if (strncmp(line, "Name:\telman/", 12) == 0) is_library = 1;
      sscanf(line, "SigBlk: %llx", &blocked);
    }
    if (status != NULL) fclose(status);
    *count += is_library;
    /* All but SIGKILL, SIGSTOP and the two of the C library. */
    *blocking += is_library && (blocked | 1ULL << 8 | 1ULL << 18 | 3ULL << 31) == ~0ULL;
  }
  closedir(tasks);
}

static void use_threads(void) {
  static float input[ROWS * STEPS * FEATURES], output[ROWS * UNITS];
  elman_model model = large_model("LSTM");
  OK(elman_set_num_threads(3));
  for (int i = 0; i < 5; i++) OK(elman_model_forward(model, input, SHAPE(ROWS, STEPS, FEATURES), output, ROWS * UNITS));
  OK(elman_set_num_threads(0));
  OK(elman_model_release(model));
}

TEST(the_librarys_threads_block_all_signals) {
  int count, blocking;
  use_threads();
  library_threads(&count, &blocking);
  CHECK(count >= 2 && blocking == count);
}

static volatile sig_atomic_t handled_by_library, handled;

static void handle(int number) {
  char name[16] = "";
  (void)number;
  pthread_getname_np(pthread_self(), name, sizeof name);
  handled++;
  if (strncmp(name, "elman/", 6) == 0) handled_by_library++;
}

TEST(handlers_and_sigwait_are_the_programs) {
  sigset_t set;
  int got = 0;
  use_threads();
  struct sigaction action = {.sa_handler = handle}, before;
  sigaction(SIGUSR1, &action, &before);
  for (int i = 0; i < 50; i++) kill(getpid(), SIGUSR1);
  CHECK(handled > 0 && handled_by_library == 0);
  sigaction(SIGUSR1, &before, NULL);
  /* The library's threads were there before the program blocked the signal. */
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  kill(getpid(), SIGTERM);
  CHECK(sigwait(&set, &got) == 0 && got == SIGTERM);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* ---- floating-point modes ---- */

static void set_mode(int mode) {
  static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_TOWARDZERO};
  fesetround(roundings[mode % 3]);
#if defined(__x86_64__)
  _mm_setcsr((_mm_getcsr() & ~0x8040u) | (mode >= 3 ? 0x8040u : 0));
#endif
}

/* Runs whose numbers depend on the mode: states that decay to denormals, and sums that are rounded. */
static void run_in_mode(elman_model model, int mode, int threads, const float *input, float *output) {
  set_mode(mode);
  OK(elman_set_num_threads(threads));
  for (int i = 0; i < 4; i++) OK(elman_model_forward(model, input, SHAPE(ROWS, STEPS, FEATURES), output, ROWS * UNITS));
  set_mode(0);
}

TEST(threads_compute_in_the_mode_of_their_caller) {
  static float input[ROWS * STEPS * FEATURES], one[ROWS * UNITS], two[ROWS * UNITS], nearest[ROWS * UNITS], bias[4 * UNITS];
  static const char *const classes[] = {"LSTM", "SimpleRNN", "GRU"};
  for (int c = 0; c < 3; c++) {
    elman_model model = large_model(classes[c]);
    if (c == 0) {
      /* A forget gate of 0.21. */
      for (int unit = UNITS; unit < 2 * UNITS; unit++) bias[unit] = -1.3f;
      OK(elman_model_set_weight(model, 2, &(elman_array){bias, (const int64_t[]){4 * UNITS}, 1}));
    }
    memset(input, 0, sizeof input);
    for (int row = 0; row < ROWS; row++) fill(input + row * STEPS * FEATURES, FEATURES, (unsigned)row + 1);
    for (int mode = 0; mode < 6; mode++) {
      /* The threads have met another mode before. */
      run_in_mode(model, (mode + 1) % 6, 2, input, two);
      run_in_mode(model, mode, 1, input, one);
      run_in_mode(model, mode, 2, input, two);
      CHECK(memcmp(one, two, sizeof one) == 0);
      if (mode == 0) memcpy(nearest, one, sizeof one);
      if (mode == 1 && c == 0) CHECK(memcmp(one, nearest, sizeof one) != 0);
      CHECK(fegetround() == FE_TONEAREST);
    }
    OK(elman_model_release(model));
  }
  OK(elman_set_num_threads(0));
}

/* ---- stack ---- */

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
enum { STACK = 1 << 20, PROMISED = 32 << 10 };

static elman_model stack_model;
static elman_stream stack_stream;
static float stack_numbers[1 << 16];

static void *do_nothing(void *argument) { return argument; }

static void *do_run(void *argument) {
  OK(elman_model_forward(stack_model, stack_numbers, SHAPE(33, 4, 16), stack_numbers + 4096, 60000));
  return argument;
}

static void *do_step(void *argument) {
  OK(elman_stream_step(stack_stream, stack_numbers, 16, stack_numbers + 4096, 60000));
  return argument;
}

/* Bytes of its stack that a thread touches. */
static size_t stack_used(void *(*work)(void *), unsigned char *stack) {
  pthread_attr_t attributes;
  pthread_t thread;
  size_t untouched = 0;
  memset(stack, 0xA5, STACK);
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, STACK);
  pthread_create(&thread, &attributes, work, NULL);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
  while (untouched < STACK && stack[untouched] == 0xA5) untouched++;
  return STACK - untouched;
}

TEST(a_repeated_call_needs_little_stack) {
  static const char *const layers[][2] = {
      {"LSTM", "{\"units\": 300, \"input_shape\": [null, 16]}"},
      {"GRU", "{\"units\": 8, \"input_shape\": [null, 16]}"},
      {"SimpleRNN", "{\"units\": 1024, \"input_shape\": [null, 16]}"},
      {"Conv1D", "{\"filters\": 32, \"kernel_size\": 3, \"padding\": \"causal\", \"input_shape\": [null, 16]}"},
      {"TimeDistributed", "{\"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 100}}, \"input_shape\": [4, 16]}"},
  };
  unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t own = stack_used(do_nothing, stack);
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
    stack_model = make_model_of(make_layer(layers[i][0], layers[i][1]), NO_LAYER);
    OK(elman_stream_create(stack_model, 1, &stack_stream));
    do_run(NULL);
    do_step(NULL);
    CHECK(stack_used(do_run, stack) - own < PROMISED);
    CHECK(stack_used(do_step, stack) - own < PROMISED);
    OK(elman_stream_release(stack_stream));
    OK(elman_model_release(stack_model));
  }
  munmap(stack, STACK);
}
#endif
