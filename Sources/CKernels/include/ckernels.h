// Element-wise kernels in float32 that are compiled once for each vector instruction set; the widest one
// that the processor has is chosen before `main`. Everything else calls them through the Swift module
// `Kernels`.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

// What the columns of a packed matrix are rounded up to.
#define CKERNELS_PANEL 64

// The kernels of one instruction set.
struct ckernels_table {
  const char *name;

  // One time step of an LSTM, forward. `gates` [rows, 4 * units] holds pre-activations in the order
  // i, f, c, o and receives the activated gates; the others are [rows, units].
  void (*lstm_forward)(float *gates, const float *previous_cell, float *cell, float *tanh_cell,
                       float *hidden, size_t rows, size_t units);

  // One time step of an LSTM, backward. `gates` holds activated gates and receives the gradient of the
  // pre-activations. `cell_gradient` comes from the next step and leaves for the one before.
  void (*lstm_backward)(float *gates, const float *previous_cell, const float *tanh_cell,
                        const float *hidden_gradient, float *cell_gradient, size_t rows,
                        size_t units);

  // One update of `count` weights by Adam; `step` is the bias-corrected learning rate.
  void (*adam)(float *weights, const float *gradients, float *momentum, float *velocity,
               size_t count, float step, float one_minus_beta1, float one_minus_beta2,
               float epsilon);

  // The same for weights [rows, columns] whose gradient is the product of left [inner, rows], transposed,
  // and right [inner, columns]; without a left one, the sum of the rows of right. Meant for a small `inner`.
  void (*adam_product)(float *weights, float *momentum, float *velocity, const float *left,
                       const float *right, size_t rows, size_t columns, size_t inner, float step,
                       float one_minus_beta1, float one_minus_beta2, float epsilon);

  // result [rows, columns] = left [rows, inner] · right [inner, columns], or += if `accumulate`. Meant for
  // matrices that lie in the first caches.
  void (*multiply)(const float *left, const float *right, float *result, size_t rows, size_t columns,
                   size_t inner, int accumulate);

  // The same with right [columns, inner] transposed.
  void (*multiply_transposed)(const float *left, const float *right, float *result, size_t rows,
                              size_t columns, size_t inner, int accumulate);

  // Lays a matrix [inner, columns], or [columns, inner] if `transposed`, out for `multiply_packed`.
  // `packed` has room for `inner` times the columns rounded up to CKERNELS_PANEL.
  void (*pack)(const float *matrix, float *packed, size_t inner, size_t columns, int transposed);

  // result [rows, columns] = left [rows, inner] · the packed matrix, or += if `accumulate`. What comes out
  // for a row does not depend on the other rows.
  void (*multiply_packed)(const float *left, const float *packed, float *result, size_t rows,
                          size_t columns, size_t inner, int accumulate);

  // The softmax of each row of [rows, columns] in place.
  void (*softmax)(float *values, size_t rows, size_t columns);

  // Whether none of the values is infinite or not a number.
  int (*all_finite)(const float *values, size_t count);

  // exp, tanh and sigmoid of each of `count` values in place, as the kernels above compute them.
  void (*exp)(float *values, size_t count);
  void (*tanh)(float *values, size_t count);
  void (*sigmoid)(float *values, size_t count);
};

// Makes numbers too small to be normal zero in this thread, which computing with them would slow down a
// hundredfold; returns what `ckernels_restore_float_mode` needs to go back.
unsigned long ckernels_flush_subnormals(void);
void ckernels_restore_float_mode(unsigned long mode);

// The mode of this thread, for another one to take over by `ckernels_restore_float_mode`.
unsigned long ckernels_float_mode(void);

// Tells the processor that this thread waits for another one.
static inline void ckernels_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// The instruction sets this processor has, narrowest first: "baseline", "avx2", "avx512".
size_t ckernels_available_count(void);
const struct ckernels_table *ckernels_available(size_t index);

// The one in use: the widest, or the one that the environment variable LSTM_INSTRUCTION_SET names.
const struct ckernels_table *ckernels_selected(void);

#endif
