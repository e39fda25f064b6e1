// A library for LD_PRELOAD whose time of day jumps by up to a year at any call, for tools/torture. JUMP_SEED decides how.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static _Atomic unsigned long state;

__attribute__((constructor)) static void start(void) {
  const char *seed = getenv("JUMP_SEED");
  state = (seed ? strtoul(seed, NULL, 10) : 1) * 2654435761u + 1;
}

static long jump(void) {
  unsigned long next = state * 6364136223846793005u + 1442695040888963407u;
  state = next;
  return (long)((next >> 33) % (2 * 366 * 86400L)) - 366 * 86400L;
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, moment);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) moment->tv_sec += jump();
  return result;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
  static int (*real)(struct timeval *restrict, void *restrict);
  if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "gettimeofday");
  int result = real(moment, zone);
  if (result == 0) moment->tv_sec += jump();
  return result;
}

time_t time(time_t *moment) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (moment) *moment = now.tv_sec;
  return now.tv_sec;
}
