// Mean and variance of rows and of columns, and what follows from them. Part of kernels.h.
//
// Each sum is one chain in ascending order; each product and each sum is rounded by itself, and stored as it comes out.

INLINE vector load_or(const float *from, float otherwise, size_t at, size_t count) {
  return from ? load(from + at, count) : (vector)(otherwise);
}

static void KERNEL(normalize_rows)(const float *values, const float *gamma, const float *beta, float epsilon,
                                   float *scales, float *normalized, float *result, size_t rows,
                                   size_t columns) {
  for (size_t row = 0; row < rows; row++, values += columns, normalized += columns, result += columns) {
    float mean = 0.0f, variance = 0.0f;
    for (size_t column = 0; column < columns; column++) mean = mean + values[column];
    mean = mean / (float)columns;
    for (size_t column = 0; column < columns; column++) {
      float difference = values[column] - mean;
      variance = variance + difference * difference;
    }
    scales[row] = 1.0f / __builtin_elementwise_sqrt(variance / (float)columns + epsilon);
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      vector value = (load(values + at, count) - mean) * scales[row];
      store_raw(value, normalized + at, count);
      store_raw(value * load_or(gamma, 1.0f, at, count) + load_or(beta, 0.0f, at, count), result + at, count);
    }
  }
}

static void KERNEL(normalize_rows_gradient)(const float *gradient, const float *normalized,
                                            const float *gamma, const float *scales,
                                            float *value_gradient, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows;
       row++, gradient += columns, normalized += columns, value_gradient += columns) {
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      store_raw(load(gradient + at, count) * load_or(gamma, 1.0f, at, count), value_gradient + at, count);
    }
    float sum = 0.0f, products = 0.0f;
    for (size_t column = 0; column < columns; column++) {
      sum = sum + value_gradient[column];
      products = products + value_gradient[column] * normalized[column];
    }
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      vector shared = (load(normalized + at, count) * products + sum) / (float)columns;
      store_raw((load(value_gradient + at, count) - shared) * scales[row], value_gradient + at, count);
    }
  }
}

static void KERNEL(column_moments)(const float *matrix, const unsigned char *mask, float *mean,
                                   float *variance, size_t rows, size_t columns) {
  size_t counted = 0;
  for (size_t row = 0; row < rows; row++) counted += (size_t)counts(mask, row);
  float divisor = (float)(counted > 0 ? counted : 1);
  memset(mean, 0, columns * sizeof(float));
  memset(variance, 0, columns * sizeof(float));
  KERNEL(add_rows)(matrix, columns, mask, mean, rows, columns);
  for (size_t at = 0; at < columns; at += LANES)
    store_raw(load(mean + at, columns - at) / divisor, mean + at, columns - at);
  for (size_t row = 0; row < rows; row++) {
    if (!counts(mask, row)) continue;
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      vector difference = load(matrix + row * columns + at, count) - load(mean + at, count);
      store_raw(load(variance + at, count) + difference * difference, variance + at, count);
    }
  }
  for (size_t at = 0; at < columns; at += LANES)
    store_raw(load(variance + at, columns - at) / divisor, variance + at, columns - at);
}

static void KERNEL(move_average)(float *average, const float *values, float kept, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector moved = load(average + at, size - at) * kept + load(values + at, size - at) * (1.0f - kept);
    store_raw(moved, average + at, size - at);
  }
}

static void KERNEL(inverse_roots)(const float *values, float epsilon, float *result, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector root = __builtin_elementwise_sqrt(load(values + at, size - at) + epsilon);
    store_raw(1.0f / root, result + at, size - at);
  }
}

static void KERNEL(normalize_columns)(const float *matrix, const float *mean, const float *scales,
                                      const float *gamma, const float *beta, float *normalized,
                                      float *result, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, matrix += columns, normalized += columns, result += columns)
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      vector value = (load(matrix + at, count) - load(mean + at, count)) * load(scales + at, count);
      store_raw(value, normalized + at, count);
      store_raw(value * load_or(gamma, 1.0f, at, count) + load_or(beta, 0.0f, at, count), result + at, count);
    }
}

static void KERNEL(normalize_columns_gradient)(const float *gradient, const float *normalized,
                                               const float *gamma, const float *scales,
                                               const float *sums, const float *products,
                                               const unsigned char *mask, int has_moments,
                                               float *value_gradient, size_t rows, size_t columns) {
  size_t counted = 0;
  for (size_t row = 0; row < rows; row++) counted += (size_t)counts(mask, row);
  float divisor = (float)(counted > 0 ? counted : 1);
  for (size_t row = 0; row < rows;
       row++, gradient += columns, normalized += columns, value_gradient += columns) {
    // Rows that do not count had no part in mean and variance.
    int is_shared = has_moments && counts(mask, row);
    for (size_t at = 0; at < columns; at += LANES) {
      size_t count = columns - at;
      vector factor = load(scales + at, count) * load_or(gamma, 1.0f, at, count);
      vector own = load(gradient + at, count);
      if (is_shared) {
        vector product = load(normalized + at, count) * load(products + at, count);
        own = own - (load(sums + at, count) + product) / divisor;
      }
      store_raw(factor * own, value_gradient + at, count);
    }
  }
}
