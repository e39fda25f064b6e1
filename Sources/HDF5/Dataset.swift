import CHDF5

/// A dataset: an array of numbers or strings of any shape.
package struct Dataset: Sendable {
  let handle: Handle
  let file: Handle
  let place: Place

  /// The path inside the file.
  package var path: String { place.object }
  package var attributes: Attributes { Attributes(owner: handle, place: place) }

  /// The size of each axis; empty for a single value.
  ///
  /// - Throws: ``HDF5Error``.
  package func shape() throws(HDF5Error) -> [Int] { try HDF5.shape(of: try space(), place) }

  /// What the dataset holds.
  ///
  /// - Throws: ``HDF5Error``.
  package func kind() throws(HDF5Error) -> ElementKind {
    ElementKind(type: try type())
  }

  /// Reads all values, row-major, into memory that has just as many places.
  ///
  /// - Throws: ``HDF5Error`` if the count differs or the values are not numbers.
  package func read<Value: Element>(
    into buffer: UnsafeMutableBufferPointer<Value>
  ) throws(HDF5Error) {
    let shape = try shape()
    guard shape.reduce(1, *) == buffer.count else {
      throw HDF5Error(
        file: place.file, object: place.object,
        operation: "has shape \(shape); \(buffer.count) values were expected", stack: [])
    }
    let kind = try kind()
    guard kind.isNumber else {
      throw HDF5Error(
        file: place.file, object: place.object, operation: "holds \(kind.name), not numbers",
        stack: [])
    }
    guard !buffer.isEmpty else { return }
    _ = try Library.call("cannot read", at: place) {
      H5Dread(
        handle.id, Value.memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT),
        buffer.baseAddress)
    }
  }

  /// Reads all values, row-major.
  ///
  /// - Parameter most: The largest number of values that is reasonable here.
  /// - Throws: ``HDF5Error``.
  package func read<Value: Element>(
    _ type: Value.Type = Value.self, most: Int = 1 << 31
  ) throws(HDF5Error) -> [Value] {
    let shape = try shape()
    let count = shape.reduce(1, *)
    guard count <= most else {
      throw HDF5Error(
        file: place.file, object: place.object,
        operation: "has shape \(shape), more than the \(most) values it may have", stack: [])
    }
    var values = [Value](repeating: .zero, count: count)
    var failure: HDF5Error?
    values.withUnsafeMutableBufferPointer { buffer in
      do throws(HDF5Error) { try read(into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  /// The bytes of the file that are the values, where they lie in it one after the other and as they are in
  /// memory; `nil` if they are kept in another way.
  package func extent<Value: Element>(of type: Value.Type) -> Range<Int>? {
    var extent: Range<Int>?
    Library.ignore {
      let fileType = H5Dget_type(handle.id)
      defer { H5Tclose(fileType) }
      let offset = H5Dget_offset(handle.id)
      let size = H5Dget_storage_size(handle.id)
      guard H5Tequal(fileType, Value.memoryType) > 0, let start = Int(exactly: offset),
        let size = Int(exactly: size), size > 0, size <= Int.max - start
      else { return }
      extent = start..<start + size
    }
    return extent
  }

  /// Reads a dataset that is a single value.
  ///
  /// - Throws: ``HDF5Error`` if it is not.
  package func readScalar<Value: Element>(
    _ type: Value.Type = Value.self
  ) throws(HDF5Error) -> Value {
    let values = try read(type, most: 1)
    guard let value = values.first else {
      throw HDF5Error(
        file: place.file, object: place.object, operation: "holds no value", stack: [])
    }
    return value
  }

  /// Reads all strings.
  ///
  /// - Throws: ``HDF5Error`` if they are none.
  package func readStrings(most: Int = 1 << 24) throws(HDF5Error) -> [String] {
    let (type, space) = (try type(), try space())
    let count = try HDF5.shape(of: space, place).reduce(1, *)
    guard count <= most else {
      throw HDF5Error(
        file: place.file, object: place.object, operation: "has too much text", stack: [])
    }
    return try HDF5.readStrings(type: type, space: space, count: count, place) { type, buffer in
      H5Dread(handle.id, type, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
    }
  }

  private func space() throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("cannot read the shape", at: place) { H5Dget_space(handle.id) }
    ) { H5Sclose($0) }
  }

  private func type() throws(HDF5Error) -> Handle {
    Handle(
      try Library.call("cannot read the type", at: place) { H5Dget_type(handle.id) }
    ) { H5Tclose($0) }
  }
}
