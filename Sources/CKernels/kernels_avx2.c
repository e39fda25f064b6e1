// AVX2 with fused multiply-add.
#include "tables.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define KERNEL(part) part##_avx2
static const char name_avx2[] = "avx2";
#include "vector_kernels.h"
#pragma clang attribute pop
#endif
