// 64-bit Arm.
#include "tables.h"

#if defined(__aarch64__)
#define LANES 4
#define TALL 8
#define WIDE 3
#define KERNEL(part) part##_neon
static const char name_neon[] = "neon";
#define FUSED
#include "kernels.h"
#endif
