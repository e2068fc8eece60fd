// A fork beside Swift's runtime, which does not provide for it, where the runtime is linked in: see
// docs/decisions/0011-fork.md.
#include "static_runtime.h"

#if defined(ELMAN_STATIC_RUNTIME)
#include "cxx_support.h"

#include <atomic>
#include <pthread.h>
#include <sched.h>
#include <time.h>

// The runtime keeps the number of each thread for its locks. The thread of a forked child has another number than the thread
// that forked; a lock taken under the old one would never be free again.
extern __thread int thread_number __asm__("_ZZN5swift14threading_impl5linux13ulock_get_tidEvE3tid");

// What is computed once is under way on `inside` threads. They are counted, and held back while the gate is closed, since a
// child would wait for ever for one that it does not have. The linker has all calls of the runtime's function come here.
static std::atomic<int> inside;
static std::atomic<bool> closed;
static __thread int depth;
static __thread bool is_forking;

extern "C" void real_once(void *predicate, void (*function)(void *), void *context) __asm__(
    "__real__ZN5swift14threading_impl9once_slowERNS0_6once_tEPFvPvES3_");
extern "C" void counted_once(void *predicate, void (*function)(void *), void *context) __asm__(
    "__wrap__ZN5swift14threading_impl9once_slowERNS0_6once_tEPFvPvES3_");

static void enter() {
  if (depth++ > 0 || is_forking) return;
  for (;;) {
    while (closed.load()) sched_yield();
    inside.fetch_add(1);
    if (!closed.load()) return;
    inside.fetch_sub(1);
  }
}

static void leave() {
  if (--depth == 0 && !is_forking) inside.fetch_sub(1);
}

void counted_once(void *predicate, void (*function)(void *), void *context) {
  enter();
  real_once(predicate, function, context);
  leave();
}

static long microseconds() {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static int close_gate() {
  const int own = depth > 0 ? 1 : 0;
  is_forking = true;
  closed.store(true);
  for (const long end = microseconds() + 200; microseconds() < end; sched_yield())
    if (inside.load() == own) return 1;
  return 0;
}

static void open_gate() {
  closed.store(false);
  is_forking = false;
}

static void begin_child() {
  thread_number = 0;
  inside.store(depth > 0 ? 1 : 0);
  open_gate();
}

// From the moment the library is loaded: the runtime takes locks while it loads.
__attribute__((constructor)) static void prepare_for_forks() {
  elman_runtime_set_gate(close_gate, open_gate);
  pthread_atfork(nullptr, nullptr, begin_child);
}
#endif
