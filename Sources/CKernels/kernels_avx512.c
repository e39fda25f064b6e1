// AVX-512 (F, BW, DQ, VL).
#include "tables.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define LANES 16
#define KERNEL(part) part##_avx512
static const char name_avx512[] = "avx512";
#include "vector_kernels.h"
#pragma clang attribute pop
#endif
