// An HDF5 driver for files that are not on the disk under a name of their own: one that is made in memory,
// so that whoever writes it to the disk sees the result of every call, and one that is a range of an open
// file, such as a member of an archive. It is C because HDF5's table of a driver's functions has other
// members from release to release.
#ifndef CFILEIMAGE_H
#define CFILEIMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "../../CHDF5/shim.h"

struct cfileimage;

// A file in memory, empty; NULL if there is no memory.
struct cfileimage *cfileimage_in_memory(void);

// A range of an open file, for reading alone; NULL if there is no memory. The descriptor stays the caller's.
struct cfileimage *cfileimage_in_file(int descriptor, uint64_t offset, uint64_t length);

void cfileimage_free(struct cfileimage *image);

// The bytes of the file, once HDF5 has closed it.
uint64_t cfileimage_length(const struct cfileimage *image);

// Copies bytes of a file in memory; what was never written is zero.
void cfileimage_copy(const struct cfileimage *image, uint64_t offset, size_t count, void *buffer);

// Has H5Fcreate and H5Fopen with these access properties use the image, whatever name they get. The image
// must live until the file is closed. A negative number if HDF5 refuses.
herr_t cfileimage_set_access(hid_t access, struct cfileimage *image);

#endif
