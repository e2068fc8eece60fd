/*
 * Runs a model that Keras saved: the file's name on the command line, the numbers of its input on stdin.
 *
 *     cc run_keras_model.c $(pkg-config --cflags --libs elman) -o run_keras_model
 *     echo 0.1 0.2 0.3 0.4 | ./run_keras_model model.keras 2
 *
 * The number behind the name is that of the timesteps, where the model leaves it open. All rows of the batch stand on
 * stdin one after the other; each row of the output is printed on a line of its own.
 */
#include <elman.h>
#include <stdio.h>
#include <stdlib.h>

static void check(elman_status status) {
  char message[1024];
  if (status == ELMAN_OK) return;
  elman_last_error(message, sizeof message);
  fprintf(stderr, "%s: %s\n", elman_status_name(status), message);
  exit(EXIT_FAILURE);
}

static void *checked(void *memory) {
  if (memory) return memory;
  fprintf(stderr, "out of memory\n");
  exit(EXIT_FAILURE);
}

/* The numbers on stdin. */
static float *read_numbers(size_t *count) {
  size_t capacity = 1024;
  float *numbers = checked(malloc(capacity * sizeof *numbers));
  for (*count = 0; scanf("%f", &numbers[*count]) == 1;) {
    if (++*count < capacity) continue;
    capacity *= 2;
    numbers = checked(realloc(numbers, capacity * sizeof *numbers));
  }
  return numbers;
}

/* The size of a row of the input; dimensions that the model leaves open are given. */
static size_t row_size(int64_t *shape, size_t rank, int64_t open) {
  size_t size = 1;
  for (size_t i = 1; i < rank; i++) {
    if (shape[i] < 0) shape[i] = open;
    size *= (size_t)shape[i];
  }
  return size;
}

int main(int argc, char **argv) {
  elman_model model;
  int64_t shape[ELMAN_MAX_RANK], output_shape[ELMAN_MAX_RANK];
  size_t rank, output_rank, count, row, output_row;
  float *input, *output;
  if (argc < 2) {
    fprintf(stderr, "usage: %s FILE [TIMESTEPS] < numbers\n", argv[0]);
    return EXIT_FAILURE;
  }
  check(elman_model_load(argv[1], NULL, &model));
  check(elman_model_input_shape(model, shape, ELMAN_MAX_RANK, &rank));
  row = row_size(shape, rank, argc > 2 ? strtoll(argv[2], NULL, 10) : 1);
  input = read_numbers(&count);
  if (row == 0 || count == 0 || count % row != 0) {
    fprintf(stderr, "%zu numbers are no rows of %zu\n", count, row);
    return EXIT_FAILURE;
  }
  shape[0] = (int64_t)(count / row);
  check(elman_model_output_shape(model, shape, rank, output_shape, ELMAN_MAX_RANK, &output_rank));
  output_row = row_size(output_shape, output_rank, 1);
  output = checked(malloc((size_t)shape[0] * output_row * sizeof *output));
  check(elman_model_forward(model, input, shape, rank, output, (size_t)shape[0] * output_row));
  for (size_t i = 0; i < (size_t)shape[0] * output_row; i++)
    printf("%.9g%c", output[i], (i + 1) % output_row == 0 ? '\n' : ' ');
  free(input);
  free(output);
  check(elman_model_release(model));
  return EXIT_SUCCESS;
}
