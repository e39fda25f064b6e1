// The way back through the activations of functions.h: the gradient of results, times the slope. Part of kernels.h.
//
// A slope is computed in double precision and rounded, as those of rarer activations are (docs/arithmetic.md).

static void KERNEL(relu_gradient)(float *gradient, const float *before, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector slope = load(before + at, size - at) > 0.0f ? (vector)(1.0f) : (vector)(0.0f);
    store_raw(load(gradient + at, size - at) * slope, gradient + at, size - at);
  }
}

static void KERNEL(rectifier_gradient)(const struct ckernels_rectifier *rectifier, float *gradient,
                                       const float *before, size_t size) {
  float threshold = rectifier->threshold;
  for (size_t at = 0; at < size; at += LANES) {
    vector x = load(before + at, size - at);
    vector above = x > rectifier->limit ? (vector)(0.0f) : (vector)(1.0f);
    vector below = x < threshold ? (vector)(rectifier->slope) : (vector)(rectifier->edge);
    store_raw(load(gradient + at, size - at) * (x > threshold ? above : below), gradient + at, size - at);
  }
}

static void KERNEL(tanh_gradient)(float *gradient, const float *results, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    doubles y = __builtin_convertvector(load(results + at, size - at), doubles);
    vector slope = __builtin_convertvector(1.0 - y * y, vector);
    store_raw(load(gradient + at, size - at) * slope, gradient + at, size - at);
  }
}

static void KERNEL(sigmoid_gradient)(float *gradient, const float *results, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    doubles y = __builtin_convertvector(load(results + at, size - at), doubles);
    vector slope = __builtin_convertvector(y * (1.0 - y), vector);
    store_raw(load(gradient + at, size - at) * slope, gradient + at, size - at);
  }
}

static void KERNEL(softmax_gradient)(float *gradient, const float *results, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, gradient += columns, results += columns) {
    // One chain, in ascending order.
    float sum = 0.0f;
    for (size_t column = 0; column < columns; column++) {
      float product = gradient[column] * results[column];
      sum = sum + product;
    }
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      store_raw(load(results + at, count) * (load(gradient + at, count) - sum), gradient + at, count);
    }
  }
}
