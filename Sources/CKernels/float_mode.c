// Subnormal numbers as zeros, in the way of each architecture.
#include "ckernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

unsigned long ckernels_float_mode(void) { return _mm_getcsr(); }

unsigned long ckernels_flush_subnormals(void) {
  unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | _MM_FLUSH_ZERO_ON | 0x40 /* and subnormal operands are zero */);
  return mode;
}

void ckernels_restore_float_mode(unsigned long mode) { _mm_setcsr((unsigned)mode); }

#elif defined(__aarch64__)

unsigned long ckernels_float_mode(void) {
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}

unsigned long ckernels_flush_subnormals(void) {
  unsigned long mode = ckernels_float_mode();
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | 1ul << 24));
  return mode;
}

void ckernels_restore_float_mode(unsigned long mode) {
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}

#else

unsigned long ckernels_float_mode(void) { return 0; }
unsigned long ckernels_flush_subnormals(void) { return 0; }
void ckernels_restore_float_mode(unsigned long mode) { (void)mode; }

#endif
