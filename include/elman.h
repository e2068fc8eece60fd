/*
 * elman: recurrent neural networks as Keras runs them, from one small shared library.
 *
 * A whole program (cc program.c $(pkg-config --cflags --libs elman) && ./a.out):
 *
 *     #include <elman.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     static void check(elman_status status) {
 *       char message[512];
 *       if (status == ELMAN_OK) return;
 *       elman_last_error(message, sizeof message);
 *       fprintf(stderr, "%s: %s\n", elman_status_name(status), message);
 *       exit(1);
 *     }
 *
 *     int main(void) {
 *       const int64_t shape[] = {1, 2, 10};
 *       const float input[20] = {0.5f, -0.25f};
 *       float output[3];
 *       char summary[2048];
 *       elman_model model;
 *       elman_layer layer;
 *       elman_simple_rnn_options options = ELMAN_SIMPLE_RNN_OPTIONS_INIT;
 *
 *       options.units = 3;
 *       options.batch_input_rank = 3;
 *       options.batch_input_shape[0] = -1;
 *       options.batch_input_shape[1] = 2;
 *       options.batch_input_shape[2] = 10;
 *       check(elman_simple_rnn_create(&options, &layer));
 *       check(elman_model_create(NULL, &model));
 *       check(elman_model_add_layer(model, layer));
 *       check(elman_layer_release(layer));
 *
 *       check(elman_model_summary(model, summary, sizeof summary, NULL));
 *       check(elman_model_forward(model, input, shape, 3, output, 3));
 *       printf("%s%g %g %g\n", summary, output[0], output[1], output[2]);
 *       check(elman_model_release(model));
 *       return 0;
 *     }
 *
 * CONVENTIONS
 *
 * Contents. Models, files, running models, summaries; layers by class name and by options; functions of the caller; what a layer
 *   is; weights; streams; states; the library; functions without a model. elman_experimental.h declares what may still
 *   change: quantization, memory in use, activations of arrays.
 *
 * Statuses. A function that can fail returns an elman_status: ELMAN_OK, which is 0, or a negative code that is never
 *   renumbered. elman_last_error() copies out what went wrong: what was given, and what is expected. A call that fails
 *   changes nothing, and leaves what its parameters point to as it was, except that
 *     - a handle to be made is set to the null handle, and output sizes (shape, length, rank, count) if they are known;
 *     - a model that its first input has built stays built, whatever the run returns afterwards;
 *     - a run that stops half-way, at an index that an Embedding does not take or in a function of the caller, may have
 *       written some of its output, and has moved the states of stateful layers, or of the stream, before that place.
 *   Every function that returns a status may return ELMAN_OK; ELMAN_INVALID_HANDLE for a handle that is not live;
 *   ELMAN_INVALID_ARGUMENT for NULL where something is needed and for text that is not UTF-8; ELMAN_OUT_OF_MEMORY; and
 *   ELMAN_BUFFER_TOO_SMALL where the caller's array does not hold the result. The comments below name the other codes.
 *   No argument whatever ends the process, as long as pointers point to what they promise.
 *
 * Handles are numbers, not pointers. One that was released, forged, or is of another kind gives ELMAN_INVALID_HANDLE.
 *   id 0 is the null handle: releasing it does nothing, otherwise it is invalid too. A handle stands for one reference:
 *   an object lives as long as a handle, a model that has it, or a running call needs it. So handles may be released in
 *   any order, and while another thread is using them. A handle that a function makes is to be released by the caller.
 *   Parameters model, layer and stream are live handles where the comments do not list them.
 *
 * Texts are UTF-8. A text that is given ends with a zero byte and is copied. A text that is asked for goes into the
 *   caller's memory, (char *text, size_t capacity, size_t *length): *length is set to its bytes without the zero byte.
 *   capacity 0 (text may then be NULL) only asks for the length. 0 < capacity <= *length gives ELMAN_BUFFER_TOO_SMALL,
 *   and text stays as it was. length may be NULL where capacity is not 0.
 *
 * Shapes are arrays of int64_t, batch first; -1 is a dimension that is not fixed, Keras's None. They have 1 to
 *   ELMAN_MAX_RANK dimensions. (int64_t *shape, size_t capacity, size_t *rank) follows the rule of texts, except that
 *   capacity == *rank is enough. A dimension below -1 and a rank out of range give ELMAN_INVALID_ARGUMENT.
 *
 * Numbers are float, dense and row-major, inputs (batch, timesteps, features). Counts are in elements, never in bytes;
 *   an output array may be larger than the result, and the rest of it stays as it was. NaN and infinity pass through
 *   the arithmetic as IEEE 754 says.
 *
 * Memory. Arrays that are given are read during the call and never kept. Results go into the caller's arrays; nobody
 *   frees what the other side made. The output of a run or of a step may be, or overlap, the array of its input: a run
 *   then copies the input first. A repeated call needs less than 32 KiB of stack, the first ones of a process 256 KiB.
 *
 * Options are structs. Begin with the struct's INIT macro, or in C99 with ELMAN_OPTIONS, which takes initializers:
 *       elman_dense_options dense = ELMAN_DENSE_OPTIONS_INIT;
 *       dense.units = 3;
 *       elman_dense_create(&dense, &layer);
 *       elman_dense_create(&ELMAN_OPTIONS(elman_dense_options, .units = 3, .activation = "softmax"), &layer);
 *   A field that is zero has Keras's default, and the fields are named so that this is always right. struct_size is the
 *   size of the struct as the caller was compiled: later versions add fields at the end, and programs need not be
 *   recompiled. A struct_size that is too small, a field that this version does not know, and a reserved field that is
 *   not 0 give ELMAN_INVALID_ARGUMENT.
 *
 * Threads. Every function may be called from every thread at any time, except that the steps, runs, resets,
 *   states and number of threads of a stream are for one thread at a time. Calls that read or run a model go side by
 *   side; one that changes it ("Changes the model" below) waits for them and holds others back. A stateful model runs
 *   one call after the other. Same machine, same weights: the same bits, whatever the number of threads and the batch
 *   around a row. The library's own threads (elman/0, elman/1, ...) block all signals, so that handlers and sigwait()
 *   of the program get them, and sleep when there is nothing to do.
 *
 * Floating-point modes. A call computes in the mode of the thread that makes it, rounding and flush-to-zero, on every
 *   thread that it uses. Steps on denormal numbers, to which states decay in silence, may take several times as long as
 *   others; a thread that sets flush-to-zero, as audio hosts do, is spared that, and its results have zeros instead.
 *
 * Processes. After fork() the child may go on with everything, from any number of threads, whatever the threads of its
 *   parent were doing; runs of these are not finished in the child. The library cannot be unloaded: dlclose() does
 *   nothing. It needs glibc 2.34 or later.
 *
 * Functions of the caller, of cells and Lambdas, may throw exceptions of C++: the run returns ELMAN_INVALID_ARGUMENT
 *   with the exception's text. Leaving them by longjmp() or pthread_exit() is forbidden.
 *
 * Tools. valgrind and ThreadSanitizer do not see how the library's threads wait for each other; `make install` puts
 *   files that silence their reports into share/elman: valgrind --suppressions=.../elman.supp, and
 *   TSAN_OPTIONS=suppressions=.../elman.tsan.
 *
 * Versions. Functions, constants and fields of this header stay as they are within a major version; what they do is
 *   described here. Each comment ends with the version that brought its function.
 */
#ifndef ELMAN_H
#define ELMAN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ELMAN_API __attribute__((visibility("default")))
#else
#define ELMAN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. To compare it with the library's: elman_version_number() == ELMAN_VERSION_NUMBER. */
#define ELMAN_VERSION_MAJOR 0
#define ELMAN_VERSION_MINOR 2
#define ELMAN_VERSION_PATCH 0
#define ELMAN_VERSION_NUMBER (ELMAN_VERSION_MAJOR * 10000 + ELMAN_VERSION_MINOR * 100 + ELMAN_VERSION_PATCH)
#define ELMAN_VERSION_STRING "0.2.0"

/* The most dimensions of an array. */
#define ELMAN_MAX_RANK 8

/* A layer, a model, and a stream: one type a kind, so that the compiler catches mix-ups. Pass them by value. */
typedef struct { uint64_t id; } elman_layer;
typedef struct { uint64_t id; } elman_model;
typedef struct { uint64_t id; } elman_stream;
typedef struct { uint64_t id; } elman_tensor;

/* What became of a call. */
typedef int32_t elman_status;
#define ELMAN_OK 0
#define ELMAN_INVALID_ARGUMENT (-1)  /* a value that is not allowed */
#define ELMAN_INVALID_HANDLE (-2)    /* not a live handle of this kind */
#define ELMAN_WRONG_TYPE (-3)        /* a config value of the wrong type, an unknown config key */
#define ELMAN_NOT_FOUND (-4)         /* no layer, weight or class of that name or index */
#define ELMAN_SHAPE_MISMATCH (-5)    /* an input, state or weight whose shape does not fit */
#define ELMAN_NOT_BUILT (-6)         /* the model or layer has no weights yet: its input shape is not known */
#define ELMAN_BUFFER_TOO_SMALL (-7)  /* the caller's buffer does not hold the result */
#define ELMAN_OUT_OF_MEMORY (-8)     /* memory could not be had, or a size is beyond this machine */
#define ELMAN_UNSUPPORTED (-9)       /* what Keras knows and this version of elman does not */
#define ELMAN_INTERNAL (-10)         /* a defect of elman: please report it */

/* An array of numbers that the caller owns. data may be NULL where a dimension is 0. */
typedef struct {
  const float *data;
  const int64_t *shape;   /* rank dimensions, none of them -1 */
  size_t rank;            /* 0 (one number) to ELMAN_MAX_RANK */
} elman_array;

/* Where one output goes. */
typedef struct {
  float *data;                          /* NULL: only the shape is asked for */
  size_t count;                         /* floats that data holds */
  int64_t shape[ELMAN_MAX_RANK];        /* set by the call */
  size_t rank;                          /* set by the call */
} elman_output;

/* Options of a type with some fields set, as an expression: see "Options" above. C99 and later, not C++. Since 0.1. */
#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define ELMAN_OPTIONS(type, ...) ((type){ .struct_size = sizeof(type), __VA_ARGS__ })
#endif

/* ================================================================================================================ */
/* Errors                                                                                                           */
/* ================================================================================================================ */

/*
 * elman_status_name: the name of a status as it stands in this header.
 *
 *   status   any number
 *
 * Returns "ELMAN_OK", "ELMAN_INVALID_ARGUMENT", ..., or "unknown status"; the text lives as long as the process.
 * Since 0.1.
 */
ELMAN_API const char *elman_status_name(elman_status status);

/*
 * elman_last_error: the message of the last call that failed on this thread.
 *
 *   text       receives the message and a zero byte. What does not fit is cut off, never inside a UTF-8 sequence.
 *              May be NULL.
 *   capacity   bytes that text holds; 0: nothing is written
 *
 * Returns the bytes of the whole message without its zero byte; 0 where no call has failed on this thread. The message
 * is a copy and stays until the next failure on the same thread; calls that succeed do not touch it. Since 0.1.
 */
ELMAN_API size_t elman_last_error(char *text, size_t capacity);

/*
 * elman_last_callback_status: what a function of the caller returned that made the last call of this thread fail.
 *
 * A cell or a Lambda may return any number but 0 to stop the run that it is part of. That run returns
 * ELMAN_INVALID_ARGUMENT on the thread that began it, whichever thread the function ran on, and this is the number.
 *
 * Returns the number; 0 where the last failure of this thread was no such thing, or the function threw an exception,
 * whose text is in elman_last_error. Since 0.2.
 */
ELMAN_API int32_t elman_last_callback_status(void);

/* ================================================================================================================ */
/* Models                                                                                                           */
/* ================================================================================================================ */

/*
 * elman_model_create: makes an empty model: Keras's Sequential.
 *
 *   name    its name; NULL: "sequential", "sequential_1", ...
 *   model   receives the handle
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_model_create(const char *name, elman_model *model);

/*
 * elman_model_create_from_config: makes a model from what get_config() or to_json() of a Sequential gives.
 *
 *   config_json   {"name": ..., "layers": [{"class_name": ..., "config": ...}, ...]}, or the same as the "config" of
 *                 {"class_name": "Sequential", "config": ...}; of Keras 1, 2 or 3. Keras 2.0 to 2.2.2 wrote the list
 *                 alone
 *   model         receives the handle
 *
 * Weights are fresh. Nothing that a config names is ever imported, opened or run. "keras_version" beside "class_name"
 * decides what some names mean: "hard_sigmoid" is clip(0.2 x + 0.5, 0, 1) in Keras 1 and 2 ("backend" without a version
 * is Keras 1), otherwise relu6(x + 3) / 6; and an LSTM or GRU without "recurrent_activation" has it up to Keras 2.3.
 *
 * Returns also the codes of elman_layer_create and elman_model_add_layer; ELMAN_UNSUPPORTED: no Sequential. Since 0.1.
 */
ELMAN_API elman_status elman_model_create_from_config(const char *config_json, elman_model *model);

/*
 * elman_model_release: gives a handle back; the null handle is allowed.
 *
 * The model goes with its last handle, once the calls that run on it are through. Since 0.1.
 */
ELMAN_API elman_status elman_model_release(elman_model model);

/*
 * elman_model_add_layer: appends a layer.
 *
 *   layer   the model keeps its own reference, so that the caller may release the handle at once
 *
 * Where the shape of its input is known the layer is built here, otherwise at elman_model_build or the first run. One
 * layer may stand in several models; they then share its weights. Changes the model.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: the name is taken in this model, an InputLayer that is not first, a layer after
 * one with several outputs; ELMAN_SHAPE_MISMATCH: it does not fit what comes before. Since 0.1.
 */
ELMAN_API elman_status elman_model_add_layer(elman_model model, elman_layer layer);

/*
 * elman_model_pop_layer: takes the last layer off.
 *
 * The layer keeps its weights, and lives on where a handle has it. Changes the model.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: the model has no layers. Since 0.1.
 */
ELMAN_API elman_status elman_model_pop_layer(elman_model model);

/*
 * elman_model_build: makes the weights of all layers for an input shape.
 *
 *   input_shape   batch first, -1 where a dimension is not fixed
 *   input_rank    1 to ELMAN_MAX_RANK
 *
 * Needed only where no layer has an input shape in its config and weights or a summary are wanted before the first run.
 * A model that is built already keeps its weights, and the shape must fit them. Changes the model.
 *
 * Returns also ELMAN_NOT_BUILT: the model has no layers; ELMAN_SHAPE_MISMATCH: a layer does not fit;
 * ELMAN_INVALID_ARGUMENT: unknown features. Since 0.1.
 */
ELMAN_API elman_status elman_model_build(elman_model model, const int64_t *input_shape, size_t input_rank);

/*
 * elman_model_is_built: whether the model knows its input shape and has its weights.
 *
 *   built   receives 1 or 0
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_model_is_built(elman_model model, int32_t *built);

/*
 * elman_model_input_shape: the shape of the model's inputs.
 *
 *   shape, capacity, rank   receive the shape, -1 where a dimension is not fixed
 *
 * Returns also ELMAN_NOT_BUILT. Since 0.1.
 */
ELMAN_API elman_status elman_model_input_shape(elman_model model, int64_t *shape, size_t capacity, size_t *rank);

/*
 * elman_model_output_shape: the shape of the model's output for an input shape.
 *
 *   input_shape                           batch first, -1 where a dimension is not fixed; NULL (with input_rank 0): the
 *                                         shape that the model was built for
 *   input_rank                            1 to ELMAN_MAX_RANK, 0 with NULL
 *   output_shape, capacity, output_rank   receive the shape; of several outputs, that of the first
 *
 * Nothing is built or run. The product of the shape is the output_count that elman_model_forward needs.
 *
 * Returns also ELMAN_NOT_BUILT: no shape given and none known; ELMAN_SHAPE_MISMATCH: not an input of this model.
 * Since 0.1.
 */
ELMAN_API elman_status elman_model_output_shape(elman_model model, const int64_t *input_shape, size_t input_rank,
                                                int64_t *output_shape, size_t capacity, size_t *output_rank);

/*
 * elman_model_layer_count: how many layers the model has, without an InputLayer.
 *
 *   count   receives the number
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_model_layer_count(elman_model model, size_t *count);

/*
 * elman_model_layer, elman_model_find_layer: a layer of the model by its index, or by its name.
 *
 *   index   below the model's layer count
 *   name    the layer's name
 *   layer   receives a handle; every call makes a new one
 *
 * Returns also ELMAN_NOT_FOUND: no layer of that index or name. Since 0.1.
 */
ELMAN_API elman_status elman_model_layer(elman_model model, size_t index, elman_layer *layer);
ELMAN_API elman_status elman_model_find_layer(elman_model model, const char *name, elman_layer *layer);

/*
 * elman_model_name: the model's name, such as "sequential_1".
 *
 *   text, capacity, length   receive the name
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_model_name(elman_model model, char *text, size_t capacity, size_t *length);

/*
 * elman_model_config: the model as a JSON object, as Keras's get_config() gives it.
 *
 *   text, capacity, length   receive the JSON
 *
 * elman_model_create_from_config makes the same model again, with other weights. Since 0.1.
 */
ELMAN_API elman_status elman_model_config(elman_model model, char *text, size_t capacity, size_t *length);

/*
 * elman_model_json: the model as JSON that Keras reads, as its to_json() gives it.
 *
 *   text, capacity, length   receive the JSON
 *
 * The config with {"class_name": "Sequential"} around it, and the input shape in an InputLayer. Keras 2 and Keras 3
 * both read it; but a "hard_sigmoid" is another function in each: a model with that of Keras 2 gives JSON with
 * "keras_version": "2.15.0", and one with that of Keras 3 JSON that Keras 2 refuses. elman_model_create_from_config
 * reads them all. Since 0.2.
 */
ELMAN_API elman_status elman_model_json(elman_model model, char *text, size_t capacity, size_t *length);

/* ================================================================================================================ */
/* Files                                                                                                            */
/* ================================================================================================================ */

/* How a model is loaded. */
typedef struct {
  size_t struct_size;
  int64_t max_bytes;          /* the most bytes of a file, of what it packs, and of all weights; 0: ELMAN_MAX_MODEL_BYTES of
                                 the environment, otherwise 2 GiB */
  const char *weights_path;   /* a file of weights alone, where the model's own has a config alone; NULL: none */
} elman_load_options;
#define ELMAN_LOAD_OPTIONS_INIT { sizeof(elman_load_options), 0, NULL }

/*
 * elman_model_load, elman_model_load_memory: makes the model in a file that Keras saved.
 *
 *   path      a .keras file (Keras 3, tf_keras from 2.12 on) or an HDF5 file (.h5 of Keras 1, 2, tf.keras and 3): the
 *             content says which, whatever the name. Or JSON, with weights_path
 *   bytes     the content of such a file, which is read during the call and never kept
 *   size      bytes of it
 *   options   see the fields; NULL: none
 *   model     receives the handle
 *
 * What a name or a default meant in the Keras that wrote the file is what it means here: hard_sigmoid, reset_after,
 * the gates of Keras 1, weights of CuDNNLSTM and CuDNNGRU. Weights in float16, bfloat16 and float64 become float.
 * Compile settings and the optimizer's state are not read. Nothing in a file is ever run, imported, or opened as a path;
 * links into other files are refused, and every size is compared with what is there before memory is taken for it.
 *
 * Returns also ELMAN_NOT_FOUND: no such file, a layer of a class that elman does not have; ELMAN_UNSUPPORTED: no file of
 * these formats (the message names what it is), weights alone, a Lambda; ELMAN_SHAPE_MISMATCH: weights that do not fit
 * the config; ELMAN_WRONG_TYPE: a config that no Keras writes; ELMAN_INVALID_ARGUMENT: a damaged file, one beyond
 * max_bytes. Since 0.2.
 */
ELMAN_API elman_status elman_model_load(const char *path, const elman_load_options *options, elman_model *model);
ELMAN_API elman_status elman_model_load_memory(const void *bytes, size_t size, const elman_load_options *options,
                                               elman_model *model);

/* How weights are loaded. */
typedef struct {
  size_t struct_size;
  int64_t max_bytes;          /* as in elman_load_options */
  int32_t by_name;            /* not 0: into the layers that have the names of the file, legacy .h5 alone */
  int32_t skip_mismatch;      /* not 0: layers whose weights do not fit stay as they are */
} elman_load_weights_options;
#define ELMAN_LOAD_WEIGHTS_OPTIONS_INIT { sizeof(elman_load_weights_options), 0, 0, 0 }

/*
 * elman_model_load_weights, elman_model_load_weights_memory: sets a model's weights to those of a file.
 *
 *   path      .weights.h5 of Keras 3 and tf_keras, whose groups are named by the classes of layers; .h5 of weights alone,
 *             in the order of the layers; or a whole model, .keras or .h5
 *   bytes     the content of such a file, which is read during the call and never kept
 *   size      bytes of it
 *   options   see the fields; NULL: none
 *
 * All weights are set, or none. Changes the model.
 *
 * Returns also the codes of elman_model_load; ELMAN_NOT_BUILT: the model has no weights yet. Since 0.2.
 */
ELMAN_API elman_status elman_model_load_weights(elman_model model, const char *path,
                                                const elman_load_weights_options *options);
ELMAN_API elman_status elman_model_load_weights_memory(elman_model model, const void *bytes, size_t size,
                                                       const elman_load_weights_options *options);

/* How a model is saved. */
typedef struct {
  size_t struct_size;
  const char *format;         /* "keras" or "h5"; NULL: as the suffix of the path says */
} elman_save_options;
#define ELMAN_SAVE_OPTIONS_INIT { sizeof(elman_save_options), NULL }

/*
 * elman_model_save: writes the model to a file that Keras opens.
 *
 *   path      ends in .keras (Keras 3's zip archive) or in .h5 or .hdf5 (what all Kerases read); an existing file is
 *             replaced, and keeps its permissions
 *   options   see the fields; NULL: none
 *
 * The file is written whole or not at all: whatever happens, the old one or the new one is there. A model that Keras 3
 * would run otherwise, with Keras 2's hard_sigmoid or of a file of Keras 2 that is no chain, is written in the form of
 * tf_keras 2.15.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: another suffix or format; ELMAN_NOT_FOUND: the file could not be written (the
 * message has the system's reason); ELMAN_UNSUPPORTED: a Lambda or another layer that holds a function. Since 0.2.
 */
ELMAN_API elman_status elman_model_save(elman_model model, const char *path, const elman_save_options *options);

/*
 * elman_model_save_weights: writes the weights alone, as elman_model_save does.
 *
 *   path   ends in .weights.h5, the form of Keras 3, or in another .h5 or .hdf5: the form of Keras 2
 *
 * Returns also the codes of elman_model_save; ELMAN_NOT_BUILT: the model has no weights yet. Since 0.2.
 */
ELMAN_API elman_status elman_model_save_weights(elman_model model, const char *path);

/* ================================================================================================================ */
/* Running a model                                                                                                  */
/* ================================================================================================================ */

/*
 * elman_model_forward: computes the output of a model for a batch of inputs.
 *
 *   input          the batch, row-major; may be NULL where a dimension is 0
 *   input_shape    its shape, such as {batch, timesteps, features}; no dimension is -1
 *   input_rank     1 to ELMAN_MAX_RANK
 *   output         receives the output, row-major
 *   output_count   floats that output holds: at least the product of elman_model_output_shape
 *
 * A model that is not built is built by its first input. The first call with a shape plans its memory; calls after it
 * allocate nothing, with up to 64 shapes in turn (see elman_model_memory for large ones). For models with several
 * outputs see elman_model_run.
 *
 * Returns also ELMAN_SHAPE_MISMATCH: not an input of this model; ELMAN_NOT_BUILT: the model has no layers;
 * ELMAN_INVALID_ARGUMENT: several outputs, an index that is not in an embedding's table. Since 0.1.
 */
ELMAN_API elman_status elman_model_forward(elman_model model, const float *input, const int64_t *input_shape,
                                           size_t input_rank, float *output, size_t output_count);

/* Which places of an input count. */
typedef struct {
  const uint8_t *data;                  /* 0 where a place is to be skipped; NULL: the input has no mask */
  const int64_t *shape;                 /* the input's first dimensions, such as (batch, timesteps) */
  size_t rank;
} elman_mask;

/* What a call may bring beside its inputs. */
typedef struct {
  size_t struct_size;
  int32_t training;                     /* not 0: as a step of training runs it */
  int32_t reserved;                     /* 0 */
  const elman_array *initial_states;    /* of the first recurrent layer, (batch, units) each; NULL with 0: its own */
  size_t initial_state_count;           /* 0, or the number of its states; Bidirectional: forward, then backward */
  const elman_mask *masks;              /* one for each input; NULL with 0: none */
  size_t mask_count;
} elman_run_options;
#define ELMAN_RUN_OPTIONS_INIT { sizeof(elman_run_options), 0, 0, NULL, 0, NULL, 0 }

/*
 * elman_model_run: computes all outputs of a model, with what a call may bring beside its inputs.
 *
 *   inputs            the batch: one array for each input of the model
 *   input_count       how many there are: 1 but for graphs of several inputs
 *   options           see the fields; NULL: none
 *   outputs           in Keras's order: those of a graph or, of a Sequential, the output (the two of merge_mode
 *                     "none"), then the states of return_state. Their shapes are set. Either none of the data is NULL,
 *                     or all are: then nothing runs, and a model that is not built is built.
 *   output_capacity   how many outputs there is room for; 0 (outputs may then be NULL) only asks for their number
 *   output_count      receives how many there are; may be NULL where output_capacity is not 0
 *
 * Returns also the codes of elman_model_forward; ELMAN_BUFFER_TOO_SMALL: more outputs than output_capacity, or an
 * output whose count is too small (shapes and *output_count are then set); ELMAN_SHAPE_MISMATCH: also states or masks
 * that do not fit; ELMAN_INVALID_ARGUMENT: also a wrong number of inputs or masks, states where no layer takes any,
 * some data NULL and some not. Since 0.1.
 */
ELMAN_API elman_status elman_model_run(elman_model model, const elman_array *inputs, size_t input_count,
                                       const elman_run_options *options, elman_output *outputs,
                                       size_t output_capacity, size_t *output_count);

/*
 * elman_model_reset_states: puts the states that stateful layers carry from call to call back to zeros.
 *
 * Changes the model. Since 0.1.
 */
ELMAN_API elman_status elman_model_reset_states(elman_model model);

/*
 * elman_model_set_num_threads: how many threads a call of this model may use.
 *
 *   threads   1 to 1024; 0: the number of the process, see elman_set_num_threads
 *
 * Holds from the next call on, and for streams that are created later. Results do not depend on it.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: below 0 or above 1024. Since 0.2.
 */
ELMAN_API elman_status elman_model_set_num_threads(elman_model model, int32_t threads);

/* ================================================================================================================ */
/* The summary                                                                                                      */
/* ================================================================================================================ */

/*
 * elman_model_summary: the table of the model's layers, their output shapes and parameter counts.
 *
 *   text, capacity, length   receive the table; every line ends with a newline
 *
 * The table of TensorFlow 2.0 to 2.3, 65 columns wide:
 *
 *     Model: "sequential_1"
 *     _________________________________________________________________
 *     Layer (type)                 Output Shape              Param #
 *     =================================================================
 *     simple_rnn_1 (SimpleRNN)     (None, 3)                 42
 *     =================================================================
 *     Total params: 42
 *     Trainable params: 42
 *     Non-trainable params: 0
 *     _________________________________________________________________
 *
 * Where the layers of a graph are no chain, the table is 98 columns wide and has a fourth column, "Connected to": what
 * each layer reads, one line for each tensor, as name[call][output]. A layer of several outputs has a list of shapes, and
 * one whose calls give different shapes has "multiple".
 *
 * Returns also ELMAN_NOT_BUILT. Since 0.1.
 */
ELMAN_API elman_status elman_model_summary(elman_model model, char *text, size_t capacity, size_t *length);

/* Styles of a summary. */
#define ELMAN_SUMMARY_TF2 0      /* TensorFlow 2.0 to 2.3: ruled with _ and = */
#define ELMAN_SUMMARY_KERAS3 1   /* Keras 3: a box */

/* How a summary looks; the arguments of Keras's summary(). */
typedef struct {
  size_t struct_size;
  int32_t style;                /* ELMAN_SUMMARY_TF2 or ELMAN_SUMMARY_KERAS3 */
  int32_t expand_nested;        /* not 0: the layers of models that are layers too */
  int32_t show_trainable;       /* not 0: one more column */
  int32_t line_length;          /* columns, up to 10000; 0: the style's own */
  const double *positions;      /* where the 3 columns end, 4 with "Connected to": fractions of the line, or columns; NULL:
                                   the style's own */
  size_t position_count;        /* of positions */
  const char *first_layer;      /* name of the first layer to show; NULL: all from the first on */
  const char *last_layer;       /* name of the last layer to show; NULL: all to the last one */
} elman_summary_options;
#define ELMAN_SUMMARY_OPTIONS_INIT { sizeof(elman_summary_options), 0, 0, 0, 0, NULL, 0, NULL, NULL }

/*
 * elman_model_summary_with: the same in another style, width or range.
 *
 *   options                  see the fields; NULL: all defaults. Totals are always those of the whole model.
 *   text, capacity, length   receive the table; every line ends with a newline
 *
 * Returns also ELMAN_NOT_BUILT; ELMAN_NOT_FOUND: no layer of that name; ELMAN_INVALID_ARGUMENT: an unknown style, a
 * width or positions out of range. Since 0.1.
 */
ELMAN_API elman_status elman_model_summary_with(elman_model model, const elman_summary_options *options, char *text,
                                                size_t capacity, size_t *length);

/*
 * elman_model_count_params, elman_layer_count_params: how many numbers the weights have.
 *
 *   total       receives the number of all; may be NULL
 *   trainable   receives the number of those that training may change; may be NULL
 *
 * Returns also ELMAN_NOT_BUILT. Since 0.1.
 */
ELMAN_API elman_status elman_model_count_params(elman_model model, int64_t *total, int64_t *trainable);
ELMAN_API elman_status elman_layer_count_params(elman_layer layer, int64_t *total, int64_t *trainable);

/* ================================================================================================================ */
/* Layers                                                                                                           */
/* ================================================================================================================ */

/*
 * elman_layer_create: makes a layer from Keras's class name and config.
 *
 *   class_name    one of AveragePooling2D, AveragePooling3D, Conv2D, ConvLSTM2D, Cropping2D, GlobalAveragePooling2D,
 *                 GlobalMaxPooling2D, MaxPooling2D, MaxPooling3D, SpatialDropout2D, UpSampling2D, ZeroPadding2D,
 *                 SimpleRNN, LSTM, GRU, RNN, ConvLSTM1D, SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells,
 *                 Bidirectional, TimeDistributed, InputLayer, Embedding, Masking, Dense, Activation, Dropout, Flatten,
 *                 ActivityRegularization, AlphaDropout, AveragePooling1D, BatchNormalization, Conv1D, Conv1DTranspose,
 *                 Cropping1D, DepthwiseConv1D, ELU, GaussianDropout, GaussianNoise, GlobalAveragePooling1D,
 *                 GlobalMaxPooling1D, GroupNormalization, LayerNormalization, LeakyReLU, MaxPooling1D, Normalization,
 *                 Permute, PReLU, ReLU, RepeatVector, Rescaling, Reshape, RMSNormalization, SeparableConv1D, Softmax,
 *                 SpatialDropout1D, ThresholdedReLU, UnitNormalization, UpSampling1D, ZeroPadding1D, CuDNNLSTM,
 *                 CuDNNGRU (which make an LSTM and a GRU); and, of several inputs (see elman_layer_call), Add, Subtract,
 *                 Multiply, Average, Maximum, Minimum, Concatenate, Dot, Attention, AdditiveAttention,
 *                 MultiHeadAttention, GroupedQueryAttention; in graphs also Any, ExpandDims, GetItem, Operation
 *   config_json   its arguments as a JSON object, named as in Keras: what get_config() gives, or less, since every
 *                 argument that Keras has a default for may be left out. NULL or "{}": all defaults. Example:
 *                 {"units": 3, "return_sequences": true, "batch_input_shape": [null, 2, 10]}
 *   layer         receives the handle
 *
 * Nothing that a config names is ever imported, opened or run. The layer has no weights until its input shape is known:
 * see elman_layer_build and elman_model_add_layer.
 *
 *     elman_layer_create("LayerNormalization", "{\"axis\": [1, 2]}", &layer);
 *
 * Returns also ELMAN_NOT_FOUND: no such class; ELMAN_INVALID_ARGUMENT: broken JSON, a value out of range;
 * ELMAN_WRONG_TYPE: a value of the wrong type, a key that the class does not know; ELMAN_UNSUPPORTED: an argument that
 * only Keras supports. Since 0.1.
 */
ELMAN_API elman_status elman_layer_create(const char *class_name, const char *config_json, elman_layer *layer);

/*
 * elman_layer_create_around: makes a layer around others that are there already.
 *
 *   class_name    "RNN" (around its cell), "StackedRNNCells" (its cells), "TimeDistributed" (its layer),
 *                 "Bidirectional" (its layer and, if there is one, the backward layer)
 *   config_json   the other arguments, as for elman_layer_create; NULL: none
 *   inner         inner_count live handles. The new layer shares what they stand for, weights included, except that a
 *                 Bidirectional makes its own two layers from their configs. The caller still releases the handles.
 *   inner_count   1 to 256
 *   layer         receives the handle
 *
 * Returns also the codes of elman_layer_create; ELMAN_INVALID_HANDLE: one of inner is not live; ELMAN_INVALID_ARGUMENT:
 * a class that is not made around layers, or layers that it does not take. Since 0.2.
 */
ELMAN_API elman_status elman_layer_create_around(const char *class_name, const char *config_json,
                                                 const elman_layer *inner, size_t inner_count, elman_layer *layer);

/*
 * elman_layer_release: gives a handle back; the null handle is allowed.
 *
 * The layer itself lives on where a model, another handle or a running call has it. Since 0.1.
 */
ELMAN_API elman_status elman_layer_release(elman_layer layer);

/*
 * elman_layer_class_names: the class names that elman_layer_create takes, as a JSON list of strings in order.
 *
 *   text, capacity, length   receive the JSON
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_layer_class_names(char *text, size_t capacity, size_t *length);

/*
 * elman_layer_arguments: the arguments of a class of layers, as a JSON list in the order of Keras's signature.
 *
 *   class_name               as for elman_layer_create
 *   text, capacity, length   receive the JSON
 *
 * Each is an object such as {"name": "use_bias", "type": "flag", "default": true}; an argument without a "default" must
 * be given. "by_name": true marks what configs may have and Keras's signature has not, such as the names of another
 * version; where the type is "ignored", it has no effect. The arguments that every layer takes (name, trainable, dtype,
 * input_shape and their like) are not listed.
 *
 * Returns also ELMAN_NOT_FOUND: no such class. Since 0.2.
 */
ELMAN_API elman_status elman_layer_arguments(const char *class_name, char *text, size_t capacity, size_t *length);

/* ================================================================================================================ */
/* Layers from options                                                                                              */
/* ================================================================================================================ */

/*
 * For the layers that are written by hand most often. The creators below do what elman_layer_create does with a config
 * of the same content: the fields are Keras's arguments, and a zero field has Keras's default. Common fields:
 *
 *   name                the layer's name; NULL: "simple_rnn", "simple_rnn_1", ...
 *   batch_input_shape   the input shape, batch first, -1 for None; read where batch_input_rank > 0. Keras's
 *                       input_shape=(2, 10) is {-1, 2, 10}. Needed by the first layer of a model only.
 *   batch_input_rank    its dimensions; 0: the shape follows from the layer before or the first input
 *   frozen              not 0: trainable=False
 *
 * Activations are given by Keras's names: "tanh", "relu", ... Initializers by their names ("glorot_uniform", "zeros",
 * ...) or as JSON: {"class_name": "RandomNormal", "config": {"stddev": 0.1, "seed": 1}}. Flags are 0 or not 0. Texts
 * and shapes are copied. An inner layer or cell is shared: its weights are the new layer's, and the caller still
 * releases its handle.
 *
 * They return also ELMAN_INVALID_ARGUMENT: a value out of range, an unknown activation or initializer;
 * ELMAN_WRONG_TYPE: an initializer's JSON is not one.
 */

/*
 * elman_input_create: gives a model the shape of its inputs, as Keras's Input(...) does.
 *
 *   options   batch_input_shape must be given
 *   layer     receives the handle
 *
 * Can only be added first. It does not count among the layers of a model, and no table shows it. Since 0.1.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
} elman_input_options;
#define ELMAN_INPUT_OPTIONS_INIT { sizeof(elman_input_options), NULL, {0}, 0 }
ELMAN_API elman_status elman_input_create(const elman_input_options *options, elman_layer *layer);

/*
 * elman_simple_rnn_create: the Elman network, h_t = activation(x_t W + h_(t-1) U + b).
 *
 *   options   units must be given
 *   layer     receives the handle
 *
 * Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences, then
 * with return_state the last state, (batch, units). Weights: kernel (features, units), recurrent_kernel (units, units),
 * bias (units). Since 0.1.
 *
 *     status = elman_simple_rnn_create(&ELMAN_OPTIONS(elman_simple_rnn_options, .units = 3, .batch_input_rank = 3,
 *                                                     .batch_input_shape = {-1, 2, 10}), &layer);
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  int64_t units;                      /* 1 to 2^31 - 1 */
  const char *activation;             /* NULL: "tanh" */
  const char *kernel_initializer;     /* NULL: "glorot_uniform" */
  const char *recurrent_initializer;  /* NULL: "orthogonal" */
  const char *bias_initializer;       /* NULL: "zeros" */
  double dropout;                     /* 0 to 1, for training */
  double recurrent_dropout;           /* 0 to 1, for training */
  int32_t frozen;
  int32_t no_bias;                    /* use_bias=False */
  int32_t return_sequences;
  int32_t return_state;
  int32_t go_backwards;
  int32_t stateful;                   /* needs a fixed batch */
  int32_t unroll;                     /* changes nothing: kept for the config */
  int32_t reserved;
} elman_simple_rnn_options;
#define ELMAN_SIMPLE_RNN_OPTIONS_INIT \
  { sizeof(elman_simple_rnn_options), NULL, {0}, 0, 0, NULL, NULL, NULL, NULL, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0 }
ELMAN_API elman_status elman_simple_rnn_create(const elman_simple_rnn_options *options, elman_layer *layer);

/*
 * elman_lstm_create: long short-term memory, c = f c + i act(c~), h = o act(c).
 *
 *   options   units must be given
 *   layer     receives the handle
 *
 * Input and output as a SimpleRNN's, with two last states. Weights: kernel (features, 4 * units), recurrent_kernel
 * (units, 4 * units), bias (4 * units), gates in the order i, f, c, o. Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  int64_t units;                      /* 1 to 2^31 - 1 */
  const char *activation;             /* NULL: "tanh" */
  const char *recurrent_activation;   /* NULL: "sigmoid" */
  const char *kernel_initializer;     /* NULL: "glorot_uniform" */
  const char *recurrent_initializer;  /* NULL: "orthogonal" */
  const char *bias_initializer;       /* NULL: "zeros" */
  double dropout;                     /* 0 to 1, for training */
  double recurrent_dropout;           /* 0 to 1, for training */
  int32_t frozen;
  int32_t no_bias;                    /* use_bias=False */
  int32_t no_unit_forget_bias;        /* unit_forget_bias=False */
  int32_t return_sequences;
  int32_t return_state;
  int32_t go_backwards;
  int32_t stateful;                   /* needs a fixed batch */
  int32_t unroll;                     /* changes nothing: kept for the config */
} elman_lstm_options;
#define ELMAN_LSTM_OPTIONS_INIT \
  { sizeof(elman_lstm_options), NULL, {0}, 0, 0, NULL, NULL, NULL, NULL, NULL, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0 }
ELMAN_API elman_status elman_lstm_create(const elman_lstm_options *options, elman_layer *layer);

/*
 * elman_gru_create: the gated recurrent unit, h = z h + (1 - z) act(h~).
 *
 *   options   units must be given
 *   layer     receives the handle
 *
 * Input and output as a SimpleRNN's. Weights: kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias
 * (2, 3 * units), or (3 * units) with reset_before; gates in the order z, r, h. Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  int64_t units;                      /* 1 to 2^31 - 1 */
  const char *activation;             /* NULL: "tanh" */
  const char *recurrent_activation;   /* NULL: "sigmoid" */
  const char *kernel_initializer;     /* NULL: "glorot_uniform" */
  const char *recurrent_initializer;  /* NULL: "orthogonal" */
  const char *bias_initializer;       /* NULL: "zeros" */
  double dropout;                     /* 0 to 1, for training */
  double recurrent_dropout;           /* 0 to 1, for training */
  int32_t frozen;
  int32_t no_bias;                    /* use_bias=False */
  int32_t reset_before;               /* reset_after=False */
  int32_t return_sequences;
  int32_t return_state;
  int32_t go_backwards;
  int32_t stateful;                   /* needs a fixed batch */
  int32_t unroll;                     /* changes nothing: kept for the config */
} elman_gru_options;
#define ELMAN_GRU_OPTIONS_INIT \
  { sizeof(elman_gru_options), NULL, {0}, 0, 0, NULL, NULL, NULL, NULL, NULL, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0 }
ELMAN_API elman_status elman_gru_create(const elman_gru_options *options, elman_layer *layer);

/*
 * elman_rnn_create: a cell over a sequence.
 *
 *   options   cell must be given
 *   layer     receives the handle
 *
 * Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences, then
 * with return_state the last states, (batch, size) each. Weights: the cell's.
 *
 * Returns also ELMAN_INVALID_HANDLE: cell is not live. Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  elman_layer cell;                   /* a SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells, or the caller's */
  int32_t frozen;
  int32_t return_sequences;
  int32_t return_state;
  int32_t go_backwards;
  int32_t stateful;                   /* needs a fixed batch */
  int32_t unroll;                     /* changes nothing: kept for the config */
  int32_t zero_output_for_mask;       /* zeros for masked steps, rather than the output before */
  int32_t reserved;
} elman_rnn_options;
#define ELMAN_RNN_OPTIONS_INIT { sizeof(elman_rnn_options), NULL, {0}, 0, {0}, 0, 0, 0, 0, 0, 0, 0, 0 }
ELMAN_API elman_status elman_rnn_create(const elman_rnn_options *options, elman_layer *layer);

/*
 * elman_bidirectional_create: a recurrent layer and its mirror image that reads the sequence from its end.
 *
 *   options   layer must be given. layer and backward_layer are read, not shared: as in Keras, the new layer makes its
 *             own two layers (forward_NAME, backward_NAME) from their configs, without their weights (but with the
 *             values of elman_layer_set_initial_weights). A cell of the caller (elman_cell_create) is shared by both.
 *   layer     receives the handle
 *
 * Input (batch, timesteps, features); output as the wrapped layer's, with the units of both at "concat". Outputs of
 * both directions stand in the order of the input. With return_state the forward states follow, then the backward ones.
 * Weights: those of the forward layer, then those of the backward one.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: not a recurrent layer, the two do not fit together, no such merge mode;
 * ELMAN_INVALID_HANDLE: layer or backward_layer is not live. Since 0.1.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  elman_layer layer;                  /* a SimpleRNN, LSTM, GRU or RNN */
  elman_layer backward_layer;         /* the null handle: layer with go_backwards turned round */
  const char *merge_mode;             /* NULL: "concat"; "sum", "mul", "ave"; "none" for two separate outputs */
  int32_t frozen;
  int32_t reserved;
} elman_bidirectional_options;
#define ELMAN_BIDIRECTIONAL_OPTIONS_INIT { sizeof(elman_bidirectional_options), NULL, {0}, 0, {0}, {0}, NULL, 0, 0 }
ELMAN_API elman_status elman_bidirectional_create(const elman_bidirectional_options *options, elman_layer *layer);

/*
 * elman_time_distributed_create: a layer applied to each timestep.
 *
 *   options   layer must be given
 *   layer     receives the handle
 *
 * Input (batch, timesteps, ...); output (batch, timesteps, ...). Weights: the layer's. Of a mask (batch, timesteps,
 * ...) the layer gets the part of each timestep; the mask that it leaves goes on, or else whether anything of
 * a timestep counts.
 *
 * Returns also ELMAN_UNSUPPORTED: a layer that keeps states; ELMAN_INVALID_HANDLE: options->layer. Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  elman_layer layer;
  int32_t frozen;
  int32_t reserved;
} elman_time_distributed_options;
#define ELMAN_TIME_DISTRIBUTED_OPTIONS_INIT { sizeof(elman_time_distributed_options), NULL, {0}, 0, {0}, 0, 0 }
ELMAN_API elman_status elman_time_distributed_create(const elman_time_distributed_options *options, elman_layer *layer);

/*
 * elman_embedding_create: rows of a table, by index.
 *
 *   options   input_dim and output_dim must be given
 *   layer     receives the handle
 *
 * Input (batch, ...) of whole numbers from 0 to input_dim - 1; output (batch, ..., output_dim). Another number is
 * ELMAN_INVALID_ARGUMENT when the model runs. Weights: embeddings (input_dim, output_dim). Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  int64_t input_dim;                  /* rows, at most 2^24 */
  int64_t output_dim;                 /* the size of a row */
  const char *embeddings_initializer; /* NULL: "uniform" */
  int32_t frozen;
  int32_t mask_zero;                  /* index 0 masks its place: the mask has the shape of the indices */
} elman_embedding_options;
#define ELMAN_EMBEDDING_OPTIONS_INIT { sizeof(elman_embedding_options), NULL, {0}, 0, 0, 0, NULL, 0, 0 }
ELMAN_API elman_status elman_embedding_create(const elman_embedding_options *options, elman_layer *layer);

/*
 * elman_masking_create: masks the places, such as timesteps, whose features all equal a value.
 *
 *   options   see the fields
 *   layer     receives the handle
 *
 * Input and output (batch, ..., features), of rank 2 or more; the mask is (batch, ...). No weights. Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  double mask_value;
  int32_t frozen;
  int32_t reserved;
} elman_masking_options;
#define ELMAN_MASKING_OPTIONS_INIT { sizeof(elman_masking_options), NULL, {0}, 0, 0.0, 0, 0 }
ELMAN_API elman_status elman_masking_create(const elman_masking_options *options, elman_layer *layer);

/*
 * elman_dense_create: a fully connected layer, y = activation(x W + b) over the last axis.
 *
 *   options   units must be given
 *   layer     receives the handle
 *
 * Input (batch, ..., features) of rank 2 or more; output (batch, ..., units). Weights: kernel (features, units), bias
 * (units). After a recurrent layer it is the output head of the textbooks, y_t = f(W_y h_t + b). Since 0.1.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  int64_t units;                      /* 1 to 2^31 - 1 */
  const char *activation;             /* NULL: "linear" */
  const char *kernel_initializer;     /* NULL: "glorot_uniform" */
  const char *bias_initializer;       /* NULL: "zeros" */
  int32_t frozen;
  int32_t no_bias;                    /* use_bias=False */
} elman_dense_options;
#define ELMAN_DENSE_OPTIONS_INIT { sizeof(elman_dense_options), NULL, {0}, 0, 0, NULL, NULL, NULL, 0, 0 }
ELMAN_API elman_status elman_dense_create(const elman_dense_options *options, elman_layer *layer);

/*
 * elman_conv_1d_create: a convolution along time.
 *
 *   options   filters and kernel_size must be given
 *   layer     receives the handle
 *
 * Input (batch, timesteps, features); output (batch, new timesteps, filters). Weights: kernel (kernel_size, features /
 * groups, filters), bias (filters). Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  int64_t filters;                    /* features of the output */
  int64_t kernel_size;                /* timesteps that a window sees */
  int64_t groups;                     /* 0: 1 */
  int64_t strides;                    /* 0: 1 */
  const char *padding;                /* NULL: "valid"; "same", "causal" */
  int64_t dilation_rate;              /* 0: 1 */
  const char *activation;             /* NULL: "linear" */
  const char *bias_initializer;       /* NULL: "zeros" */
  const char *kernel_initializer;     /* NULL: "glorot_uniform" */
  int32_t frozen;
  int32_t no_bias;                    /* use_bias=False */
} elman_conv_1d_options;
#define ELMAN_CONV_1D_OPTIONS_INIT \
  { sizeof(elman_conv_1d_options), NULL, {0}, 0, 0, 0, 0, 0, NULL, 0, NULL, NULL, NULL, 0, 0 }
ELMAN_API elman_status elman_conv_1d_create(const elman_conv_1d_options *options, elman_layer *layer);

/*
 * elman_activation_create: a function of every number, or of every row (softmax).
 *
 *   options   activation must be given; NULL is ELMAN_WRONG_TYPE
 *   layer     receives the handle
 *
 * Input of any shape; output of the same shape. No weights. Since 0.1.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  const char *activation;             /* "tanh", "softmax", ... */
  int32_t frozen;
  int32_t reserved;
} elman_activation_options;
#define ELMAN_ACTIVATION_OPTIONS_INIT { sizeof(elman_activation_options), NULL, {0}, 0, NULL, 0, 0 }
ELMAN_API elman_status elman_activation_create(const elman_activation_options *options, elman_layer *layer);

/*
 * elman_dropout_create: sets a part of its inputs to zero in training; at inference the input itself.
 *
 *   options   see the fields
 *   layer     receives the handle
 *
 * Input of any shape; output of the same shape. No weights. Since 0.1.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  double rate;                        /* the part, 0 to 1 */
  int32_t frozen;
  int32_t reserved;
} elman_dropout_options;
#define ELMAN_DROPOUT_OPTIONS_INIT { sizeof(elman_dropout_options), NULL, {0}, 0, 0.0, 0, 0 }
ELMAN_API elman_status elman_dropout_create(const elman_dropout_options *options, elman_layer *layer);

/* ================================================================================================================ */
/* Cells and layers of the caller                                                                                   */
/* ================================================================================================================ */

/*
 * elman_cell_create: a cell that the caller wrote, for elman_rnn_create.
 *
 *   options   units, state_sizes and call must be given
 *   layer     receives the handle
 *
 * call runs one step for the whole batch. build, unless NULL, is called once, before the others, when the layer is
 * built. initial_states, unless NULL, writes the states with which a sequence, a stream or a stateful layer's first
 * call begins, where the caller gives none; they are zeros otherwise, and after elman_layer_reset_states.
 *
 * These functions may be called from any thread, from several at once where several models or calls run. They may read
 * the layer and the model that are running them; what changes one of them ("Changes the layer" below) is there an
 * ELMAN_INVALID_ARGUMENT, "called from inside its own run", and a thread that they start must not be waited for while
 * it changes them. release, unless NULL, is called once with context when the library is done with it; not where
 * elman_cell_create fails. The weights that elman knows of are those that build adds (elman_layer_add_weight in
 * elman_experimental.h; the handle of the cell must be live then). config tells the arguments, as a layer's of the
 * caller; no config makes the cell unless its class is registered (elman_layer_class_register).
 *
 * Returns also ELMAN_INVALID_ARGUMENT: a size out of range, call is NULL. When one of the functions does not return 0,
 * what needed it returns ELMAN_INVALID_ARGUMENT; see elman_last_callback_status. Since 0.2.
 */
typedef struct {
  size_t batch;
  size_t features;
  const float *input;                 /* (batch, features) */
  const float *const *states;         /* (batch, state_sizes[i]) each */
  float *output;                      /* (batch, units), to be written */
  float *const *next_states;          /* to be written */
  int32_t training;                   /* not 0: the run is one of training */
  int32_t reserved;
  const elman_array *weights;         /* those of elman_layer_add_weight, as they are now */
  size_t weight_count;
} elman_cell_step;
typedef struct {
  size_t struct_size;
  const char *name;                   /* NULL: "callback_cell", ... */
  int64_t units;                      /* the size of the output, 1 to 2^31 - 1 */
  const int64_t *state_sizes;
  size_t state_count;                 /* 1 to 16 */
  void *context;                      /* for the functions */
  int32_t (*call)(void *context, const elman_cell_step *step);
  void (*release)(void *context);
  int32_t (*build)(void *context, size_t features);
  int32_t (*initial_states)(void *context, size_t batch, float *const *states);   /* (batch, state_sizes[i]) each */
  const char *class_name;             /* as configs have it; NULL: "CallbackCell" */
  int32_t (*config)(void *context, char *text, size_t capacity, size_t *length);   /* NULL: no arguments */
} elman_cell_options;
#define ELMAN_CELL_OPTIONS_INIT \
  { sizeof(elman_cell_options), NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL }
ELMAN_API elman_status elman_cell_create(const elman_cell_options *options, elman_layer *layer);

/*
 * elman_lambda_create: a function of the caller as a layer.
 *
 *   options   call must be given; name, batch_input_shape and frozen as in "Layers from options"
 *   layer     receives the handle
 *
 * shape writes the output's shape for an input's, -1 for what is not fixed; output_shape has room for ELMAN_MAX_RANK
 * dimensions. It is called once for each shape of inputs, and its result is kept. NULL: the input's own. call fills
 * output->data (output->count floats of output->shape). Both, and release, are called as the functions of
 * elman_cell_create are. No weights, and no config makes such a layer.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: call is NULL. When call or shape does not return 0, the function that needed it
 * returns ELMAN_INVALID_ARGUMENT. Since 0.2.
 */
typedef struct {
  size_t struct_size;
  const char *name;
  int64_t batch_input_shape[ELMAN_MAX_RANK];
  size_t batch_input_rank;
  void *context;
  int32_t (*shape)(void *context, const int64_t *input_shape, size_t input_rank, int64_t *output_shape,
                   size_t *output_rank);
  int32_t (*call)(void *context, const elman_array *input, elman_output *output);
  void (*release)(void *context);
  int32_t frozen;
  int32_t reserved;
} elman_lambda_options;
#define ELMAN_LAMBDA_OPTIONS_INIT { sizeof(elman_lambda_options), NULL, {0}, 0, NULL, NULL, NULL, NULL, 0, 0 }
ELMAN_API elman_status elman_lambda_create(const elman_lambda_options *options, elman_layer *layer);

/* ================================================================================================================ */
/* What a layer is                                                                                                  */
/* ================================================================================================================ */

/*
 * elman_layer_name, elman_layer_class_name: the layer's name, such as "simple_rnn_1", and its class's, "SimpleRNN".
 *
 *   text, capacity, length   receive the name
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_name(elman_layer layer, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_layer_class_name(elman_layer layer, char *text, size_t capacity, size_t *length);

/*
 * elman_layer_config: the layer's arguments as a JSON object, as Keras's get_config() gives them.
 *
 *   text, capacity, length   receive the JSON
 *
 * With elman_layer_class_name and elman_layer_create it makes the same layer again, under the same name and with other
 * weights. Since 0.1.
 */
ELMAN_API elman_status elman_layer_config(elman_layer layer, char *text, size_t capacity, size_t *length);

/*
 * elman_layer_build: makes the weights of a layer for an input shape.
 *
 *   input_shape   batch first, -1 where a dimension is not fixed; the features must be fixed where the layer has
 *                 weights
 *   input_rank    1 to ELMAN_MAX_RANK
 *
 * A model builds the layers that are added to it; this is for layers used alone. A layer that is built already keeps
 * its weights, and the shape must fit them. Initial values take their place among the random numbers now, and are made
 * when they are first read: never where weights are set before. Changes the layer.
 *
 * Returns also ELMAN_SHAPE_MISMATCH: not a rank or a size for this layer; ELMAN_INVALID_ARGUMENT: unknown features, or
 * an unknown batch for a stateful layer. Since 0.1.
 */
ELMAN_API elman_status elman_layer_build(elman_layer layer, const int64_t *input_shape, size_t input_rank);

/*
 * elman_layer_is_built: whether the layer has its weights.
 *
 *   built   receives 1 or 0
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_is_built(elman_layer layer, int32_t *built);

/*
 * elman_layer_input_shape: the input shape that the layer was built for.
 *
 *   shape, capacity, rank   receive the shape
 *
 * Returns also ELMAN_NOT_BUILT. Since 0.1.
 */
ELMAN_API elman_status elman_layer_input_shape(elman_layer layer, int64_t *shape, size_t capacity, size_t *rank);

/*
 * elman_layer_output_shape: the shape of the layer's output for an input shape.
 *
 *   input_shape             batch first, -1 where a dimension is not fixed; NULL (with input_rank 0): the shape that
 *                           the layer was built for
 *   input_rank              1 to ELMAN_MAX_RANK, 0 with NULL
 *   shape, capacity, rank   receive the shape; of several outputs, that of the first
 *
 * Nothing is built or run.
 *
 * Returns also ELMAN_NOT_BUILT: no shape given and none known; ELMAN_SHAPE_MISMATCH: not an input of this layer.
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_output_shape(elman_layer layer, const int64_t *input_shape, size_t input_rank,
                                                int64_t *shape, size_t capacity, size_t *rank);

/*
 * elman_layer_child: a layer inside a layer.
 *
 *   role    Keras's name of the attribute: "forward_layer" or "backward_layer" of a Bidirectional, "layer" of a
 *           TimeDistributed, "cell" of an RNN; "cells/0", "cells/1", ... of a StackedRNNCells
 *   child   receives a handle
 *
 * What is done to the child is done to the layer around it.
 *
 * Returns also ELMAN_NOT_FOUND: the layer has nothing of that name. Since 0.1.
 */
ELMAN_API elman_status elman_layer_child(elman_layer layer, const char *role, elman_layer *child);

/*
 * elman_layer_is_trainable, elman_layer_set_trainable: whether training may change the layer's weights.
 *
 *   trainable   receives 1 or 0; or 0: no, otherwise yes
 *
 * Setting it holds for the layers inside too, and moves the layer's parameters between the "Trainable" and
 * "Non-trainable" totals of a summary. Changes the layer. Since 0.2, the setter since 0.1.
 */
ELMAN_API elman_status elman_layer_is_trainable(elman_layer layer, int32_t *trainable);
ELMAN_API elman_status elman_layer_set_trainable(elman_layer layer, int32_t trainable);

/*
 * elman_layer_supports_masking, elman_layer_set_supports_masking: Keras's attribute, whether the layer knows of masks.
 *
 *   supports   receives 1 or 0; or 0: the layer leaves no mask, otherwise it passes one on
 *
 * A layer that does not know of masks, such as Conv1D, drops that of its input; set to support them, it passes it on as
 * it is. What a layer that knows of masks does with one stays: Masking and Embedding make one, a recurrent layer
 * without return_sequences leaves none. The key "supports_masking" of a config has the same effect. Streams that were
 * made before keep the old value. Since 0.2.
 */
ELMAN_API elman_status elman_layer_supports_masking(elman_layer layer, int32_t *supports);
ELMAN_API elman_status elman_layer_set_supports_masking(elman_layer layer, int32_t supports);

/* ================================================================================================================ */
/* Graphs                                                                                                           */
/* ================================================================================================================ */

/* How a layer is called in a graph. */
typedef struct {
  size_t struct_size;
  const elman_tensor *initial_states;   /* of a recurrent layer; NULL with 0: its own */
  size_t initial_state_count;
  const elman_tensor *masks;            /* one for each input, the null handle where it has none; NULL with 0: none */
  size_t mask_count;
  int32_t use_causal_mask;              /* attention: not 0: no place looks at later ones */
  int32_t return_attention_scores;      /* attention: not 0: the scores are a second output */
} elman_call_options;
#define ELMAN_CALL_OPTIONS_INIT { sizeof(elman_call_options), NULL, 0, NULL, 0, 0, 0 }

/*
 * elman_layer_call: calls a layer on tensors, arrays that are not there yet; nothing is computed.
 *
 *   layer             the layer; its first call builds it, and every call has the same weights
 *   inputs            its inputs in order; NULL with 0 for an InputLayer (elman_input_create), whose output is the input
 *                     of a model. A recurrent layer takes those after the first as its initial states.
 *   input_count       how many there are
 *   options           see the fields; NULL: none
 *   outputs           receives the outputs, each of which the caller releases
 *   output_capacity   how many outputs there is room for; 0 (outputs may then be NULL) only asks for their number
 *   output_count      receives how many there are; may be NULL where output_capacity is not 0
 *
 *     elman_tensor x, y;
 *     elman_layer_call(input, NULL, 0, NULL, &x, 1, NULL);
 *     elman_layer_call(lstm, &x, 1, NULL, &y, 1, NULL);
 *     elman_model_create_from_tensors(NULL, &x, 1, &y, 1, NULL, &model);
 *
 * Returns also ELMAN_SHAPE_MISMATCH: inputs or states that do not fit; ELMAN_BUFFER_TOO_SMALL: more outputs than
 * output_capacity (*output_count is then set); ELMAN_INVALID_ARGUMENT: a number of inputs, states or masks that the layer
 * does not take. Since 0.2.
 */
ELMAN_API elman_status elman_layer_call(elman_layer layer, const elman_tensor *inputs, size_t input_count,
                                        const elman_call_options *options, elman_tensor *outputs,
                                        size_t output_capacity, size_t *output_count);

/*
 * elman_tensor_release: gives a tensor back. Models, and tensors made of it, go on. Since 0.2.
 */
ELMAN_API elman_status elman_tensor_release(elman_tensor tensor);

/*
 * elman_tensor_shape: its shape, batch first, -1 where a dimension is not fixed. Since 0.2.
 */
ELMAN_API elman_status elman_tensor_shape(elman_tensor tensor, int64_t *shape, size_t capacity, size_t *rank);

/*
 * elman_tensor_name, _dtype: the name of its layer, with the number of the output behind it from the second on; "float32",
 * or what an InputLayer says of its input. Since 0.2.
 */
ELMAN_API elman_status elman_tensor_name(elman_tensor tensor, char *text, size_t capacity, size_t *length);
ELMAN_API elman_status elman_tensor_dtype(elman_tensor tensor, char *text, size_t capacity, size_t *length);

/*
 * elman_tensor_layer: the layer whose output it is, a handle that the caller releases. Since 0.2.
 */
ELMAN_API elman_status elman_tensor_layer(elman_tensor tensor, elman_layer *layer);

/*
 * elman_tensor_origin: which call of a layer gives it. Tensors are the same where both numbers are.
 *
 *   call     receives the number of the call, in the order of all calls of the process; may be NULL
 *   output   receives which of the call's outputs it is; may be NULL
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_tensor_origin(elman_tensor tensor, uint64_t *call, size_t *output);

/*
 * elman_model_create_from_tensors: the model from some tensors to others, Keras's functional Model.
 *
 *   name             NULL: model, model_1, ...
 *   inputs           outputs of InputLayers, or of any layer: the model then begins there; each once
 *   input_count      at least 1
 *   outputs          what the model computes
 *   output_count     at least 1
 *   structure_json   how inputs and outputs stand in Python's lists and dicts, for its config: {"inputs": {"a": 0, "b":
 *                    1}, "outputs": [0]}; NULL: in lists
 *   model            receives the handle
 *
 * Its layers are those between, each once, in Keras's order. It cannot be changed; it runs as a Sequential does.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: a tensor that the inputs do not lead to, an input given twice, two layers of one
 * name; ELMAN_WRONG_TYPE: a structure of another form. Since 0.2.
 */
ELMAN_API elman_status elman_model_create_from_tensors(const char *name, const elman_tensor *inputs, size_t input_count,
                                                       const elman_tensor *outputs, size_t output_count,
                                                       const char *structure_json, elman_model *model);

/*
 * elman_layer_create_from_model: a model as a layer, for other models and for layers around it.
 *
 *   model   the model; layers cannot be added to it any more
 *   layer   receives the handle; always of the same layer
 *
 * Returns also ELMAN_INVALID_ARGUMENT: models that stand in one another more than 64 deep. Since 0.2.
 */
ELMAN_API elman_status elman_layer_create_from_model(elman_model model, elman_layer *layer);

/*
 * elman_layer_model: the model that a layer is.
 *
 *   layer   of elman_layer_create_from_model, or of a model that has models among its layers
 *   model   receives a handle; every call makes a new one
 *
 * Returns also ELMAN_NOT_FOUND: the layer is no model. Since 0.2.
 */
ELMAN_API elman_status elman_layer_model(elman_layer layer, elman_model *model);

/*
 * elman_model_class_name: "Sequential" or "Functional". Since 0.2.
 */
ELMAN_API elman_status elman_model_class_name(elman_model model, char *text, size_t capacity, size_t *length);

/*
 * elman_model_tensor_counts: how many inputs and outputs a built model has; either may be NULL. Since 0.2.
 */
ELMAN_API elman_status elman_model_tensor_counts(elman_model model, size_t *inputs, size_t *outputs);

/*
 * elman_model_input, elman_model_output: the tensors a built model begins and ends with, which the caller releases: other
 * models can be made of them and of those between. Returns also ELMAN_NOT_FOUND: no such index. Since 0.2.
 */
ELMAN_API elman_status elman_model_input(elman_model model, size_t index, elman_tensor *tensor);
ELMAN_API elman_status elman_model_output(elman_model model, size_t index, elman_tensor *tensor);

/*
 * elman_model_call_count: how many times a layer is called in a built model.
 *
 *   index   of the layer, as in elman_model_layer
 *
 * Returns also ELMAN_NOT_FOUND: no such layer. Since 0.2.
 */
ELMAN_API elman_status elman_model_call_count(elman_model model, size_t index, size_t *count);

/*
 * elman_model_call_tensors: what a layer of a built model is called on, and what it gives.
 *
 *   index               of the layer, as in elman_model_layer
 *   call                of the call, as they were made
 *   inputs, outputs     receive tensors, which the caller releases; NULL with 0 only asks for their number
 *   input_capacity, output_capacity
 *   input_count, output_count   receive how many there are; an InputLayer has no inputs
 *
 * Returns also ELMAN_NOT_FOUND: no such layer or call; ELMAN_BUFFER_TOO_SMALL: more than there is room for. Since 0.2.
 */
ELMAN_API elman_status elman_model_call_tensors(elman_model model, size_t index, size_t call, elman_tensor *inputs,
                                                size_t input_capacity, size_t *input_count, elman_tensor *outputs,
                                                size_t output_capacity, size_t *output_count);

/* ================================================================================================================ */
/* Weights                                                                                                          */
/* ================================================================================================================ */

/*
 * The weights of a layer stand in Keras's order: kernel, recurrent_kernel, bias; those of a model in the order of its
 * layers. What is not built has none. Their names are paths: "simple_rnn/kernel",
 * "bidirectional/forward_simple_rnn/bias". An index is below the weight count; another is ELMAN_NOT_FOUND. A value that
 * is set has exactly the weight's shape (otherwise ELMAN_SHAPE_MISMATCH) and is finite where the weight is quantized
 * (otherwise ELMAN_INVALID_ARGUMENT).
 */

/*
 * elman_layer_weight_count, elman_model_weight_count: how many weights (arrays) there are.
 *
 *   count   receives the number. What stands in several places, such as a cell that is twice in a stack, counts once.
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_weight_count(elman_layer layer, size_t *count);
ELMAN_API elman_status elman_model_weight_count(elman_model model, size_t *count);

/*
 * elman_layer_weight_name, elman_model_weight_name: the name of a weight, such as "simple_rnn/kernel".
 *
 *   text, capacity, length   receive the name
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_weight_name(elman_layer layer, size_t index, char *text, size_t capacity,
                                               size_t *length);
ELMAN_API elman_status elman_model_weight_name(elman_model model, size_t index, char *text, size_t capacity,
                                               size_t *length);

/*
 * elman_layer_weight_index, elman_model_weight_index: the index of the weight of a name.
 *
 *   name    such as "simple_rnn/kernel", with or without Keras 2's ":0" at its end; an unknown one is ELMAN_NOT_FOUND
 *   index   receives the index
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_weight_index(elman_layer layer, const char *name, size_t *index);
ELMAN_API elman_status elman_model_weight_index(elman_model model, const char *name, size_t *index);

/*
 * elman_layer_weight_shape, elman_model_weight_shape: the shape of a weight.
 *
 *   shape, capacity, rank   receive the shape; none of its dimensions is -1
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_weight_shape(elman_layer layer, size_t index, int64_t *shape, size_t capacity,
                                                size_t *rank);
ELMAN_API elman_status elman_model_weight_shape(elman_model model, size_t index, int64_t *shape, size_t capacity,
                                                size_t *rank);

/*
 * elman_layer_weight_trainable: whether training may change a weight.
 *
 *   trainable   receives 1 or 0
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_weight_trainable(elman_layer layer, size_t index, int32_t *trainable);

/*
 * elman_layer_get_weight, elman_model_get_weight: copies the values of a weight out.
 *
 *   values   receives the values, row-major
 *   count    floats that values holds: at least the product of the weight's shape
 *
 * Since 0.1.
 */
ELMAN_API elman_status elman_layer_get_weight(elman_layer layer, size_t index, float *values, size_t count);
ELMAN_API elman_status elman_model_get_weight(elman_model model, size_t index, float *values, size_t count);

/*
 * elman_layer_set_weight, elman_model_set_weight: copies new values of a weight in.
 *
 *   value   the values
 *
 * Changes the layer or the model: calls that run finish with the old values. A call of a model that runs meanwhile may
 * see new values in one layer only; elman_model_set_weights changes all at once. Since 0.1.
 */
ELMAN_API elman_status elman_layer_set_weight(elman_layer layer, size_t index, const elman_array *value);
ELMAN_API elman_status elman_model_set_weight(elman_model model, size_t index, const elman_array *value);

/*
 * elman_layer_set_weights, elman_model_set_weights: copies new values of all weights in, or none.
 *
 *   values   one array a weight, in the order of the weights; may be NULL where count is 0
 *   count    the weight count; another is ELMAN_SHAPE_MISMATCH
 *
 * Changes the layer or the model. Where it fails, every weight keeps its values. Calls that run meanwhile use the old
 * values or the new ones, never some of each; where a layer with layers in it, such as a Bidirectional, is set by
 * itself, that holds for each of these. Since 0.1.
 */
ELMAN_API elman_status elman_layer_set_weights(elman_layer layer, const elman_array *values, size_t count);
ELMAN_API elman_status elman_model_set_weights(elman_model model, const elman_array *values, size_t count);

/*
 * elman_layer_set_initial_weights: the values of the weights once the layer is built; Keras's argument `weights`.
 *
 *   values   one array a weight, in the order of the weights; may be NULL where count is 0. They are copied.
 *   count    up to 65536; more is ELMAN_INVALID_ARGUMENT
 *
 * A layer that is built sets its weights at once, as by elman_layer_set_weights. Otherwise whatever builds it does,
 * alone or in a model, a Bidirectional, an RNN or another layer around it; where the values do not fit, it fails with
 * ELMAN_SHAPE_MISMATCH, and the layer is not built. The copies that a Bidirectional makes have them too. Since 0.2.
 */
ELMAN_API elman_status elman_layer_set_initial_weights(elman_layer layer, const elman_array *values, size_t count);

/* ================================================================================================================ */
/* Streams                                                                                                          */
/* ================================================================================================================ */

/*
 * A stream runs a model one timestep at a time: a step gives what the model would give for all steps so far, to the
 * bit. It shares the model's weights, reads them as they are at each step, and has states of its own. Steps allocate no
 * memory. Any number of streams may run at once, each on one thread at a time.
 */

/*
 * elman_stream_create: a stream of a model, its states zero.
 *
 *   model        a live handle of a model that is built; it may be released before the stream. Layers that are added
 *                later do not take part.
 *   batch_size   sequences that run side by side, 1 to 2^31 - 1
 *   stream       receives the handle
 *
 * Returns also ELMAN_NOT_BUILT; ELMAN_UNSUPPORTED: a layer looks at later timesteps (Bidirectional, go_backwards,
 * pooling over time, a convolution that is not causal), and the message names it; ELMAN_INVALID_ARGUMENT: batch_size,
 * or features that are not known. Since 0.2.
 */
ELMAN_API elman_status elman_stream_create(elman_model model, size_t batch_size, elman_stream *stream);

/*
 * elman_stream_release: gives a stream back; the null handle is allowed. Since 0.2.
 */
ELMAN_API elman_status elman_stream_release(elman_stream stream);

/*
 * elman_stream_input_shape, elman_stream_output_shape: the shape of a step's input, (batch, features), or (batch) where
 * indices are embedded; and of its output, the model's output for one timestep, without that axis.
 *
 *   shape, capacity, rank   receive the shape
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_stream_input_shape(elman_stream stream, int64_t *shape, size_t capacity, size_t *rank);
ELMAN_API elman_status elman_stream_output_shape(elman_stream stream, int64_t *shape, size_t capacity, size_t *rank);

/*
 * elman_stream_step: runs the next timestep.
 *
 *   input          the timestep, of elman_stream_input_shape
 *   input_count    its floats; another number is ELMAN_SHAPE_MISMATCH
 *   output         receives the output, of elman_stream_output_shape; may be the input's array
 *   output_count   floats that output holds
 *
 * It allocates nothing. While another thread sets weights, a step uses all of the old ones or all of the new ones. With
 * one row, SimpleRNN, LSTM, GRU and Dense layers take no lock; a stream of other layers with weights waits while they
 * are set. It runs on the caller's thread; where steps follow each other within 20 microseconds, other threads take
 * part in large layers (120,000 weights and more, a batch of one), without other bits. A thread that may not wait for
 * another, as that of an audio callback, rules this out by elman_stream_set_num_threads(stream, 1).
 *
 * Returns also ELMAN_INVALID_ARGUMENT: an index that is not in an embedding's table. Since 0.2.
 */
ELMAN_API elman_status elman_stream_step(elman_stream stream, const float *input, size_t input_count, float *output,
                                         size_t output_count);

/*
 * elman_stream_run: runs the next timesteps, a block of them in one call, with the bits of single steps.
 *
 *   inputs    (batch, steps, ...): for each row its timesteps, one after the other; NULL only where steps is 0
 *   steps     0 or more
 *   outputs   receives (batch, steps, ...), of each timestep what elman_stream_step gives. It may be the array of
 *             inputs where a step's output has as many floats as its input, or less with a batch of one.
 *
 * It allocates nothing for any number of steps, but for a block's memory: a stream of few units has it from the
 * beginning, others from their first run on, also one with steps 0, or the first after another number of threads was
 * set. While another thread sets weights, each up to 64 timesteps use all of the old ones or all of the new ones.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: an index that is not in an embedding's table. Since 0.2.
 */
ELMAN_API elman_status elman_stream_run(elman_stream stream, const float *inputs, size_t steps, float *outputs);

/*
 * elman_stream_reset, elman_stream_reset_rows: puts all states back to zero, or to the initial states of a cell of the
 * caller; or those of some rows of the batch, while the others go on as they are.
 *
 *   rows    count numbers from 0 to the batch size, not included; another is ELMAN_INVALID_ARGUMENT, no row reset
 *   count   0 or more; rows may be NULL where it is 0
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_stream_reset(elman_stream stream);
ELMAN_API elman_status elman_stream_reset_rows(elman_stream stream, const size_t *rows, size_t count);

/*
 * elman_stream_set_num_threads: how many threads a step or a run of this stream may use.
 *
 *   threads   1 to 1024; 0: the number of the process, see elman_set_num_threads. A new stream has its model's.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: below 0 or above 1024. Since 0.2.
 */
ELMAN_API elman_status elman_stream_set_num_threads(elman_stream stream, int32_t threads);

/* ================================================================================================================ */
/* States                                                                                                           */
/* ================================================================================================================ */

/*
 * The states of a stream, and those that a stateful layer carries from call to call: 1 for SimpleRNN and GRU, 2 for an
 * LSTM, those of both directions for a Bidirectional. An index is below the count of states; another is
 * ELMAN_NOT_FOUND. The layer is a stateful one that is built: otherwise ELMAN_INVALID_ARGUMENT or ELMAN_NOT_BUILT.
 */

/*
 * elman_stream_state_count, elman_layer_state_count: how many states there are.
 *
 *   count   receives the number
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_stream_state_count(elman_stream stream, size_t *count);
ELMAN_API elman_status elman_layer_state_count(elman_layer layer, size_t *count);

/*
 * elman_stream_state_shape, elman_layer_state_shape: the shape of a state, batch first.
 *
 *   shape, capacity, rank   receive the shape
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_stream_state_shape(elman_stream stream, size_t index, int64_t *shape, size_t capacity,
                                                size_t *rank);
ELMAN_API elman_status elman_layer_state_shape(elman_layer layer, size_t index, int64_t *shape, size_t capacity,
                                               size_t *rank);

/*
 * elman_stream_get_state, elman_layer_get_state: copies a state out.
 *
 *   values   receives the floats
 *   count    floats that values holds
 *
 * All states of a stream, set in a new stream of the same model, go on with the same bits. Since 0.2.
 */
ELMAN_API elman_status elman_stream_get_state(elman_stream stream, size_t index, float *values, size_t count);
ELMAN_API elman_status elman_layer_get_state(elman_layer layer, size_t index, float *values, size_t count);

/*
 * elman_stream_set_state: puts a state of a stream in place.
 *
 *   value   of the shape of elman_stream_state_shape; another is ELMAN_SHAPE_MISMATCH
 *
 * Since 0.2.
 */
ELMAN_API elman_status elman_stream_set_state(elman_stream stream, size_t index, const elman_array *value);

/*
 * elman_layer_set_states: puts states in the place of all that a stateful layer carries.
 *
 *   states   count arrays of the shapes of elman_layer_state_shape
 *   count    the count of states
 *
 * Changes the layer. Returns also ELMAN_SHAPE_MISMATCH: another number, or a shape that does not fit. Since 0.2.
 */
ELMAN_API elman_status elman_layer_set_states(elman_layer layer, const elman_array *states, size_t count);

/*
 * elman_layer_reset_states: puts the states that a stateful layer carries from call to call back to zeros.
 *
 * Layers that are not stateful stay as they are. Changes the layer. Since 0.1.
 */
ELMAN_API elman_status elman_layer_reset_states(elman_layer layer);

/* ================================================================================================================ */
/* The library                                                                                                      */
/* ================================================================================================================ */

/*
 * elman_version, elman_version_number: the version of the library that is loaded, such as "0.2.0", and as a number,
 * major * 10000 + minor * 100 + patch.
 *
 * A program that was compiled with this header runs with every library of the same major version whose number is not
 * smaller than its ELMAN_VERSION_NUMBER:
 *     if (elman_version_number() < ELMAN_VERSION_NUMBER) ...
 *
 * The text lives as long as the process. Since 0.1.
 */
ELMAN_API const char *elman_version(void);
ELMAN_API int32_t elman_version_number(void);

/*
 * elman_kernels: which build of the arithmetic is in use: "baseline", "avx2" or "avx512".
 *
 * The best that this CPU runs, chosen when first needed. ELMAN_KERNELS in the environment, set to one of these names,
 * forces a lesser one; an unknown value, or one that this CPU does not run, is ignored. Results of different builds may
 * differ in their last bits. The text lives as long as the process. Since 0.1.
 */
ELMAN_API const char *elman_kernels(void);

/*
 * elman_set_num_threads, elman_get_num_threads: how many threads the arithmetic of a call may use, 1 or more.
 *
 *   threads   1 to 1024; 0 goes back to the default: ELMAN_NUM_THREADS in the environment, otherwise OMP_NUM_THREADS,
 *             otherwise the cores that this process may use. A value there that is no number from 1 to 1024 is ignored.
 *
 * Holds for the whole process, from the next call on. Small work stays on the calling thread whatever the number is.
 * Results do not depend on it.
 *
 * Returns also ELMAN_INVALID_ARGUMENT: below 0 or above 1024. Since 0.1.
 */
ELMAN_API elman_status elman_set_num_threads(int32_t threads);
ELMAN_API int32_t elman_get_num_threads(void);

/*
 * elman_set_seed: begins the random numbers of the process anew.
 *
 *   seed   any number
 *
 * The weights of layers that are built from now on follow from the seed and the order of building alone, on every
 * machine and with any number of threads; for the same weights again, build from one thread. Without a call, they
 * differ from run to run. Initializers with a seed of their own do not depend on it. Orthogonal values alone differ in
 * their last bits, by less than 1e-6, on x86-64 without AVX2, which does not fuse products and sums; AVX2, AVX-512 and
 * arm64 give the same bits. Since 0.1.
 */
ELMAN_API elman_status elman_set_seed(uint64_t seed);

/*
 * elman_reset_names: starts the counters of given names again, as Keras's clear_session() does.
 *
 * The next model without a name is "sequential", the next SimpleRNN "simple_rnn", those after them "sequential_1",
 * "simple_rnn_1", ... What exists keeps its name. Since 0.1.
 */
ELMAN_API elman_status elman_reset_names(void);

/* ================================================================================================================ */
/* Functions without a model                                                                                        */
/* ================================================================================================================ */

/*
 * elman_simple_rnn_hidden_states_f32, elman_simple_rnn_hidden_states_f64: every hidden state
 * h_t = tanh(Wx x_t + Wh h_(t-1) + b) of one sequence; the second in double precision throughout, as NumPy computes it.
 *
 *   timesteps       0 or more
 *   input_dim       1 or more
 *   units           1 or more
 *   inputs          (timesteps, input_dim); this and all other arrays row-major
 *   Wx              (units, input_dim): the transpose of Keras's kernel
 *   Wh              (units, units): the transpose of Keras's recurrent_kernel
 *   b               (units)
 *   h0              (units), the state before the first step; NULL: zeros
 *   hidden_states   receives (timesteps, units); must not overlap the others
 *
 * Returns also ELMAN_INVALID_ARGUMENT: NULL (inputs and hidden_states may be NULL where timesteps is 0), input_dim or
 * units 0. Since 0.1.
 */
ELMAN_API elman_status elman_simple_rnn_hidden_states_f32(size_t timesteps, size_t input_dim, size_t units,
    const float *inputs, const float *Wx, const float *Wh, const float *b, const float *h0, float *hidden_states);
ELMAN_API elman_status elman_simple_rnn_hidden_states_f64(size_t timesteps, size_t input_dim, size_t units,
    const double *inputs, const double *Wx, const double *Wh, const double *b, const double *h0, double *hidden_states);

#ifdef __cplusplus
}
#endif
#endif
