// A time step of a GRU that resets after the product, forward and backward. Part of kernels.h.
static void KERNEL(gru_forward)(float *gates, const float *inner, const float *previous, float *hidden,
                                size_t rows, size_t units) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t unit = 0; unit < units; unit += LANES) {
      size_t count = units - unit;
      float *update_gate = gates + unit, *reset_gate = update_gate + units;
      float *candidate = reset_gate + units;
      const float *from = inner + unit;
      vector z = sigmoid(load(update_gate, count) + load(from, count));
      vector r = sigmoid(load(reset_gate, count) + load(from + units, count));
      vector g = multiply_add(r, load(from + 2 * units, count), load(candidate, count));
      g = hyperbolic_tangent(g);
      store(z, update_gate, count);
      store(r, reset_gate, count);
      store(g, candidate, count);
      store(multiply_add(z, load(previous + unit, count), (1.0f - z) * g), hidden + unit, count);
    }
    gates += 3 * units;
    inner += 3 * units;
    previous += units;
    hidden += units;
  }
}

static void KERNEL(gru_backward)(float *gates, float *inner, const float *previous,
                                 float *hidden_gradient, size_t rows, size_t units) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t unit = 0; unit < units; unit += LANES) {
      size_t count = units - unit;
      float *update_gate = gates + unit, *reset_gate = update_gate + units;
      float *candidate = reset_gate + units, *to = inner + unit;
      vector z = load(update_gate, count), r = load(reset_gate, count), g = load(candidate, count);
      vector dh = load(hidden_gradient + unit, count);
      vector dz = dh * (load(previous + unit, count) - g) * (z * (1.0f - z));
      vector dg = dh * (1.0f - z) * one_less_square(g);
      vector dr = dg * load(to + 2 * units, count) * (r * (1.0f - r));
      store(dz, update_gate, count);
      store(dr, reset_gate, count);
      store(dg, candidate, count);
      store(dz, to, count);
      store(dr, to + units, count);
      store(dg * r, to + 2 * units, count);
      store(dh * z, hidden_gradient + unit, count);
    }
    gates += 3 * units;
    inner += 3 * units;
    previous += units;
    hidden_gradient += units;
  }
}

// The step of a plain recurrence, of `count` values.
static void KERNEL(rnn_forward)(const float *before, float *hidden, size_t count) {
  for (size_t at = 0; at < count; at += LANES)
    store(hyperbolic_tangent(load(before + at, count - at)), hidden + at, count - at);
}

static void KERNEL(rnn_backward)(const float *hidden, const float *hidden_gradient, float *gradient,
                                 size_t count) {
  for (size_t at = 0; at < count; at += LANES) {
    vector h = load(hidden + at, count - at);
    store(load(hidden_gradient + at, count - at) * one_less_square(h), gradient + at, count - at);
  }
}
