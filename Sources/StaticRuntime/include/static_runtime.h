/* Prepares Swift's runtime, where it is linked in, for forks. It does so by being linked: there is nothing to call. */
#ifndef ELMAN_STATIC_RUNTIME_H
#define ELMAN_STATIC_RUNTIME_H
#endif
