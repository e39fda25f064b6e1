// Updates of weights by any optimizer, with their gradients or from what these are products of. Part of kernels.h.

// The arrays of one update, each with the numbers of the same weights.
struct update_lanes {
  float *weights, *first, *second, *third;
};

// m / (sqrt(v) + epsilon), both exact.
INLINE vector quotient_of_root(vector m, vector v, float epsilon) {
  return m / (__builtin_elementwise_sqrt(v) + epsilon);
}

// A gradient so small that its square would not be of full precision counts as zero.
INLINE vector counted(vector g) {
  return from_bits(bits_of(g) & ~(__builtin_elementwise_abs(g) < 0x1p-63f));
}

// `settle` of what is not negative.
INLINE vector settle_positive(vector x) { return from_bits(bits_of(x) & ~(x < SMALLEST)); }

// One update of up to LANES weights with gradient `g`; `rule` and `is_plain`, see `plain_update`, are constants where
// it is called.
INLINE void update_some(enum ckernels_rule rule, int is_plain, const struct ckernels_update *u, vector g,
                        struct update_lanes at, size_t count) {
  vector w = load(at.weights, count);
  if (!is_plain) {
    vector penalty = __builtin_elementwise_copysign((vector)(u->l1), w);
    penalty = multiply_add(w, (vector)(u->l2), from_bits(bits_of(penalty) & (w != 0.0f)));
    g = clamp((g + penalty) * u->scale, -u->clip, u->clip);
  }
  w = multiply_add(w, (vector)(-u->decay), w);
  g = counted(g);
  vector rate = (vector)(-u->rate);
  switch (rule) {
    case CKERNELS_ADAM:
    case CKERNELS_AMSGRAD:
    case CKERNELS_NADAM: {
      vector m = load(at.first, count), v = load(at.second, count);
      m = settle(multiply_add(g - m, (vector)(u->a), m));
      v = settle_positive(multiply_add(multiply_add(g, g, -v), (vector)(u->b), v));
      store_raw(m, at.first, count);
      store_raw(v, at.second, count);
      if (rule == CKERNELS_NADAM) {
        m = multiply_add(m, (vector)(u->c), g * u->d);
        v = v * u->e;
      } else if (rule == CKERNELS_AMSGRAD) {
        v = larger(load(at.third, count), v);
        store_raw(v, at.third, count);
      }
      w = multiply_add(quotient_of_root(m, v, u->epsilon), rate, w);
      break;
    }
    case CKERNELS_SGD: w = multiply_add(g, rate, w); break;
    case CKERNELS_MOMENTUM:
    case CKERNELS_NESTEROV: {
      vector kept = settle(multiply_add(load(at.first, count), (vector)(u->a), g * rate));
      store_raw(kept, at.first, count);
      w = w + (rule == CKERNELS_NESTEROV ? multiply_add(kept, (vector)(u->a), g * rate) : kept);
      break;
    }
    case CKERNELS_RMSPROP:
    case CKERNELS_RMSPROP_CENTERED: {
      vector v = settle_positive(multiply_add((vector)(u->a), load(at.first, count), u->b * (g * g)));
      store_raw(v, at.first, count);
      vector below = v + u->epsilon;
      if (rule == CKERNELS_RMSPROP_CENTERED) {
        vector mean = settle(multiply_add((vector)(u->a), load(at.third, count), u->b * g));
        store_raw(mean, at.third, count);
        // What rounding makes of nearly nothing may be below zero: not a number, as in Keras.
        below = multiply_add(-mean, mean, below);
      }
      vector move = u->rate * g / __builtin_elementwise_sqrt(below);
      if (u->c != 0.0f) {
        move = settle(multiply_add((vector)(u->c), load(at.second, count), move));
        store_raw(move, at.second, count);
      }
      w = w - move;
      break;
    }
    case CKERNELS_ADAGRAD: {
      vector a = settle_positive(multiply_add(g, g, load(at.first, count)));
      store_raw(a, at.first, count);
      w = multiply_add(g / __builtin_elementwise_sqrt(a + u->epsilon), rate, w);
      break;
    }
    case CKERNELS_ADADELTA: {
      vector squares = settle_positive(multiply_add((vector)(u->a), load(at.first, count), u->b * (g * g)));
      vector moves = load(at.second, count);
      // One root for both; epsilon keeps what is under it away from zero.
      vector move = g * __builtin_elementwise_sqrt((moves + u->epsilon) / (squares + u->epsilon));
      store_raw(squares, at.first, count);
      move = counted(move);
      store(multiply_add((vector)(u->a), moves, u->b * (move * move)), at.second, count);
      w = multiply_add(move, rate, w);
      break;
    }
  }
  // A weight is what its updates add up to; that it is small says nothing about its gradients.
  store_raw(w, at.weights, count);
}

// The arrays from a number of weights on.
INLINE struct update_lanes after(struct update_lanes at, size_t count) {
  struct update_lanes here = {at.weights + count, at.first + count, at.second + count, at.third + count};
  return here;
}

INLINE void update_all(enum ckernels_rule rule, int is_plain, const struct ckernels_update *update,
                       const float *gradients, struct update_lanes at, size_t size) {
  size_t done = 0;
  for (; done + LANES <= size; done += LANES)
    update_some(rule, is_plain, update, load(gradients + done, LANES), after(at, done), LANES);
  if (done < size)
    update_some(rule, is_plain, update, load(gradients + done, size - done), after(at, done),
                size - done);
}

// What the gradients of weights [rows, columns] are products of: left [inner, rows], or with `left_columns` 0 a one
// that stands for all of it, and right [inner, columns].
struct gradient_factors {
  const float *left;
  size_t left_columns;
  const float *right;
  size_t rows, columns, inner;
};

// Row by row, for rows that are shorter than a vector or very long.
INLINE void update_columns(enum ckernels_rule rule, int is_plain, const struct ckernels_update *update,
                           struct update_lanes at, struct gradient_factors f) {
  for (size_t row = 0; row < f.rows; row++) {
    for (size_t column = 0; column < f.columns; column += LANES) {
      size_t count = f.columns - column;
      const float *factor = f.left + (f.left_columns ? row : 0);
      vector g = factor[0] * load(f.right + column, count);
      for (size_t k = 1; k < f.inner; k++)
        g = multiply_add((vector)(factor[k * f.left_columns]),
                         load(f.right + k * f.columns + column, count), g);
      update_some(rule, is_plain, update, g, after(at, row * f.columns + column), count);
    }
  }
}

// Room for the factors of a row and, once more, for the first of the next.
#define FACTORS 8192

// Goes through the weights from vector to vector, not from row to row, so that all of them are whole and none lies
// across two cache lines; where a row ends within a vector, the other lanes are the beginning of the next one.
// `right` has `stride` columns, the last LANES of which are the first again; columns >= LANES.
INLINE void update_rows(enum ckernels_rule rule, int is_plain, const struct ckernels_update *update,
                        struct update_lanes arrays, struct gradient_factors f, size_t stride,
                        size_t inner) {
  size_t size = f.rows * f.columns, at = 0, column = 0;
  for (size_t row = 0; row < f.rows; row++) {
    for (; column + LANES <= f.columns; column += LANES, at += LANES) {
      vector g = f.left[0] * load(f.right + column, LANES);
      for (size_t k = 1; k < inner; k++)
        g = multiply_add((vector)(f.left[k * f.left_columns]), load(f.right + k * stride + column, LANES),
                         g);
      update_some(rule, is_plain, update, g, after(arrays, at), LANES);
    }
    if (column < f.columns) {
      integers is_next = lane_numbers() >= (integers)((int32_t)(f.columns - column));
      size_t next = row + 1 < f.rows && f.left_columns ? 1 : 0;
      vector g = (vector)(0.0f);
      for (size_t k = 0; k < inner; k++) {
        const float *factor = f.left + k * f.left_columns;
        vector factors = is_next ? (vector)(factor[next]) : (vector)(factor[0]);
        g = multiply_add(factors, load(f.right + k * stride + column, LANES), g);
      }
      size_t count = size - at < LANES ? size - at : LANES;
      update_some(rule, is_plain, update, g, after(arrays, at), count);
      at += LANES;
      column += LANES;
    }
    column -= f.columns;
    f.left += f.left_columns ? 1 : 0;
  }
}

// `factors` has room for those that are repeated.
INLINE void update_products(enum ckernels_rule rule, int is_plain, const struct ckernels_update *update,
                            struct update_lanes at, struct gradient_factors f, float *factors) {
  size_t stride = f.columns + LANES;
  if (f.columns < LANES || stride * f.inner > FACTORS) {
    update_columns(rule, is_plain, update, at, f);
    return;
  }
  for (size_t k = 0; k < f.inner; k++) {
    memcpy(factors + k * stride, f.right + k * f.columns, f.columns * sizeof(float));
    memcpy(factors + k * stride + f.columns, f.right + k * f.columns, LANES * sizeof(float));
  }
  f.right = factors;
  // The compiler makes code of its own for a sum of one product.
  if (f.inner == 1) update_rows(rule, is_plain, update, at, f, stride, 1);
  else update_rows(rule, is_plain, update, at, f, stride, f.inner);
}

// Whether gradients are used as they are.
INLINE int plain_update(const struct ckernels_update *u) {
  return u->l1 == 0.0f && u->l2 == 0.0f && u->scale == 1.0f && u->clip == INFINITY;
}

// Calls BODY(rule, is_plain) with constants: one loop for each, without a branch inside.
#define FOR_RULE(BODY)           \
  switch (update->rule) {        \
    RULE(BODY, CKERNELS_ADAM)     \
    RULE(BODY, CKERNELS_AMSGRAD)  \
    RULE(BODY, CKERNELS_NADAM)    \
    RULE(BODY, CKERNELS_SGD)      \
    RULE(BODY, CKERNELS_MOMENTUM) \
    RULE(BODY, CKERNELS_NESTEROV) \
    RULE(BODY, CKERNELS_RMSPROP)  \
    RULE(BODY, CKERNELS_RMSPROP_CENTERED) \
    RULE(BODY, CKERNELS_ADAGRAD)  \
    RULE(BODY, CKERNELS_ADADELTA) \
  }
#define RULE(BODY, rule)                       \
  case rule:                                   \
    if (plain_update(update)) BODY(rule, 1);   \
    else BODY(rule, 0);                        \
    break;

static void KERNEL(update)(const struct ckernels_update *update, float *weights, const float *gradients,
                           float *first, float *second, float *third, size_t size) {
  struct update_lanes at = {weights, first, second, third};
  // What is stored cannot be one of these.
  const struct ckernels_update numbers = *update;
#define BODY(rule, is_plain) update_all(rule, is_plain, &numbers, gradients, at, size)
  FOR_RULE(BODY)
#undef BODY
}

static void KERNEL(update_product)(const struct ckernels_update *update, float *weights,
                                   const float *left, const float *right, size_t rows, size_t columns,
                                   size_t inner, float *first, float *second, float *third) {
  static const float one = 1.0f;
  struct update_lanes at = {weights, first, second, third};
  struct gradient_factors f = {left ? left : &one, left ? rows : 0, right, rows, columns, inner};
  float factors[FACTORS];
  const struct ckernels_update numbers = *update;
#define BODY(rule, is_plain) update_products(rule, is_plain, &numbers, at, f, factors)
  FOR_RULE(BODY)
#undef BODY
}
#undef RULE
#undef FOR_RULE
