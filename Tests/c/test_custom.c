/* Layers and cells of the caller with weights, and classes that the program has registered. */
#include "check.h"

#include <pthread.h>
#include <stddef.h>

/* y = x @ w + b, with w (features, units) and b (units,); where `inner` is set, a layer inside it. */
typedef struct {
  int builds, fails, released, trains;
  int64_t units;
  elman_layer inner;
  elman_layer self;
  const char *arguments;
} linear;

static int32_t linear_build(void *context, elman_layer layer, const elman_array *inputs, size_t count) {
  linear *l = context;
  l->builds++;
  CHECK(count == 1 && inputs[0].data == NULL);
  const int64_t kernel[] = {inputs[0].shape[inputs[0].rank - 1], l->units};
  elman_weight_options options = {.struct_size = sizeof options, .name = "b", .shape = &l->units, .rank = 1, .initializer = "ones"};
  size_t index = 9;
  OK(elman_layer_add_weight(layer, &options, &index));
  CHECK(index == 0);
  options = (elman_weight_options){.struct_size = sizeof options, .name = "w", .shape = kernel, .rank = 2,
                                   .initializer = "{\"class_name\": \"Constant\", \"config\": {\"value\": 2}}",
                                   .regularizer = "l2"};
  OK(elman_layer_add_weight(layer, &options, &index));
  CHECK(index == 1);
  if (l->inner.id != 0) OK(elman_layer_add_layer(layer, "inner", l->inner));
  return l->fails;
}

static int32_t linear_shapes(void *context, const elman_array *inputs, size_t count, elman_output *outputs,
                             size_t *output_count) {
  linear *l = context;
  CHECK(count == 1 && *output_count >= 1);
  memcpy(outputs[0].shape, inputs[0].shape, inputs[0].rank * sizeof(int64_t));
  outputs[0].rank = inputs[0].rank;
  outputs[0].shape[outputs[0].rank - 1] = l->units;
  *output_count = 1;
  return 0;
}

static int32_t linear_call(void *context, const elman_custom_call *call) {
  linear *l = context;
  l->trains = call->training;
  const elman_array *x = &call->inputs[0], *b = &call->weights[0], *w = &call->weights[1];
  CHECK(call->weight_count == 2 && w->rank == 2 && b->rank == 1);
  size_t features = (size_t)x->shape[x->rank - 1], units = (size_t)l->units;
  size_t rows = call->outputs[0].count / units;
  CHECK(call->outputs[0].rank == x->rank && call->outputs[0].shape[x->rank - 1] == l->units);
  for (size_t row = 0; row < rows; row++) {
    for (size_t unit = 0; unit < units; unit++) {
      float sum = b->data[unit];
      for (size_t k = 0; k < features; k++) sum += x->data[row * features + k] * w->data[k * units + unit];
      call->outputs[0].data[row * units + unit] = sum;
    }
  }
  return l->fails;
}

static int32_t linear_config(void *context, char *text, size_t capacity, size_t *length) {
  const char *arguments = ((linear *)context)->arguments;
  if (!arguments) return 3;
  *length = strlen(arguments);
  if (capacity > *length) memcpy(text, arguments, *length + 1);
  return 0;
}

static void linear_release(void *context) { ((linear *)context)->released++; }

static elman_custom_layer_options linear_options(linear *l) {
  elman_custom_layer_options options = ELMAN_CUSTOM_LAYER_OPTIONS_INIT;
  options.class_name = "Mine>Linear";
  options.context = l;
  options.build = linear_build;
  options.shapes = linear_shapes;
  options.call = linear_call;
  options.config = linear_config;
  options.release = linear_release;
  return options;
}

static elman_layer make_linear(linear *l) {
  elman_layer layer = NO_LAYER;
  elman_custom_layer_options options = linear_options(l);
  OK(elman_custom_layer_create(&options, &layer));
  return layer;
}

static elman_model linear_model(linear *l, int64_t features) {
  elman_layer layer = NO_LAYER;
  elman_custom_layer_options options = linear_options(l);
  options.batch_input_rank = 2;
  options.batch_input_shape[0] = -1;
  options.batch_input_shape[1] = features;
  OK(elman_custom_layer_create(&options, &layer));
  return make_model_of(layer, NO_LAYER);
}

TEST(a_layer_of_ones_own_has_weights) {
  linear l = {.units = 2};
  elman_model model = linear_model(&l, 3);
  size_t count = 0, length = 0;
  int64_t total = 0;
  char text[64];
  float input[6] = {1, 2, 3, 4, 5, 6}, output[4] = {0};
  OK(elman_model_weight_count(model, &count));
  OK(elman_model_count_params(model, &total, NULL));
  CHECK(count == 2 && total == 8 && l.builds == 1);
  OK(elman_model_weight_name(model, 1, text, sizeof text, &length));
  CHECK(strstr(text, "linear") == text && strcmp(text + length - 2, "/w") == 0);
  OK(elman_model_forward(model, input, SHAPE(2, 3), output, 4));
  CHECK(output[0] == 13 && output[1] == 13 && output[2] == 31 && output[3] == 31);
  const float bias[2] = {-1, 1};
  OK(elman_model_set_weight(model, 0, &(elman_array){bias, (const int64_t[]){2}, 1}));
  OK(elman_model_forward(model, input, SHAPE(2, 3), output, 4));
  CHECK(output[0] == 11 && output[1] == 13);
  OK(elman_model_run(model, &(elman_array){input, (const int64_t[]){2, 3}, 2}, 1,
                     &(elman_run_options){.struct_size = sizeof(elman_run_options), .training = 1},
                     &(elman_output){.data = output, .count = 4}, 1, NULL));
  CHECK(l.trains == 1 && !l.released);
  OK(elman_model_release(model));
  CHECK(l.released == 1);
}

TEST(a_repeated_call_of_a_layer_of_ones_own_allocates_nothing) {
  linear l = {.units = 4};
  elman_model model = linear_model(&l, 3);
  float input[6] = {0}, output[8];
  for (int i = 0; i < 3; i++) OK(elman_model_forward(model, input, SHAPE(2, 3), output, 8));
  long before = allocations();
  for (int i = 0; i < 100; i++) OK(elman_model_forward(model, input, SHAPE(2, 3), output, 8));
  /* A watched lock is noted once a call. */
  CHECK(allocations() - before <= 100 * 4);
  OK(elman_model_release(model));
}

TEST(layers_inside_a_layer_of_ones_own_count) {
  linear l = {.units = 2, .inner = make_layer("Dense", "{\"units\": 5, \"name\": \"inside\"}")};
  elman_layer layer = make_linear(&l), wrapper = NO_LAYER, inner = NO_LAYER;
  size_t count = 0, length = 0;
  char text[64];
  OK(elman_time_distributed_create(&ELMAN_OPTIONS(elman_time_distributed_options, .layer = layer), &wrapper));
  OK(elman_layer_build(l.inner, SHAPE(-1, 7)));
  OK(elman_layer_build(wrapper, SHAPE(-1, 4, 3)));
  OK(elman_layer_weight_count(wrapper, &count));
  CHECK(count == 4);
  OK(elman_layer_weight_name(wrapper, 2, text, sizeof text, &length));
  CHECK(strstr(text, "/inside/kernel") != NULL);
  OK(elman_layer_child(layer, "inner", &inner));
  OK(elman_layer_set_trainable(layer, 0));
  int64_t trainable = -1;
  OK(elman_layer_count_params(wrapper, NULL, &trainable));
  CHECK(trainable == 0);
  OK(elman_layer_release(inner));
  OK(elman_layer_release(l.inner));
  OK(elman_layer_release(wrapper));
  OK(elman_layer_release(layer));
  CHECK(l.released == 1);
}

TEST(a_build_that_fails_leaves_nothing) {
  linear l = {.units = 2, .fails = 7};
  elman_layer layer = make_linear(&l);
  size_t count = 9;
  CHECK_ERROR(elman_layer_build(layer, SHAPE(-1, 3)), ELMAN_INVALID_ARGUMENT, "It returned 7");
  CHECK(elman_last_callback_status() == 7);
  OK(elman_layer_weight_count(layer, &count));
  CHECK(count == 0);
  l.fails = 0;
  OK(elman_layer_build(layer, SHAPE(-1, 3)));
  OK(elman_layer_weight_count(layer, &count));
  CHECK(count == 2 && l.builds == 2);
  OK(elman_layer_release(layer));
}

static int32_t self_build(void *context, elman_layer layer, const elman_array *inputs, size_t count) {
  (void)inputs, (void)count;
  CHECK_ERROR(elman_layer_build(layer, SHAPE(-1, 3)), ELMAN_INVALID_ARGUMENT, "inside its own run");
  CHECK_ERROR(elman_layer_add_layer(layer, "self", layer), ELMAN_INVALID_ARGUMENT, "inside itself");
  ((linear *)context)->self = layer;
  return 0;
}

TEST(weights_come_before_the_layer_is_built) {
  linear l = {.units = 2};
  elman_layer layer = make_linear(&l), dense = make_layer("Dense", "{\"units\": 1}");
  elman_weight_options options = ELMAN_WEIGHT_OPTIONS_INIT;
  size_t index = 0, length = 0;
  char text[64];
  options.frozen = 1;
  OK(elman_layer_add_weight(layer, &options, &index));
  OK(elman_layer_add_weight(layer, &options, &index));
  CHECK(index == 1);
  OK(elman_layer_weight_name(layer, 1, text, sizeof text, &length));
  CHECK(strcmp(text + length - 11, "/variable_1") == 0);
  CHECK_ERROR(elman_layer_add_weight(dense, &options, NULL), ELMAN_INVALID_ARGUMENT, "a Dense");
  options.initializer = "nothing";
  CHECK_ERROR(elman_layer_add_weight(layer, &options, NULL), ELMAN_INVALID_ARGUMENT, "nothing");
  options.initializer = NULL;
  options.rank = ELMAN_MAX_RANK + 1;
  options.shape = (const int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1};
  CHECK_STATUS(elman_layer_add_weight(layer, &options, NULL), ELMAN_INVALID_ARGUMENT);
  options.rank = 1;
  options.shape = (const int64_t[]){INT64_MAX};
  CHECK_STATUS(elman_layer_add_weight(layer, &options, NULL), ELMAN_OUT_OF_MEMORY);
  options.shape = (const int64_t[]){0};
  CHECK_STATUS(elman_layer_add_weight(layer, &options, NULL), ELMAN_INVALID_ARGUMENT);
  OK(elman_layer_build(layer, SHAPE(-1, 3)));
  options.rank = 0;
  CHECK_ERROR(elman_layer_add_weight(layer, &options, NULL), ELMAN_INVALID_ARGUMENT, "already built");
  CHECK_ERROR(elman_layer_add_layer(layer, "dense", dense), ELMAN_INVALID_ARGUMENT, "already built");
  OK(elman_layer_release(layer));
  elman_custom_layer_options own = linear_options(&l);
  own.build = self_build;
  OK(elman_custom_layer_create(&own, &layer));
  OK(elman_layer_build(layer, SHAPE(-1, 3)));
  CHECK_STATUS(elman_layer_build(l.self, SHAPE(-1, 3)), ELMAN_INVALID_HANDLE);
  OK(elman_layer_release(layer));
  OK(elman_layer_release(dense));
}

/* ---- several arrays, and masks ---- */

static int32_t two_shapes(void *context, const elman_array *inputs, size_t count, elman_output *outputs, size_t *output_count) {
  (void)context;
  CHECK(count == 2);
  for (size_t i = 0; i < 2; i++) {
    outputs[i].rank = inputs[i].rank;
    memcpy(outputs[i].shape, inputs[i].shape, inputs[i].rank * sizeof(int64_t));
  }
  *output_count = 2;
  return 0;
}

static int32_t exchange(void *context, const elman_custom_call *call) {
  (void)context;
  CHECK(call->input_count == 2 && call->output_count == 2 && call->outputs[1].rank == 2);
  for (size_t i = 0; i < 2; i++) {
    for (size_t k = 0; k < call->outputs[i].count; k++) call->outputs[i].data[k] = (float)(i + 1) * call->inputs[i].data[k];
  }
  return 0;
}

TEST(a_layer_of_ones_own_with_several_inputs_and_outputs) {
  elman_layer x = make_layer("InputLayer", "{\"batch_shape\": [null, 2]}");
  elman_layer y = make_layer("InputLayer", "{\"batch_shape\": [null, 1]}"), layer = NO_LAYER;
  elman_custom_layer_options options = ELMAN_CUSTOM_LAYER_OPTIONS_INIT;
  options.shapes = two_shapes;
  options.call = exchange;
  OK(elman_custom_layer_create(&options, &layer));
  elman_tensor inputs[2], outputs[2];
  size_t count = 0;
  OK(elman_layer_call(x, NULL, 0, NULL, &inputs[0], 1, NULL));
  OK(elman_layer_call(y, NULL, 0, NULL, &inputs[1], 1, NULL));
  OK(elman_layer_call(layer, inputs, 2, NULL, outputs, 2, &count));
  CHECK(count == 2);
  elman_model model = NO_MODEL;
  OK(elman_model_create_from_tensors("two", inputs, 2, outputs, 2, NULL, &model));
  const float a[4] = {1, 2, 3, 4}, b[2] = {5, 6};
  float first[4], second[2];
  const elman_array given[2] = {{a, (const int64_t[]){2, 2}, 2}, {b, (const int64_t[]){2, 1}, 2}};
  elman_output results[2] = {{.data = first, .count = 4}, {.data = second, .count = 2}};
  OK(elman_model_run(model, given, 2, NULL, results, 2, &count));
  CHECK(count == 2 && first[3] == 4 && second[0] == 10 && second[1] == 12);
  for (int i = 0; i < 2; i++) {
    OK(elman_tensor_release(inputs[i]));
    OK(elman_tensor_release(outputs[i]));
  }
  OK(elman_model_release(model));
  OK(elman_layer_release(x));
  OK(elman_layer_release(y));
  OK(elman_layer_release(layer));
}

static int32_t pass(void *context, const elman_custom_call *call) {
  (void)context;
  memcpy(call->outputs[0].data, call->inputs[0].data, call->outputs[0].count * sizeof(float));
  return 0;
}

/* What is negative does not count, nor what did not before. */
static int32_t positive(void *context, const elman_custom_call *call, uint8_t *mask, size_t count) {
  if (context) return 4;
  CHECK(call->weight_count == 0);
  for (size_t i = 0; i < count; i++) {
    mask[i] = call->inputs[0].data[i] >= 0 && (!call->masks[0].data || call->masks[0].data[i]);
  }
  return 0;
}

TEST(a_layer_of_ones_own_makes_a_mask) {
  int fails = 1;
  for (int failing = 0; failing < 2; failing++) {
    elman_layer layer = NO_LAYER;
    elman_custom_layer_options options = ELMAN_CUSTOM_LAYER_OPTIONS_INIT;
    options.context = failing ? &fails : NULL;
    options.call = pass;
    options.mask = positive;
    OK(elman_custom_layer_create(&options, &layer));
    elman_model model = make_model_of(
        layer,
        make_layer("SimpleRNN", "{\"units\": 1, \"activation\": \"linear\", \"kernel_initializer\": \"ones\", "
                                "\"recurrent_initializer\": \"ones\"}"),
        NO_LAYER);
    const float input[3] = {1, -5, 2};
    float output = 0;
    elman_status status = elman_model_forward(model, input, SHAPE(1, 3, 1), &output, 1);
    CHECK(failing ? status == ELMAN_INVALID_ARGUMENT : status == ELMAN_OK && output == 3);
    const uint8_t mask[3] = {0, 1, 1};
    const elman_mask given = {mask, (const int64_t[]){1, 3}, 2};
    status = elman_model_run(model, &(elman_array){input, (const int64_t[]){1, 3, 1}, 3}, 1,
                             &(elman_run_options){.struct_size = sizeof(elman_run_options), .masks = &given, .mask_count = 1},
                             &(elman_output){.data = &output, .count = 1}, 1, NULL);
    CHECK(failing ? status == ELMAN_INVALID_ARGUMENT : status == ELMAN_OK && output == 2);
    elman_stream stream = {0};
    CHECK_ERROR(elman_stream_create(model, 1, &stream), ELMAN_UNSUPPORTED, "what its call does with time");
    OK(elman_model_release(model));
  }
}

/* ---- classes in configs ---- */

static linear registered = {.units = 2, .arguments = "{\"units\": 2, \"name\": \"not this\"}"};
static elman_layer created;

static int32_t create(void *context, const char *class_name, const char *config, elman_layer *layer) {
  CHECK(strcmp(class_name, "Mine>Linear") == 0 && strstr(config, "\"units\":") != NULL);
  if (context == NULL) return 6;
  created = make_linear(context);
  *layer = created;
  return 0;
}

TEST(configs_make_registered_classes_and_no_others) {
  linear l = {.units = 2};
  elman_model model = linear_model(&l, 3), copy = NO_MODEL;
  char text[2048];
  size_t length = 0;
  CHECK_ERROR(elman_model_config(model, text, sizeof text, &length), ELMAN_INVALID_ARGUMENT, "It returned 3");
  l.arguments = "[]";
  CHECK_STATUS(elman_model_json(model, text, sizeof text, &length), ELMAN_WRONG_TYPE);
  l.arguments = registered.arguments;
  OK(elman_model_config(model, text, sizeof text, &length));
  CHECK(strstr(text, "\"Mine>Linear\"") && strstr(text, "\"units\":") && !strstr(text, "not this"));
  CHECK_ERROR(elman_model_create_from_config(text, &copy), ELMAN_NOT_FOUND, "Linear");
  OK(elman_layer_class_register("Mine>Linear", create, NULL));
  CHECK_ERROR(elman_model_create_from_config(text, &copy), ELMAN_INVALID_ARGUMENT, "It returned 6");
  OK(elman_layer_class_register("Mine>Linear", create, &registered));
  OK(elman_model_create_from_config(text, &copy));
  void *context = NULL;
  OK(elman_layer_context(created, &context));
  CHECK(context == &registered);
  OK(elman_layer_release(created));
  OK(elman_model_release(copy));
  CHECK(registered.released == 1);
  OK(elman_layer_class_register("Mine>Linear", NULL, NULL));
  CHECK_STATUS(elman_model_create_from_config(text, &copy), ELMAN_NOT_FOUND);
  CHECK_ERROR(elman_layer_class_register("Sequential", create, NULL), ELMAN_INVALID_ARGUMENT, "Sequential");
  CHECK_STATUS(elman_layer_class_register(NULL, create, NULL), ELMAN_INVALID_ARGUMENT);
  elman_layer dense = make_layer("Dense", "{\"units\": 1}");
  OK(elman_layer_context(dense, &context));
  CHECK(context == NULL);
  OK(elman_layer_release(dense));
  OK(elman_model_release(model));
}

TEST(options_of_a_layer_of_ones_own) {
  elman_layer layer = NO_LAYER;
  elman_custom_layer_options options = ELMAN_CUSTOM_LAYER_OPTIONS_INIT;
  CHECK_ERROR(elman_custom_layer_create(&options, &layer), ELMAN_INVALID_ARGUMENT, "call");
  options.call = pass;
  options.class_name = "Mine>";
  CHECK_ERROR(elman_custom_layer_create(&options, &layer), ELMAN_INVALID_ARGUMENT, "class");
  CHECK(layer.id == 0);
  CHECK_STATUS(elman_custom_layer_create(NULL, &layer), ELMAN_INVALID_ARGUMENT);
  CHECK_STATUS(elman_layer_add_weight(NO_LAYER, NULL, NULL), ELMAN_INVALID_HANDLE);
  CHECK_STATUS(elman_layer_add_layer(NO_LAYER, NULL, NO_LAYER), ELMAN_INVALID_HANDLE);
}

/* ---- cells ---- */

/* h = w h + x */
typedef struct {
  elman_layer self;
} scaling;

static int32_t scaling_build(void *context, size_t features) {
  (void)features;
  elman_weight_options options = ELMAN_WEIGHT_OPTIONS_INIT;
  options.name = "w";
  options.initializer = "{\"class_name\": \"Constant\", \"config\": {\"value\": 3}}";
  OK(elman_layer_add_weight(((scaling *)context)->self, &options, NULL));
  return 0;
}

static int32_t scaling_step(void *context, const elman_cell_step *step) {
  (void)context;
  CHECK(step->weight_count == 1 && step->weights[0].rank == 0);
  for (size_t row = 0; row < step->batch; row++) {
    step->output[row] = step->next_states[0][row] = step->weights[0].data[0] * step->states[0][row] + step->input[row];
  }
  return 0;
}

TEST(a_cell_of_ones_own_has_weights) {
  scaling cell = {{0}};
  const int64_t one = 1;
  elman_layer rnn = NO_LAYER;
  elman_cell_options options = ELMAN_CELL_OPTIONS_INIT;
  options.units = 1;
  options.state_sizes = &one;
  options.state_count = 1;
  options.context = &cell;
  options.build = scaling_build;
  options.call = scaling_step;
  OK(elman_cell_create(&options, &cell.self));
  OK(elman_rnn_create(&ELMAN_OPTIONS(elman_rnn_options, .cell = cell.self), &rnn));
  elman_model model = make_model_of(rnn, NO_LAYER);
  const float input[3] = {1, 1, 1}, w = -1;
  float output = 0;
  size_t index = 9;
  OK(elman_model_forward(model, input, SHAPE(1, 3, 1), &output, 1));
  CHECK(output == 13);
  OK(elman_model_weight_count(model, &index));
  CHECK(index == 1);
  OK(elman_model_set_weight(model, 0, &(elman_array){&w, NULL, 0}));
  OK(elman_model_forward(model, input, SHAPE(1, 3, 1), &output, 1));
  CHECK(output == 1);
  elman_stream stream = {0};
  OK(elman_stream_create(model, 1, &stream));
  for (int step = 0; step < 3; step++) OK(elman_stream_step(stream, input, 1, &output, 1));
  CHECK(output == 1);
  OK(elman_stream_release(stream));
  OK(elman_model_release(model));
  OK(elman_layer_release(cell.self));
}

/* ---- threads ---- */

static void *run_often(void *given) {
  elman_model model = *(elman_model *)given;
  const float input[2] = {1, 1};
  float output[2];
  for (int i = 0; i < 200; i++) {
    OK(elman_model_forward(model, input, SHAPE(1, 2), output, 2));
    CHECK(output[0] == output[1]);
  }
  return NULL;
}

TEST(threads_share_a_layer_of_ones_own) {
  linear l = {.units = 2};
  elman_model model = linear_model(&l, 2);
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, run_often, &model);
  for (int i = 0; i < 100; i++) {
    const float w[4] = {(float)i, (float)i, (float)i, (float)i}, b[2] = {1, 1};
    const elman_array values[2] = {{b, (const int64_t[]){2}, 1}, {w, (const int64_t[]){2, 2}, 2}};
    OK(elman_model_set_weights(model, values, 2));
  }
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  OK(elman_model_release(model));
}
