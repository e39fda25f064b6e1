import CFileImage
import CHDF5

/// An HDF5 file. It is closed by ``close()``, or with the last value that belongs to it.
package struct File: Sendable {
  /// The path that errors name.
  package let path: String
  /// The group that holds everything.
  package let root: Group
  private let handle: Handle

  private init(id: hid_t, image: FileImage, path: String) throws(HDF5Error) {
    self.path = path
    handle = Handle(id, keeping: image) { H5Fclose($0) }
    let place = Place(file: path, object: "/")
    let root = try Library.call("cannot open the root group", at: place) {
      H5Gopen2(id, "/", hid_t(H5P_DEFAULT))
    }
    self.root = Group(handle: Handle(root) { H5Gclose($0) }, file: handle, place: place)
  }

  /// Opens a file for reading.
  ///
  /// - Throws: ``HDF5Error``.
  package static func open(_ image: FileImage, reportedAs path: String) throws(HDF5Error) -> File {
    let place = Place(file: path, object: "/")
    let access = try accessProperties(image, place)
    let id = try Library.call("cannot open as HDF5", at: place) {
      H5Fopen(path, chdf5_read_only(), access.id)
    }
    return try File(id: id, image: image, path: path)
  }

  /// Makes a new file in memory. Its bytes are in `image` once it is closed.
  ///
  /// - Throws: ``HDF5Error``.
  package static func create(
    in image: FileImage, reportedAs path: String
  ) throws(HDF5Error) -> File {
    let place = Place(file: path, object: "/")
    let access = try accessProperties(image, place)
    let creation = try properties(chdf5_file_create_class(), place)
    _ = try Library.call("cannot leave times out", at: place) {
      H5Pset_obj_track_times(creation.id, false)
    }
    let id = try Library.call("cannot create", at: place) {
      H5Fcreate(path, chdf5_truncate(), creation.id, access.id)
    }
    return try File(id: id, image: image, path: path)
  }

  /// Writes what is not in the file yet and closes it; no value of it can be used any more.
  ///
  /// - Throws: ``HDF5Error``, say because there is no memory.
  package func close() throws(HDF5Error) {
    _ = try Library.call("cannot write", at: root.place) {
      H5Fflush(handle.id, H5F_SCOPE_GLOBAL)
    }
    try handle.close("cannot close", at: root.place)
  }

  /// Closing the file closes all of it.
  private static func accessProperties(
    _ image: FileImage, _ place: Place
  ) throws(HDF5Error) -> Handle {
    let access = try properties(chdf5_file_access_class(), place)
    _ = try Library.call("cannot set the close degree", at: place) {
      H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG)
    }
    _ = try Library.call("cannot set the driver", at: place) {
      cfileimage_set_access(access.id, image.pointer)
    }
    return access
  }

  static func properties(
    _ kind: @autoclosure () -> hid_t, _ place: Place
  ) throws(HDF5Error) -> Handle {
    Handle(try Library.call("cannot make properties", at: place) { H5Pcreate(kind()) }) {
      H5Pclose($0)
    }
  }
}
