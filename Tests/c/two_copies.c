/*
 * Loads two copies of the library side by side: each has its own Swift runtime, handles and names, and neither sees the
 * other's.
 *
 *     two_copies FIRST.so SECOND.so
 */
#include <dlfcn.h>
#include <elman.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct {
  void *library;
  elman_status (*layer_create)(const char *, const char *, elman_layer *);
  elman_status (*layer_release)(elman_layer);
  elman_status (*model_create)(const char *, elman_model *);
  elman_status (*model_name)(elman_model, char *, size_t, size_t *);
  elman_status (*model_add_layer)(elman_model, elman_layer);
  elman_status (*model_forward)(elman_model, const float *, const int64_t *, size_t, float *, size_t);
  elman_status (*model_release)(elman_model);
  elman_status (*set_seed)(uint64_t);
  double milliseconds;
} copy;

static int open_copy(copy *c, const char *path) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  c->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  clock_gettime(CLOCK_MONOTONIC, &end);
  c->milliseconds = (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
  if (c->library == NULL) {
    printf("%s\n", dlerror());
    return 0;
  }
#define FIND(name) (*(void **)&c->name = dlsym(c->library, "elman_" #name)) != NULL
  return FIND(layer_create) && FIND(layer_release) && FIND(model_create) && FIND(model_name) && FIND(model_add_layer) &&
         FIND(model_forward) && FIND(model_release) && FIND(set_seed);
}

/* Makes and runs a model in one copy; its first model there has the first name. */
static int use(copy *c, float *output) {
  const int64_t shape[] = {2, 5, 4};
  float input[40];
  char name[32];
  elman_layer layer;
  elman_model model;
  for (int i = 0; i < 40; i++) input[i] = (float)(i % 7) / 7;
  return c->set_seed(5) == ELMAN_OK && c->model_create(NULL, &model) == ELMAN_OK &&
         c->model_name(model, name, sizeof name, NULL) == ELMAN_OK && strcmp(name, "sequential") == 0 &&
         c->layer_create("SimpleRNN", "{\"units\": 8}", &layer) == ELMAN_OK &&
         c->model_add_layer(model, layer) == ELMAN_OK && c->layer_release(layer) == ELMAN_OK &&
         c->model_forward(model, input, shape, 3, output, 16) == ELMAN_OK && c->model_release(model) == ELMAN_OK &&
         c->model_release(model) == ELMAN_INVALID_HANDLE;
}

int main(int argc, char **argv) {
  copy first, second;
  float one[16], two[16];
  if (argc != 3 || !open_copy(&first, argv[1]) || !open_copy(&second, argv[2])) return 1;
  if (first.library == second.library || (void *)first.model_create == (void *)second.model_create) {
    printf("the two copies are one\n");
    return 1;
  }
  if (!use(&first, one) || !use(&second, two) || memcmp(one, two, sizeof one) != 0) {
    printf("the two copies do not work alike\n");
    return 1;
  }
  /* dlclose does nothing: the library stays. */
  dlclose(first.library);
  if (first.model_create("still there", &(elman_model){0}) != ELMAN_OK) return 1;
  printf("loaded in %.1f ms and %.1f ms\n", first.milliseconds, second.milliseconds);
  if (second.milliseconds >= 10) {
    printf("loading takes 10 ms or more\n");
    return 1;
  }
  return 0;
}
