// Chooses the instruction set once, before `main`.
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"
#include "tables.h"

static const struct ckernels_table *available[3];
static size_t available_count = 0;
static const struct ckernels_table *selected = &table_baseline;
static const char *missing = NULL;

__attribute__((constructor)) static void find_instruction_sets(void) {
  available[available_count++] = &table_baseline;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    available[available_count++] = &table_avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    available[available_count++] = &table_avx512;
#elif defined(__aarch64__)
  available[available_count++] = &table_neon;
#endif
  selected = available[available_count - 1];
  missing = getenv("LSTM_INSTRUCTION_SET");
  for (size_t index = 0; missing && index < available_count; index++)
    if (strcmp(available[index]->name, missing) == 0) {
      selected = available[index];
      missing = NULL;
    }
}

size_t ckernels_available_count(void) { return available_count; }

const struct ckernels_table *ckernels_available(size_t index) {
  return index < available_count ? available[index] : NULL;
}

const struct ckernels_table *ckernels_selected(void) { return selected; }

const char *ckernels_missing(void) { return missing; }
