// Kernels in float32 that are compiled once for each vector instruction set, with the same results bit for bit; the widest
// one that the processor has is chosen before `main`. Everything else calls them through the Swift module `Kernels`.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// What the columns of a packed matrix are rounded up to, whatever the instruction set.
#define CKERNELS_PANEL 48

// How an optimizer updates weights; see `struct ckernels_update`.
enum ckernels_rule {
  CKERNELS_ADAM,
  CKERNELS_AMSGRAD,
  CKERNELS_NADAM,
  CKERNELS_SGD,
  CKERNELS_MOMENTUM,
  CKERNELS_NESTEROV,
  CKERNELS_RMSPROP,
  CKERNELS_RMSPROP_CENTERED,
  CKERNELS_ADAGRAD,
  CKERNELS_ADADELTA,
};

// The numbers of one update. First the gradient becomes g = (g + l2 * w + l1 * sign(w)) * scale, cut off at
// +-clip, and counts as zero below 2^-63; the weight w *= 1 - decay; then the rule:
//   ADAM, AMSGRAD  m += (g - m) * a; v += (g * g - v) * b; w -= rate * m / (sqrt(v) + epsilon), for AMSGRAD with
//                  the largest v so far
//   NADAM          the same moments; w -= rate * (c * m + d * g) / (sqrt(e * v) + epsilon)
//   SGD            w -= rate * g
//   MOMENTUM       m = a * m - rate * g; w += m, for NESTEROV w += a * m - rate * g
//   RMSPROP        v = a * v + b * g * g; move = rate * g / sqrt(v + epsilon), for CENTERED less the square of the
//                  third array, the mean of g, under the root; with c, m = c * m + move is the move; w -= move
//   ADAGRAD        s += g * g; w -= rate * g / sqrt(s + epsilon)
//   ADADELTA       s = a * s + b * g * g; move = sqrt(d + epsilon) * g / sqrt(s + epsilon);
//                  d = a * d + b * move * move; w -= rate * move
struct ckernels_update {
  enum ckernels_rule rule;
  float rate, a, b, c, d, e, epsilon;
  float l1, l2, scale, clip, decay;
};

// A product of matrices, result [rows, columns] = left [rows, inner] · right [inner, columns], or += if `accumulate`.
// The steps say how far it is from one row, column or inner index to the next: of the left and the right matrix one
// is 1, the rows of the result are whole.
struct ckernels_product {
  const float *left;
  size_t left_row, left_inner;
  const float *right;
  size_t right_inner, right_column;
  float *result;
  size_t result_row;
  size_t rows, columns, inner;
  int accumulate;
};

// Above `threshold` a value stays, cut off at `limit`; below it becomes slope * (x - threshold). `edge` is the derivative at
// the threshold itself.
struct ckernels_rectifier {
  float slope, threshold, limit, edge;
};

// What a random part of values is multiplied by: 0 for each draw below `left_out`, of 53 bits, and `factor` for the
// others. The draws of a seed and a stream are numbered; these begin with number `position`.
struct ckernels_draws {
  uint64_t seed, stream, position, left_out;
  float factor;
};

// What a time step of an sLSTM has. `gates` [rows, 4 * units] are i, f, z, o; the others are [rows, units], those before
// the step first.
struct ckernels_slstm {
  float *gates;
  const float *previous_cell, *previous_normalizer, *previous_stabilizer;
  float *cell, *normalizer, *stabilizer;
  // The slope of the forget gate's exponent.
  float *forget_slope;
};

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

  // One time step of an sLSTM, forward: `gates` holds pre-activations and receives the gates, all else but what was
  // before the step is written. The forget gate is e to what it is given, or a sigmoid of it.
  void (*slstm_forward)(const struct ckernels_slstm *step, float *hidden, int exponential_forget,
                        size_t rows, size_t units);

  // The same step backward: `gates` receives the gradient of the pre-activations. The gradients of the states but the
  // hidden one come from the next step and leave for the one before.
  void (*slstm_backward)(const struct ckernels_slstm *step, const float *hidden_gradient,
                         float *cell_gradient, float *normalizer_gradient,
                         float *stabilizer_gradient, size_t rows, size_t units);

  // One time step of a GRU that resets after the product, forward. `gates` [rows, 3 * units] holds what the inputs
  // contribute to z, r and the candidate and receives the activated gates; `inner` [rows, 3 * units] is what the hidden
  // state contributes; the others are [rows, units].
  void (*gru_forward)(float *gates, const float *inner, const float *previous_hidden, float *hidden,
                      size_t rows, size_t units);

  // The same step backward. `gates` and `inner` receive the gradients of what they held before the step;
  // `hidden_gradient` keeps what goes to the hidden state before directly.
  void (*gru_backward)(float *gates, float *inner, const float *previous_hidden,
                       float *hidden_gradient, size_t rows, size_t units);

  // One time step of a plain recurrence, of `count` values: hidden = tanh(before), and the gradient of that.
  void (*rnn_forward)(const float *before, float *hidden, size_t count);
  void (*rnn_backward)(const float *hidden, const float *hidden_gradient, float *gradient,
                       size_t count);

  // One update of `count` weights by any rule; `first`, `second` and `third` are what it keeps for each weight, in
  // the order in which the rule names them.
  void (*update)(const struct ckernels_update *update, float *weights, const float *gradients,
                 float *first, float *second, float *third, size_t count);

  // The same for weights [rows, columns] whose gradient is the product of left [inner, rows], transposed, and right
  // [inner, columns]; without a left one, the sum of the rows of right. Meant for a small `inner`, at least 1.
  void (*update_product)(const struct ckernels_update *update, float *weights, const float *left,
                         const float *right, size_t rows, size_t columns, size_t inner, float *first,
                         float *second, float *third);

  // An element of a product is one chain of multiply-adds in ascending order of the inner index.
  void (*multiply)(const struct ckernels_product *product);

  // Lays a matrix [inner, columns], or [columns, inner] if `transposed`, out for `multiply_packed`.
  // `packed` has room for `inner` times the columns rounded up to CKERNELS_PANEL.
  void (*pack)(const float *matrix, float *packed, size_t inner, size_t columns, int transposed);

  // result [rows, columns] = left [rows, inner] · the packed matrix, or += if `accumulate`: `count` of its columns from
  // column `from` on, a multiple of CKERNELS_PANEL. `inner` is at least 1.
  void (*multiply_packed)(const float *left, const float *packed, float *result, size_t rows,
                          size_t columns, size_t inner, size_t from, size_t count, int accumulate);

  // result [rows, columns] = left [inner, rows], transposed, · right [inner, columns]. Meant for a small `inner`, at
  // least 1.
  void (*outer_products)(const float *left, const float *right, float *result, size_t rows,
                         size_t columns, size_t inner);

  // The sums of the sizes and of the squares of `count` values.
  void (*sums)(const float *values, size_t count, double *sizes, double *squares);

  // The sum of the products of `count` values.
  float (*dot)(const float *left, const float *right, size_t count);

  // The softmax of each row of [rows, columns] in place.
  void (*softmax)(float *values, size_t rows, size_t columns);

  // Whether none of the values is infinite or not a number.
  int (*all_finite)(const float *values, size_t count);

  // exp, tanh and sigmoid of each of `count` values in place, as the kernels above compute them.
  void (*exp)(float *values, size_t count);
  void (*tanh)(float *values, size_t count);
  void (*sigmoid)(float *values, size_t count);

  // The next seven work on `count` values; results may stand in the place of operands.
  // result = left * right
  void (*multiply_elements)(const float *left, const float *right, float *result, size_t count);
  // sums += values
  void (*add_elements)(const float *values, float *sums, size_t count);
  // sums += factor * values, rounded once
  void (*add_scaled)(const float *values, float factor, float *sums, size_t count);
  // sums += left * right
  void (*add_products)(const float *left, const float *right, float *sums, size_t count);
  // values *= factor
  void (*scale)(float *values, float factor, size_t count);
  // Negative values become 0.
  void (*rectify)(float *values, size_t count);
  // The same by other slopes, thresholds and limits.
  void (*rectify_by)(const struct ckernels_rectifier *rectifier, float *values, size_t count);

  // result = weights * left + (1 - weights) * right, and the gradients of weights and right; `gradient` turns from that
  // of the result into that of left.
  void (*mix)(const float *weights, const float *left, const float *right, float *result, size_t count);
  void (*mix_gradient)(const float *weights, const float *left, const float *right, float *gradient,
                       float *weight_gradient, float *right_gradient, size_t count);

  // gradients += l2 * weights + l1 * sign(weights).
  void (*add_penalties)(const float *weights, float l1, float l2, float *gradients, size_t count);

  // Puts in the place of each of `maxima` what is larger, or smaller with a sign of -1, or not a number.
  void (*take_larger)(const float *values, float sign, float *maxima, size_t count);
  // sums += amounts where left = right; the second sets the amounts to 0 that it has added.
  void (*add_where_equal)(const float *left, const float *right, const float *amounts, float *sums, size_t count);
  void (*move_where_equal)(const float *left, const float *right, float *amounts, float *sums, size_t count);
  // values /= divisors
  void (*divide_elements)(float *values, const float *divisors, size_t count);

  // Adds the rows of matrix [rows, columns] that the mask [rows] counts, or all without one, to `sums`, in their order;
  // `step` says how far it is from one row to the next.
  void (*add_rows)(const float *matrix, size_t step, const unsigned char *mask, float *sums, size_t rows,
                   size_t columns);

  // Whether each row has a value other than `value`: 1 or 0.
  void (*mark_rows)(const float *matrix, float value, unsigned char *marks, size_t rows, size_t columns);

  // Turns the gradient of the results of an activation into that of the values before it, by the values before it or by
  // the results.
  void (*relu_gradient)(float *gradient, const float *before, size_t count);
  void (*rectifier_gradient)(const struct ckernels_rectifier *rectifier, float *gradient, const float *before,
                             size_t count);
  void (*tanh_gradient)(float *gradient, const float *results, size_t count);
  void (*sigmoid_gradient)(float *gradient, const float *results, size_t count);
  void (*softmax_gradient)(float *gradient, const float *results, size_t rows, size_t columns);

  // normalized = (x - mean) * scale, result = normalized * gamma + beta, where scale is 1 / sqrt(variance + epsilon)
  // of each row, and the gradient of the values. Without gamma it is 1, without beta 0.
  void (*normalize_rows)(const float *values, const float *gamma, const float *beta, float epsilon,
                         float *scales, float *normalized, float *result, size_t rows, size_t columns);
  void (*normalize_rows_gradient)(const float *gradient, const float *normalized, const float *gamma,
                                  const float *scales, float *value_gradient, size_t rows, size_t columns);

  // Mean and variance of each column over the rows that count; average = average * kept + values * (1 - kept);
  // result = 1 / sqrt(values + epsilon).
  void (*column_moments)(const float *matrix, const unsigned char *mask, float *mean, float *variance,
                         size_t rows, size_t columns);
  void (*move_average)(float *average, const float *values, float kept, size_t count);
  void (*inverse_roots)(const float *values, float epsilon, float *result, size_t count);

  // The same as `normalize_rows` with a mean and a scale for each column, and the gradient of the values. `sums` and
  // `products` are the sums over the rows of `gradient` and of `gradient` * `normalized`; they count for the rows of the
  // mask if `has_moments`: if mean and scale came from these values.
  void (*normalize_columns)(const float *matrix, const float *mean, const float *scales, const float *gamma,
                            const float *beta, float *normalized, float *result, size_t rows, size_t columns);
  void (*normalize_columns_gradient)(const float *gradient, const float *normalized, const float *gamma,
                                     const float *scales, const float *sums, const float *products,
                                     const unsigned char *mask, int has_moments, float *value_gradient,
                                     size_t rows, size_t columns);

  // What dropout multiplies `count` values by.
  void (*draw_factors)(const struct ckernels_draws *draws, float *factors, size_t count);

  // Multiply-adds in registers, as fast as this processor does them: `rounds` of each of some chains. Returns the
  // floating-point operations, two a multiply-add.
  size_t (*peak)(size_t rounds);
};

// Tells the processor that this thread waits for another one.
static inline void ckernels_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// The instruction sets this processor has, narrowest first: "baseline", which every processor has, then "avx2" and
// "avx512", or "neon".
size_t ckernels_available_count(void);
const struct ckernels_table *ckernels_available(size_t index);

// The one in use: the widest, or the one that the environment variable LSTM_INSTRUCTION_SET names if it is there.
const struct ckernels_table *ckernels_selected(void);

// What LSTM_INSTRUCTION_SET names if this processor has no such instruction set; otherwise NULL.
const char *ckernels_missing(void);

#endif
