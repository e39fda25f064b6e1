// The largest of values place by place, and the gradients of those that it comes from. Part of kernels.h.

// A sign of -1 takes the smaller. What is not a number stays.
static void KERNEL(take_larger)(const float *values, float sign, float *maxima, size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    vector x = load(values + at, size - at), largest = load(maxima + at, size - at);
    store_raw(((x * sign > largest * sign) | (x != x)) ? x : largest, maxima + at, size - at);
  }
}

static void KERNEL(add_where_equal)(const float *left, const float *right, const float *amounts, float *sums,
                                    size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    size_t count = size - at;
    integers equal = load(left + at, count) == load(right + at, count);
    vector sum = load(sums + at, count);
    store_raw(equal ? sum + load(amounts + at, count) : sum, sums + at, count);
  }
}

static void KERNEL(move_where_equal)(const float *left, const float *right, float *amounts, float *sums,
                                     size_t size) {
  for (size_t at = 0; at < size; at += LANES) {
    size_t count = size - at;
    integers equal = load(left + at, count) == load(right + at, count);
    vector sum = load(sums + at, count), amount = load(amounts + at, count);
    store_raw(equal ? sum + amount : sum, sums + at, count);
    store_raw(equal ? (vector)(0.0f) : amount, amounts + at, count);
  }
}

static void KERNEL(divide_elements)(float *values, const float *divisors, size_t size) {
  for (size_t at = 0; at < size; at += LANES)
    store_raw(load(values + at, size - at) / load(divisors + at, size - at), values + at, size - at);
}
