#include "cquarantine.h"

#include "confinement.h"
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// How a child ends: with a result, or with the number of an error above it.
enum { first_error = 16 };

static void limit(int resource, rlim_t most) {
  struct rlimit limits = {most, most};
  setrlimit(resource, &limits);
}

// The child ends with the parent, and after so many milliseconds of the processor.
static void limit_life(pid_t parent, unsigned milliseconds) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  // The parent may have ended before.
  if (getppid() != parent) _exit(CQUARANTINE_NOT_READ);
  struct itimerval time = {{0, 0}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
  setitimer(ITIMER_PROF, &time, NULL);
  limit(RLIMIT_CPU, milliseconds / 1000 + 1);
  // One that waits for something that never comes; on a busy machine the processor's time takes longer.
  alarm(30 + milliseconds / 100);
}

static void close_range_of(int first, int last) {
#ifdef SYS_close_range
  if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
#endif
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && (rlim_t)last >= files.rlim_cur)
    last = (int)files.rlim_cur - 1;
  for (int file = first; file <= last; file++) close(file);
}

// Closes all but the standard streams and two others: a lock that the child still had would outlive the parent's.
static void close_others(int one, int other) {
  int low = one < other ? one : other, high = one < other ? other : one;
  close_range_of(STDERR_FILENO + 1, low - 1);
  close_range_of((low > STDERR_FILENO ? low : STDERR_FILENO) + 1, high - 1);
  close_range_of((high > STDERR_FILENO ? high : STDERR_FILENO) + 1, INT_MAX);
}

// What the child is before it sees the file.
static void settle(pid_t parent, const struct cquarantine_limits *limits, int source, int target,
                   uint64_t size) {
  close_others(source, target);
  // What a dying C library prints is not for the user.
  int null = open("/dev/null", O_RDWR);
  for (int stream = 0; stream <= 2; stream++) dup2(null, stream);
  // A crash is an answer here, nothing to report; Ctrl-C is for the parent.
  int crashes[] = {SIGSEGV, SIGBUS,  SIGABRT, SIGILL,  SIGTRAP, SIGFPE,
                   SIGALRM, SIGXCPU, SIGPROF, SIGXFSZ, SIGSYS};
  for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++)
    signal(crashes[index], SIG_DFL);
  int asked[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  for (size_t index = 0; index < sizeof asked / sizeof *asked; index++)
    signal(asked[index], SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 0);  // no further ones
  limit(RLIMIT_FSIZE, (rlim_t)size);
  limit(RLIMIT_AS, limits->address_space);
  limit_life(parent, limits->milliseconds);
  confine(target);
}

// A child process; 0 in it, -1 if there is none.
static pid_t new_process(void) {
  pid_t child;
  do child = fork();
  while (child < 0 && errno == EINTR);
  return child;
}

// What a child came to.
static enum cquarantine_result result_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return CQUARANTINE_NO_CHILD;
  if (!WIFEXITED(status)) return CQUARANTINE_DIED;
  if (WEXITSTATUS(status) < first_error) return (enum cquarantine_result)WEXITSTATUS(status);
  errno = WEXITSTATUS(status) - first_error;
  return CQUARANTINE_NOT_WRITTEN;
}

enum cquarantine_result cquarantine_walk(int descriptor, uint64_t offset, uint64_t length,
                                         struct cquarantine_limits limits) {
  pid_t parent = getpid(), child = new_process();
  if (child < 0) return CQUARANTINE_NO_CHILD;
  if (child == 0) {
    settle(parent, &limits, descriptor, -1, 0);
    _exit(walk_hdf5((struct source){descriptor, offset, length}, &limits));
  }
  return result_of(child);
}

enum cquarantine_result cquarantine_inflate(int descriptor, uint64_t offset, uint64_t length,
                                            int target, uint64_t size,
                                            struct cquarantine_limits limits) {
  pid_t parent = getpid(), child = new_process();
  if (child < 0) return CQUARANTINE_NO_CHILD;
  if (child == 0) {
    settle(parent, &limits, descriptor, target, size);
    enum cquarantine_result result =
        inflate_into((struct source){descriptor, offset, length}, target, size);
    _exit(result == CQUARANTINE_NOT_WRITTEN ? first_error + errno : (int)result);
  }
  return result_of(child);
}

int cquarantine_count_open_ways(void) {
  int open_ways = 0;
  struct cquarantine_limits limits = {1000, (size_t)1 << 40, 0, 1};
  for (int way = 0; way < 5; way++) {
    pid_t parent = getpid(), child = fork();
    if (child < 0) return -1;
    if (child == 0) {
      int null = open("/dev/null", O_RDWR);
      settle(parent, &limits, null, -1, 0);
      char *none[] = {NULL};
      switch (way) {
        case 0: open("/dev/null", O_RDONLY); break;
        case 1: socket(AF_INET, SOCK_STREAM, 0); break;
        case 2: execve("/nothing", none, none); break;
        case 3: (void)!write(null, "", 1); break;
        default: fork(); break;
      }
      _exit(CQUARANTINE_READ);
    }
    open_ways += result_of(child) != CQUARANTINE_DIED;
  }
  return open_ways;
}
