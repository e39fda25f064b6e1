// Random numbers: Philox 4x32-10 (Salmon et al. 2011), a function of seed, purpose and position. Part of kernels.h.
typedef uint32_t words __attribute__((ext_vector_type(LANES)));
typedef uint64_t long_words __attribute__((ext_vector_type(LANES)));

#define LOW(x) __builtin_convertvector((x), words)
#define HIGH(x) __builtin_convertvector((x) >> 32, words)
#define LONG(x) __builtin_convertvector((x), long_words)

static void KERNEL(draw_factors)(const struct ckernels_draws *draws, float *factors, size_t size) {
  // A block is of two draws of 64 bits; where the first one is used already, it comes to lie before the factors.
  size_t before = draws->position & 1;
  uint64_t block = draws->position >> 1;
  for (size_t at = 0; at < size + before; at += 2 * LANES, block += LANES) {
    long_words counter = LONG(lane_numbers()) + block;
    words a = LOW(counter), b = HIGH(counter);
    words c = (words)((uint32_t)draws->stream), d = (words)((uint32_t)(draws->stream >> 32));
    uint32_t key = (uint32_t)draws->seed, other_key = (uint32_t)(draws->seed >> 32);
    for (int round = 0; round < 10; round++) {
      long_words first = LONG(a) * (uint64_t)0xD2511F53, second = LONG(c) * (uint64_t)0xCD9E8D57;
      a = HIGH(second) ^ b ^ key;
      b = LOW(second);
      c = HIGH(first) ^ d ^ other_key;
      d = LOW(first);
      key += 0x9E3779B9;
      other_key += 0xBB67AE85;
    }
    // The upper 53 bits of each.
    uint64_t drawn[2][LANES];
    long_words even = (LONG(b) << 32 | LONG(a)) >> 11, odd = (LONG(d) << 32 | LONG(c)) >> 11;
    memcpy(drawn[0], &even, sizeof(even));
    memcpy(drawn[1], &odd, sizeof(odd));
    for (size_t index = 0; index < 2 * LANES; index++)
      if (at + index >= before && at + index - before < size)
        factors[at + index - before] =
            drawn[index & 1][index >> 1] < draws->left_out ? 0.0f : draws->factor;
  }
}
