// The kernels that layers use beside products and steps. Part of hash_kernels.c.
// What layers do value by value; each kernel works on what the one before made.
static void hash_elements(const struct ckernels_table *kernels) {
  begin(9);
  for (size_t size = 0; size < SIZES; size++)
    for (int special = 0; special < 2; special++) {
      size_t count = sizes[size];
      fill(a, count, special);
      fill(b, count, special);
      fill(c, count, special);
      kernels->multiply_elements(a, b, d, count);
      add(d, count);
      kernels->add_elements(a, d, count);
      add(d, count);
      kernels->add_scaled(b, 0.3f, d, count);
      add(d, count);
      kernels->add_products(a, c, d, count);
      add(d, count);
      kernels->scale(d, 0.7f, count);
      add(d, count);
      kernels->add_penalties(c, 0.1f, 0.2f, d, count);
      add(d, count);
      kernels->mix(a, b, d, e, count);
      add(e, count);
      kernels->mix_gradient(a, b, d, e, c, f, count);
      add(c, count);
      add(e, count);
      add(f, count);
      kernels->rectify(b, count);
      add(b, count);
      struct ckernels_rectifier rectifier = {0.3f, 0.2f, 1.0f, 0.0f};
      kernels->rectify_by(&rectifier, c, count);
      add(c, count);
    }
  end(kernels, "elements");
}

static void hash_maxima(const struct ckernels_table *kernels) {
  begin(18);
  for (size_t size = 0; size < SIZES; size++)
    for (int special = 0; special < 2; special++) {
      size_t count = sizes[size];
      fill(a, count, special);
      fill(b, count, special);
      fill(c, count, special);
      fill(d, count, special);
      for (size_t at = 0; at < count; at += 3) b[at] = a[at];
      kernels->add_where_equal(a, b, c, d, count);
      add(d, count);
      kernels->move_where_equal(a, b, c, d, count);
      add(c, count);
      add(d, count);
      for (int sign = -1; sign <= 1; sign += 2) {
        kernels->take_larger(c, (float)sign, b, count);
        add(b, count);
      }
      kernels->divide_elements(d, b, count);
      add(d, count);
    }
  end(kernels, "maxima");
}

static void hash_rows(const struct ckernels_table *kernels) {
  static unsigned char marks[8];
  begin(10);
  for (size_t size = 0; size < SIZES; size++)
    for (int special = 0; special < 2; special++) {
      size_t columns = sizes[size], rows = 1 + size % 8;
      fill(a, rows * columns, special);
      for (size_t row = 0; row < rows; row += 2)
        for (size_t column = 0; column < columns; column++) a[row * columns + column] = 0.5f;
      kernels->mark_rows(a, 0.5f, marks, rows, columns);
      add_bytes(marks, rows);
      fill(b, columns, special);
      kernels->add_rows(a, columns, size % 2 ? marks : NULL, b, rows, columns);
      add(b, columns);
    }
  end(kernels, "rows");
}

static void hash_slopes(const struct ckernels_table *kernels) {
  begin(11);
  for (size_t size = 0; size < SIZES; size++)
    for (int special = 0; special < 2; special++) {
      size_t count = sizes[size] * 3;
      fill(a, count, special);
      fill(b, count, special);
      kernels->relu_gradient(a, b, count);
      add(a, count);
      struct ckernels_rectifier rectifier = {0.3f, 0.2f, 1.0f, 0.0f};
      kernels->rectifier_gradient(&rectifier, a, b, count);
      add(a, count);
      kernels->tanh_gradient(a, b, count);
      add(a, count);
      kernels->sigmoid_gradient(a, b, count);
      add(a, count);
      kernels->softmax_gradient(a, b, 3, sizes[size]);
      add(a, count);
    }
  end(kernels, "slopes");
}

static void hash_normalization(const struct ckernels_table *kernels) {
  static const unsigned char mask[] = {1, 0, 1, 1, 0, 1, 1, 1};
  begin(12);
  for (size_t size = 0; size < SIZES; size++)
    for (int kind = 0; kind < 8; kind++) {
      size_t columns = sizes[size], rows = 1 + size % 8, count = rows * columns;
      const unsigned char *counted = kind & 1 ? mask : NULL;
      fill(a, count, kind >> 1 & 1);
      fill(e, columns, 0);
      fill(f, columns, 0);
      const float *gamma = kind >> 2 ? e : NULL, *beta = kind >> 2 ? f : NULL;
      kernels->normalize_rows(a, gamma, beta, 0.001f, d, b, c, rows, columns);
      add(b, count);
      add(c, count);
      add(d, rows);
      kernels->normalize_rows_gradient(a, b, gamma, d, c, rows, columns);
      add(c, count);
      // Mean, scale and moving average of each column.
      float *mean = d, *scales = d + columns, *average = d + 2 * columns;
      fill_positive(average, columns, 0);
      kernels->column_moments(a, counted, mean, scales, rows, columns);
      kernels->move_average(average, scales, 0.9f, columns);
      kernels->inverse_roots(scales, 0.001f, scales, columns);
      add(d, 3 * columns);
      kernels->normalize_columns(a, mean, scales, gamma, beta, b, c, rows, columns);
      add(b, count);
      add(c, count);
      kernels->normalize_columns_gradient(a, b, gamma, scales, mean, average, counted, kind >> 1 & 1, c,
                                          rows, columns);
      add(c, count);
    }
  end(kernels, "normalization");
}

static void hash_draws(const struct ckernels_table *kernels) {
  begin(13);
  for (size_t size = 0; size < SIZES; size++)
    for (uint64_t position = 0; position < 4; position++) {
      struct ckernels_draws draws = {draw(), 4, (uint64_t)draw() << 34 | position, (uint64_t)draw() << 21, 1.25f};
      kernels->draw_factors(&draws, a, sizes[size]);
      add(a, sizes[size]);
    }
  end(kernels, "draws");
}
