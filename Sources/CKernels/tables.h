// The tables that the instruction sets' own files define.
#ifndef TABLES_H
#define TABLES_H

#include "ckernels.h"

extern const struct ckernels_table table_baseline;
#if defined(__x86_64__)
extern const struct ckernels_table table_avx2;
extern const struct ckernels_table table_avx512;
#elif defined(__aarch64__)
extern const struct ckernels_table table_neon;
#endif

#endif
