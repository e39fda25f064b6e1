// The kernels, written once. Included by each instruction set's own file, which defines
// `LANES`, the vector width in floats, and `KERNEL(name)`, which gives a name its suffix; where it has them
// also `ESTIMATES`, of 1 / sqrt and 1 / x, and `MASKS`, loads and stores of the first lanes only.
// Vectors are clang's: plain operators work lane by lane, and a*b+c becomes one FMA where there is one.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef int32_t integers __attribute__((ext_vector_type(LANES)));

#define INLINE static inline __attribute__((always_inline))

// The sum of all lanes, halves added to halves.
typedef float four_lanes __attribute__((ext_vector_type(4)));
INLINE float add_lanes(vector lanes) {
#if LANES == 16
  typedef float eight_lanes __attribute__((ext_vector_type(8)));
  eight_lanes eight = lanes.lo + lanes.hi;
  four_lanes four = eight.lo + eight.hi;
#elif LANES == 8
  four_lanes four = lanes.lo + lanes.hi;
#else
  four_lanes four = lanes;
#endif
  return (four.x + four.z) + (four.y + four.w);
}

INLINE vector load(const float *from, size_t count) {
  vector lanes = (vector)(0.0f);
  if (count >= LANES) memcpy(&lanes, from, sizeof(vector));
#ifdef MASKS
  else lanes = load_first(from, count);
#else
  else for (size_t lane = 0; lane < count; lane++) lanes[lane] = from[lane];
#endif
  return lanes;
}

INLINE void store(vector lanes, float *to, size_t count) {
  if (count >= LANES) memcpy(to, &lanes, sizeof(vector));
#ifdef MASKS
  else store_first(to, count, lanes);
#else
  else for (size_t lane = 0; lane < count; lane++) to[lane] = lanes[lane];
#endif
}

// Keeps a NaN, so that training that diverges is seen to.
INLINE vector clamp(vector x, float low, float high) {
  vector inside = __builtin_elementwise_max(x, (vector)(low));
  inside = __builtin_elementwise_min(inside, (vector)(high));
  return x == x ? inside : x;
}

// e^x = 2^n e^r with |r| <= ln 2 / 2; polynomial coefficients of Cephes' expf (Moshier 1989).
// Adding 1.5 * 2^23 rounds to an integer whose bits then stand at the end of the sum.
INLINE vector exponential(vector x) {
  const vector round = (vector)(12582912.0f);
  x = clamp(x, -87.3f, 88.3f);
  vector shifted = x * 1.44269504088896341f + round;
  vector n = shifted - round;
  vector r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  vector p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  integers power;
  memcpy(&power, &shifted, sizeof(power));
  power = (power << 23) + (127 << 23);
  vector scale;
  memcpy(&scale, &power, sizeof(scale));
  return p * scale;
}

INLINE vector sigmoid(vector x) { return 1.0f / (1.0f + exponential(-x)); }

// Near zero an odd polynomial (Cephes' tanhf), elsewhere 1 - 2 / (e^2|x| + 1) with the sign of x.
INLINE vector hyperbolic_tangent(vector x) {
  vector size = __builtin_elementwise_abs(x);
  vector z = x * x;
  vector p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z + -5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z + -3.33332819422e-1f;
  vector near = p * z * x + x;
  vector far = 1.0f - 2.0f / (exponential(2.0f * size) + 1.0f);
  far = __builtin_elementwise_copysign(far, x);
  return size < 0.625f ? near : far;
}

static void KERNEL(lstm_forward)(float *gates, const float *previous_cell, float *cell,
                                 float *tanh_cell, float *hidden, size_t rows, size_t units) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t unit = 0; unit < units; unit += LANES) {
      size_t count = units - unit;
      float *input_gate = gates + unit, *forget_gate = input_gate + units;
      float *candidate = forget_gate + units, *output_gate = candidate + units;
      vector i = sigmoid(load(input_gate, count));
      vector f = sigmoid(load(forget_gate, count));
      vector g = hyperbolic_tangent(load(candidate, count));
      vector o = sigmoid(load(output_gate, count));
      vector c = f * load(previous_cell + unit, count) + i * g;
      vector t = hyperbolic_tangent(c);
      store(i, input_gate, count);
      store(f, forget_gate, count);
      store(g, candidate, count);
      store(o, output_gate, count);
      store(c, cell + unit, count);
      store(t, tanh_cell + unit, count);
      store(o * t, hidden + unit, count);
    }
    gates += 4 * units;
    previous_cell += units;
    cell += units;
    tanh_cell += units;
    hidden += units;
  }
}

static void KERNEL(lstm_backward)(float *gates, const float *previous_cell, const float *tanh_cell,
                                  const float *hidden_gradient, float *cell_gradient, size_t rows,
                                  size_t units) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t unit = 0; unit < units; unit += LANES) {
      size_t count = units - unit;
      float *input_gate = gates + unit, *forget_gate = input_gate + units;
      float *candidate = forget_gate + units, *output_gate = candidate + units;
      vector i = load(input_gate, count), f = load(forget_gate, count);
      vector g = load(candidate, count), o = load(output_gate, count);
      vector t = load(tanh_cell + unit, count);
      vector dh = load(hidden_gradient + unit, count);
      vector dc = load(cell_gradient + unit, count) + dh * o * (1.0f - t * t);
      store(dc * g * i * (1.0f - i), input_gate, count);
      store(dc * load(previous_cell + unit, count) * f * (1.0f - f), forget_gate, count);
      store(dc * i * (1.0f - g * g), candidate, count);
      store(dh * t * o * (1.0f - o), output_gate, count);
      store(dc * f, cell_gradient + unit, count);
    }
    gates += 4 * units;
    previous_cell += units;
    tanh_cell += units;
    hidden_gradient += units;
    cell_gradient += units;
  }
}

// m / (sqrt(v) + epsilon), within 4 units in the last place. An estimate of 1 / sqrt and one of 1 / x, each
// made exact by a step of Newton's method, take a third of the time of the divider.
INLINE vector adam_quotient(vector m, vector v, float epsilon) {
#ifdef ESTIMATES
  v = __builtin_elementwise_max(v, (vector)(1e-36f));
  vector y = estimate_reciprocal_root(v);
  vector root = v * y;
  root = root + root * (0.5f - 0.5f * root * y);
  vector x = root + epsilon;
  vector r = estimate_reciprocal(x);
  return m * (r + r * (1.0f - x * r));
#else
  return m / (__builtin_elementwise_sqrt(v) + epsilon);
#endif
}

struct adam_settings {
  float step, one_minus_beta1, one_minus_beta2, epsilon;
};

// One update of up to LANES weights with gradient `g`.
INLINE void adam_lanes(vector g, float *weights, float *momentum, float *velocity, size_t count,
                       struct adam_settings adam) {
  vector m = load(momentum, count), v = load(velocity, count);
  m = m + (g - m) * adam.one_minus_beta1;
  v = v + (g * g - v) * adam.one_minus_beta2;
  store(m, momentum, count);
  store(v, velocity, count);
  store(load(weights, count) - adam.step * adam_quotient(m, v, adam.epsilon), weights, count);
}

static void KERNEL(adam)(float *weights, const float *gradients, float *momentum, float *velocity,
                         size_t size, float step, float one_minus_beta1, float one_minus_beta2,
                         float epsilon) {
  struct adam_settings adam = {step, one_minus_beta1, one_minus_beta2, epsilon};
  size_t at = 0;
  for (; at + LANES <= size; at += LANES)
    adam_lanes(load(gradients + at, LANES), weights + at, momentum + at, velocity + at, LANES, adam);
  if (at < size)
    adam_lanes(load(gradients + at, size - at), weights + at, momentum + at, velocity + at, size - at,
               adam);
}

// The gradient of up to LANES weights of a row: the sum over `inner` of factor · right.
INLINE vector product_lanes(const float *left, size_t left_columns, const float *right, size_t columns,
                            size_t inner, size_t count) {
  vector g = left[0] * load(right, count);
  for (size_t k = 1; k < inner; k++)
    g += left[k * left_columns] * load(right + k * columns, count);
  return g;
}

// `left_columns` is 0 where `left` is a one that stands for all factors.
INLINE void adam_product_rows(float *weights, float *momentum, float *velocity, const float *left,
                              size_t left_columns, const float *right, size_t rows, size_t columns,
                              size_t inner, struct adam_settings adam) {
  for (size_t row = 0; row < rows; row++) {
    size_t column = 0;
    for (; column + LANES <= columns; column += LANES)
      adam_lanes(product_lanes(left + row, left_columns, right + column, columns, inner, LANES),
                 weights + column, momentum + column, velocity + column, LANES, adam);
    if (column < columns) {
      size_t count = columns - column;
      adam_lanes(product_lanes(left + row, left_columns, right + column, columns, inner, count),
                 weights + column, momentum + column, velocity + column, count, adam);
    }
    weights += columns;
    momentum += columns;
    velocity += columns;
  }
}

static void KERNEL(adam_product)(float *weights, float *momentum, float *velocity, const float *left,
                                 const float *right, size_t rows, size_t columns, size_t inner,
                                 float step, float one_minus_beta1, float one_minus_beta2,
                                 float epsilon) {
  static const float one = 1.0f;
  struct adam_settings adam = {step, one_minus_beta1, one_minus_beta2, epsilon};
  size_t left_columns = left ? rows : 0;
  if (!left) left = &one;
  // The compiler makes code of its own for a sum of one product.
  if (inner == 1)
    adam_product_rows(weights, momentum, velocity, left, left_columns, right, rows, columns, 1, adam);
  else
    adam_product_rows(weights, momentum, velocity, left, left_columns, right, rows, columns, inner,
                      adam);
}

// The rows and vectors of a block of results that stay in registers.
#define TALL 4
#define WIDE 4
#define LONG (TALL * WIDE)

// A block of `height` rows and `width` vectors of left · right; both are constants where it is called.
INLINE void multiply_block(const float *left, const float *right, float *result, size_t height,
                           size_t width, size_t columns, size_t inner, size_t left_columns,
                           size_t count, int accumulate) {
  vector sums[LONG];
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < width; lane++)
      sums[row * width + lane] =
          accumulate ? load(result + row * columns + lane * LANES, count - lane * LANES) : (vector)(0.0f);
  for (size_t k = 0; k < inner; k++) {
    // A symbol is a row of zeros with a one: only one row of the matrix counts.
    if (height == 1 && left[k] == 0.0f) continue;
    for (size_t lane = 0; lane < width; lane++) {
      vector values = load(right + k * columns + lane * LANES, count - lane * LANES);
      for (size_t row = 0; row < height; row++)
        sums[row * width + lane] += left[row * left_columns + k] * values;
    }
  }
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < width; lane++)
      store(sums[row * width + lane], result + row * columns + lane * LANES, count - lane * LANES);
}

static void KERNEL(multiply)(const float *left, const float *right, float *result, size_t rows,
                             size_t columns, size_t inner, int accumulate) {
  size_t row = 0;
  for (; row + TALL <= rows; row += TALL) {
    const float *from = left + row * inner;
    float *to = result + row * columns;
    size_t column = 0;
    for (; column + WIDE * LANES <= columns; column += WIDE * LANES)
      multiply_block(from, right + column, to + column, TALL, WIDE, columns, inner, inner,
                     WIDE * LANES, accumulate);
    for (; column < columns; column += LANES)
      multiply_block(from, right + column, to + column, TALL, 1, columns, inner, inner,
                     columns - column, accumulate);
  }
  for (; row < rows; row++) {
    const float *from = left + row * inner;
    float *to = result + row * columns;
    size_t column = 0;
    for (; column + LONG * LANES <= columns; column += LONG * LANES)
      multiply_block(from, right + column, to + column, 1, LONG, columns, inner, inner, LONG * LANES,
                     accumulate);
    for (; column + WIDE * LANES <= columns; column += WIDE * LANES)
      multiply_block(from, right + column, to + column, 1, WIDE, columns, inner, inner, WIDE * LANES,
                     accumulate);
    for (; column < columns; column += LANES)
      multiply_block(from, right + column, to + column, 1, 1, columns, inner, inner, columns - column,
                     accumulate);
  }
}

static void KERNEL(multiply_transposed)(const float *left, const float *right, float *result,
                                        size_t rows, size_t columns, size_t inner, int accumulate) {
  for (size_t row = 0; row < rows; row++) {
    const float *from = left + row * inner;
    for (size_t column = 0; column < columns; column += TALL) {
      size_t height = columns - column < TALL ? columns - column : TALL;
      vector sums[TALL];
      for (size_t index = 0; index < TALL; index++) sums[index] = (vector)(0.0f);
      for (size_t k = 0; k < inner; k += LANES) {
        vector values = load(from + k, inner - k);
        for (size_t index = 0; index < TALL; index++) {
          size_t other = index < height ? column + index : column;
          sums[index] += values * load(right + other * inner + k, inner - k);
        }
      }
      for (size_t index = 0; index < height; index++) {
        float sum = add_lanes(sums[index]);
        float *to = result + row * columns + column + index;
        *to = accumulate ? *to + sum : sum;
      }
    }
  }
}

// A matrix is packed for many products with it: blocks of DEEP rows, in each block panels of PANEL columns,
// in each panel row behind row, so that a product reads memory in its order. Missing columns are zeros.
#define PANEL (WIDE * LANES)
#define DEEP ((size_t)512)

static void KERNEL(pack)(const float *matrix, float *packed, size_t inner, size_t columns,
                         int transposed) {
  for (size_t first = 0; first < inner; first += DEEP) {
    size_t last = inner - first < DEEP ? inner : first + DEEP;
    for (size_t panel = 0; panel < columns; panel += PANEL)
      for (size_t k = first; k < last; k++, packed += PANEL)
        for (size_t index = 0; index < PANEL; index++) {
          size_t column = panel + index;
          packed[index] = column >= columns ? 0.0f
                          : transposed      ? matrix[column * inner + k]
                                            : matrix[k * columns + column];
        }
  }
}

// `height` rows of a panel; `count` of its columns are there.
INLINE void multiply_panel(const float *left, const float *packed, float *result, size_t height,
                           size_t left_columns, size_t columns, size_t depth, size_t count,
                           int accumulate) {
  vector sums[LONG];
  size_t counts[WIDE];
  for (size_t lane = 0; lane < WIDE; lane++)
    counts[lane] = count > lane * LANES ? count - lane * LANES : 0;
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < WIDE; lane++)
      sums[row * WIDE + lane] =
          accumulate ? load(result + row * columns + lane * LANES, counts[lane]) : (vector)(0.0f);
  for (size_t k = 0; k < depth; k++)
    for (size_t lane = 0; lane < WIDE; lane++) {
      vector values = load(packed + k * PANEL + lane * LANES, LANES);
      for (size_t row = 0; row < height; row++)
        sums[row * WIDE + lane] += left[row * left_columns + k] * values;
    }
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < WIDE; lane++)
      store(sums[row * WIDE + lane], result + row * columns + lane * LANES, counts[lane]);
}

static void KERNEL(multiply_packed)(const float *left, const float *packed, float *result, size_t rows,
                                    size_t columns, size_t inner, int accumulate) {
  size_t panels = (columns + PANEL - 1) / PANEL;
  for (size_t first = 0; first < inner; first += DEEP) {
    size_t depth = inner - first < DEEP ? inner - first : DEEP;
    for (size_t panel = 0; panel < panels; panel++) {
      const float *from = packed + first * panels * PANEL + panel * depth * PANEL;
      size_t column = panel * PANEL, count = columns - column;
      int add = accumulate || first > 0;
      size_t row = 0;
      if (count >= PANEL)
        for (; row + TALL <= rows; row += TALL)
          multiply_panel(left + row * inner + first, from, result + row * columns + column, TALL,
                         inner, columns, depth, PANEL, add);
      for (; row < rows; row++)
        multiply_panel(left + row * inner + first, from, result + row * columns + column, 1, inner,
                       columns, depth, count, add);
    }
  }
}

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
    KERNEL(adam_product), KERNEL(multiply), KERNEL(multiply_transposed), KERNEL(pack),
    KERNEL(multiply_packed), KERNEL(softmax), KERNEL(all_finite),
    KERNEL(exp),     KERNEL(tanh),                KERNEL(sigmoid)};
