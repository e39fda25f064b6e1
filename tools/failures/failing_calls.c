// A library for LD_PRELOAD that lets calls of the system fail, for tools/torture. In the environment:
//
// FAIL_AT=N       the N-th call fails, once
// FAIL_HOW=EIO    how: an error's name; SHORT: half of what was asked for is read or written; BEFORE or AFTER: the process
//                 is killed before or after the call
// FAIL_ON=1       so do all later ones that take room on the disk, as after an error that made it read-only
// FAIL_DISK=SEED  in place of these: a disk whose room comes and goes: now and then all writing fails by ENOSPC
// FAIL_COUNT=FILE the number of calls, also of child processes, is kept there in 8 bytes, and their names in 24 each
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static atomic_long calls;
static long fail_at;
static int fail_error, is_short, kills_before, kills_after, goes_on, is_disk, is_full;
static unsigned long disk_random;
// In a file where they are counted, since a process may end without a word, or be one that may not write.
static atomic_long *counted = &calls;
enum { most_names = 1 << 16, name_length = 24 };
static char (*names)[name_length];
// The number of the call that this thread makes.
static _Thread_local long call;

__attribute__((constructor)) static void start(void) {
  static const struct {
    const char *name;
    int error;
  } errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EINVAL", EINVAL}, {"EINTR", EINTR},
                {"EDQUOT", EDQUOT}, {"EROFS", EROFS}};
  const char *at = getenv("FAIL_AT"), *how = getenv("FAIL_HOW"), *disk = getenv("FAIL_DISK");
  const char *count = getenv("FAIL_COUNT");
  if (at) fail_at = atol(at);
  goes_on = getenv("FAIL_ON") != NULL;
  if (how) {
    is_short = strcmp(how, "SHORT") == 0;
    kills_before = strcmp(how, "BEFORE") == 0;
    kills_after = strcmp(how, "AFTER") == 0;
    for (size_t index = 0; index < sizeof errors / sizeof *errors; index++)
      if (strcmp(how, errors[index].name) == 0) fail_error = errors[index].error;
  }
  if (count) {
    int file = (int)syscall(SYS_openat, AT_FDCWD, count, O_RDWR | O_CREAT | O_TRUNC, 0666);
    size_t size = sizeof calls + most_names * name_length;
    if (file < 0 || syscall(SYS_ftruncate, file, size) != 0) _exit(99);
    counted = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (counted == MAP_FAILED || syscall(SYS_close, file) != 0) _exit(99);
    names = (void *)(counted + 1);
  }
  if (disk) is_disk = 1, disk_random = strtoul(disk, NULL, 10) * 2654435761u + 1;
}

static void end_process(void) {
  syscall(SYS_kill, (int)syscall(SYS_getpid), SIGKILL);
  for (;;) pause();
}

// Whether the call that begins now fails; `writes` if it takes room on the disk.
static int fails(int writes, const char *name) {
  call = atomic_fetch_add(counted, 1) + 1;
  if (names && call <= most_names) strncpy(names[call - 1], name, name_length - 1);
  if (is_disk) {
    if (!writes) return 0;
    disk_random = disk_random * 6364136223846793005u + 1442695040888963407u;
    if ((disk_random >> 40) % 8 == 0) is_full = !is_full;
    if (is_full) errno = ENOSPC;
    return is_full;
  }
  if (call != fail_at && !(goes_on && writes && call > fail_at)) return 0;
  if (kills_before) end_process();
  if (is_short || kills_after) return 0;
  errno = fail_error;
  return 1;
}

static void ended(void) {
  if (kills_after && call == fail_at) end_process();
}

static int is_short_now(void) { return is_short && call == fail_at; }

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define INTERPOSE(result, failure, writes, name, parameters, arguments) \
  result name parameters { \
    REAL(name); \
    if (fails(writes, #name)) return failure; \
    result returned = real arguments; \
    ended(); \
    return returned; \
  }

#define INTERPOSE_TRANSFER(name, writes, buffer, extra_parameter, ...) \
  ssize_t name(int file, buffer bytes, size_t count extra_parameter) { \
    REAL(name); \
    /* What is said to the user does not go to the disk. */ \
    if (fails(writes && file > STDERR_FILENO, #name)) return -1; \
    if (is_short_now() && count > 1) count /= 2; \
    ssize_t returned = real(file, bytes, count __VA_ARGS__); \
    ended(); \
    return returned; \
  }

#define COMMA ,
INTERPOSE_TRANSFER(read, 0, void *, )
INTERPOSE_TRANSFER(write, 1, const void *, )
INTERPOSE_TRANSFER(pread, 0, void *, COMMA off_t offset, COMMA offset)
INTERPOSE_TRANSFER(pread64, 0, void *, COMMA off64_t offset, COMMA offset)
INTERPOSE_TRANSFER(pwrite, 1, const void *, COMMA off_t offset, COMMA offset)
INTERPOSE_TRANSFER(pwrite64, 1, const void *, COMMA off64_t offset, COMMA offset)

#define OPEN(name, parameters, arguments) \
  int name parameters { \
    REAL(name); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if (fails(flags & O_CREAT, #name)) return -1; \
    int file = real arguments; \
    ended(); \
    return file; \
  }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))

// A descriptor is gone even where closing it fails.
int close(int file) {
  REAL(close);
  int has_failed = fails(0, "close"), error = errno;
  int result = real(file);
  ended();
  if (!has_failed) return result;
  errno = error;
  return -1;
}

INTERPOSE(off_t, -1, 0, lseek, (int file, off_t offset, int from), (file, offset, from))
INTERPOSE(off64_t, -1, 0, lseek64, (int file, off64_t offset, int from), (file, offset, from))
INTERPOSE(int, -1, 1, fsync, (int file), (file))
INTERPOSE(int, -1, 1, ftruncate, (int file, off_t length), (file, length))
INTERPOSE(int, -1, 1, rename, (const char *from, const char *to), (from, to))
INTERPOSE(int, -1, 1, link, (const char *from, const char *to), (from, to))
INTERPOSE(int, -1, 0, unlink, (const char *path), (path))
INTERPOSE(int, -1, 0, stat, (const char *path, struct stat *status), (path, status))
INTERPOSE(int, -1, 0, lstat, (const char *path, struct stat *status), (path, status))
INTERPOSE(int, -1, 0, fstat, (int file, struct stat *status), (file, status))
INTERPOSE(int, -1, 0, stat64, (const char *path, struct stat64 *status), (path, status))
INTERPOSE(int, -1, 0, lstat64, (const char *path, struct stat64 *status), (path, status))
INTERPOSE(int, -1, 0, fstat64, (int file, struct stat64 *status), (file, status))
INTERPOSE(int, -1, 0, fchmod, (int file, mode_t mode), (file, mode))
INTERPOSE(int, -1, 1, mkdir, (const char *path, mode_t mode), (path, mode))
INTERPOSE(int, -1, 0, flock, (int file, int operation), (file, operation))
INTERPOSE(int, -1, 0, dup, (int file), (file))
INTERPOSE(char *, NULL, 0, realpath, (const char *path, char *real_path), (path, real_path))
INTERPOSE(DIR *, NULL, 0, opendir, (const char *path), (path))
INTERPOSE(struct dirent *, NULL, 0, readdir, (DIR * folder), (folder))
INTERPOSE(struct dirent64 *, NULL, 0, readdir64, (DIR * folder), (folder))
INTERPOSE(long, -1, 0, pathconf, (const char *path, int name), (path, name))
INTERPOSE(pid_t, -1, 0, fork, (void), ())
INTERPOSE(pid_t, -1, 0, waitpid, (pid_t child, int *status, int options), (child, status, options))
INTERPOSE(int, -1, 0, fchown, (int file, uid_t owner, gid_t group), (file, owner, group))
INTERPOSE(ssize_t, -1, 0, listxattr, (const char *path, char *list, size_t size), (path, list, size))
INTERPOSE(ssize_t, -1, 0, getxattr, (const char *path, const char *name, void *value, size_t size),
          (path, name, value, size))
INTERPOSE(int, -1, 1, fsetxattr, (int file, const char *name, const void *value, size_t size, int flags),
          (file, name, value, size, flags))
