// Vectors of LANES floats, and the arithmetic that every instruction set shares bit for bit. Part of kernels.h.
//
// Each lane computes by itself, so the width of a vector only says how many results are under way at once. What goes
// across lanes counts SUM_LANES of them whatever the width is. Nothing is fused or reordered but by `multiply_add`.
typedef float vector __attribute__((ext_vector_type(LANES)));
typedef int32_t integers __attribute__((ext_vector_type(LANES)));
typedef double doubles __attribute__((ext_vector_type(LANES)));
typedef int64_t long_integers __attribute__((ext_vector_type(LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE integers bits_of(vector x) {
  integers bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

INLINE vector from_bits(integers bits) {
  vector x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

// a * b + c, rounded once.
#ifdef FUSED
INLINE vector multiply_add(vector a, vector b, vector c) { return __builtin_elementwise_fma(a, b, c); }
#else
// The product is exact in double precision. The sum is rounded to odd there (Boldo & Melquiond 2008), so that rounding
// it once more to float32 gives what one rounding would have given.
__attribute__((noinline)) static vector multiply_add(vector a, vector b, vector c) {
  doubles product = __builtin_convertvector(a, doubles) * __builtin_convertvector(b, doubles);
  doubles added = __builtin_convertvector(c, doubles);
  doubles sum = product + added;
  doubles second = sum - product;
  // What rounding lost (Knuth's two-sum); not a number where the sum is none, or infinite.
  doubles lost = (product - (sum - second)) + (added - second);
  long_integers bits, lost_bits;
  memcpy(&bits, &sum, sizeof(bits));
  memcpy(&lost_bits, &lost, sizeof(lost_bits));
  long_integers is_inexact = (lost < 0.0) | (lost > 0.0);
  long_integers is_even = (bits & 1) - 1;
  long_integers towards_zero = (bits ^ lost_bits) < 0;
  bits += is_inexact & is_even & (towards_zero | 1);
  memcpy(&sum, &bits, sizeof(sum));
  return __builtin_convertvector(sum, vector);
}
#endif

INLINE integers lane_numbers(void) {
  static const int32_t numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  integers lanes;
  memcpy(&lanes, numbers, sizeof(lanes));
  return lanes;
}

// The first `count` of the floats at `from`, and zeros.
INLINE vector load(const float *from, size_t count) {
  vector lanes = (vector)(0.0f);
  if (count >= LANES) memcpy(&lanes, from, sizeof(vector));
#ifdef MASKS
  else lanes = load_first(from, count);
#else
  else for (size_t lane = 0; lane < count; lane++) lanes[lane] = from[lane];
#endif
  return lanes;
}

// Stores the first `count` lanes as they are: for what is not finished.
INLINE void store_raw(vector lanes, float *to, size_t count) {
  if (count >= LANES) memcpy(to, &lanes, sizeof(vector));
#ifdef MASKS
  else store_first(to, count, lanes);
#else
  else for (size_t lane = 0; lane < count; lane++) to[lane] = lanes[lane];
#endif
}

// The smallest number of full precision.
#define SMALLEST 0x1p-126f

// Zero where a result is below the smallest number of full precision; a zero has no sign.
INLINE vector settle(vector x) {
  return from_bits(bits_of(x) & ~(__builtin_elementwise_abs(x) < SMALLEST));
}

// Stores the first `count` lanes as results.
INLINE void store(vector lanes, float *to, size_t count) { store_raw(settle(lanes), to, count); }

// By comparisons: the instructions for this differ between processors in what they do to zeros and to what is not a
// number. Of that the second is given.
INLINE vector larger(vector a, vector b) { return a > b ? a : b; }
INLINE vector smaller(vector a, vector b) { return a < b ? a : b; }

// Keeps what is not a number, so that training that diverges is seen to.
INLINE vector clamp(vector x, float low, float high) {
  return smaller((vector)(high), larger((vector)(low), x));
}

// Sums across lanes: value number n belongs to sum n % SUM_LANES, in the order of n; then halves are added to halves.
#define SUM_LANES 16
#define SUM_VECTORS (SUM_LANES / LANES)

struct lane_sums {
  vector of[SUM_VECTORS];
};

INLINE float total(struct lane_sums sums) {
  float values[SUM_LANES];
  memcpy(values, &sums, sizeof(values));
  for (size_t half = SUM_LANES / 2; half > 0; half /= 2)
    for (size_t lane = 0; lane < half; lane++) values[lane] = values[lane] + values[lane + half];
  return values[0];
}

// The part of a group of SUM_LANES values, `left` of which are there, that belongs to a vector.
INLINE size_t left_of(size_t left, size_t part) { return left > part * LANES ? left - part * LANES : 0; }
