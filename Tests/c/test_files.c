/* Model files: the two in Tests/data that Keras 3 and Keras 1 wrote, or would have. */
#include "check.h"

#include <unistd.h>

enum { LARGEST = 1 << 16 };

/* The path of a file of the tests. */
static const char *data_path(const char *name) {
  static char path[4096];
  const char *folder = getenv("ELMAN_TEST_DATA");
  snprintf(path, sizeof path, "%s/%s", folder ? folder : "Tests/data", name);
  return path;
}

static size_t read_file(const char *path, unsigned char *bytes) {
  FILE *file = fopen(path, "rb");
  size_t size;
  CHECK(file);
  if (!file) return 0;
  size = fread(bytes, 1, LARGEST, file);
  fclose(file);
  return size;
}

static elman_model load(const char *path) {
  elman_model model;
  OK(elman_model_load(path, NULL, &model));
  return model;
}

/* Outputs for a batch of 2 sequences of 4 steps and 3 features. */
static void run_chain(elman_model model, float output[4]) {
  float input[24];
  fill(input, 24, 3);
  OK(elman_model_forward(model, input, SHAPE(2, 4, 3), output, 4));
}

static void check_same(elman_model model, const float expected[4]) {
  float output[4];
  run_chain(model, output);
  for (int i = 0; i < 4; i++) CHECK(output[i] == expected[i]);
}

TEST(a_file_and_its_bytes_are_one_model) {
  static const char *const names[] = {"k3_chain.keras", "keras1_merge.h5"};
  for (int i = 0; i < 2; i++) {
    unsigned char bytes[LARGEST];
    size_t size = read_file(data_path(names[i]), bytes);
    elman_model model = load(data_path(names[i])), same;
    float expected[4];
    run_chain(model, expected);
    OK(elman_model_load_memory(bytes, size, NULL, &same));
    check_same(same, expected);
    OK(elman_model_load_weights_memory(model, bytes, size, NULL));
    check_same(model, expected);
    OK(elman_model_load_weights(model, data_path(names[i]), NULL));
    check_same(model, expected);
    OK(elman_model_release(model));
    OK(elman_model_release(same));
  }
}

TEST(what_is_saved_is_loaded) {
  static const char *const ends[] = {".keras", ".h5", ".weights.h5"};
  elman_model model = load(data_path("k3_chain.keras"));
  float expected[4];
  run_chain(model, expected);
  for (int i = 0; i < 3; i++) {
    char path[128];
    snprintf(path, sizeof path, "/tmp/elman-test-%ld%s", (long)getpid(), ends[i]);
    if (i == 2) {
      OK(elman_model_save_weights(model, path));
      OK(elman_model_load_weights(model, path, NULL));
      check_same(model, expected);
    } else {
      elman_model again;
      OK(elman_model_save(model, path, NULL));
      again = load(path);
      check_same(again, expected);
      OK(elman_model_release(again));
    }
    unlink(path);
  }
  OK(elman_model_release(model));
}

TEST(files_that_cannot_be_loaded) {
  elman_load_options options = ELMAN_LOAD_OPTIONS_INIT;
  elman_save_options format = ELMAN_SAVE_OPTIONS_INIT;
  unsigned char bytes[LARGEST];
  size_t size = read_file(data_path("keras1_merge.h5"), bytes);
  elman_model model, empty = make_model();
  CHECK_ERROR(elman_model_load("/nowhere/at/all", NULL, &model), ELMAN_NOT_FOUND, "No such file");
  CHECK(model.id == 0);
  CHECK_ERROR(elman_model_load(NULL, NULL, &model), ELMAN_INVALID_ARGUMENT, "path");
  CHECK_ERROR(elman_model_load_memory(NULL, 5, NULL, &model), ELMAN_INVALID_ARGUMENT, "bytes");
  CHECK_ERROR(elman_model_load_memory(NULL, 0, NULL, &model), ELMAN_UNSUPPORTED, "empty file");
  CHECK_STATUS(elman_model_load_memory(bytes, size / 2, NULL, &model), ELMAN_INVALID_ARGUMENT);
  options.max_bytes = 100;
  CHECK_ERROR(elman_model_load(data_path("keras1_merge.h5"), &options, &model), ELMAN_INVALID_ARGUMENT, "allowed are 100");
  options.max_bytes = -1;
  CHECK_ERROR(elman_model_load_memory(bytes, size, &options, &model), ELMAN_INVALID_ARGUMENT, "max_bytes");
  CHECK_STATUS(elman_model_load_weights_memory(empty, bytes, size, NULL), ELMAN_NOT_BUILT);
  CHECK_ERROR(elman_model_save(empty, "/tmp/elman-test.txt", NULL), ELMAN_INVALID_ARGUMENT, "extension");
  format.format = "tf";
  CHECK_ERROR(elman_model_save(empty, "/tmp/elman-test.h5", &format), ELMAN_INVALID_ARGUMENT, "format");
  CHECK_STATUS(elman_model_save_weights(empty, "/tmp/elman-test.h5"), ELMAN_NOT_BUILT);
  OK(elman_model_release(empty));
}
