/* A program of somebody else, in C99. */
#include <elman_experimental.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const int64_t shape[] = {1, 2, 10};
  const float input[20] = {0.5f};
  float output[3] = {2, 2, 2};
  size_t bytes = 0;
  elman_model model;
  elman_layer layer;
  elman_status status = elman_simple_rnn_create(&ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3), &layer);

  if (status == ELMAN_OK) status = elman_model_create(NULL, &model);
  if (status == ELMAN_OK) status = elman_model_add_layer(model, layer);
  if (status == ELMAN_OK) status = elman_layer_release(layer);
  if (status == ELMAN_OK) status = elman_model_forward(model, input, shape, 3, output, 3);
  if (status == ELMAN_OK) status = elman_model_memory(model, &(elman_array){NULL, shape, 3}, 1, &bytes);
  if (status == ELMAN_OK) status = elman_model_release(model);
  printf("%s: %s\n", elman_version(), elman_status_name(status));
  return !(status == ELMAN_OK && output[2] >= -1 && output[2] <= 1 && strcmp(elman_version(), ELMAN_VERSION_STRING) == 0);
}
