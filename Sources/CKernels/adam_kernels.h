// Updates by Adam. Part of vector_kernels.h.
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

// The same update, row by row, for rows that are shorter than a vector or very long.
INLINE void adam_product_columns(float *weights, float *momentum, float *velocity, const float *left,
                                 size_t left_columns, const float *right, size_t rows, size_t columns,
                                 size_t inner, struct adam_settings adam) {
  for (size_t row = 0; row < rows; row++) {
    for (size_t column = 0; column < columns; column += LANES) {
      size_t count = columns - column, at = row * columns + column;
      const float *factor = left + (left_columns ? row : 0);
      vector g = factor[0] * load(right + column, count);
      for (size_t k = 1; k < inner; k++)
        g += factor[k * left_columns] * load(right + k * columns + column, count);
      adam_lanes(g, weights + at, momentum + at, velocity + at, count, adam);
    }
  }
}

// Room for the factors of a row and, once more, for the first of the next.
#define FACTORS 8192

// `left_columns` is 0 where `left` is a one that stands for all factors. Goes through the weights from
// vector to vector, not from row to row, so that all of them are whole and none lies across two cache
// lines; where a row ends within a vector, the other lanes are the beginning of the next one.
// `right` has `stride` columns, the last LANES of which are the first again; columns >= LANES.
INLINE void adam_product_rows(float *weights, float *momentum, float *velocity, const float *left,
                              size_t left_columns, const float *right, size_t stride, size_t rows,
                              size_t columns, size_t inner, struct adam_settings adam) {
  size_t size = rows * columns, at = 0, column = 0;
  for (size_t row = 0; row < rows; row++) {
    for (; column + LANES <= columns; column += LANES, at += LANES) {
      vector g = left[0] * load(right + column, LANES);
      for (size_t k = 1; k < inner; k++)
        g += left[k * left_columns] * load(right + k * stride + column, LANES);
      adam_lanes(g, weights + at, momentum + at, velocity + at, LANES, adam);
    }
    if (column < columns) {
      integers is_next = lane_numbers() >= (integers)((int32_t)(columns - column));
      size_t next = row + 1 < rows ? 1 : 0;
      vector g = (vector)(0.0f);
      for (size_t k = 0; k < inner; k++) {
        const float *factor = left + k * left_columns;
        vector factors = is_next ? (vector)(factor[next]) : (vector)(factor[0]);
        g += factors * load(right + k * stride + column, LANES);
      }
      size_t count = size - at < LANES ? size - at : LANES;
      adam_lanes(g, weights + at, momentum + at, velocity + at, count, adam);
      at += LANES;
      column += LANES;
    }
    column -= columns;
    left += left_columns ? 1 : 0;
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
  size_t stride = columns + LANES;
  float factors[FACTORS];
  if (columns < LANES || stride * inner > FACTORS) {
    adam_product_columns(weights, momentum, velocity, left, left_columns, right, rows, columns, inner,
                         adam);
    return;
  }
  for (size_t k = 0; k < inner; k++) {
    memcpy(factors + k * stride, right + k * columns, columns * sizeof(float));
    memcpy(factors + k * stride + columns, right + k * columns, LANES * sizeof(float));
  }
  // The compiler makes code of its own for a sum of one product.
  if (inner == 1)
    adam_product_rows(weights, momentum, velocity, left, left_columns, factors, stride, rows, columns,
                      1, adam);
  else
    adam_product_rows(weights, momentum, velocity, left, left_columns, factors, stride, rows, columns,
                      inner, adam);
}
