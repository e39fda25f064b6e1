#include "cquarantine.h"

#include "cfileimage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

// Reads all values of a dataset or an attribute through `read`, text as text.
typedef herr_t (*reader)(hid_t object, hid_t type, void *buffer);

static herr_t read_dataset(hid_t object, hid_t type, void *buffer) {
  return H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}

static herr_t read_attribute(hid_t object, hid_t type, void *buffer) {
  return H5Aread(object, type, buffer);
}

static int read_values(hid_t object, hid_t file_type, hid_t space, reader read) {
  hssize_t count = H5Sget_simple_extent_npoints(space);
  hid_t type = H5Tget_native_type(file_type, H5T_DIR_ASCEND);
  int good = count >= 0 && type >= 0;
  if (good && count > 0) {
    void *buffer = calloc((size_t)count, H5Tget_size(type));
    good = buffer && read(object, type, buffer) >= 0;
    if (good && H5Tis_variable_str(type) > 0)
      good = H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer) >= 0;
    free(buffer);
  }
  if (type >= 0) H5Tclose(type);
  return good;
}

// The visitors return a negative number, which ends the walk, if anything cannot be read.
static herr_t visit_attribute(hid_t owner, const char *name, const H5A_info_t *info, void *context) {
  (void)info, (void)context;
  hid_t attribute = H5Aopen(owner, name, H5P_DEFAULT);
  if (attribute < 0) return -1;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  int good = type >= 0 && space >= 0 && read_values(attribute, type, space, read_attribute);
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return good ? 0 : -1;
}

static int visit_object(hid_t object) {
  hsize_t index = 0;
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &index, visit_attribute, NULL) < 0) return 0;
  if (H5Iget_type(object) != H5I_DATASET) return 1;
  // Values that stand in other files are refused.
  hid_t creation = H5Dget_create_plist(object);
  int inside = H5Pget_layout(creation) != H5D_VIRTUAL && H5Pget_external_count(creation) == 0;
  H5Pclose(creation);
  if (!inside) return 0;
  hid_t type = H5Dget_type(object), space = H5Dget_space(object);
  int good = type >= 0 && space >= 0 && read_values(object, type, space, read_dataset);
  H5Sclose(space);
  H5Tclose(type);
  return good;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context) {
  (void)context;
  // What stands in another file is not looked at.
  if (info->type != H5L_TYPE_HARD) return 0;
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return -1;
  int good = visit_object(object);
  H5Oclose(object);
  return good ? 0 : -1;
}

static void limit(int resource, rlim_t most) {
  struct rlimit limits = {most, most};
  setrlimit(resource, &limits);
}

static int walk(int descriptor, uint64_t offset, uint64_t length) {
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  // As the parent opens it.
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  struct cfileimage *image = cfileimage_in_file(descriptor, offset, length);
  if (!image || cfileimage_set_access(access, image) < 0) return 0;
  hid_t file = H5Fopen("quarantined", H5F_ACC_RDONLY, access);
  hid_t root = file < 0 ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
  // Hard links are followed once each, so a circle of groups ends.
  return root >= 0 && visit_object(root) &&
         H5Lvisit(root, H5_INDEX_NAME, H5_ITER_INC, visit_link, NULL) >= 0;
}

// The child ends with the parent, and after so many milliseconds of the processor.
static void limit_life(pid_t parent, unsigned milliseconds) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  // The parent may have ended before.
  if (getppid() != parent) _exit(1);
  struct itimerval time = {{0, 0}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
  setitimer(ITIMER_PROF, &time, NULL);
  limit(RLIMIT_CPU, milliseconds / 1000 + 1);
  // One that waits for something that never comes; on a busy machine the processor's time takes longer.
  alarm(30 + milliseconds / 100);
}

enum cquarantine_result cquarantine_walk(int descriptor, uint64_t offset, uint64_t length,
                                         unsigned milliseconds, size_t address_space,
                                         unsigned open_files) {
  pid_t parent = getpid(), child = fork();
  if (child < 0) return CQUARANTINE_NO_CHILD;
  if (child == 0) {
    // What a dying C library prints is not for the user.
    int null = open("/dev/null", O_RDWR);
    for (int stream = 0; stream <= 2; stream++) dup2(null, stream);
    // A crash is an answer here, nothing to report; Ctrl-C is for the parent.
    int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE, SIGALRM, SIGXCPU, SIGPROF};
    for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++)
      signal(crashes[index], SIG_DFL);
    signal(SIGINT, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, open_files);
    limit(RLIMIT_AS, address_space);
    limit_life(parent, milliseconds);
    _exit(walk(descriptor, offset, length) ? 0 : 1);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return CQUARANTINE_NO_CHILD;
  if (!WIFEXITED(status)) return CQUARANTINE_DIED;
  return WEXITSTATUS(status) == 0 ? CQUARANTINE_READ : CQUARANTINE_NOT_READ;
}
