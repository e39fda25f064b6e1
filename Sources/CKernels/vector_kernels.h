// The kernels, written once. Included by each instruction set's own file, which defines
// `LANES`, the vector width in floats, and `KERNEL(name)`, which gives a name its suffix.
// Vectors are clang's: plain operators work lane by lane, and a*b+c becomes one FMA where there is one.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef int32_t integers __attribute__((ext_vector_type(LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *from, size_t count) {
  vector lanes = (vector)(0.0f);
  if (count >= LANES) memcpy(&lanes, from, sizeof(vector));
  else for (size_t lane = 0; lane < count; lane++) lanes[lane] = from[lane];
  return lanes;
}

INLINE void store(vector lanes, float *to, size_t count) {
  if (count >= LANES) memcpy(to, &lanes, sizeof(vector));
  else for (size_t lane = 0; lane < count; lane++) to[lane] = lanes[lane];
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

static void KERNEL(adam)(float *weights, const float *gradients, float *momentum, float *velocity,
                         size_t size, float step, float one_minus_beta1, float one_minus_beta2,
                         float epsilon) {
  for (size_t at = 0; at < size; at += LANES) {
    size_t count = size - at;
    vector g = load(gradients + at, count);
    vector m = load(momentum + at, count), v = load(velocity + at, count);
    m = m + (g - m) * one_minus_beta1;
    v = v + (g * g - v) * one_minus_beta2;
    vector w = load(weights + at, count);
    w = w - m * step / (__builtin_elementwise_sqrt(v) + epsilon);
    store(m, momentum + at, count);
    store(v, velocity + at, count);
    store(w, weights + at, count);
  }
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
    KERNEL(name), KERNEL(lstm_forward), KERNEL(lstm_backward), KERNEL(adam),
    KERNEL(exp),  KERNEL(tanh),         KERNEL(sigmoid)};
