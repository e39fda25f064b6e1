import CHDF5

/// An HDF5 file. It is closed by ``close()``, or with the last value that belongs to it.
public struct File: Sendable {
  /// The path it was opened with.
  public let path: String
  /// The group that holds everything.
  public let root: Group
  private let handle: Handle

  private init(id: hid_t, path: String) throws(HDF5Error) {
    self.path = path
    handle = Handle(id) { H5Fclose($0) }
    let place = Place(file: path, object: "/")
    let root = try Library.call("cannot open the root group", at: place) {
      H5Gopen2(id, "/", hid_t(H5P_DEFAULT))
    }
    self.root = Group(handle: Handle(root) { H5Gclose($0) }, file: handle, place: place)
  }

  /// Opens a file for reading.
  ///
  /// - Throws: ``HDF5Error``.
  public static func open(_ path: String) throws(HDF5Error) -> File {
    let place = Place(file: path, object: "/")
    let access = try accessProperties(place)
    let id = try Library.call("cannot open as HDF5", at: place) {
      H5Fopen(path, chdf5_read_only(), access.id)
    }
    return try File(id: id, path: path)
  }

  /// Makes a new file, in place of one that is there.
  ///
  /// - Throws: ``HDF5Error``.
  public static func create(_ path: String) throws(HDF5Error) -> File {
    let place = Place(file: path, object: "/")
    let access = try accessProperties(place)
    let creation = try properties(chdf5_file_create_class(), place)
    _ = try Library.call("cannot leave times out", at: place) {
      H5Pset_obj_track_times(creation.id, false)
    }
    let id = try Library.call("cannot create", at: place) {
      H5Fcreate(path, chdf5_truncate(), creation.id, access.id)
    }
    return try File(id: id, path: path)
  }

  /// Writes what is not on the disk yet and closes the file; no value of it can be used any more.
  ///
  /// - Throws: ``HDF5Error``, say because the disk is full.
  public func close() throws(HDF5Error) {
    _ = try Library.call("cannot write", at: root.place) {
      H5Fflush(handle.id, H5F_SCOPE_GLOBAL)
    }
    _ = try Library.call("cannot close", at: root.place) { H5Fclose(handle.id) }
  }

  /// Closing the file closes all of it, and no advisory lock is taken: whole files replace each other.
  private static func accessProperties(_ place: Place) throws(HDF5Error) -> Handle {
    let access = try properties(chdf5_file_access_class(), place)
    _ = try Library.call("cannot set the close degree", at: place) {
      H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG)
    }
    _ = try Library.call("cannot switch locking off", at: place) {
      H5Pset_file_locking(access.id, false, true)
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
