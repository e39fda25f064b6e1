// A time step of an LSTM, forward and backward. Part of kernels.h.
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
      vector c = settle(multiply_add(f, load(previous_cell + unit, count), i * g));
      vector t = hyperbolic_tangent(c);
      // None of these is small but where what it comes from was.
      store_raw(i, input_gate, count);
      store_raw(f, forget_gate, count);
      store_raw(g, candidate, count);
      store_raw(o, output_gate, count);
      store_raw(c, cell + unit, count);
      store_raw(t, tanh_cell + unit, count);
      store(o * t, hidden + unit, count);
    }
    gates += 4 * units;
    previous_cell += units;
    cell += units;
    tanh_cell += units;
    hidden += units;
  }
}

// 1 - x^2.
INLINE vector one_less_square(vector x) { return multiply_add(-x, x, (vector)(1.0f)); }

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
      vector dc = multiply_add(dh * o, one_less_square(t), load(cell_gradient + unit, count));
      store(dc * g * (i * (1.0f - i)), input_gate, count);
      store(dc * load(previous_cell + unit, count) * (f * (1.0f - f)), forget_gate, count);
      store(dc * i * one_less_square(g), candidate, count);
      store(dh * t * (o * (1.0f - o)), output_gate, count);
      store(dc * f, cell_gradient + unit, count);
    }
    gates += 4 * units;
    previous_cell += units;
    tanh_cell += units;
    hidden_gradient += units;
    cell_gradient += units;
  }
}
