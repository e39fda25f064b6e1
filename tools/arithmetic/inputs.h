// Fixed pseudo-random inputs, special values included, and a hash of what comes out. Part of hash_kernels.c.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

#define ROOM ((size_t)1 << 17)

static uint64_t state, hash;
static float a[ROOM], b[ROOM], c[ROOM], d[ROOM], e[ROOM], f[ROOM], packed[4 * ROOM];

static uint32_t draw(void) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}

// Mostly numbers around one; with `special` some of any size, subnormal, zero of either sign, infinite, not a number.
static void fill(float *values, size_t count, int special) {
  static const float extremes[] = {0.0f,    -0.0f,     0x1p-149f, -0x1p-130f, 0x1p-126f, -0x1.fffffep-127f,
                                   0x1p63f, -0x1p-64f, 0x1p127f,  INFINITY,   -INFINITY, NAN};
  for (size_t index = 0; index < count; index++) {
    uint32_t bits = draw();
    values[index] = ((float)(bits >> 8) * 0x1p-23f - 1.0f) * 2.0f;
    if (special && bits % 8 == 0) {
      uint32_t any = draw();
      memcpy(&values[index], &any, sizeof(any));
    }
    if (special && bits % 16 == 1) values[index] = extremes[draw() % (sizeof(extremes) / sizeof(float))];
  }
}

static void fill_positive(float *values, size_t count, int special) {
  fill(values, count, special);
  for (size_t index = 0; index < count; index++) values[index] = fabsf(values[index]);
}

static void add_bytes(const void *bytes, size_t count) {
  const unsigned char *from = bytes;
  for (size_t index = 0; index < count; index++) hash = (hash ^ from[index]) * 0x100000001b3;
}

// What is not a number counts as one value: processors differ in its bits.
static void add(const float *values, size_t count) {
  for (size_t index = 0; index < count; index++) {
    uint32_t bits;
    memcpy(&bits, &values[index], sizeof(bits));
    if (values[index] != values[index]) bits = 0x7fc00000;
    add_bytes(&bits, sizeof(bits));
  }
}

static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 33, 48, 50, 63, 64, 96, 97, 130};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void begin(uint64_t seed) {
  state = seed;
  hash = 0xcbf29ce484222325;
}

static void end(const struct ckernels_table *kernels, const char *kernel) {
  printf("%-9s %-16s %016llx\n", kernels->name, kernel, (unsigned long long)hash);
}
