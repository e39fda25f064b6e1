// Chooses the widest instruction set the processor has, once, before `main`.
#include "ckernels.h"

#include <string.h>

#include "kernel_table.h"

static const struct kernel_table *available[3];
static size_t available_count = 0;
static const struct kernel_table *selected = &table_baseline;

__attribute__((constructor)) static void find_instruction_sets(void) {
  available[available_count++] = &table_baseline;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    available[available_count++] = &table_avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    available[available_count++] = &table_avx512;
#endif
  selected = available[available_count - 1];
}

size_t ckernels_instruction_set_count(void) { return available_count; }

const char *ckernels_instruction_set_name(size_t index) {
  return index < available_count ? available[index]->name : NULL;
}

const char *ckernels_selected_instruction_set(void) { return selected->name; }

int ckernels_select_instruction_set(const char *name) {
  for (size_t index = 0; index < available_count; index++)
    if (strcmp(available[index]->name, name) == 0) {
      selected = available[index];
      return 1;
    }
  return 0;
}

void ckernels_lstm_forward(float *gates, const float *previous_cell, float *cell, float *tanh_cell,
                           float *hidden, size_t rows, size_t units) {
  selected->lstm_forward(gates, previous_cell, cell, tanh_cell, hidden, rows, units);
}

void ckernels_lstm_backward(float *gates, const float *previous_cell, const float *tanh_cell,
                            const float *hidden_gradient, float *cell_gradient, size_t rows,
                            size_t units) {
  selected->lstm_backward(gates, previous_cell, tanh_cell, hidden_gradient, cell_gradient, rows,
                          units);
}

void ckernels_adam(float *weights, const float *gradients, float *momentum, float *velocity,
                   size_t count, float step, float one_minus_beta1, float one_minus_beta2,
                   float epsilon) {
  selected->adam(weights, gradients, momentum, velocity, count, step, one_minus_beta1,
                 one_minus_beta2, epsilon);
}

void ckernels_exp(float *values, size_t count) { selected->exp(values, count); }
void ckernels_tanh(float *values, size_t count) { selected->tanh(values, count); }
void ckernels_sigmoid(float *values, size_t count) { selected->sigmoid(values, count); }
