// AVX-512 (F, BW, DQ, VL).
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define LANES 16
#define TALL 8
#define WIDE 3
#define KERNEL(part) part##_avx512
static const char name_avx512[] = "avx512";
#define FUSED
#define MASKS
#define FIRST(count) ((__mmask16)((1u << (count)) - 1))
#define load_first(from, count) _mm512_maskz_loadu_ps(FIRST(count), from)
#define store_first(to, count, lanes) _mm512_mask_storeu_ps(to, FIRST(count), lanes)
#include "kernels.h"
#pragma clang attribute pop
#endif
