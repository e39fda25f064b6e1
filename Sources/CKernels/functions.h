// Functions of vectors, as docs/arithmetic.md defines them. Part of kernels.h.

// e^x = 2^n e^r with |r| <= ln 2 / 2, for x cut off at -87.3 and 88.3; polynomial coefficients of Cephes' expf
// (Moshier 1989). Adding 1.5 * 2^23 rounds to an integer whose bits then stand at the end of the sum.
INLINE vector exponential(vector x) {
  const vector round = (vector)(12582912.0f);
  x = clamp(x, -87.3f, 88.3f);
  vector shifted = multiply_add(x, (vector)(1.44269504088896341f), round);
  vector n = shifted - round;
  vector r = multiply_add(n, (vector)(-0.693359375f), x);
  r = multiply_add(n, (vector)(2.12194440e-4f), r);
  vector p = multiply_add(r, (vector)(1.9875691500e-4f), (vector)(1.3981999507e-3f));
  p = multiply_add(p, r, (vector)(8.3334519073e-3f));
  p = multiply_add(p, r, (vector)(4.1665795894e-2f));
  p = multiply_add(p, r, (vector)(1.6666665459e-1f));
  p = multiply_add(p, r, (vector)(5.0000001201e-1f));
  p = multiply_add(p, r * r, r) + 1.0f;
  integers power = (bits_of(shifted) << 23) + (127 << 23);
  return p * from_bits(power);
}

// 1 / (1 + e^-x), for x cut off where the result would not be of full precision.
INLINE vector sigmoid(vector x) {
  return 1.0f / (1.0f + exponential(-larger((vector)(-87.3f), x)));
}

// Near zero an odd polynomial (Cephes' tanhf), elsewhere 1 - 2 / (e^2|x| + 1) with the sign of x.
INLINE vector hyperbolic_tangent(vector x) {
  vector size = __builtin_elementwise_abs(x);
  vector z = x * x;
  vector p = multiply_add(z, (vector)(-5.70498872745e-3f), (vector)(2.06390887954e-2f));
  p = multiply_add(p, z, (vector)(-5.37397155531e-2f));
  p = multiply_add(p, z, (vector)(1.33314422036e-1f));
  p = multiply_add(p, z, (vector)(-3.33332819422e-1f));
  vector near = multiply_add(p * z, x, x);
  vector far = 1.0f - 2.0f / (exponential(2.0f * size) + 1.0f);
  far = __builtin_elementwise_copysign(far, x);
  return size < 0.625f ? near : far;
}
