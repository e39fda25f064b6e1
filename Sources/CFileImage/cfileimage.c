#define _FILE_OFFSET_BITS 64
#include "cfileimage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if H5_VERSION_GE(1, 13, 0)
#if __has_include(<hdf5/serial/H5FDdevelop.h>)
#include <hdf5/serial/H5FDdevelop.h>
#else
#include <H5FDdevelop.h>
#endif
#endif

// A file in memory is kept in pages: a large array that somebody else writes leaves no page.
enum { page_size = 1 << 16 };

struct cfileimage {
  // Distinguishes images even where one takes the memory of another.
  uint64_t serial;
  int descriptor;  // -1 for a file in memory
  uint64_t offset;
  uint64_t length;
  unsigned char **pages;
  size_t page_count;
};

struct cfileimage *cfileimage_in_memory(void) { return cfileimage_in_file(-1, 0, 0); }

struct cfileimage *cfileimage_in_file(int descriptor, uint64_t offset, uint64_t length) {
  struct cfileimage *image = calloc(1, sizeof *image);
  if (!image) return NULL;
  static _Atomic uint64_t images;
  image->serial = ++images;
  image->descriptor = descriptor;
  image->offset = offset;
  image->length = length;
  return image;
}

void cfileimage_free(struct cfileimage *image) {
  for (size_t index = 0; index < image->page_count; index++) free(image->pages[index]);
  free(image->pages);
  free(image);
}

uint64_t cfileimage_length(const struct cfileimage *image) { return image->length; }

void cfileimage_copy(const struct cfileimage *image, uint64_t offset, size_t count, void *buffer) {
  unsigned char *target = buffer;
  while (count > 0) {
    size_t page = offset / page_size, start = offset % page_size;
    size_t part = page_size - start < count ? page_size - start : count;
    if (page < image->page_count && image->pages[page])
      memcpy(target, image->pages[page] + start, part);
    else
      memset(target, 0, part);
    target += part, offset += part, count -= part;
  }
}

// The page, made if it is not there; NULL if there is no memory.
static unsigned char *page_at(struct cfileimage *image, size_t page) {
  if (page >= image->page_count) {
    size_t count = page + 1 > 2 * image->page_count ? page + 1 : 2 * image->page_count;
    unsigned char **pages = realloc(image->pages, count * sizeof *pages);
    if (!pages) return NULL;
    memset(pages + image->page_count, 0, (count - image->page_count) * sizeof *pages);
    image->pages = pages;
    image->page_count = count;
  }
  if (!image->pages[page]) image->pages[page] = calloc(1, page_size);
  return image->pages[page];
}

// What HDF5 knows about an open file.
struct open_image {
  H5FD_t common;  // HDF5's own, first
  struct cfileimage *image;
  uint64_t serial;
  haddr_t end_of_addresses;
};

struct access {
  struct cfileimage *image;
};

static herr_t failed(hid_t minor, const char *reason) {
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_IO, minor,
           "error message = '%s'", reason);
  return -1;
}

static H5FD_t *image_open(const char *name, unsigned flags, hid_t properties, haddr_t most) {
  (void)name, (void)flags, (void)most;
  const struct access *access = H5Pget_driver_info(properties);
  struct open_image *file = access ? calloc(1, sizeof *file) : NULL;
  if (!file) return NULL;
  file->image = access->image;
  file->serial = access->image->serial;
  return &file->common;
}

static herr_t image_close(H5FD_t *common) {
  free(common);
  return 0;
}

static int image_compare(const H5FD_t *a, const H5FD_t *b) {
  uint64_t first = ((const struct open_image *)a)->serial;
  uint64_t second = ((const struct open_image *)b)->serial;
  return first < second ? -1 : first > second;
}

// As HDF5's own driver of files has it, so that the layout is the same.
static herr_t image_query(const H5FD_t *common, unsigned long *flags) {
  (void)common;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

static haddr_t image_end_of_addresses(const H5FD_t *common, H5FD_mem_t type) {
  (void)type;
  return ((const struct open_image *)common)->end_of_addresses;
}

static herr_t image_set_end_of_addresses(H5FD_t *common, H5FD_mem_t type, haddr_t address) {
  (void)type;
  ((struct open_image *)common)->end_of_addresses = address;
  return 0;
}

static haddr_t image_end_of_file(const H5FD_t *common, H5FD_mem_t type) {
  (void)type;
  return ((const struct open_image *)common)->image->length;
}

static herr_t image_read(H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address,
                         size_t size, void *buffer) {
  (void)type, (void)transfer;
  const struct cfileimage *image = ((const struct open_image *)common)->image;
  if (image->descriptor < 0) {
    cfileimage_copy(image, address, size, buffer);
    return 0;
  }
  unsigned char *target = buffer;
  while (size > 0) {
    // Beyond the end of the file there are zeros, as in HDF5's own driver.
    size_t there = address < image->length ? image->length - address : 0;
    ssize_t count = there == 0 ? 0
                               : pread(image->descriptor, target, size < there ? size : there,
                                       (off_t)(image->offset + address));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(H5E_READERROR, strerror(errno));
    if (count == 0) {
      memset(target, 0, size);
      break;
    }
    target += count, address += count, size -= count;
  }
  return 0;
}

static herr_t image_write(H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, const void *buffer) {
  (void)type, (void)transfer;
  struct cfileimage *image = ((struct open_image *)common)->image;
  if (image->descriptor >= 0) return failed(H5E_WRITEERROR, "it is open for reading");
  const unsigned char *source = buffer;
  while (size > 0) {
    size_t start = address % page_size;
    size_t part = page_size - start < size ? page_size - start : size;
    unsigned char *page = page_at(image, address / page_size);
    if (!page) return failed(H5E_WRITEERROR, "no memory");
    memcpy(page + start, source, part);
    source += part, address += part, size -= part;
    if (address > image->length) image->length = address;
  }
  return 0;
}

static herr_t image_truncate(H5FD_t *common, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  struct open_image *file = (struct open_image *)common;
  if (file->image->descriptor < 0) file->image->length = file->end_of_addresses;
  return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 0)
    .version = H5FD_CLASS_VERSION,
    // From HDF5's range for drivers that are not registered with it.
    .value = 512,
#endif
    .name = "lstm_toolkit_image",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct access),
    .open = image_open,
    .close = image_close,
    .cmp = image_compare,
    .query = image_query,
    .get_eoa = image_end_of_addresses,
    .set_eoa = image_set_end_of_addresses,
    .get_eof = image_end_of_file,
    .read = image_read,
    .write = image_write,
    .truncate = image_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

herr_t cfileimage_set_access(hid_t access, struct cfileimage *image) {
  // Callers take turns, so the driver is registered once.
  static hid_t id = -1;
  if (id < 0) id = H5FDregister(&driver);
  struct access information = {image};
  return id < 0 ? -1 : H5Pset_driver(access, id, &information);
}
