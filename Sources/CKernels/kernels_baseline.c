// What every processor of the architecture has: SSE2 or NEON.
#include "tables.h"

#define LANES 4
#define KERNEL(part) part##_baseline
static const char name_baseline[] = "baseline";
#include "vector_kernels.h"
