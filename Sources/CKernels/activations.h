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

// Rows whose sums are added up together.
#define SUMMED_ROWS ((size_t)4)

static void KERNEL(softmax_gradient)(float *gradient, const float *results, size_t rows, size_t columns) {
  for (size_t first = 0; first < rows; first += SUMMED_ROWS) {
    size_t count = rows - first < SUMMED_ROWS ? rows - first : SUMMED_ROWS;
    // One chain for each row, in ascending order. An addition waits for the one before, not for those of other rows.
    float sums[SUMMED_ROWS] = {0};
    if (count == SUMMED_ROWS)
      for (size_t column = 0; column < columns; column++)
        for (size_t row = 0; row < SUMMED_ROWS; row++) {
          float product = gradient[row * columns + column] * results[row * columns + column];
          sums[row] = sums[row] + product;
        }
    else
      for (size_t row = 0; row < count; row++)
        for (size_t column = 0; column < columns; column++) {
          float product = gradient[row * columns + column] * results[row * columns + column];
          sums[row] = sums[row] + product;
        }
    for (size_t row = 0; row < count; row++, gradient += columns, results += columns)
      for (size_t at = 0; at < columns; at += LANES) {
        size_t left = columns - at;
        store_raw(load(results + at, left) * (load(gradient + at, left) - sums[row]), gradient + at, left);
      }
  }
}
