// A time step of an sLSTM, forward and backward. Part of kernels.h.

// ln(1 / (1 + e^-x)) = min(x, 0) - ln(1 + e^-|x|). With e = e^-|x|, 1 + e is twice 1 + (e - 1) / 2 where it is above
// the root of 2, so that ln(1 + y) is Cephes' polynomial (logf, Moshier 1989) of a y that is not rounded.
INLINE vector log_sigmoid(vector x) {
  vector e = exponential(-__builtin_elementwise_abs(x));
  integers halves = e > 0.41421356f;
  vector y = halves ? (e - 1.0f) * 0.5f : e;
  vector square = y * y;
  vector p = multiply_add(y, (vector)(7.0376836292e-2f), (vector)(-1.1514610310e-1f));
  p = multiply_add(p, y, (vector)(1.1676998740e-1f));
  p = multiply_add(p, y, (vector)(-1.2420140846e-1f));
  p = multiply_add(p, y, (vector)(1.4249322787e-1f));
  p = multiply_add(p, y, (vector)(-1.6668057665e-1f));
  p = multiply_add(p, y, (vector)(2.0000714765e-1f));
  p = multiply_add(p, y, (vector)(-2.4999993993e-1f));
  p = multiply_add(p, y, (vector)(3.3333331174e-1f));
  vector rest = multiply_add(square, (vector)(-0.5f), p * y * square);
  vector logarithm = y + rest;
  logarithm = halves ? logarithm + 0.693147181f : logarithm;
  return smaller(x, (vector)(0.0f)) - logarithm;
}

static void KERNEL(slstm_forward)(const struct ckernels_slstm *step, float *hidden, int exponential_forget,
                                  size_t rows, size_t units) {
  for (size_t row = 0; row < rows; row++)
    for (size_t unit = 0; unit < units; unit += LANES) {
      size_t count = units - unit, at = row * units + unit;
      float *input_gate = step->gates + 4 * row * units + unit, *forget_gate = input_gate + units;
      float *candidate = forget_gate + units, *output_gate = candidate + units;
      vector a = load(input_gate, count), b = load(forget_gate, count);
      vector previous = load(step->previous_normalizer + at, count);
      vector slope = exponential_forget ? (vector)(1.0f) : sigmoid(-b);
      vector kept = (exponential_forget ? b : log_sigmoid(b)) + load(step->previous_stabilizer + at, count);
      // Where nothing has been seen yet, there is nothing to forget.
      kept = previous == 0.0f ? a : kept;
      vector m = larger(a, kept);
      vector i = exponential(a - m), f = exponential(kept - m);
      vector z = hyperbolic_tangent(load(candidate, count)), o = sigmoid(load(output_gate, count));
      vector c = settle(multiply_add(f, load(step->previous_cell + at, count), i * z));
      vector n = settle(multiply_add(f, previous, i));
      store_raw(i, input_gate, count);
      store_raw(f, forget_gate, count);
      store_raw(z, candidate, count);
      store_raw(o, output_gate, count);
      store_raw(slope, step->forget_slope + at, count);
      store_raw(c, step->cell + at, count);
      store_raw(n, step->normalizer + at, count);
      store(m, step->stabilizer + at, count);
      store(o * (c / n), hidden + at, count);
    }
}

static void KERNEL(slstm_backward)(const struct ckernels_slstm *step, const float *hidden_gradient,
                                   float *cell_gradient, float *normalizer_gradient, float *stabilizer_gradient,
                                   size_t rows, size_t units) {
  for (size_t row = 0; row < rows; row++)
    for (size_t unit = 0; unit < units; unit += LANES) {
      size_t count = units - unit, at = row * units + unit;
      float *input_gate = step->gates + 4 * row * units + unit, *forget_gate = input_gate + units;
      float *candidate = forget_gate + units, *output_gate = candidate + units;
      vector i = load(input_gate, count), f = load(forget_gate, count);
      vector z = load(candidate, count), o = load(output_gate, count);
      vector n = load(step->normalizer + at, count);
      // Of a row that has not counted yet, which has no gradients.
      n = n == 0.0f ? (vector)(1.0f) : n;
      vector q = load(step->cell + at, count) / n;
      vector previous = load(step->previous_normalizer + at, count);
      vector dh = load(hidden_gradient + at, count), dq = dh * o / n;
      vector dc = load(cell_gradient + at, count) + dq;
      vector dn = multiply_add(-dq, q, load(normalizer_gradient + at, count));
      // Of the exponents of both gates, and of the stabilizer, which is the larger exponent.
      vector da = multiply_add(dc, z, dn) * i;
      vector dk = multiply_add(dc, load(step->previous_cell + at, count), dn * previous) * f;
      vector dm = load(stabilizer_gradient + at, count) - da - dk;
      integers takes = i == 1.0f;
      da = da + (takes ? dm : (vector)(0.0f));
      dk = dk + (takes ? (vector)(0.0f) : dm);
      integers begins = previous == 0.0f;
      da = da + (begins ? dk : (vector)(0.0f));
      dk = begins ? (vector)(0.0f) : dk;
      store(da, input_gate, count);
      store(dk * load(step->forget_slope + at, count), forget_gate, count);
      store(dc * i * one_less_square(z), candidate, count);
      store(dh * q * (o * (1.0f - o)), output_gate, count);
      store(dc * f, cell_gradient + at, count);
      store(dn * f, normalizer_gradient + at, count);
      store(dk, stabilizer_gradient + at, count);
    }
}
