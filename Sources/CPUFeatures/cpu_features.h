/* What this CPU and its operating system offer: the few things that Swift cannot ask for itself. */
#ifndef ELMAN_CPU_FEATURES_H
#define ELMAN_CPU_FEATURES_H

#include <stdint.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(__x86_64__)
#include <cpuid.h>

/* The state that the operating system saves on a context switch (XCR0). */
static inline unsigned int elman_cpu_saved_state(void) {
  unsigned int eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE)) return 0;
  __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
  return eax;
}

/* AVX2, FMA and F16C. */
static inline int elman_cpu_has_avx2(void) {
  unsigned int eax, ebx, ecx, edx;
  if ((elman_cpu_saved_state() & 0x6) != 0x6) return 0;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_FMA) || !(ecx & bit_F16C)) return 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_AVX2);
}

/* x86-64-v4: F, CD, BW, DQ and VL. */
static inline int elman_cpu_has_avx512(void) {
  const unsigned int needed = bit_AVX512F | bit_AVX512CD | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  unsigned int eax, ebx, ecx, edx;
  if (!elman_cpu_has_avx2() || (elman_cpu_saved_state() & 0xe6) != 0xe6) return 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & needed) == needed;
}

/* AVX-512 VNNI, for elman_cpu_add_dots. */
static inline int elman_cpu_has_dots(void) {
  unsigned int eax, ebx, ecx, edx;
  return elman_cpu_has_avx512() && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ecx & bit_AVX512VNNI);
}
#else
static inline int elman_cpu_has_avx2(void) { return 0; }
static inline int elman_cpu_has_avx512(void) { return 0; }
#endif

#if defined(__AVX512F__)
typedef int elman_int16 __attribute__((ext_vector_type(16)));

/* Adds to each of 16 sums the products of its four unsigned bytes with its four signed ones. */
static inline __attribute__((always_inline)) elman_int16 elman_cpu_add_dots(
    elman_int16 sums, elman_int16 unsigned_bytes, elman_int16 signed_bytes) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(unsigned_bytes), "v"(signed_bytes));
  return sums;
}
#endif

/* The processors that this process may run on; 0 where the system does not tell. */
static inline int elman_cpu_allowed_count(void) {
  int count = 0;
#if defined(__linux__)
  unsigned long mask[128] = {0};
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  for (long i = 0; i < bytes / (long)sizeof mask[0]; i++) count += __builtin_popcountl(mask[i]);
#endif
  return count;
}

/* Names this thread, in at most 15 bytes. */
static inline void elman_cpu_name_thread(const char *name) {
#if defined(__linux__)
  prctl(PR_SET_NAME, name, 0, 0, 0);
#else
  (void)name;
#endif
}

/* How this thread computes: rounding, flush-to-zero and which exceptions trap. */
static inline uint64_t elman_cpu_float_mode(void) {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr() & 0xffc0;
#elif defined(__aarch64__)
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
#else
  return 0;
#endif
}

static inline void elman_cpu_set_float_mode(uint64_t mode) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((unsigned int)mode);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
#else
  (void)mode;
#endif
}

/* Asks for the 64 bytes at an address, which need not be valid, to be brought into the L2 cache. */
static inline __attribute__((always_inline)) void elman_cpu_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/* Memory on the stack for 97 vectors of 64 bytes at a multiple of 64. Nothing of it is set, while Swift would fill it first. */
typedef struct {
  double numbers[98 * 8];
} elman_cpu_scratch;

static inline __attribute__((always_inline)) elman_cpu_scratch elman_cpu_unset_scratch(void) {
  elman_cpu_scratch scratch;
  return scratch;
}

/* A breath in a loop that waits for another core. */
static inline void elman_cpu_pause(void) {
#if defined(__x86_64__)
  __asm__ volatile("pause");
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
