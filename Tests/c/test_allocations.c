/* Repeated calls, steps of streams and reads allocate nothing, for every class that the library knows. */
#include "check.h"
#include "cases.h"

#include <errno.h>
#include <pthread.h>

/* ---- counting ---- */

/* AddressSanitizer has a malloc of its own; only glibc's can be called by another name. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OTHER_MALLOC
#endif
#endif
#if defined(__GLIBC__) && !defined(OTHER_MALLOC)
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static long count, held;

long allocations(void) { return __atomic_load_n(&count, __ATOMIC_RELAXED); }

/* Bytes that are allocated and not freed. */
static long bytes_held(void) { return __atomic_load_n(&held, __ATOMIC_RELAXED); }

static void *counted(void *memory) {
  __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
  __atomic_fetch_add(&held, (long)malloc_usable_size(memory), __ATOMIC_RELAXED);
  return memory;
}

static void forget(void *memory) { __atomic_fetch_sub(&held, (long)malloc_usable_size(memory), __ATOMIC_RELAXED); }

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t number, size_t size) { return counted(__libc_calloc(number, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

void *realloc(void *memory, size_t size) {
  forget(memory);
  return counted(__libc_realloc(memory, size));
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = counted(__libc_memalign(alignment, size));
  return *memory == NULL ? ENOMEM : 0;
}

void free(void *memory) {
  forget(memory);
  __libc_free(memory);
}

/* Large buffers are mapped. */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
  if (memory == MAP_FAILED) return memory;
  __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
  __atomic_fetch_add(&held, (long)length, __ATOMIC_RELAXED);
  return memory;
}

int munmap(void *memory, size_t length) {
  __atomic_fetch_sub(&held, (long)length, __ATOMIC_RELAXED);
  return (int)syscall(SYS_munmap, memory, length);
}
#else
long allocations(void) { return 0; }
static long bytes_held(void) { return 0; }
#endif

TEST(allocations_are_counted) {
#if defined(__GLIBC__) && !defined(OTHER_MALLOC)
  long before = allocations(), bytes = bytes_held();
  float *kept = malloc(sizeof *kept), *aligned = NULL;
  CHECK(kept != NULL && posix_memalign((void **)&aligned, 64, 64) == 0);
  kept = realloc(kept, 640);
  CHECK(allocations() == before + 3 && bytes_held() >= bytes + 704);
  free(kept);
  free(aligned);
  CHECK(bytes_held() == bytes);
  elman_model model = make_model();
  CHECK(allocations() > before + 3);
  OK(elman_model_release(model));
#endif
}

/* ---- every class ---- */

enum { WARM_UPS = 3, REPEATS = 20, LARGEST = 512 };

/* Fails unless nothing was allocated since `before`. */
static void check_none(const layer_case *tested, const char *what, long before) {
  char text[1024];
  long after = allocations();
  if (after == before) return;
  snprintf(text, sizeof text, "%s of %s %s: %ld allocations in %d", what, tested->class_name, tested->config,
           after - before, REPEATS);
  check_failed(__FILE__, __LINE__, text);
}

/* What is done again and again must allocate nothing after the first times. */
#define CHECK_NONE(tested, what, statement)                   \
  do {                                                        \
    for (int i = 0; i < WARM_UPS; i++) statement;             \
    long before = allocations();                              \
    for (int i = 0; i < REPEATS; i++) statement;              \
    check_none(tested, what, before);                         \
  } while (0)

static float input[LARGEST], outputs[8][LARGEST];

/* Small indices for an Embedding, other numbers for others. */
static void make_input(const layer_case *tested) {
  fill(input, LARGEST, 5);
  if (strcmp(tested->class_name, "Embedding") == 0) {
    for (int i = 0; i < LARGEST; i++) input[i] = (float)(i % 3);
  }
}

/* All outputs of one call. */
static void run_once(const layer_case *tested, elman_model model, const elman_run_options *options) {
  elman_array array = {input, tested->shape, rank_of(tested->shape)};
  elman_output results[8] = {0};
  size_t count;
  for (int i = 0; i < 8; i++) results[i] = (elman_output){.data = outputs[i], .count = LARGEST};
  OK(elman_model_run(model, &array, 1, options, results, 8, &count));
}

/* Masks of each rank that the layer takes. */
static void check_masks(const layer_case *tested, elman_model model, const elman_array *array) {
  uint8_t mask[LARGEST];
  size_t count, taken = 0;
  OK(elman_model_run(model, array, 1, NULL, NULL, 0, &count));
  for (int i = 0; i < LARGEST; i++) mask[i] = i % 4 != 1;
  for (size_t rank = 1; rank <= array->rank; rank++) {
    elman_mask given = {mask, array->shape, rank};
    elman_run_options options = ELMAN_OPTIONS(elman_run_options, .masks = &given, .mask_count = 1);
    elman_output results[8] = {0};
    for (int i = 0; i < 8; i++) results[i] = (elman_output){.data = outputs[i], .count = LARGEST};
    if (elman_model_run(model, array, 1, &options, results, 8, &count) != ELMAN_OK) continue;
    taken++;
    CHECK_NONE(tested, "run with a mask", run_once(tested, model, &options));
  }
  CHECK(taken > 0);
}

static void check_calls(const layer_case *tested, elman_model model) {
  float values[LARGEST];
  elman_array states[8];
  size_t rank = rank_of(tested->shape), count;
  elman_array array = {input, tested->shape, rank};
  fill(values, LARGEST, 6);
  for (int i = 0; i < 8; i++) states[i] = (elman_array){values, tested->state_shape, rank_of(tested->state_shape)};
  OK(elman_model_run(model, &array, 1, NULL, NULL, 0, &count));
  if (count == 1) {
    CHECK_NONE(tested, "forward", OK(elman_model_forward(model, input, tested->shape, rank, outputs[0], LARGEST)));
  }
  CHECK_NONE(tested, "run", run_once(tested, model, NULL));
  CHECK_NONE(tested, "run for training", run_once(tested, model, &ELMAN_OPTIONS(elman_run_options, .training = 1)));
  check_masks(tested, model, &array);
  if (tested->states > 0) {
    elman_run_options given = ELMAN_RUN_OPTIONS_INIT;
    given.initial_states = states;
    given.initial_state_count = tested->states;
    CHECK_NONE(tested, "run with states", run_once(tested, model, &given));
  }
  CHECK_NONE(tested, "shapes of the outputs", OK(elman_model_run(model, &array, 1, NULL, NULL, 0, &count)));
  CHECK_NONE(tested, "memory", OK(elman_model_memory(model, &(elman_array){NULL, tested->shape, rank}, 1, &count)));
  CHECK_NONE(tested, "reset_states", OK(elman_model_reset_states(model)));
}

static void check_weights(const layer_case *tested, elman_model model) {
  int64_t shape[ELMAN_MAX_RANK];
  int32_t flag;
  size_t count, rank;
  elman_layer layer;
  OK(elman_model_weight_count(model, &count));
  CHECK_NONE(tested, "weight_count", OK(elman_model_weight_count(model, &count)));
  for (size_t index = 0; index < count; index++) {
    CHECK_NONE(tested, "weight_shape", OK(elman_model_weight_shape(model, index, shape, ELMAN_MAX_RANK, &rank)));
    CHECK_NONE(tested, "get_weight", OK(elman_model_get_weight(model, index, outputs[0], LARGEST)));
  }
  for (int shift = 0; shift < 2; shift++) {
    CHECK_STATUS(elman_model_get_weight(model, shift ? SIZE_MAX / 2 + 1 : count, outputs[0], LARGEST), ELMAN_NOT_FOUND);
  }
  if (strcmp(tested->class_name, "InputLayer") == 0) return;
  OK(elman_model_layer(model, 0, &layer));
  for (size_t index = 0; index < count; index++) {
    CHECK_NONE(tested, "the layer's weight_count", OK(elman_layer_weight_count(layer, &count)));
    CHECK_NONE(tested, "the layer's weight_shape",
               OK(elman_layer_weight_shape(layer, index, shape, ELMAN_MAX_RANK, &rank)));
    CHECK_NONE(tested, "the layer's get_weight", OK(elman_layer_get_weight(layer, index, outputs[0], LARGEST)));
    CHECK_NONE(tested, "the layer's weight_trainable", OK(elman_layer_weight_trainable(layer, index, &flag)));
  }
  OK(elman_layer_release(layer));
}

/* Blocks of any size, other than the first one's. */
static void check_blocks(const layer_case *tested, elman_stream stream, size_t step) {
  static float long_input[200 * LARGEST], long_output[200 * LARGEST];
  for (size_t i = 0; i < 200 * step; i++) long_input[i] = input[i % LARGEST];
  OK(elman_stream_run(stream, NULL, 0, NULL));
  for (size_t steps = 200; steps > 0; steps /= 3) {
    CHECK_NONE(tested, "a block of steps", OK(elman_stream_run(stream, long_input, steps, long_output)));
  }
}

static void check_stream(const layer_case *tested, elman_model model) {
  elman_stream stream;
  size_t states, rank;
  int64_t shape[ELMAN_MAX_RANK];
  float values[LARGEST] = {0};
  elman_status status = elman_stream_create(model, 2, &stream);
  if (!tested->streams) {
    CHECK(status != ELMAN_OK);
    return;
  }
  OK(status);
  size_t count = 2;
  for (size_t axis = 2; axis < rank_of(tested->shape); axis++) count *= (size_t)tested->shape[axis];
  CHECK_NONE(tested, "step", OK(elman_stream_step(stream, input, count, outputs[0], LARGEST)));
  check_blocks(tested, stream, count);
  OK(elman_stream_state_count(stream, &states));
  for (size_t index = 0; index < states; index++) {
    CHECK_NONE(tested, "state_shape", OK(elman_stream_state_shape(stream, index, shape, ELMAN_MAX_RANK, &rank)));
    CHECK_NONE(tested, "get_state", OK(elman_stream_get_state(stream, index, values, LARGEST)));
    CHECK_NONE(tested, "set_state", OK(elman_stream_set_state(stream, index, &(elman_array){values, shape, rank})));
  }
  CHECK_NONE(tested, "reset", OK(elman_stream_reset(stream)));
  OK(elman_stream_release(stream));
}

static void check_layer(const layer_case *tested) {
  elman_model model = make_model_of(make_layer(tested->class_name, tested->config), NO_LAYER);
  make_input(tested);
  OK(elman_model_build(model, tested->shape, rank_of(tested->shape)));
  check_calls(tested, model);
  check_weights(tested, model);
  check_stream(tested, model);
  OK(elman_model_release(model));
}

TEST(no_layer_allocates_again) {
  for (size_t i = 0; i < LAYER_CASES; i++) check_layer(&layer_cases[i]);
}

/* Layers of several inputs, all of one shape. */
static const struct {
  layer_case tested;
  size_t inputs;
} joining[] = {
    {{"Operation", JSON({"function": "less"}), SEQUENCE}, 2},
    {{"Add", NULL, SEQUENCE}, 3},
    {{"Subtract", NULL, SEQUENCE}, 2},
    {{"Multiply", NULL, SEQUENCE}, 3},
    {{"Average", NULL, SEQUENCE}, 3},
    {{"Maximum", NULL, SEQUENCE}, 3},
    {{"Minimum", NULL, SEQUENCE}, 3},
    {{"Concatenate", JSON({"axis": 1}), SEQUENCE}, 3},
    {{"Concatenate", NULL, SEQUENCE}, 2},
    {{"Dot", JSON({"axes": 2, "normalize": true}), SEQUENCE}, 2},
    {{"Attention", JSON({"use_scale": true, "score_mode": "concat"}), SEQUENCE}, 3},
    {{"AdditiveAttention", NULL, SEQUENCE}, 2},
    {{"MultiHeadAttention", JSON({"num_heads": 2, "key_dim": 3}), SEQUENCE}, 3},
    {{"GroupedQueryAttention", JSON({"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}), SEQUENCE}, 2},
};
enum { JOINING = sizeof joining / sizeof *joining };

/* A model of the layer alone, on so many inputs. */
static elman_model model_of_joining(const layer_case *tested, size_t inputs) {
  elman_tensor ends[4];
  elman_layer layer = make_layer("InputLayer", JSON({"batch_shape": [null, 3, 4]}));
  elman_model model = NO_MODEL;
  for (size_t i = 0; i < inputs; i++) {
    OK(elman_layer_call(layer, NULL, 0, NULL, &ends[i], 1, NULL));
    OK(elman_layer_release(layer));
    layer = i + 1 < inputs ? make_layer("InputLayer", JSON({"batch_shape": [null, 3, 4]}))
                           : make_layer(tested->class_name, tested->config);
  }
  OK(elman_layer_call(layer, ends, inputs, NULL, &ends[inputs], 1, NULL));
  OK(elman_model_create_from_tensors(NULL, ends, inputs, &ends[inputs], 1, NULL, &model));
  for (size_t i = 0; i <= inputs; i++) OK(elman_tensor_release(ends[i]));
  OK(elman_layer_release(layer));
  return model;
}

static void check_joining(const layer_case *tested, size_t inputs) {
  elman_model model = model_of_joining(tested, inputs);
  const uint8_t mask[6] = {1, 1, 0, 1, 1, 1};
  elman_array arrays[3];
  elman_mask masks[3];
  elman_run_options masked = ELMAN_OPTIONS(elman_run_options, .masks = masks, .mask_count = inputs);
  elman_output result = {outputs[0], LARGEST, {0}, 0};
  fill(input, LARGEST, 7);
  for (size_t i = 0; i < inputs; i++) {
    arrays[i] = (elman_array){input + 24 * i, tested->shape, 3};
    masks[i] = (elman_mask){mask, tested->shape, 2};
  }
  CHECK_NONE(tested, "run", OK(elman_model_run(model, arrays, inputs, NULL, &result, 1, NULL)));
  CHECK_NONE(tested, "run with masks", OK(elman_model_run(model, arrays, inputs, &masked, &result, 1, NULL)));
  OK(elman_model_release(model));
}

TEST(no_layer_of_several_inputs_allocates_again) {
  for (size_t i = 0; i < JOINING; i++) check_joining(&joining[i].tested, joining[i].inputs);
}

/* Calls `body` with each name of a list "... are A, B, C." that ends the last message; returns how many there are. */
static size_t for_each_name(const char *before, void (*body)(const char *name)) {
  char message[4096];
  size_t count = 0;
  CHECK(elman_last_error(message, sizeof message) < sizeof message);
  char *list = strstr(message, before);
  if (list == NULL) return 0;
  for (char *name = strtok(list + strlen(before), ", ."); name != NULL; name = strtok(NULL, ", .")) {
    body(name);
    count++;
  }
  return count;
}

static void check_has_case(const char *name) {
  for (size_t i = 0; i < LAYER_CASES; i++) {
    if (strcmp(layer_cases[i].class_name, name) == 0) return;
  }
  for (size_t i = 0; i < JOINING; i++) {
    if (strcmp(joining[i].tested.class_name, name) == 0) return;
  }
  printf("%s has no case in test_allocations.c\n", name);
  CHECK(0);
}

TEST(every_class_has_a_case) {
  elman_layer layer;
  CHECK_STATUS(elman_layer_create("Nothing", NULL, &layer), ELMAN_NOT_FOUND);
  CHECK(for_each_name("The layers are ", check_has_case) > 40);
}

/* An activation by itself, after a product, and where a recurrent layer has it inside. */
static void check_activation(const char *name) {
  /* No layer takes this one. */
  if (strcmp(name, "glu") == 0) return;
  static const struct {
    const char *class_name, *config;
  } forms[] = {
      {"Activation", JSON({"activation": "%s"})},
      {"Dense", JSON({"units": 4, "activation": "%s"})},
      {"Conv1D", JSON({"filters": 4, "kernel_size": 2, "padding": "causal", "activation": "%s"})},
      {"SimpleRNN", JSON({"units": 4, "activation": "%s"})},
      {"LSTM", JSON({"units": 4, "activation": "%s"})},
      {"GRU", JSON({"units": 4, "recurrent_activation": "%s"})},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    char config[256];
    snprintf(config, sizeof config, forms[i].config, name);
    check_layer(&(layer_case){forms[i].class_name, config, SEQUENCE, STREAMS});
  }
}

TEST(no_activation_allocates_again) {
  elman_layer layer;
  CHECK_STATUS(elman_layer_create("Activation", JSON({"activation": "nothing"}), &layer), ELMAN_INVALID_ARGUMENT);
  CHECK(for_each_name("The activations are ", check_activation) > 20);
}

/* ---- shapes in turn ---- */

enum { MOST_SHAPES = 70, SHAPES_KEPT = 64 };

static elman_model model_of_any_length(void) {
  static const char *const convolution =
      JSON({"filters": 4, "kernel_size": 3, "padding": "same", "input_shape": [null, 2]});
  return make_model_of(make_layer("Conv1D", convolution), make_layer("LSTM", JSON({"units": 3})),
                       make_layer("Dense", JSON({"units": 2})), NO_LAYER);
}

/* The output for so many timesteps must be what it was the first time. */
static void check_length(elman_model model, int64_t timesteps, float first[][2]) {
  float output[2], *expected = first[timesteps];
  OK(elman_model_forward(model, input, SHAPE(1, timesteps, 2), output, 2));
  if (expected[0] == 0) memcpy(expected, output, sizeof output);
  CHECK(memcmp(output, expected, sizeof output) == 0);
}

TEST(shapes_in_turn_allocate_nothing) {
  static const int64_t counts[] = {1, 8, 9, SHAPES_KEPT};
  fill(input, LARGEST, 7);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    float first[MOST_SHAPES + 1][2] = {{0}};
    elman_model model = model_of_any_length();
    long before = 0;
    for (int round = 0; round < 5; round++) {
      if (round == 2) before = allocations();
      for (int64_t length = 1; length <= counts[i]; length++) check_length(model, length, first);
    }
    CHECK(allocations() == before);
    OK(elman_model_release(model));
  }
}

TEST(the_shape_unused_longest_makes_room) {
  float first[MOST_SHAPES + 1][2] = {{0}};
  elman_model model = model_of_any_length();
  fill(input, LARGEST, 7);
  for (int round = 0; round < 3; round++) {
    for (int64_t length = 1; length <= SHAPES_KEPT + 1; length++) check_length(model, length, first);
  }
  /* Kept are 2 to 65; 2 is used again, so that 3 makes room for 1. */
  check_length(model, 2, first);
  check_length(model, 1, first);
  long before = allocations();
  check_length(model, 2, first);
  for (int64_t length = 4; length <= SHAPES_KEPT + 1; length++) check_length(model, length, first);
  CHECK(allocations() == before);
  check_length(model, 3, first);
  CHECK(allocations() > before || before == 0);
  OK(elman_model_release(model));
}

static elman_model shared_model;
static float shared_first[MOST_SHAPES + 1][2];

static void *call_all_lengths(void *start) {
  for (int i = 0; i < 20 * MOST_SHAPES; i++) {
    check_length(shared_model, 1 + ((intptr_t)start + 3 * i) % MOST_SHAPES, shared_first);
  }
  return NULL;
}

/* Plans come and go while others run. */
TEST(threads_share_more_shapes_than_are_kept) {
  pthread_t threads[4];
  fill(input, LARGEST, 7);
  shared_model = model_of_any_length();
  for (int64_t length = 1; length <= MOST_SHAPES; length++) check_length(shared_model, length, shared_first);
  for (intptr_t i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, call_all_lengths, (void *)(i * 17)) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  OK(elman_model_release(shared_model));
}

/* Two arrays of (1, timesteps, 1024) are a workspace of 8 KiB for each timestep. */
static elman_model model_of_large_workspaces(void) {
  return make_model_of(make_layer("ReLU", JSON({"input_shape": [null, 1024]})), make_layer("ReLU", NULL),
                       make_layer("ReLU", NULL), make_layer("GlobalMaxPooling1D", NULL), NO_LAYER);
}

TEST(idle_memory_of_many_shapes_is_bounded) {
  enum { MEBI = 1 << 20, STEPS_OF_A_MEBI = 128 };
  float *large = calloc(40 * MEBI, 1);
  size_t bytes;
  elman_model model = model_of_large_workspaces();
  float output[1024];
#define CALL(timesteps) OK(elman_model_forward(model, large, SHAPE(1, timesteps, 1024), output, 1024))
  OK(elman_model_memory(model, &(elman_array){NULL, SHAPE(1, STEPS_OF_A_MEBI, 1024)}, 1, &bytes));
  CHECK(bytes >= MEBI && bytes < MEBI + 4096);
  CALL(1);
  long before = bytes_held();
  for (int round = 0; round < 2; round++) {
    for (int64_t i = 0; i < 20; i++) CALL(8 * STEPS_OF_A_MEBI + i);
  }
  long kept = bytes_held() - before;
  /* Of 160 MiB 64. */
  CHECK(kept < 66 * MEBI && (kept > 48 * MEBI || bytes_held() == 0));
  /* Those used last are still there; one alone may be larger. */
  for (int round = 0; round < 3; round++) {
    long start = allocations();
    CALL(8 * STEPS_OF_A_MEBI + 18);
    CALL(8 * STEPS_OF_A_MEBI + 19);
    CHECK(allocations() == start);
  }
  CALL(80 * STEPS_OF_A_MEBI);
  long start = allocations();
  for (int i = 0; i < 3; i++) CALL(80 * STEPS_OF_A_MEBI);
  CHECK(allocations() == start && bytes_held() - before < 82 * MEBI);
#undef CALL
  free(large);
  OK(elman_model_release(model));
}
