import CHDF5

/// A group: named groups and datasets, and attributes.
package struct Group: Sendable {
  /// A member of a group.
  package enum Member: Sendable {
    case group(Group)
    case dataset(Dataset)
    /// Something that is neither, or stands in another file.
    case other
  }

  let handle: Handle
  // Keeps the file open.
  let file: Handle
  let place: Place

  /// The path inside the file.
  package var path: String { place.object }
  /// The attributes of the group.
  package var attributes: Attributes { Attributes(owner: handle, place: place) }

  /// Whether there is a member of that name, or a path of names, below this group.
  ///
  /// - Throws: ``HDF5Error`` if that cannot be read: a failing disk is not an absent member.
  package func contains(_ name: String) throws(HDF5Error) -> Bool {
    var path = ""
    for part in name.split(separator: "/") {
      path += path.isEmpty ? String(part) : "/" + part
      let found = try Library.call("cannot look for it", at: place.appending(path)) {
        H5Lexists(handle.id, path, hid_t(H5P_DEFAULT))
      }
      if found == 0 { return false }
      // What a link into another file leads to is not looked at.
      if try !isHardLink(path) { return true }
    }
    return !path.isEmpty
  }

  private func isHardLink(_ path: String) throws(HDF5Error) -> Bool {
    try Library.call("cannot look the link up", at: place.appending(path)) {
      chdf5_is_hard_link(handle.id, path)
    } != 0
  }

  /// The names of all members, in alphabetical order.
  ///
  /// - Throws: ``HDF5Error``.
  package func memberNames() throws(HDF5Error) -> [String] {
    var info = H5G_info_t()
    _ = try Library.call("cannot list the group", at: place) {
      H5Gget_info(handle.id, &info)
    }
    var names: [String] = []
    for index in 0..<info.nlinks {
      var buffer: [CChar] = [0]
      let length = try readName(index, into: &buffer)
      buffer = [CChar](repeating: 0, count: length + 1)
      _ = try readName(index, into: &buffer)
      names.append(string(fromPadded: buffer.map { UInt8(bitPattern: $0) }))
    }
    return names
  }

  /// The paths of all groups and datasets below this group, each group entered once.
  ///
  /// - Throws: ``HDF5Error``.
  package func descendantPaths() throws(HDF5Error) -> [String] {
    var paths: [String] = []
    _ = try Library.call("cannot list the groups", at: place) {
      withUnsafeMutablePointer(to: &paths) { pointer in
        chdf5_visit_links(
          handle.id,
          { path, context in
            guard let path, let context else { return }
            context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: path))
          }, pointer)
      }
    }
    return paths
  }

  /// Copies a member's name into the places there are.
  ///
  /// - Returns: The length of the name.
  private func readName(_ index: hsize_t, into buffer: inout [CChar]) throws(HDF5Error) -> Int {
    try Library.call("cannot list the group", at: place) {
      H5Lget_name_by_idx(
        handle.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &buffer, buffer.count,
        hid_t(H5P_DEFAULT))
    }
  }

  /// The member of that name, or a path of names. Only what stands in this file is opened.
  ///
  /// - Throws: ``HDF5Error`` if there is none.
  package func member(_ name: String) throws(HDF5Error) -> Member {
    let there = place.appending(name)
    guard try contains(name) else {
      throw HDF5Error(
        file: place.file, object: there.object, operation: "is missing", stack: [])
    }
    var path = ""
    for part in name.split(separator: "/") {
      path += path.isEmpty ? String(part) : "/" + part
      guard try isHardLink(path) else { return .other }
    }
    let id = try Library.call("cannot open", at: there) {
      H5Oopen(handle.id, name, hid_t(H5P_DEFAULT))
    }
    let object = Handle(id) { H5Oclose($0) }
    var kind = H5I_BADID
    Library.ignore { kind = H5Iget_type(id) }
    switch kind {
    case H5I_GROUP: return .group(Group(handle: object, file: file, place: there))
    case H5I_DATASET: return .dataset(Dataset(handle: object, file: file, place: there))
    default: return .other
    }
  }

  /// The group of that name.
  ///
  /// - Throws: ``HDF5Error`` if there is none.
  package func group(_ name: String) throws(HDF5Error) -> Group {
    guard case .group(let group) = try member(name) else {
      throw error(at: name, "is not a group")
    }
    return group
  }

  /// The dataset of that name.
  ///
  /// - Throws: ``HDF5Error`` if there is none.
  package func dataset(_ name: String) throws(HDF5Error) -> Dataset {
    guard case .dataset(let dataset) = try member(name) else {
      throw error(at: name, "is not a dataset")
    }
    return dataset
  }

  /// Makes a group, and those on the way to it that are not there yet.
  ///
  /// - Throws: ``HDF5Error``.
  @discardableResult
  package func createGroup(_ path: String) throws(HDF5Error) -> Group {
    var group = self
    for part in path.split(separator: "/").map(String.init) {
      group = try group.contains(part) ? try group.group(part) : try group.createMember(part)
    }
    return group
  }

  private func createMember(_ name: String) throws(HDF5Error) -> Group {
    let there = place.appending(name)
    let creation = try File.properties(chdf5_group_create_class(), there)
    _ = try Library.call("cannot leave times out", at: there) {
      H5Pset_obj_track_times(creation.id, false)
    }
    let id = try Library.call("cannot create the group", at: there) {
      H5Gcreate2(handle.id, name, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT))
    }
    return Group(handle: Handle(id) { H5Gclose($0) }, file: file, place: there)
  }

  /// Makes a dataset of numbers; groups on the way to it are made too.
  ///
  /// - Parameters:
  ///   - shape: `[]` for a single value.
  ///   - values: Row-major, as many as the shape says.
  /// - Throws: ``HDF5Error``.
  package func write<Value: Element>(
    _ path: String, shape: [Int], _ values: UnsafeBufferPointer<Value>
  ) throws(HDF5Error) {
    try writeRaw(
      path, shape: shape, count: values.count, fileType: Value.fileType,
      memoryType: Value.memoryType, values.baseAddress.map(UnsafeRawPointer.init))
  }

  /// The same from an array.
  package func write<Value: Element>(
    _ path: String, shape: [Int], _ values: [Value]
  ) throws(HDF5Error) {
    var failure: HDF5Error?
    values.withUnsafeBufferPointer { buffer in
      do throws(HDF5Error) { try write(path, shape: shape, buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// A dataset that is a single value.
  package func write<Value: Element>(_ path: String, _ value: Value) throws(HDF5Error) {
    try write(path, shape: [], [value])
  }

  /// A dataset of strings, UTF-8, of one fixed length, padded with NUL.
  package func write(_ path: String, _ strings: [String]) throws(HDF5Error) {
    let (bytes, size) = padded(strings)
    let there = place.appending(path)
    let type = try stringType(size: size, utf8: true, there)
    var failure: HDF5Error?
    bytes.withUnsafeBytes { buffer in
      do throws(HDF5Error) {
        try writeRaw(
          path, shape: [strings.count], count: strings.count, fileType: type.id,
          memoryType: type.id, buffer.baseAddress)
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Makes a dataset of numbers whose room in the file is there and whose values are not: whoever made it
  /// writes them at that place of the file once it is closed.
  ///
  /// - Returns: Where in the file the values belong, in bytes; one after the other, row-major.
  /// - Throws: ``HDF5Error``.
  package func reserve<Value: Element>(
    _ path: String, shape: [Int], of type: Value.Type
  ) throws(HDF5Error) -> Int {
    let dataset = try createDataset(path, shape: shape, fileType: Value.fileType) { creation in
      min(
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY),
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER))
    }
    guard let extent = dataset.extent(of: type) else {
      throw error(at: path, "has no place in the file")
    }
    try dataset.handle.close("cannot write", at: dataset.place)
    return extent.lowerBound
  }

  private func writeRaw(
    _ path: String, shape: [Int], count: Int, fileType: @autoclosure () -> hid_t,
    memoryType: @autoclosure () -> hid_t, _ values: UnsafeRawPointer?
  ) throws(HDF5Error) {
    guard count == shape.reduce(1, *) else {
      throw error(at: path, "cannot write \(count) values as shape \(shape)")
    }
    let dataset = try createDataset(path, shape: shape, fileType: fileType()) { _ in 0 }
    if count > 0 {
      _ = try Library.call("cannot write", at: dataset.place) {
        H5Dwrite(
          dataset.handle.id, memoryType(), hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT),
          values)
      }
    }
    try dataset.handle.close("cannot write", at: dataset.place)
  }

  /// - Parameter configure: Sets more of the dataset's creation properties.
  private func createDataset(
    _ path: String, shape: [Int], fileType: @autoclosure () -> hid_t,
    configure: (_ creation: hid_t) -> herr_t
  ) throws(HDF5Error) -> Dataset {
    let there = place.appending(path)
    var parts = path.split(separator: "/").map(String.init)
    let name = parts.removeLast()
    let parent = try createGroup(parts.joined(separator: "/"))
    let space = try dataspace(shape: shape, there)
    let creation = try File.properties(chdf5_dataset_create_class(), there)
    _ = try Library.call("cannot leave times out", at: there) {
      min(H5Pset_obj_track_times(creation.id, false), configure(creation.id))
    }
    let id = try Library.call("cannot create the dataset", at: there) {
      H5Dcreate2(
        parent.handle.id, name, fileType(), space.id, hid_t(H5P_DEFAULT), creation.id,
        hid_t(H5P_DEFAULT))
    }
    return Dataset(handle: Handle(id) { H5Dclose($0) }, file: file, place: there)
  }

  private func error(at name: String, _ what: String) -> HDF5Error {
    HDF5Error(
      file: place.file, object: place.appending(name).object, operation: what, stack: [])
  }
}
