// The HDF5 C API, and the part of it that is macros, as functions that Swift can call.
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#include <hdf5.h>
#endif

static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_file_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_file_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_file_int32(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_file_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_file_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline size_t chdf5_variable_size(void) { return H5T_VARIABLE; }
static inline hid_t chdf5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_default_stack(void) { return H5E_DEFAULT; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }

// `H5Lget_info` is a macro over versions whose structures differ; only the kind of link matters here.
static inline int chdf5_is_hard_link(hid_t group, const char *name) {
  H5L_info_t info;
  return H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 ? -1 : info.type == H5L_TYPE_HARD;
}

// Calls `found` with the path of every hard link below a group; each group is entered once, so circles end.
struct chdf5_visit {
  void (*found)(const char *path, void *context);
  void *context;
};

static inline herr_t chdf5_visit_link(hid_t group, const char *path, const H5L_info_t *info,
                                      void *context) {
  struct chdf5_visit *visit = (struct chdf5_visit *)context;
  (void)group;
  if (info->type == H5L_TYPE_HARD) visit->found(path, visit->context);
  return 0;
}

static inline herr_t chdf5_visit_links(hid_t group, void (*found)(const char *path, void *context),
                                       void *context) {
  struct chdf5_visit visit = {found, context};
  return H5Lvisit(group, H5_INDEX_NAME, H5_ITER_INC, chdf5_visit_link, &visit);
}
