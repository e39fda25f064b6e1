// The functions one instruction set provides.
#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include <stddef.h>

struct kernel_table {
  const char *name;
  void (*lstm_forward)(float *, const float *, float *, float *, float *, size_t, size_t);
  void (*lstm_backward)(float *, const float *, const float *, const float *, float *, size_t,
                        size_t);
  void (*adam)(float *, const float *, float *, float *, size_t, float, float, float, float);
  void (*exp)(float *, size_t);
  void (*tanh)(float *, size_t);
  void (*sigmoid)(float *, size_t);
};

extern const struct kernel_table table_baseline;
#if defined(__x86_64__)
extern const struct kernel_table table_avx2;
extern const struct kernel_table table_avx512;
#endif

#endif
