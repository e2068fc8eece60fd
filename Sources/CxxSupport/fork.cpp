#include "cxx_support.h"

static int (*close_gate)(void);
static void (*open_gate)(void);

void elman_runtime_set_gate(int (*close)(void), void (*open)(void)) {
  close_gate = close;
  open_gate = open;
}

int elman_runtime_close(void) { return close_gate ? close_gate() : 1; }

void elman_runtime_open(void) {
  if (open_gate) open_gate();
}
