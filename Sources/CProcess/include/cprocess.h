// What Swift does not import: starting a child that shares this program's memory as it stands.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <sys/types.h>
#include <sys/wait.h>

pid_t cprocess_fork(void);

static inline int cprocess_exited(int status) { return WIFEXITED(status); }
static inline int cprocess_exit_code(int status) { return WEXITSTATUS(status); }

#endif
