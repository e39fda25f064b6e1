// What every processor has; multiply-adds that round once are computed in double precision.
#include "tables.h"

#define LANES 4
#define TALL 4
#define WIDE 2
#define KERNEL(part) part##_baseline
static const char name_baseline[] = "baseline";
#include "kernels.h"
