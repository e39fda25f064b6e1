// What a child does with foreign bytes.
#ifndef WORK_H
#define WORK_H

#include "cquarantine.h"

// A range of an open file.
struct source {
  int descriptor;
  uint64_t offset, length;
};

enum cquarantine_result walk_hdf5(struct source source, const struct cquarantine_limits *limits);

// Ends with CQUARANTINE_NOT_WRITTEN and errno if the target cannot be written.
enum cquarantine_result inflate_into(struct source source, int target, uint64_t size);

#endif
