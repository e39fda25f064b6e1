// What layers do value by value and row by row. Part of kernels.h.
//
// Each product and each sum is rounded by itself where nothing else is said, and stored as it comes out.

static void KERNEL(multiply_elements)(const float *left, const float *right, float *result, size_t size) {
  for (size_t at = 0; at < size; at += LANES)
    store_raw(load(left + at, size - at) * load(right + at, size - at), result + at, size - at);
}

static void KERNEL(add_elements)(const float *values, float *sums, size_t size) {
  for (size_t at = 0; at < size; at += LANES)
    store_raw(load(sums + at, size - at) + load(values + at, size - at), sums + at, size - at);
}

static void KERNEL(add_scaled)(const float *values, float factor, float *sums, size_t size) {
  for (size_t at = 0; at < size; at += LANES)
    store_raw(multiply_add(load(values + at, size - at), (vector)(factor), load(sums + at, size - at)),
              sums + at, size - at);
}

static void KERNEL(add_products)(const float *left, const float *right, float *sums, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector products = load(left + at, size - at) * load(right + at, size - at);
    store_raw(load(sums + at, size - at) + products, sums + at, size - at);
  }
}

static void KERNEL(scale)(float *values, float factor, size_t size) {
  for (size_t at = 0; at < size; at += LANES)
    store_raw(load(values + at, size - at) * factor, values + at, size - at);
}

static void KERNEL(rectify)(float *values, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector x = load(values + at, size - at);
    store_raw(x <= 0.0f ? (vector)(0.0f) : x, values + at, size - at);
  }
}

static void KERNEL(rectify_by)(const struct ckernels_rectifier *rectifier, float *values, size_t size) {
  float slope = rectifier->slope, threshold = rectifier->threshold, limit = rectifier->limit;
  for (size_t at = 0; at < size; at += LANES) {
    vector x = load(values + at, size - at);
    vector above = x > limit ? (vector)(limit) : x;
    // A slope of 0 leaves nothing of an infinity either.
    vector below = slope == 0.0f ? (vector)(0.0f) : (x - threshold) * slope;
    store_raw(x <= threshold ? below : above, values + at, size - at);
  }
}

static void KERNEL(mix)(const float *weights, const float *left, const float *right, float *result,
                        size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    size_t count = size - at;
    vector w = load(weights + at, count);
    vector mixed = w * load(left + at, count) + (1.0f - w) * load(right + at, count);
    store_raw(mixed, result + at, count);
  }
}

static void KERNEL(mix_gradient)(const float *weights, const float *left, const float *right,
                                 float *gradient, float *weight_gradient, float *right_gradient,
                                 size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    size_t count = size - at;
    vector w = load(weights + at, count), g = load(gradient + at, count);
    store_raw(g * (load(left + at, count) - load(right + at, count)), weight_gradient + at, count);
    store_raw(g * (1.0f - w), right_gradient + at, count);
    store_raw(g * w, gradient + at, count);
  }
}

static void KERNEL(add_penalties)(const float *weights, float l1, float l2, float *gradients, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector w = load(weights + at, size - at);
    vector sign = w > 0.0f ? (vector)(l1) : w < 0.0f ? (vector)(-l1) : (vector)(0.0f);
    store_raw(load(gradients + at, size - at) + multiply_add(w, (vector)(l2), sign), gradients + at, size - at);
  }
}

// A mask of NULL counts every row.
INLINE int counts(const unsigned char *mask, size_t row) { return mask == NULL || mask[row] != 0; }

static void KERNEL(add_rows)(const float *matrix, size_t step, const unsigned char *mask, float *sums,
                             size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++)
    if (counts(mask, row)) KERNEL(add_elements)(matrix + row * step, sums, columns);
}

static void KERNEL(mark_rows)(const float *matrix, float value, unsigned char *marks, size_t rows,
                              size_t columns) {
  for (size_t row = 0; row < rows; row++, matrix += columns) {
    integers others = (integers)(0);
    for (size_t column = 0; column < columns; column += LANES) {
      size_t count = columns - column;
      others |= (load(matrix + column, count) != value) & (lane_numbers() < (int32_t)(count < LANES ? count : LANES));
    }
    marks[row] = 0;
    for (size_t lane = 0; lane < LANES; lane++) marks[row] |= others[lane] != 0;
  }
}
