// What Swift's own module of the C library leaves out.
#include <sys/xattr.h>
