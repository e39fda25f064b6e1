// The kernels, written once. Included by each instruction set's own file, which defines
// `LANES`, the vector width in floats, and `KERNEL(name)`, which gives a name its suffix; where it has them
// also `ESTIMATES`, of 1 / sqrt and 1 / x, and `MASKS`, loads and stores of the first lanes only.
// Vectors are clang's: plain operators work lane by lane, and a*b+c becomes one FMA where there is one.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "vector_math.h"

#include "adam_kernels.h"
#include "update_kernels.h"
#include "lstm_kernels.h"
#include "product_kernels.h"

// Each row becomes e^x / sum of e^x; the largest value is subtracted first, so nothing overflows.
static void KERNEL(softmax)(float *values, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, values += columns) {
    float largest = values[0];
    for (size_t column = 1; column < columns; column++)
      largest = values[column] > largest ? values[column] : largest;
    vector sums = (vector)(0.0f);
    for (size_t column = 0; column < columns; column += LANES) {
      size_t count = columns - column;
      vector e = exponential(load(values + column, count) - largest);
      store(e, values + column, count);
      sums += load(values + column, count);
    }
    float scale = 1.0f / add_lanes(sums);
    for (size_t column = 0; column < columns; column += LANES)
      store(load(values + column, columns - column) * scale, values + column, columns - column);
  }
}

static int KERNEL(all_finite)(const float *values, size_t size) {
  // What is infinite or not a number is not zero times itself.
  integers good = (integers)(-1);
  size_t at = 0;
  for (; at + LANES <= size; at += LANES) good &= load(values + at, LANES) * 0.0f == (vector)(0.0f);
  if (at < size) good &= load(values + at, size - at) * 0.0f == (vector)(0.0f);
  for (size_t lane = 0; lane < LANES; lane++)
    if (!good[lane]) return 0;
  return 1;
}

#define ELEMENTWISE(name, function)                             \
  static void KERNEL(name)(float *values, size_t size) {        \
    for (size_t at = 0; at < size; at += LANES)                 \
      store(function(load(values + at, size - at)), values + at, size - at); \
  }
ELEMENTWISE(exp, exponential)
ELEMENTWISE(tanh, hyperbolic_tangent)
ELEMENTWISE(sigmoid, sigmoid)

const struct ckernels_table KERNEL(table) = {
    KERNEL(name),    KERNEL(lstm_forward),        KERNEL(lstm_backward), KERNEL(adam),
    KERNEL(adam_product), KERNEL(update), KERNEL(sums), KERNEL(outer_products), KERNEL(multiply), KERNEL(multiply_transposed), KERNEL(pack),
    KERNEL(multiply_packed), KERNEL(softmax), KERNEL(all_finite),
    KERNEL(exp),     KERNEL(tanh),                KERNEL(sigmoid)};
