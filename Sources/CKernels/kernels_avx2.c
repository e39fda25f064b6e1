// AVX2 with fused multiply-add.
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define TALL 6
#define WIDE 2
#define KERNEL(part) part##_avx2
static const char name_avx2[] = "avx2";
#define FUSED
#define MASKS
static const int first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
#define FIRST(count) _mm256_loadu_si256((const __m256i_u *)(first_lanes + 8 - (count)))
#define load_first(from, count) _mm256_maskload_ps(from, FIRST(count))
#define store_first(to, count, lanes) _mm256_maskstore_ps(to, FIRST(count), lanes)
#include "kernels.h"
#pragma clang attribute pop
#endif
