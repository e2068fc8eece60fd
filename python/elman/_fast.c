/* elman._fast: calls without ctypes.
 *
 * A Call is elman_model_forward or elman_stream_step with everything fixed but the numbers: `run` takes an array of one
 * shape and gives a new one. Anything else, and every error, it leaves to the code in Python beside it, which works without
 * this module too. Limited API: one build serves every Python from 3.11 on.
 */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <elman.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

typedef elman_status (*forward_function)(elman_model, const float *, const int64_t *, size_t, float *, size_t);
typedef elman_status (*step_function)(elman_stream, const float *, size_t, float *, size_t);

typedef struct {
  PyObject_HEAD
  void *function;      /* a forward_function where has_shape, otherwise a step_function */
  uint64_t handle;
  int has_shape;
  int64_t shape[ELMAN_MAX_RANK];
  Py_ssize_t rank, count;
  PyObject *make;      /* makes an array for the output, where it is too large to be copied; otherwise NULL, and: */
  PyObject *copy;      /* copies an array of the output's shape */
  Py_buffer output;    /* that array: asking a new one for its address costs as much as a tiny model */
  long busy;           /* `process` while a thread's output is on its way into it; read and written with the GIL held */
  PyObject *check;     /* raises the exception of a status */
} Call;

/* Counts the forks that led to this process: what a thread of the parent was at is not under way in the child. */
static long process = 1;

static void forked(void) { process++; }

/* Whether a buffer holds float32 of the call's shape. */
static int fits(const Call *call, const Py_buffer *buffer) {
  if (buffer->ndim != call->rank || buffer->itemsize != sizeof(float) || strcmp(buffer->format, "f") != 0) return 0;
  for (Py_ssize_t i = 0; i < call->rank; i++)
    if (buffer->shape[i] != call->shape[i]) return 0;
  return 1;
}

static elman_status run(const Call *call, const float *input, const Py_buffer *output) {
  elman_status status;
  size_t output_count = (size_t)output->len / sizeof(float);
  Py_BEGIN_ALLOW_THREADS
  if (call->has_shape) {
    forward_function forward = (forward_function)(intptr_t)call->function;
    status = forward((elman_model){call->handle}, input, call->shape, (size_t)call->rank, output->buf, output_count);
  } else {
    step_function step = (step_function)(intptr_t)call->function;
    status = step((elman_stream){call->handle}, input, (size_t)call->count, output->buf, output_count);
  }
  Py_END_ALLOW_THREADS
  return status;
}

static PyObject *fail(const Call *call, elman_status status) {
  return PyObject_CallFunction(call->check, "i", (int)status);
}

/* A new array, into which the output goes at once. */
static PyObject *large_output(const Call *call, const float *input) {
  Py_buffer output;
  PyObject *result = PyObject_CallNoArgs(call->make);
  if (!result || PyObject_GetBuffer(result, &output, PyBUF_CONTIG) != 0) {
    Py_XDECREF(result);
    return NULL;
  }
  elman_status status = run(call, input, &output);
  PyBuffer_Release(&output);
  if (status == ELMAN_OK) return result;
  Py_DECREF(result);
  return fail(call, status);
}

/* A copy of the array that the call keeps. */
static PyObject *small_output(Call *call, const float *input) {
  call->busy = process;
  elman_status status = run(call, input, &call->output);
  PyObject *result = status == ELMAN_OK ? PyObject_CallNoArgs(call->copy) : NULL;
  call->busy = 0;
  return status == ELMAN_OK ? result : fail(call, status);
}

static PyObject *output_of(Call *call, const float *input) {
  return call->make ? large_output(call, input) : small_output(call, input);
}

/* The output for an array. None where the array is not float32 of the shape, dense, or where another thread is at it. */
static PyObject *call_run(PyObject *self, PyObject *x) {
  Call *call = (Call *)self;
  Py_buffer input;
  if (call->busy == process) Py_RETURN_NONE;
  if (PyObject_GetBuffer(x, &input, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) != 0) {
    PyErr_Clear();
    Py_RETURN_NONE;
  }
  /* Again: the object may be one whose buffer comes from Python, where other threads run. */
  PyObject *result = call->busy != process && fits(call, &input) ? output_of(call, input.buf) : Py_NewRef(Py_None);
  PyBuffer_Release(&input);
  return result;
}

/* Call(address, handle, has_shape, shape, output, check): `output` is an array of the output's shape, which it keeps and
 * copies, or makes such an array */
static PyObject *call_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  unsigned long long address, handle;
  int has_shape;
  PyObject *shape, *output, *check;
  (void)keywords;
  if (!PyArg_ParseTuple(arguments, "KKpO!OO", &address, &handle, &has_shape, &PyTuple_Type, &shape, &output, &check))
    return NULL;
  if (PyTuple_Size(shape) > ELMAN_MAX_RANK) return PyErr_Format(PyExc_ValueError, "too many dimensions");
  Call *call = (Call *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
  if (!call) return NULL;
  call->function = (void *)(uintptr_t)address;
  call->handle = handle;
  call->has_shape = has_shape;
  call->rank = PyTuple_Size(shape);
  call->count = 1;
  call->check = Py_NewRef(check);
  if (PyCallable_Check(output))
    call->make = Py_NewRef(output);
  else
    call->copy = PyObject_GetAttrString(output, "copy");
  for (Py_ssize_t i = 0; i < call->rank; i++) {
    call->shape[i] = PyLong_AsLongLong(PyTuple_GetItem(shape, i));
    call->count *= (Py_ssize_t)call->shape[i];
  }
  if (PyErr_Occurred() || (call->copy && PyObject_GetBuffer(output, &call->output, PyBUF_CONTIG) != 0)) Py_CLEAR(call);
  return (PyObject *)call;
}

static void call_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyBuffer_Release(&((Call *)self)->output);
  Py_XDECREF(((Call *)self)->make);
  Py_XDECREF(((Call *)self)->copy);
  Py_XDECREF(((Call *)self)->check);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyMethodDef call_methods[] = {{"run", call_run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot call_slots[] = {
    {Py_tp_new, (void *)(intptr_t)call_new},
    {Py_tp_dealloc, (void *)(intptr_t)call_dealloc},
    {Py_tp_methods, call_methods},
    {0, NULL},
};
static PyType_Spec call_spec = {"elman._fast.Call", sizeof(Call), 0, Py_TPFLAGS_DEFAULT, call_slots};

static int execute(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &call_spec, NULL);
  int failed = !type || pthread_atfork(NULL, NULL, forked) != 0 || PyModule_AddType(module, (PyTypeObject *)type) != 0;
  Py_XDECREF(type);
  return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, (void *)(intptr_t)execute}, {0, NULL}};
static struct PyModuleDef module = {.m_base = PyModuleDef_HEAD_INIT, .m_name = "elman._fast", .m_slots = module_slots};

PyMODINIT_FUNC PyInit__fast(void) { return PyModuleDef_Init(&module); }
