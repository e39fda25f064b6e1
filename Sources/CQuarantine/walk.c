#include "work.h"

#include "cfileimage.h"

#include <stdlib.h>

// The most bytes of values that are read at a time, where they are not read chunk by chunk.
enum { most_at_once = 64 << 20 };

struct walk {
  const struct cquarantine_limits *limits;
  uint64_t length;  // of the file
  enum cquarantine_result result;
};

// Ends the walk.
static int refuse(struct walk *walk, enum cquarantine_result result) {
  walk->result = result;
  return -1;
}

// The bytes of so many values, as they are in the file and in memory; 0 if that is no number.
static int size_of(hid_t space, size_t value, uint64_t *size) {
  hsize_t dimensions[H5S_MAX_RANK];
  int rank = H5Sget_simple_extent_dims(space, dimensions, NULL);
  if (rank < 0) return 0;
  *size = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : value;
  for (int axis = 0; axis < rank; axis++)
    if (__builtin_mul_overflow(*size, dimensions[axis], size)) return 0;
  return *size <= INT64_MAX;
}

static int is_believed(const struct walk *walk, uint64_t size, uint64_t stored) {
  return size <= walk->limits->most_values || size / walk->limits->most_ratio <= stored;
}

// Whether memory of its own hangs on a value.
static int has_parts(hid_t type) {
  return H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tis_variable_str(type) > 0;
}

static int read_attribute(struct walk *walk, hid_t attribute) {
  hid_t file_type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  hid_t type = H5Tget_native_type(file_type, H5T_DIR_ASCEND);
  uint64_t size;
  if (space < 0 || type < 0) return -1;
  if (!size_of(space, H5Tget_size(type), &size) || !is_believed(walk, size, walk->length))
    return refuse(walk, CQUARANTINE_BOMB);
  int status = 0;
  if (size > 0) {
    void *buffer = calloc(1, size);
    status = buffer ? H5Aread(attribute, type, buffer) : -1;
    if (status >= 0 && has_parts(type))
      status = H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
    free(buffer);
  }
  H5Tclose(type), H5Sclose(space), H5Tclose(file_type);
  return status;
}

static herr_t visit_attribute(hid_t owner, const char *name, const H5A_info_t *info, void *context) {
  (void)info;
  hid_t attribute = H5Aopen(owner, name, H5P_DEFAULT);
  int status = attribute < 0 ? -1 : read_attribute(context, attribute);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}

// Only what the library itself can undo.
static int are_filters_known(hid_t creation) {
  int count = H5Pget_nfilters(creation);
  for (int index = 0; index < count; index++) {
    unsigned flags, configuration;
    size_t values = 0;
    H5Z_filter_t filter =
        H5Pget_filter2(creation, (unsigned)index, &flags, &values, NULL, 0, NULL, &configuration);
    if (filter < 0 || filter > H5Z_FILTER_SCALEOFFSET) return 0;
  }
  return count >= 0;
}

// Reads the part of a dataset that begins at `start` and has `count` values along each axis.
static int read_block(hid_t dataset, hid_t type, hid_t space, int rank, const hsize_t *start,
                      const hsize_t *count, void *buffer) {
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0) return -1;
  hid_t memory = H5Screate_simple(rank, count, NULL);
  int status = memory < 0 ? -1 : H5Dread(dataset, type, memory, space, H5P_DEFAULT, buffer);
  if (memory >= 0) H5Sclose(memory);
  return status;
}

// Chunk by chunk: what is packed may be far larger than the file.
static int read_chunks(struct walk *walk, hid_t dataset, hid_t creation, hid_t type, hid_t space) {
  hsize_t sizes[H5S_MAX_RANK], chunk[H5S_MAX_RANK], start[H5S_MAX_RANK] = {0}, count[H5S_MAX_RANK];
  int rank = H5Sget_simple_extent_dims(space, sizes, NULL);
  if (rank < 1 || H5Pget_chunk(creation, rank, chunk) != rank) return -1;
  uint64_t bytes = H5Tget_size(type);
  for (int axis = 0; axis < rank; axis++) {
    if (chunk[axis] > sizes[axis]) chunk[axis] = sizes[axis];
    if (chunk[axis] == 0) return 0;
    if (__builtin_mul_overflow(bytes, chunk[axis], &bytes)) return refuse(walk, CQUARANTINE_BOMB);
  }
  void *buffer = malloc(bytes);
  int status = buffer ? 0 : -1;
  while (status >= 0) {
    for (int axis = 0; axis < rank; axis++)
      count[axis] = chunk[axis] < sizes[axis] - start[axis] ? chunk[axis] : sizes[axis] - start[axis];
    status = read_block(dataset, type, space, rank, start, count, buffer);
    int axis = rank - 1;
    while (axis >= 0 && (start[axis] += chunk[axis]) >= sizes[axis]) start[axis--] = 0;
    if (axis < 0) break;
  }
  free(buffer);
  return status;
}

static int read_all(hid_t dataset, hid_t type, hid_t space, uint64_t size) {
  void *buffer = calloc(1, size);
  int status = buffer ? H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer) : -1;
  if (status >= 0 && has_parts(type))
    status = H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
  free(buffer);
  return status;
}

static int read_values(struct walk *walk, hid_t dataset, hid_t creation) {
  hid_t file_type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  hid_t type = H5Tget_native_type(file_type, H5T_DIR_ASCEND);
  uint64_t size, stored = H5Dget_storage_size(dataset);
  if (space < 0 || type < 0) return -1;
  if (!size_of(space, H5Tget_size(type), &size) || stored > walk->length ||
      !is_believed(walk, size, stored))
    return refuse(walk, CQUARANTINE_BOMB);
  H5D_layout_t layout = H5Pget_layout(creation);
  haddr_t place = H5Dget_offset(dataset);
  int status = 0;
  if (size == 0 || (layout == H5D_CONTIGUOUS && place == HADDR_UNDEF && !has_parts(type))) {
    // Nothing is stored.
  } else if (layout == H5D_CONTIGUOUS && !has_parts(type) && H5Tequal(type, file_type) > 0) {
    // Numbers as they are in memory, which no code looks into.
    if (place > walk->length || stored > walk->length - place) status = -1;
  } else if (layout == H5D_CHUNKED && !has_parts(type) && size > most_at_once) {
    status = read_chunks(walk, dataset, creation, type, space);
  } else {
    status = read_all(dataset, type, space, size);
  }
  H5Tclose(type), H5Sclose(space), H5Tclose(file_type);
  return status;
}

// The visitors return a negative number, which ends the walk, if anything cannot be read.
static int visit_object(struct walk *walk, hid_t object) {
  hsize_t index = 0;
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &index, visit_attribute, walk) < 0) return -1;
  if (H5Iget_type(object) != H5I_DATASET) return 0;
  hid_t creation = H5Dget_create_plist(object);
  if (creation < 0) return -1;
  int is_inside = H5Pget_layout(creation) != H5D_VIRTUAL && H5Pget_external_count(creation) == 0 &&
                 are_filters_known(creation);
  int status =
      is_inside ? read_values(walk, object, creation) : refuse(walk, CQUARANTINE_OUTSIDE);
  H5Pclose(creation);
  return status;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context) {
  struct walk *walk = context;
  // A soft link leads to another name of this file, which is visited under its own.
  if (info->type == H5L_TYPE_SOFT) return 0;
  if (info->type != H5L_TYPE_HARD) return refuse(walk, CQUARANTINE_OUTSIDE);
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  int status = object < 0 ? -1 : visit_object(walk, object);
  if (object >= 0) H5Oclose(object);
  return status;
}

enum cquarantine_result walk_hdf5(struct source source, const struct cquarantine_limits *limits) {
  struct walk walk = {limits, source.length, CQUARANTINE_NOT_READ};
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0);
  // As the parent opens it; the library looks up the working folder for a name that is not absolute.
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  struct cfileimage *image = cfileimage_in_file(source.descriptor, source.offset, source.length);
  if (!image || cfileimage_set_access(access, image) < 0) return CQUARANTINE_NOT_READ;
  hid_t file = H5Fopen("/quarantined", H5F_ACC_RDONLY, access);
  hid_t root = file < 0 ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
  // Hard links are followed once each, so a circle of groups ends.
  if (root >= 0 && visit_object(&walk, root) >= 0 &&
      H5Lvisit(root, H5_INDEX_NAME, H5_ITER_INC, visit_link, &walk) >= 0)
    return CQUARANTINE_READ;
  return walk.result;
}
