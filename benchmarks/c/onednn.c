/* onednn: a recurrent layer of oneDNN 2 (Debian's libdnnl-dev), float32, behind three functions for ctypes. Weights are put
 * into the format that the primitive asks for, once, as its users do.
 *
 *   cc -O2 -shared -fPIC onednn.c -ldnnl -o libonednn_peer.so
 */
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS = 10, STATES = 4 };

typedef struct {
  dnnl_stream_t stream;
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[ARGUMENTS];
  int count;
  /* Where the output's argument is. */
  int output;
  /* Where the states' arguments are, each input before its output; a stream's are exchanged after each run. */
  int states[STATES];
  int state_count;
} onednn_layer;

static void need(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return;
  fprintf(stderr, "onednn: %s: status %d\n", what, (int)status);
  exit(1);
}

static dnnl_memory_desc_t describe(int rank, const dnnl_dim_t *sizes, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t description;
  dnnl_dims_t all = {0};
  memcpy(all, sizes, (size_t)rank * sizeof *sizes);
  need(dnnl_memory_desc_init_by_tag(&description, rank, all, dnnl_f32, tag), "description");
  return description;
}

static dnnl_memory_t memory(dnnl_engine_t engine, const dnnl_memory_desc_t *description, const void *values) {
  dnnl_memory_t made;
  void *data;
  size_t size = dnnl_memory_desc_get_size(description);
  need(dnnl_memory_create(&made, description, engine, DNNL_MEMORY_ALLOCATE), "memory");
  need(dnnl_memory_get_data_handle(made, &data), "data");
  if (values) memcpy(data, values, size);
  else memset(data, 0, size);
  return made;
}

/* The same values in the format that the primitive asks for. */
static dnnl_memory_t reordered(onednn_layer *layer, dnnl_engine_t engine, const_dnnl_primitive_desc_t asked, int argument,
                               dnnl_memory_t plain, const dnnl_memory_desc_t *plain_description) {
  const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(asked, dnnl_query_exec_arg_md, argument);
  dnnl_primitive_desc_t description;
  dnnl_primitive_t reorder;
  dnnl_memory_t made;
  if (dnnl_memory_desc_equal(wanted, plain_description)) return plain;
  need(dnnl_memory_create(&made, wanted, engine, DNNL_MEMORY_ALLOCATE), "memory");
  need(dnnl_reorder_primitive_desc_create(&description, plain_description, engine, wanted, engine, NULL), "reorder");
  need(dnnl_primitive_create(&reorder, description), "reorder");
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, made}};
  need(dnnl_primitive_execute(reorder, layer->stream, 2, arguments), "reorder");
  need(dnnl_stream_wait(layer->stream), "reorder");
  return made;
}

static int add(onednn_layer *layer, int argument, dnnl_memory_t value) {
  layer->arguments[layer->count] = (dnnl_exec_arg_t){argument, value};
  return layer->count++;
}

/* gates 1, 4 or 3: SimpleRNN, LSTM, GRU (reset after the product). x: (timesteps, batch, features); kernel: (features, gates, units); recurrent: (units,
 * gates, units); bias: (gates, units), of a GRU four: z, r, h of the input, h of the recurrent part. With `with_states`
 * the layer reads h (and c) and goes on from them at the next run. */
void *onednn_create(int gates, int batch, int timesteps, int features, int units, int with_states, const float *x,
                    const float *kernel, const float *recurrent, const float *bias) {
  const dnnl_dim_t x_sizes[] = {timesteps, batch, features}, y_sizes[] = {timesteps, batch, units};
  const dnnl_dim_t h_sizes[] = {1, 1, batch, units}, bias_sizes[] = {1, 1, gates == 3 ? 4 : gates, units};
  const dnnl_dim_t kernel_sizes[] = {1, 1, features, gates, units}, recurrent_sizes[] = {1, 1, units, gates, units};
  const dnnl_memory_desc_t x_d = describe(3, x_sizes, dnnl_tnc), y_d = describe(3, y_sizes, dnnl_tnc);
  const dnnl_memory_desc_t h_d = describe(4, h_sizes, dnnl_ldnc), bias_d = describe(4, bias_sizes, dnnl_ldgo);
  const dnnl_memory_desc_t kernel_d = describe(5, kernel_sizes, dnnl_ldigo), recurrent_d = describe(5, recurrent_sizes, dnnl_ldigo);
  const dnnl_memory_desc_t kernel_any = describe(5, kernel_sizes, dnnl_format_tag_any);
  const dnnl_memory_desc_t recurrent_any = describe(5, recurrent_sizes, dnnl_format_tag_any);
  const dnnl_memory_desc_t *h = with_states ? &h_d : NULL;
  const dnnl_rnn_direction_t direction = dnnl_unidirectional_left2right;
  onednn_layer *layer = calloc(1, sizeof *layer);
  dnnl_engine_t engine;
  dnnl_rnn_desc_t asked;
  dnnl_primitive_desc_t description;

  if (!layer) return NULL;
  need(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
  need(dnnl_stream_create(&layer->stream, engine, dnnl_stream_default_flags), "stream");
  if (gates == 1)
    need(dnnl_vanilla_rnn_forward_desc_init(&asked, dnnl_forward_inference, dnnl_eltwise_tanh, direction, &x_d, h, &kernel_any,
                                            &recurrent_any, &bias_d, &y_d, h, 0, 0, 0), "SimpleRNN");
  else if (gates == 4)
    need(dnnl_lstm_forward_desc_init(&asked, dnnl_forward_inference, direction, &x_d, h, h, &kernel_any, &recurrent_any,
                                     &bias_d, &y_d, h, h, 0), "LSTM");
  else
    need(dnnl_lbr_gru_forward_desc_init(&asked, dnnl_forward_inference, direction, &x_d, h, &kernel_any, &recurrent_any, &bias_d,
                                        &y_d, h, 0), "GRU");
  need(dnnl_primitive_desc_create(&description, &asked, NULL, engine, NULL), "primitive");
  need(dnnl_primitive_create(&layer->primitive, description), "primitive");

  add(layer, DNNL_ARG_SRC_LAYER, memory(engine, &x_d, x));
  add(layer, DNNL_ARG_WEIGHTS_LAYER, reordered(layer, engine, description, DNNL_ARG_WEIGHTS_LAYER, memory(engine, &kernel_d, kernel), &kernel_d));
  add(layer, DNNL_ARG_WEIGHTS_ITER, reordered(layer, engine, description, DNNL_ARG_WEIGHTS_ITER, memory(engine, &recurrent_d, recurrent), &recurrent_d));
  add(layer, DNNL_ARG_BIAS, memory(engine, &bias_d, bias));
  layer->output = add(layer, DNNL_ARG_DST_LAYER, memory(engine, &y_d, NULL));
  if (with_states) {
    const int ends[][2] = {{DNNL_ARG_SRC_ITER, DNNL_ARG_DST_ITER}, {DNNL_ARG_SRC_ITER_C, DNNL_ARG_DST_ITER_C}};
    for (int state = 0; state < (gates == 4 ? 2 : 1); state++)
      for (int end = 0; end < 2; end++)
        layer->states[layer->state_count++] = add(layer, ends[state][end], memory(engine, &h_d, NULL));
  }
  return layer;
}

/* Runs the layer. */
void onednn_run(void *handle) {
  onednn_layer *layer = handle;
  need(dnnl_primitive_execute(layer->primitive, layer->stream, layer->count, layer->arguments), "run");
  need(dnnl_stream_wait(layer->stream), "run");
  for (int state = 0; state < layer->state_count; state += 2) {
    dnnl_exec_arg_t *before = &layer->arguments[layer->states[state]], *after = &layer->arguments[layer->states[state + 1]];
    dnnl_memory_t old = before->memory;
    before->memory = after->memory;
    after->memory = old;
  }
}

/* Where the output of each run is, (timesteps, batch, units). */
void *onednn_output(void *handle) {
  onednn_layer *layer = handle;
  void *y = NULL;
  need(dnnl_memory_get_data_handle(layer->arguments[layer->output].memory, &y), "output");
  return y;
}
