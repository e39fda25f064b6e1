// Reading an HDF5 file in a child process, where a crash does no harm. It is C because a process that
// was forked from one with several threads may only run code that takes none of their locks, which
// Swift's runtime cannot promise.
#ifndef CQUARANTINE_H
#define CQUARANTINE_H

#include <stddef.h>
#include <stdint.h>

enum cquarantine_result {
  CQUARANTINE_READ,      // all of the file was read
  CQUARANTINE_NOT_READ,  // HDF5 reported an error, or wanted more memory than it may have
  CQUARANTINE_DIED,      // it crashed or hung
  CQUARANTINE_NO_CHILD,  // no process could be made, or waited for; errno says why
};

// Walks all of an HDF5 file, which is a range of an open file, with limits on milliseconds of the processor, on
// bytes of address space and on open files. No thread may be inside HDF5 while it runs.
enum cquarantine_result cquarantine_walk(int descriptor, uint64_t offset, uint64_t length,
                                         unsigned milliseconds, size_t address_space,
                                         unsigned open_files);

#endif
