// The most that this processor computes, as a limit for the other kernels. Part of kernels.h.

// As many chains as a tile of a product has (products.h): they fill the registers, and none waits for its last result.
#define CHAINS (TALL * WIDE)

static size_t KERNEL(peak)(size_t rounds) {
  // Volatile, so that all of it is computed. Every chain goes to 1, far from numbers that cost more.
  volatile float factor = 0.5f, result;
  vector half = (vector)(factor), chains[CHAINS], sum = (vector)(0.0f);
  for (size_t index = 0; index < CHAINS; index++) chains[index] = (vector)((float)index);
  for (size_t round = 0; round < rounds; round++)
    _Pragma("clang loop unroll(full)") for (size_t index = 0; index < CHAINS; index++)
      chains[index] = multiply_add(chains[index], half, half);
  for (size_t index = 0; index < CHAINS; index++) sum = sum + chains[index];
  result = sum[0];
  (void)result;
  return 2 * rounds * CHAINS * LANES;
}
