/* A program for tools that watch it: calls on several threads, some of them on the library's own. */
#include <elman.h>

#include <pthread.h>
#include <stdio.h>

static elman_model model;

static void *call(void *argument) {
  static const int64_t shape[] = {16, 32, 64};
  static const float input[16 * 32 * 64];
  float output[16 * 64];
  elman_stream stream;
  for (int i = 0; i < 3; i++)
    if (elman_model_forward(model, input, shape, 3, output, 16 * 64) != ELMAN_OK) return argument;
  if (elman_stream_create(model, 1, &stream) != ELMAN_OK) return argument;
  if (elman_stream_run(stream, input, 40, (float[40 * 64]){0}) != ELMAN_OK) return argument;
  if (elman_stream_release(stream) != ELMAN_OK) return argument;
  return NULL;
}

int main(void) {
  pthread_t threads[3];
  elman_layer layer;
  void *failed = NULL;
  elman_set_num_threads(2);
  elman_layer_create("LSTM", "{\"units\": 64, \"batch_input_shape\": [null, null, 64]}", &layer);
  elman_model_create(NULL, &model);
  elman_model_add_layer(model, layer);
  elman_layer_release(layer);
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, call, &model);
  for (int i = 0; i < 3; i++) {
    void *result;
    pthread_join(threads[i], &result);
    if (result != NULL) failed = result;
  }
  elman_model_release(model);
  puts(failed == NULL ? "done" : "a call failed");
  return failed != NULL;
}
