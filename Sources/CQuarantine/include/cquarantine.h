// Reading what others made in a child process, where a crash does no harm and which may do nothing but read what it is
// given. It is C because a process that was forked from one with several threads may only run code that takes none of
// their locks, which Swift's runtime cannot promise.
#ifndef CQUARANTINE_H
#define CQUARANTINE_H

#include <stddef.h>
#include <stdint.h>

enum cquarantine_result {
  CQUARANTINE_READ,        // all of it was read
  CQUARANTINE_NOT_READ,    // the library reported an error, or wanted more memory than it may have
  CQUARANTINE_OUTSIDE,     // it names another file, or code that is not in the library
  CQUARANTINE_BOMB,        // it says that it holds far more than is stored
  CQUARANTINE_DIED,        // it crashed, hung, or did what it may not
  CQUARANTINE_NOT_WRITTEN, // what was unpacked could not be written; errno says why
  CQUARANTINE_NO_CHILD,    // no process could be made, or waited for; errno says why
};

// What the child may use.
struct cquarantine_limits {
  unsigned milliseconds;  // of the processor
  size_t address_space;   // bytes
  uint64_t most_values;   // bytes of values that are believed whatever room they take in the file
  unsigned most_ratio;    // above that, how many times as large as what is stored
};

// Walks all of an HDF5 file, which is a range of an open file. No thread may be inside HDF5 while it runs.
enum cquarantine_result cquarantine_walk(int descriptor, uint64_t offset, uint64_t length,
                                         struct cquarantine_limits limits);

// Unpacks what was packed by deflate (RFC 1951), which is a range of an open file, into an empty file. It must come to
// just so many bytes.
enum cquarantine_result cquarantine_inflate(int descriptor, uint64_t offset, uint64_t length,
                                            int target, uint64_t size,
                                            struct cquarantine_limits limits);

// What the child is forbidden, tried one after the other in a child each: opening a file, a socket, another program,
// writing. The number of those that were not stopped: 0 where the kernel confines it (Linux' seccomp), -1 if no child
// could be made.
int cquarantine_count_open_ways(void);

#endif
