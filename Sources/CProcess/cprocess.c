#include "cprocess.h"

#include <unistd.h>

pid_t cprocess_fork(void) { return fork(); }
