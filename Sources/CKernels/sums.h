// Sums of values, and what follows from them. Part of kernels.h.

// Sums in float32 are taken of so many values at most, and those sums in double precision.
#define SUMMED ((size_t)4096)

static void KERNEL(sums)(const float *values, size_t size, double *sizes, double *squares) {
  *sizes = *squares = 0.0;
  for (size_t first = 0; first < size; first += SUMMED) {
    size_t last = size - first < SUMMED ? size : first + SUMMED;
    struct lane_sums a = {{0}}, b = {{0}};
    for (size_t at = first; at < last; at += SUM_LANES)
      for (size_t part = 0; part < SUM_VECTORS; part++) {
        vector lanes = load(values + at + part * LANES, left_of(last - at, part));
        a.of[part] = a.of[part] + __builtin_elementwise_abs(lanes);
        b.of[part] = multiply_add(lanes, lanes, b.of[part]);
      }
    *sizes += (double)total(a);
    *squares += (double)total(b);
  }
}

static float KERNEL(dot)(const float *left, const float *right, size_t size) {
  struct lane_sums sums = {{0}};
  for (size_t at = 0; at < size; at += SUM_LANES)
    for (size_t part = 0; part < SUM_VECTORS; part++) {
      size_t from = at + part * LANES, count = left_of(size - at, part);
      sums.of[part] = multiply_add(load(left + from, count), load(right + from, count), sums.of[part]);
    }
  return total(sums);
}

static float KERNEL(largest)(const float *values, size_t size) {
  float largest = values[0];
  size_t at = 0;
  if (size >= LANES) {
    vector lanes = load(values, LANES);
    for (at = LANES; at + LANES <= size; at += LANES) {
      vector x = load(values + at, LANES);
      lanes = x > lanes ? x : lanes;
    }
    for (size_t lane = 0; lane < LANES; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  for (; at < size; at++) largest = values[at] > largest ? values[at] : largest;
  return largest;
}

// Each row becomes e^x / sum of e^x; the largest value is subtracted first, so nothing overflows.
static void KERNEL(softmax)(float *values, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, values += columns) {
    float largest = KERNEL(largest)(values, columns);
    struct lane_sums sums = {{0}};
    for (size_t at = 0; at < columns; at += SUM_LANES)
      for (size_t part = 0; part < SUM_VECTORS; part++) {
        float *place = values + at + part * LANES;
        size_t count = left_of(columns - at, part);
        if (count == 0) break;
        store_raw(exponential(load(place, count) - largest), place, count);
        sums.of[part] = sums.of[part] + load(place, count);
      }
    float scale = 1.0f / total(sums);
    for (size_t column = 0; column < columns; column += LANES)
      store(load(values + column, columns - column) * scale, values + column, columns - column);
  }
}

static int KERNEL(all_finite)(const float *values, size_t size) {
  // What is infinite or not a number is not zero times itself.
  integers good = (integers)(-1);
  size_t at = 0;
  for (; at + LANES <= size; at += LANES) good &= load(values + at, LANES) * 0.0f == (vector)(0.0f);
  if (at < size) good &= load(values + at, size - at) * 0.0f == (vector)(0.0f);
  for (size_t lane = 0; lane < LANES; lane++)
    if (!good[lane]) return 0;
  return 1;
}
