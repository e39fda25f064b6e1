// Products of small matrices, and of packed ones. Part of vector_kernels.h.
// The rows and vectors of a block of results that stay in registers.
#define TALL 4
#define WIDE 4
#define LONG (TALL * WIDE)

// A block of `height` rows and `width` vectors of left · right; both are constants where it is called.
INLINE void multiply_block(const float *left, const float *right, float *result, size_t height,
                           size_t width, size_t columns, size_t inner, size_t left_columns,
                           size_t count, int accumulate) {
  vector sums[LONG];
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < width; lane++)
      sums[row * width + lane] =
          accumulate ? load(result + row * columns + lane * LANES, count - lane * LANES) : (vector)(0.0f);
  for (size_t k = 0; k < inner; k++) {
    // A symbol is a row of zeros with a one: only one row of the matrix counts.
    if (height == 1 && left[k] == 0.0f) continue;
    for (size_t lane = 0; lane < width; lane++) {
      vector values = load(right + k * columns + lane * LANES, count - lane * LANES);
      for (size_t row = 0; row < height; row++)
        sums[row * width + lane] += left[row * left_columns + k] * values;
    }
  }
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < width; lane++)
      store(sums[row * width + lane], result + row * columns + lane * LANES, count - lane * LANES);
}

static void KERNEL(multiply)(const float *left, const float *right, float *result, size_t rows,
                             size_t columns, size_t inner, int accumulate) {
  size_t row = 0;
  for (; row + TALL <= rows; row += TALL) {
    const float *from = left + row * inner;
    float *to = result + row * columns;
    size_t column = 0;
    for (; column + WIDE * LANES <= columns; column += WIDE * LANES)
      multiply_block(from, right + column, to + column, TALL, WIDE, columns, inner, inner,
                     WIDE * LANES, accumulate);
    for (; column < columns; column += LANES)
      multiply_block(from, right + column, to + column, TALL, 1, columns, inner, inner,
                     columns - column, accumulate);
  }
  for (; row < rows; row++) {
    const float *from = left + row * inner;
    float *to = result + row * columns;
    size_t column = 0;
    for (; column + LONG * LANES <= columns; column += LONG * LANES)
      multiply_block(from, right + column, to + column, 1, LONG, columns, inner, inner, LONG * LANES,
                     accumulate);
    for (; column + WIDE * LANES <= columns; column += WIDE * LANES)
      multiply_block(from, right + column, to + column, 1, WIDE, columns, inner, inner, WIDE * LANES,
                     accumulate);
    for (; column < columns; column += LANES)
      multiply_block(from, right + column, to + column, 1, 1, columns, inner, inner, columns - column,
                     accumulate);
  }
}

static void KERNEL(multiply_transposed)(const float *left, const float *right, float *result,
                                        size_t rows, size_t columns, size_t inner, int accumulate) {
  for (size_t row = 0; row < rows; row++) {
    const float *from = left + row * inner;
    for (size_t column = 0; column < columns; column += TALL) {
      size_t height = columns - column < TALL ? columns - column : TALL;
      vector sums[TALL];
      for (size_t index = 0; index < TALL; index++) sums[index] = (vector)(0.0f);
      for (size_t k = 0; k < inner; k += LANES) {
        vector values = load(from + k, inner - k);
        for (size_t index = 0; index < TALL; index++) {
          size_t other = index < height ? column + index : column;
          sums[index] += values * load(right + other * inner + k, inner - k);
        }
      }
      for (size_t index = 0; index < height; index++) {
        float sum = add_lanes(sums[index]);
        float *to = result + row * columns + column + index;
        *to = accumulate ? *to + sum : sum;
      }
    }
  }
}

// A matrix is packed for many products with it: blocks of DEEP rows, in each block panels of PANEL columns,
// in each panel row behind row, so that a product reads memory in its order. Missing columns are zeros.
#define PANEL (WIDE * LANES)
#define DEEP ((size_t)512)

static void KERNEL(pack)(const float *matrix, float *packed, size_t inner, size_t columns,
                         int transposed) {
  for (size_t first = 0; first < inner; first += DEEP) {
    size_t last = inner - first < DEEP ? inner : first + DEEP;
    for (size_t panel = 0; panel < columns; panel += PANEL)
      for (size_t k = first; k < last; k++, packed += PANEL)
        for (size_t index = 0; index < PANEL; index++) {
          size_t column = panel + index;
          packed[index] = column >= columns ? 0.0f
                          : transposed      ? matrix[column * inner + k]
                                            : matrix[k * columns + column];
        }
  }
}

// `height` rows of a panel; `count` of its columns are there.
INLINE void multiply_panel(const float *left, const float *packed, float *result, size_t height,
                           size_t left_columns, size_t columns, size_t depth, size_t count,
                           int accumulate) {
  vector sums[LONG];
  size_t counts[WIDE];
  for (size_t lane = 0; lane < WIDE; lane++)
    counts[lane] = count > lane * LANES ? count - lane * LANES : 0;
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < WIDE; lane++)
      sums[row * WIDE + lane] =
          accumulate ? load(result + row * columns + lane * LANES, counts[lane]) : (vector)(0.0f);
  for (size_t k = 0; k < depth; k++)
    for (size_t lane = 0; lane < WIDE; lane++) {
      vector values = load(packed + k * PANEL + lane * LANES, LANES);
      for (size_t row = 0; row < height; row++)
        sums[row * WIDE + lane] += left[row * left_columns + k] * values;
    }
  for (size_t row = 0; row < height; row++)
    for (size_t lane = 0; lane < WIDE; lane++)
      store(sums[row * WIDE + lane], result + row * columns + lane * LANES, counts[lane]);
}

static void KERNEL(multiply_packed)(const float *left, const float *packed, float *result, size_t rows,
                                    size_t columns, size_t inner, int accumulate) {
  size_t panels = (columns + PANEL - 1) / PANEL;
  for (size_t first = 0; first < inner; first += DEEP) {
    size_t depth = inner - first < DEEP ? inner - first : DEEP;
    for (size_t panel = 0; panel < panels; panel++) {
      const float *from = packed + first * panels * PANEL + panel * depth * PANEL;
      size_t column = panel * PANEL, count = columns - column;
      int add = accumulate || first > 0;
      size_t row = 0;
      if (count >= PANEL)
        for (; row + TALL <= rows; row += TALL)
          multiply_panel(left + row * inner + first, from, result + row * columns + column, TALL,
                         inner, columns, depth, PANEL, add);
      for (; row < rows; row++)
        multiply_panel(left + row * inner + first, from, result + row * columns + column, 1, inner,
                       columns, depth, count, add);
    }
  }
}
