#ifndef ELMAN_H
#define ELMAN_H
#include <stdint.h>
#include <stddef.h>
typedef struct { uint64_t id; } elman_layer;
typedef int32_t elman_status;
const char *elman_version(void);
#endif
