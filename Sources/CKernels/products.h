// Products of matrices. Part of kernels.h.
//
// An element of a product is one chain of multiply_add, from zero or from what it is added to, in ascending order of
// the inner index. Rows and columns are cut into tiles whose chains run beside each other in registers; where the inner
// dimension is cut, the chains pause in memory.

// A tile has TALL rows and WIDE vectors, which each instruction set says, so that its chains fill the registers.
#define PANEL (WIDE * LANES)
_Static_assert(CKERNELS_PANEL % PANEL == 0, "a multiple of CKERNELS_PANEL is where a panel begins");
// The inner indices that are gone through before the next rows and columns: a result is read and written once for each.
#define DEEP ((size_t)512)
// The panels that are packed at once, and the rows that go over them before the next ones: both fit the second cache.
#define PANELS ((size_t)8)
#define ROWS ((size_t)(8 * TALL))
// A left matrix of columns that lie so far from each other is packed too, since its lines would drive each other out
// of the first cache.
#define SPREAD ((size_t)256)
// The rows of a panel that are asked for ahead, and the ones that are packed at once.
#define AHEAD ((size_t)16)
#define PACKED_ROWS ((size_t)8)
// The floats of a cache line.
#define LINE ((size_t)16)

// A part of a product that is computed tile by tile. The right matrix is given by panels of PANEL columns.
struct panels {
  const float *left;
  // From one row to the next within a tile, from one inner index to the next, and from one tile to the next.
  size_t left_row, left_inner, left_tile;
  const float *right;
  // From one row of a panel to the next, and from one panel to the next.
  size_t right_inner, right_panel;
  float *result;
  size_t result_row, columns, depth;
  // Whether the chains begin with zero here, and whether they end here.
  int begins, ends;
};

// `height` rows and `vectors` of a panel, or of several whole ones, both constants where it is called, from `column` on.
// Of the columns of the last vector `count` are there, in the panel itself all of them if `is_padded`.
#define EACH _Pragma("clang loop unroll(full)")
INLINE void multiply_tile(const struct panels *at, const float *left, float *result, size_t column,
                          size_t height, size_t vectors, size_t count, int is_padded) {
  vector sums[TALL * WIDE];
  const float *right = at->right + column / PANEL * at->right_panel;
  result += column;
#define COUNT(index) ((index) + 1 < vectors ? LANES : count)
  EACH for (size_t row = 0; row < height; row++)
    EACH for (size_t index = 0; index < vectors; index++)
      sums[row * vectors + index] =
          at->begins ? (vector)(0.0f)
                     : load(result + row * at->result_row + index * LANES, COUNT(index));
  for (size_t k = 0; k < at->depth; k++) {
#define VALUES(index)                                                                       \
  load(right + (index) / WIDE * at->right_panel + k * at->right_inner + (index) % WIDE * LANES, \
       is_padded ? LANES : COUNT(index))
#define FACTOR(row) (vector)(left[(row) * at->left_row + k * at->left_inner])
    // A panel of a large matrix comes from a far cache.
    if (height == TALL)
      EACH for (size_t index = 0; index < vectors; index++)
        __builtin_prefetch(right + (k + AHEAD) * at->right_inner + index * LANES);
    // What there is less of is kept in registers.
    if (height >= vectors) {
      vector values[TALL * WIDE];
      EACH for (size_t index = 0; index < vectors; index++) values[index] = VALUES(index);
      EACH for (size_t row = 0; row < height; row++) {
        vector factor = FACTOR(row);
        EACH for (size_t index = 0; index < vectors; index++)
          sums[row * vectors + index] = multiply_add(factor, values[index], sums[row * vectors + index]);
      }
    } else {
      vector factors[TALL];
      EACH for (size_t row = 0; row < height; row++) factors[row] = FACTOR(row);
      EACH for (size_t index = 0; index < vectors; index++) {
        vector values = VALUES(index);
        EACH for (size_t row = 0; row < height; row++)
          sums[row * vectors + index] = multiply_add(factors[row], values, sums[row * vectors + index]);
      }
    }
#undef VALUES
#undef FACTOR
  }
  EACH for (size_t row = 0; row < height; row++)
    EACH for (size_t index = 0; index < vectors; index++) {
      vector sum = sums[row * vectors + index];
      float *to = result + row * at->result_row + index * LANES;
      if (at->ends) store(sum, to, COUNT(index));
      else store_raw(sum, to, COUNT(index));
    }
#undef COUNT
}
#undef EACH

// What is left of the columns: less than a panel, or nothing.
INLINE void multiply_last(const struct panels *at, const float *left, float *result, size_t column,
                          size_t height, int is_padded) {
  size_t count = at->columns - column, vectors = (count + LANES - 1) / LANES;
  if (vectors == 1) multiply_tile(at, left, result, column, height, 1, count, is_padded);
#if WIDE > 1
  if (vectors == 2) multiply_tile(at, left, result, column, height, 2, count - LANES, is_padded);
#endif
#if WIDE > 2
  if (vectors == 3) multiply_tile(at, left, result, column, height, 3, count - 2 * LANES, is_padded);
#endif
}

// All panels for `height` rows: with fewer rows more panels at once, so that there are always chains enough.
INLINE void multiply_rows(const struct panels *at, const float *left, float *result, size_t height,
                          int is_padded) {
  size_t column = 0, width = TALL / height;
  for (; column + width * PANEL <= at->columns; column += width * PANEL)
    multiply_tile(at, left, result, column, height, width * WIDE, LANES, is_padded);
  for (; column + PANEL <= at->columns; column += PANEL)
    multiply_tile(at, left, result, column, height, WIDE, LANES, is_padded);
  multiply_last(at, left, result, column, height, is_padded);
}

// Left columns may lie one behind the other, or rows; each has code of its own.
INLINE void multiply_panels_with(const struct panels *part, size_t rows, size_t left_row,
                                 size_t left_inner, int is_padded) {
  struct panels copy = *part;
  copy.left_row = left_row;
  copy.left_inner = left_inner;
  const struct panels *at = &copy;
  size_t row = 0;
#define AT_ROW at->left + row / TALL * at->left_tile + row % TALL * at->left_row, at->result + row * at->result_row
  if (rows >= TALL) {
    // Panel by panel, so that it stays in the first cache.
    size_t tall = rows / TALL * TALL, column = 0;
    for (; column + PANEL <= at->columns; column += PANEL)
      for (row = 0; row < tall; row += TALL)
        multiply_tile(at, AT_ROW, column, TALL, WIDE, LANES, is_padded);
    for (row = 0; row < tall; row += TALL) multiply_last(at, AT_ROW, column, TALL, is_padded);
    row = tall;
  }
#if TALL > 4
  if (row + 4 <= rows) {
    multiply_rows(at, AT_ROW, 4, is_padded);
    row += 4;
  }
#endif
  if (row + 2 <= rows) {
    multiply_rows(at, AT_ROW, 2, is_padded);
    row += 2;
  }
  if (row < rows) multiply_rows(at, AT_ROW, 1, is_padded);
#undef AT_ROW
}

static void KERNEL(multiply_packed_panels)(const struct panels *part, size_t rows) {
  if (part->left_inner == 1) multiply_panels_with(part, rows, part->left_row, 1, 1);
  else multiply_panels_with(part, rows, 1, part->left_inner, 1);
}

// Of a matrix as it is.
static void KERNEL(multiply_panels)(const struct panels *part, size_t rows) {
  if (part->left_inner == 1) multiply_panels_with(part, rows, part->left_row, 1, 0);
  else multiply_panels_with(part, rows, 1, part->left_inner, 0);
}

// Four rows of four turned into columns.
INLINE void transpose_four(const float *from, size_t step, float *to, size_t to_step) {
  typedef float four __attribute__((ext_vector_type(4)));
  four a, b, c, d;
  memcpy(&a, from, sizeof(four));
  memcpy(&b, from + step, sizeof(four));
  memcpy(&c, from + 2 * step, sizeof(four));
  memcpy(&d, from + 3 * step, sizeof(four));
  four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  four columns[4] = {
      __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
      __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
      __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
  for (size_t index = 0; index < 4; index++) memcpy(to + index * to_step, &columns[index], sizeof(four));
}

// Packs `depth` rows of up to PANEL columns; zeros fill the last vector.
static void KERNEL(pack_panel)(const float *matrix, size_t inner_step, size_t column_step, float *packed,
                               size_t depth, size_t count) {
  if (count > PANEL) count = PANEL;
  size_t vectors = (count + LANES - 1) / LANES;
  if (column_step == 1) {
    for (size_t k = 0; k < depth; k++)
      if (count == PANEL)
        memcpy(packed + k * PANEL, matrix + k * inner_step, PANEL * sizeof(float));
      else
        for (size_t index = 0; index < vectors; index++)
          store_raw(load(matrix + k * inner_step + index * LANES, left_of(count, index)),
                    packed + k * PANEL + index * LANES, LANES);
    return;
  }
  if (count < vectors * LANES)
    for (size_t k = 0; k < depth; k++)
      store_raw((vector)(0.0f), packed + k * PANEL + (vectors - 1) * LANES, LANES);
  // By cache lines of the matrix.
  for (size_t first = 0; first < depth; first += LINE) {
    size_t last = depth - first < LINE ? depth : first + LINE;
    size_t whole = inner_step == 1 ? last - (last - first) % 4 : first, column = 0;
    for (; column + 4 <= count; column += 4) {
      for (size_t k = first; k < whole; k += 4)
        transpose_four(matrix + column * column_step + k, column_step, packed + k * PANEL + column, PANEL);
      for (size_t k = whole; k < last; k++)
        for (size_t index = column; index < column + 4; index++)
          packed[k * PANEL + index] = matrix[index * column_step + k * inner_step];
    }
    for (; column < count; column++)
      for (size_t k = first; k < last; k++)
        packed[k * PANEL + column] = matrix[column * column_step + k * inner_step];
  }
}

// Packs `depth` rows of any number of columns, panel behind panel.
static void KERNEL(pack_panels)(const float *matrix, size_t inner_step, size_t column_step, float *packed,
                                size_t depth, size_t columns) {
  // Some rows at once, in the order in which they lie in memory.
  size_t some = column_step == 1 ? PACKED_ROWS : depth;
  for (size_t first = 0; first < depth; first += some)
    for (size_t panel = 0; panel < columns; panel += PANEL)
      KERNEL(pack_panel)(matrix + first * inner_step + panel * column_step, inner_step, column_step,
                         packed + panel * depth + first * PANEL, depth - first < some ? depth - first : some,
                         columns - panel);
}

// Packs `depth` rows of a left matrix whose columns are rows of the product: tile by tile.
static void KERNEL(pack_left)(const float *left, size_t inner_step, float *packed, size_t depth, size_t rows) {
  size_t tiles = rows / TALL, last = rows % TALL;
  for (size_t k = 0; k < depth; k++) {
    const float *from = left + k * inner_step;
    float *to = packed + k * TALL;
    for (size_t tile = 0; tile < tiles; tile++, from += TALL, to += depth * TALL)
      memcpy(to, from, TALL * sizeof(float));
    for (size_t index = 0; index < last; index++) to[index] = from[index];
  }
}

// Where a matrix of few rows is multiplied, packing would take as long as the product.
#define FEW ((size_t)8)

static void KERNEL(multiply)(const struct ckernels_product *product) {
  const struct ckernels_product p = *product;
  struct panels part = {
      .left = p.left, .left_row = p.left_row, .left_inner = p.left_inner,
      .left_tile = TALL * p.left_row, .result = p.result,
      .result_row = p.result_row, .columns = p.columns, .depth = p.inner, .begins = !p.accumulate,
      .ends = 1};
  if (p.right_column == 1 && p.rows < FEW) {
    part.right = p.right;
    part.right_inner = p.right_inner;
    part.right_panel = PANEL;
    KERNEL(multiply_panels)(&part, p.rows);
    return;
  }
  float packed[DEEP * PANELS * PANEL] __attribute__((aligned(64)));
  float left[DEEP * ROWS] __attribute__((aligned(64)));
  part.right = packed;
  part.right_inner = PANEL;
  // At least one block, which writes zeros where there is nothing to add up.
  size_t first = 0;
  do {
    size_t depth = p.inner - first < DEEP ? p.inner - first : DEEP;
    part.depth = depth;
    part.right_panel = depth * PANEL;
    part.begins = first == 0 && !p.accumulate;
    part.ends = first + depth == p.inner;
    for (size_t column = 0; column < p.columns; column += PANELS * PANEL) {
      size_t count = p.columns - column < PANELS * PANEL ? p.columns - column : PANELS * PANEL;
      KERNEL(pack_panels)(p.right + first * p.right_inner + column * p.right_column, p.right_inner,
                          p.right_column, packed, depth, count);
      part.columns = count;
      for (size_t row = 0; row < p.rows; row += ROWS) {
        size_t rows = p.rows - row < ROWS ? p.rows - row : ROWS;
        part.left = p.left + row * p.left_row + first * p.left_inner;
        if (p.left_inner >= SPREAD) {
          KERNEL(pack_left)(part.left, p.left_inner, left, depth, rows);
          part.left = left;
          part.left_inner = TALL;
          part.left_tile = TALL * depth;
        }
        part.result = p.result + row * p.result_row + column;
        KERNEL(multiply_packed_panels)(&part, rows);
      }
    }
    first += depth;
  } while (first < p.inner);
}

static void KERNEL(pack)(const float *matrix, float *packed, size_t inner, size_t columns,
                         int transposed) {
  size_t inner_step = transposed ? 1 : columns, column_step = transposed ? inner : 1;
  for (size_t first = 0; first < inner; first += DEEP) {
    size_t depth = inner - first < DEEP ? inner - first : DEEP;
    KERNEL(pack_panels)(matrix + first * inner_step, inner_step, column_step, packed, depth, columns);
    packed += depth * ((columns + PANEL - 1) / PANEL * PANEL);
  }
}

static void KERNEL(multiply_packed)(const float *left, const float *packed, float *result, size_t rows,
                                    size_t columns, size_t inner, size_t from, size_t count,
                                    int accumulate) {
  size_t panels = (columns + PANEL - 1) / PANEL;
  for (size_t first = 0; first < inner; first += DEEP) {
    size_t depth = inner - first < DEEP ? inner - first : DEEP;
    struct panels part = {
        .left = left + first, .left_row = inner, .left_inner = 1, .left_tile = TALL * inner,
        .right = packed + from * depth, .right_inner = PANEL, .right_panel = depth * PANEL, .result = result + from,
        .result_row = columns, .columns = count, .depth = depth,
        .begins = first == 0 && !accumulate, .ends = first + depth == inner};
    KERNEL(multiply_packed_panels)(&part, rows);
    packed += depth * panels * PANEL;
  }
}

// Sums of few outer products, row by row.
static void KERNEL(outer_products)(const float *left, const float *right, float *result, size_t rows,
                                   size_t columns, size_t inner) {
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < columns; column += LANES) {
      size_t count = columns - column;
      vector sum = left[row] * load(right + column, count);
      for (size_t k = 1; k < inner; k++)
        sum = multiply_add((vector)(left[k * rows + row]), load(right + k * columns + column, count), sum);
      store(sum, result + row * columns + column, count);
    }
}
