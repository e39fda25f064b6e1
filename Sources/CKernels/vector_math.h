// Vectors of LANES floats, and functions of them. Part of vector_kernels.h.
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

INLINE integers lane_numbers(void) {
  static const int32_t numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  integers lanes;
  memcpy(&lanes, numbers, sizeof(lanes));
  return lanes;
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
