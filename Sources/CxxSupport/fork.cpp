// Swift's runtime keeps the number of each thread for its locks. The thread of a forked child has another number than the
// thread that forked, and a lock taken under the old one is never free again. So the child forgets it, from the moment the
// library is loaded: the runtime takes locks while it loads. See docs/decisions/0009-fork.md.
#if defined(ELMAN_STATIC_RUNTIME)
#include <pthread.h>

extern __thread int thread_number __asm__("_ZZN5swift14threading_impl5linux13ulock_get_tidEvE3tid");

static void forget() { thread_number = 0; }

__attribute__((constructor)) static void forget_after_fork() { pthread_atfork(nullptr, nullptr, forget); }
#endif
