#include "work.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

static enum cquarantine_result write_all(int target, const unsigned char *bytes, size_t count,
                                         uint64_t offset) {
  while (count > 0) {
    ssize_t done = pwrite(target, bytes, count, (off_t)offset);
    if (done < 0 && errno == EINTR) continue;
    if (done == 0) errno = EIO;
    if (done <= 0) return CQUARANTINE_NOT_WRITTEN;
    bytes += done, count -= (size_t)done, offset += (uint64_t)done;
  }
  return CQUARANTINE_READ;
}

enum cquarantine_result inflate_into(struct source source, int target, uint64_t size) {
  static unsigned char packed[1 << 16], unpacked[1 << 18];
  z_stream stream = {0};
  // Negative: without the header and checksum of zlib's own format.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return CQUARANTINE_NOT_READ;
  uint64_t taken = 0, written = 0;
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      uint64_t left = source.length - taken;
      ssize_t count = left == 0 ? 0
                                : pread(source.descriptor, packed,
                                        left < sizeof packed ? (size_t)left : sizeof packed,
                                        (off_t)(source.offset + taken));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return CQUARANTINE_NOT_READ;
      taken += (uint64_t)count;
      stream.next_in = packed, stream.avail_in = (unsigned)count;
    }
    stream.next_out = unpacked, stream.avail_out = sizeof unpacked;
    state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return CQUARANTINE_NOT_READ;
    size_t count = sizeof unpacked - stream.avail_out;
    if (count > size - written) return CQUARANTINE_NOT_READ;
    enum cquarantine_result result = write_all(target, unpacked, count, written);
    if (result != CQUARANTINE_READ) return result;
    written += count;
  }
  return written == size ? CQUARANTINE_READ : CQUARANTINE_NOT_READ;
}
