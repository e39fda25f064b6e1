// Element-wise kernels in float32 that are compiled once for each vector instruction set and chosen
// when the program starts. Everything else calls them through the Swift module `Kernels`.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

// One time step of an LSTM, forward. `gates` [rows, 4 * units] holds pre-activations in the order
// i, f, c, o and receives the activated gates; the others are [rows, units].
void ckernels_lstm_forward(float *gates, const float *previous_cell, float *cell, float *tanh_cell,
                           float *hidden, size_t rows, size_t units);

// One time step of an LSTM, backward. `gates` holds activated gates and receives the gradient of the
// pre-activations. `cell_gradient` comes from the next step and leaves for the one before.
void ckernels_lstm_backward(float *gates, const float *previous_cell, const float *tanh_cell,
                            const float *hidden_gradient, float *cell_gradient, size_t rows,
                            size_t units);

// One update of `count` weights by Adam; `step` is the bias-corrected learning rate.
void ckernels_adam(float *weights, const float *gradients, float *momentum, float *velocity,
                   size_t count, float step, float one_minus_beta1, float one_minus_beta2,
                   float epsilon);

// exp, tanh and sigmoid of each of `count` values in place, as the kernels above compute them.
void ckernels_exp(float *values, size_t count);
void ckernels_tanh(float *values, size_t count);
void ckernels_sigmoid(float *values, size_t count);

// The instruction sets this processor has: "baseline", "avx2", "avx512", in that order.
size_t ckernels_instruction_set_count(void);
const char *ckernels_instruction_set_name(size_t index);

// Selects one of them by name; returns 0 if this processor does not have it.
int ckernels_select_instruction_set(const char *name);
const char *ckernels_selected_instruction_set(void);

#endif
