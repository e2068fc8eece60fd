#include "check.h"

#include <pthread.h>

TEST(version_is_that_of_the_header) {
  CHECK(strcmp(elman_version(), ELMAN_VERSION_STRING) == 0);
  CHECK(elman_version_number() == ELMAN_VERSION_NUMBER);
}

TEST(every_status_has_its_name) {
  static const struct {
    elman_status status;
    int number;
    const char *name;
  } statuses[] = {
      {ELMAN_OK, 0, "ELMAN_OK"},
      {ELMAN_INVALID_ARGUMENT, -1, "ELMAN_INVALID_ARGUMENT"},
      {ELMAN_INVALID_HANDLE, -2, "ELMAN_INVALID_HANDLE"},
      {ELMAN_WRONG_TYPE, -3, "ELMAN_WRONG_TYPE"},
      {ELMAN_NOT_FOUND, -4, "ELMAN_NOT_FOUND"},
      {ELMAN_SHAPE_MISMATCH, -5, "ELMAN_SHAPE_MISMATCH"},
      {ELMAN_NOT_BUILT, -6, "ELMAN_NOT_BUILT"},
      {ELMAN_BUFFER_TOO_SMALL, -7, "ELMAN_BUFFER_TOO_SMALL"},
      {ELMAN_OUT_OF_MEMORY, -8, "ELMAN_OUT_OF_MEMORY"},
      {ELMAN_UNSUPPORTED, -9, "ELMAN_UNSUPPORTED"},
      {ELMAN_INTERNAL, -10, "ELMAN_INTERNAL"},
  };
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    CHECK(statuses[i].status == statuses[i].number);
    CHECK(strcmp(elman_status_name(statuses[i].status), statuses[i].name) == 0);
  }
  CHECK(strcmp(elman_status_name(1), "unknown status") == 0);
  CHECK(strcmp(elman_status_name(INT32_MIN), "unknown status") == 0);
}

TEST(last_error_is_copied_and_cut) {
  char whole[4096], cut[8];
  size_t length;
  CHECK_STATUS(elman_layer_create("Nonsense", NULL, &(elman_layer){0}), ELMAN_NOT_FOUND);
  length = elman_last_error(NULL, 0);
  CHECK(length > sizeof cut && length < sizeof whole);
  CHECK(elman_last_error(whole, sizeof whole) == length && strlen(whole) == length);
  CHECK(strstr(whole, "Nonsense") != NULL);
  memset(cut, 'x', sizeof cut);
  CHECK(elman_last_error(cut, sizeof cut) == length);
  CHECK(strlen(cut) == sizeof cut - 1 && strncmp(cut, whole, sizeof cut - 1) == 0);
  CHECK(elman_last_error(cut, 1) == length && cut[0] == 0);
  CHECK(elman_last_error(NULL, 100) == length);
  CHECK(elman_last_error(whole, SIZE_MAX) == length);
}

TEST(last_error_is_not_cut_inside_a_character) {
  char text[4096];
  size_t length;
  CHECK_STATUS(elman_layer_create("\xed\x95\x9c\xea\xb8\x80", NULL, &(elman_layer){0}), ELMAN_NOT_FOUND);
  length = elman_last_error(text, sizeof text);
  for (size_t capacity = 1; capacity <= length; capacity++) {
    size_t end;
    elman_last_error(text, capacity);
    end = strlen(text);
    CHECK(end < capacity && capacity - end <= 3);
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80) end--;
    if (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0xC0) CHECK(strlen(text) - end == 2);
  }
}

TEST(last_error_survives_success) {
  char before[256], after[256];
  elman_model model = make_model();
  CHECK_STATUS(elman_model_layer(model, 5, &(elman_layer){0}), ELMAN_NOT_FOUND);
  elman_last_error(before, sizeof before);
  OK(elman_model_release(model));
  elman_last_error(after, sizeof after);
  CHECK(strcmp(before, after) == 0);
}

static void *length_in_a_new_thread(void *length) {
  *(size_t *)length = elman_last_error(NULL, 0);
  return NULL;
}

TEST(last_error_is_the_threads_own) {
  pthread_t thread;
  size_t length = 1;
  CHECK_STATUS(elman_layer_release((elman_layer){42}), ELMAN_INVALID_HANDLE);
  CHECK(pthread_create(&thread, NULL, length_in_a_new_thread, &length) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(length == 0);
  CHECK(elman_last_error(NULL, 0) > 0);
}

TEST(kernels_are_one_of_three) {
  const char *name = elman_kernels();
  CHECK(strcmp(name, "baseline") == 0 || strcmp(name, "avx2") == 0 || strcmp(name, "avx512") == 0);
}

TEST(number_of_threads_has_limits) {
  int32_t standard = elman_get_num_threads();
  CHECK(standard >= 1);
  OK(elman_set_num_threads(3));
  CHECK(elman_get_num_threads() == 3);
  CHECK_ERROR(elman_set_num_threads(-1), ELMAN_INVALID_ARGUMENT, "-1");
  CHECK_ERROR(elman_set_num_threads(1025), ELMAN_INVALID_ARGUMENT, "1025");
  CHECK(elman_get_num_threads() == 3);
  OK(elman_set_num_threads(0));
  CHECK(elman_get_num_threads() == standard);
}

static void kernel_after_seed(uint64_t seed, float *kernel) {
  elman_model model;
  OK(elman_set_seed(seed));
  model = make_model_of(make_layer("SimpleRNN", "{\"units\": 3, \"input_shape\": [2, 10]}"), NO_LAYER);
  OK(elman_model_get_weight(model, 0, kernel, 30));
  OK(elman_model_release(model));
}

TEST(seed_gives_the_same_weights_again) {
  float first[30], second[30], other[30];
  kernel_after_seed(7, first);
  kernel_after_seed(7, second);
  kernel_after_seed(8, other);
  CHECK(memcmp(first, second, sizeof first) == 0);
  CHECK(memcmp(first, other, sizeof first) != 0);
}

TEST(reset_names_starts_the_counters_again) {
  char name[64];
  elman_model first, second;
  OK(elman_reset_names());
  first = make_model();
  second = make_model();
  OK(elman_model_name(second, name, sizeof name, NULL));
  CHECK(strcmp(name, "sequential_1") == 0);
  OK(elman_model_release(first));
  OK(elman_model_release(second));
  OK(elman_reset_names());
  first = make_model();
  OK(elman_model_name(first, name, sizeof name, NULL));
  CHECK(strcmp(name, "sequential") == 0);
  OK(elman_model_release(first));
}
