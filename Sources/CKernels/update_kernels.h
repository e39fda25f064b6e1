// Updates of weights by any optimizer. Part of vector_kernels.h; plain Adam has adam_kernels.h.

// 1 / sqrt(x) of what is above zero, from an estimate and one step of Newton's method where there is one.
INLINE vector reciprocal_root(vector x) {
#ifdef ESTIMATES
  x = __builtin_elementwise_max(x, (vector)(1e-36f));
  vector y = estimate_reciprocal_root(x);
  return y * (1.5f - 0.5f * x * y * y);
#else
  return 1.0f / __builtin_elementwise_sqrt(x);
#endif
}

// The arrays of one update, each with the numbers of the same weights.
struct update_lanes {
  float *weights, *first, *second, *third;
};

// One update of up to LANES weights with gradient `g`; `rule` is a constant where it is called.
INLINE void update_some(enum ckernels_rule rule, const struct ckernels_update *u, vector g,
                        struct update_lanes at, size_t count) {
  vector w = load(at.weights, count);
  vector price = w * u->l2;
  price += w > 0.0f ? (vector)(u->l1) : (vector)(0.0f);
  price -= w < 0.0f ? (vector)(u->l1) : (vector)(0.0f);
  g = clamp((g + price) * u->scale, -u->clip, u->clip);
  w = w - w * u->decay;
  switch (rule) {
    case CKERNELS_ADAM:
    case CKERNELS_AMSGRAD:
    case CKERNELS_NADAM: {
      vector m = load(at.first, count), v = load(at.second, count);
      m = m + (g - m) * u->a;
      v = v + (g * g - v) * u->b;
      store(m, at.first, count);
      store(v, at.second, count);
      if (rule == CKERNELS_NADAM) {
        m = m * u->c + g * u->d;
        v = v * u->e;
      } else if (rule == CKERNELS_AMSGRAD) {
        v = __builtin_elementwise_max(v, load(at.third, count));
        store(v, at.third, count);
      }
      w = w - u->rate * adam_quotient(m, v, u->epsilon);
      break;
    }
    case CKERNELS_SGD: w = w - g * u->rate; break;
    case CKERNELS_MOMENTUM:
    case CKERNELS_NESTEROV: {
      vector move = g * u->rate;
      vector kept = load(at.first, count) * u->a - move;
      store(kept, at.first, count);
      w = w + (rule == CKERNELS_NESTEROV ? kept * u->a - move : kept);
      break;
    }
    case CKERNELS_RMSPROP:
    case CKERNELS_RMSPROP_CENTERED: {
      vector v = u->a * load(at.first, count) + u->b * g * g;
      store(v, at.first, count);
      vector move;
      if (rule == CKERNELS_RMSPROP_CENTERED) {
        vector mean = u->a * load(at.third, count) + u->b * g;
        store(mean, at.third, count);
        // What rounding makes of nearly nothing may be below zero: not a number, as in Keras.
        move = u->rate * g / __builtin_elementwise_sqrt(v + u->epsilon - mean * mean);
      } else {
        move = u->rate * g * reciprocal_root(v + u->epsilon);
      }
      if (u->c != 0.0f) {
        move = u->c * load(at.second, count) + move;
        store(move, at.second, count);
      }
      w = w - move;
      break;
    }
    case CKERNELS_ADAGRAD: {
      vector a = load(at.first, count) + g * g;
      store(a, at.first, count);
      w = w - u->rate * g * reciprocal_root(a + u->epsilon);
      break;
    }
    case CKERNELS_ADADELTA: {
      vector squares = u->a * load(at.first, count) + u->b * g * g;
      vector moves = load(at.second, count);
      vector before = moves + u->epsilon;
      vector move = before * reciprocal_root(before) * g * reciprocal_root(squares + u->epsilon);
      store(squares, at.first, count);
      store(u->a * moves + u->b * move * move, at.second, count);
      w = w - u->rate * move;
      break;
    }
  }
  store(w, at.weights, count);
}

INLINE void update_all(enum ckernels_rule rule, const struct ckernels_update *update,
                       const float *gradients, struct update_lanes at, size_t size) {
  for (size_t done = 0; done < size; done += LANES) {
    struct update_lanes here = {at.weights + done, at.first + done, at.second + done, at.third + done};
    size_t count = size - done < LANES ? size - done : LANES;
    update_some(rule, update, load(gradients + done, count), here, count);
  }
}

static void KERNEL(update)(const struct ckernels_update *update, float *weights, const float *gradients,
                           float *first, float *second, float *third, size_t size) {
  struct update_lanes at = {weights, first, second, third};
  // One loop for each, without a branch inside.
  switch (update->rule) {
#define RULE(rule) \
  case rule: update_all(rule, update, gradients, at, size); break;
    RULE(CKERNELS_ADAM)
    RULE(CKERNELS_AMSGRAD)
    RULE(CKERNELS_NADAM)
    RULE(CKERNELS_SGD)
    RULE(CKERNELS_MOMENTUM)
    RULE(CKERNELS_NESTEROV)
    RULE(CKERNELS_RMSPROP)
    RULE(CKERNELS_RMSPROP_CENTERED)
    RULE(CKERNELS_ADAGRAD)
    RULE(CKERNELS_ADADELTA)
#undef RULE
  }
}

// Sums in float32 are taken of so many values at most, and those sums in double precision.
#define SUMMED ((size_t)4096)

static void KERNEL(sums)(const float *values, size_t size, double *sizes, double *squares) {
  *sizes = *squares = 0.0;
  for (size_t first = 0; first < size; first += SUMMED) {
    size_t last = size - first < SUMMED ? size : first + SUMMED;
    vector a = (vector)(0.0f), b = (vector)(0.0f);
    for (size_t at = first; at < last; at += LANES) {
      vector lanes = load(values + at, last - at);
      a += __builtin_elementwise_abs(lanes);
      b += lanes * lanes;
    }
    *sizes += (double)add_lanes(a);
    *squares += (double)add_lanes(b);
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
        sum += left[k * rows + row] * load(right + k * columns + column, count);
      store(sum, result + row * columns + column, count);
    }
}
