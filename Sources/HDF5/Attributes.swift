import CHDF5

/// The attributes of a group or a dataset.
package struct Attributes: Sendable {
  let owner: Handle
  let place: Place

  /// Whether there is an attribute of that name.
  ///
  /// - Throws: ``HDF5Error`` if that cannot be read.
  package func contains(_ name: String) throws(HDF5Error) -> Bool {
    try Library.call("cannot look for it", at: place.attribute(name)) {
      H5Aexists(owner.id, name)
    } > 0
  }

  /// The names of all attributes, in alphabetical order.
  ///
  /// - Throws: ``HDF5Error``.
  package func names() throws(HDF5Error) -> [String] {
    var names: [String] = []
    var index: hsize_t = 0
    _ = try Library.call("cannot list the attributes", at: place) {
      withUnsafeMutablePointer(to: &names) { pointer in
        H5Aiterate2(
          owner.id, H5_INDEX_NAME, H5_ITER_INC, &index,
          { _, name, _, context in
            guard let name, let context else { return -1 }
            context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            return 0
          }, pointer)
      }
    }
    return names
  }

  /// What an attribute holds.
  ///
  /// - Throws: ``HDF5Error`` if it is missing.
  package func kind(_ name: String) throws(HDF5Error) -> ElementKind {
    ElementKind(type: try open(name).type)
  }

  /// The text of a scalar attribute, of fixed or variable length.
  ///
  /// - Throws: ``HDF5Error`` if it is missing or not text.
  package func string(_ name: String) throws(HDF5Error) -> String {
    let strings = try strings(name)
    guard strings.count == 1 else {
      throw HDF5Error(
        file: place.file, object: place.attribute(name).object,
        operation: "holds \(strings.count) values, not one", stack: [])
    }
    return strings[0]
  }

  /// The texts of an attribute, of fixed or variable length; an empty array of any type is an empty list of texts.
  ///
  /// - Throws: ``HDF5Error`` if it is missing or not text.
  package func strings(_ name: String) throws(HDF5Error) -> [String] {
    let there = place.attribute(name)
    let (attribute, type, space, count) = try open(name)
    guard count > 0 else { return [] }
    return try readStrings(type: type, space: space, count: count, there) { type, buffer in
      H5Aread(attribute.id, type, buffer)
    }
  }

  /// The number of a scalar attribute.
  ///
  /// - Throws: ``HDF5Error`` if it is missing or not a number.
  package func number<Value: Element>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(HDF5Error) -> Value {
    let there = place.attribute(name)
    let values = try numbers(name, as: type)
    guard values.count == 1 else {
      throw HDF5Error(
        file: place.file, object: there.object, operation: "holds \(values.count) values, not one",
        stack: [])
    }
    return values[0]
  }

  /// All numbers of an attribute.
  ///
  /// - Throws: ``HDF5Error`` if it is missing or not of numbers.
  package func numbers<Value: Element>(
    _ name: String, as type: Value.Type = Value.self
  ) throws(HDF5Error) -> [Value] {
    let there = place.attribute(name)
    let (attribute, fileType, _, count) = try open(name)
    guard ElementKind(type: fileType).isNumber else {
      throw HDF5Error(
        file: place.file, object: there.object, operation: "is not a number", stack: [])
    }
    var values = [Value](repeating: .zero, count: count)
    guard count > 0 else { return [] }
    _ = try Library.call("cannot read", at: there) {
      H5Aread(attribute.id, Value.memoryType, &values)
    }
    return values
  }

  /// Sets a scalar attribute to a text of variable length, as h5py does.
  ///
  /// - Parameter utf8: Whether the type says UTF-8 (Python's `str`) or ASCII (`bytes`).
  /// - Throws: ``HDF5Error``.
  package func set(_ name: String, _ text: String, utf8: Bool = true) throws(HDF5Error) {
    try write(name, [text], shape: [], utf8: utf8)
  }

  /// Sets an array of texts of variable length; an empty one as h5py writes it, as no numbers.
  ///
  /// - Throws: ``HDF5Error``.
  package func set(_ name: String, _ texts: [String], utf8: Bool = true) throws(HDF5Error) {
    try write(name, texts, shape: [texts.count], utf8: utf8)
  }

  /// Sets a scalar attribute to a number.
  ///
  /// - Throws: ``HDF5Error``.
  package func set<Value: Element>(_ name: String, _ number: Value) throws(HDF5Error) {
    let attribute = try create(name, type: Value.fileType, shape: [])
    var value = number
    _ = try Library.call("cannot write", at: place.attribute(name)) {
      H5Awrite(attribute.id, Value.memoryType, &value)
    }
    try attribute.close("cannot write", at: place.attribute(name))
  }

  private func write(
    _ name: String, _ texts: [String], shape: [Int], utf8: Bool
  ) throws(HDF5Error) {
    let there = place.attribute(name)
    guard !texts.isEmpty else {
      return try create(name, type: Double.fileType, shape: [0])
        .close("cannot write", at: there)
    }
    let type = try stringType(size: nil, utf8: utf8, there)
    let attribute = try create(name, type: type.id, shape: shape)
    // One block of NUL-terminated texts, and where each begins.
    var block: [CChar] = []
    var starts: [Int] = []
    for text in texts {
      starts.append(block.count)
      block.append(contentsOf: text.utf8.map { CChar(bitPattern: $0) } + [0])
    }
    _ = try Library.call("cannot write", at: there) {
      block.withUnsafeBufferPointer { buffer in
        let pointers = starts.map { buffer.baseAddress?.advanced(by: $0) }
        return H5Awrite(attribute.id, type.id, pointers)
      }
    }
    try attribute.close("cannot write", at: there)
  }

  private func create(
    _ name: String, type: @autoclosure () -> hid_t, shape: [Int]
  ) throws(HDF5Error) -> Handle {
    let there = place.attribute(name)
    let space = try dataspace(shape: shape, there)
    let id = try Library.call("cannot create the attribute", at: there) {
      H5Acreate2(owner.id, name, type(), space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    }
    return Handle(id) { H5Aclose($0) }
  }

  private func open(
    _ name: String
  ) throws(HDF5Error) -> (attribute: Handle, type: Handle, space: Handle, count: Int) {
    let there = place.attribute(name)
    guard try contains(name) else {
      throw HDF5Error(file: place.file, object: there.object, operation: "is missing", stack: [])
    }
    let attribute = Handle(
      try Library.call("cannot open", at: there) {
        H5Aopen(owner.id, name, hid_t(H5P_DEFAULT))
      }
    ) { H5Aclose($0) }
    let type = Handle(
      try Library.call("cannot read the type", at: there) { H5Aget_type(attribute.id) }
    ) { H5Tclose($0) }
    let space = Handle(
      try Library.call("cannot read the shape", at: there) { H5Aget_space(attribute.id) }
    ) { H5Sclose($0) }
    let count = try shape(of: space, there).reduce(1, *)
    guard count <= 1 << 24 else {
      throw HDF5Error(
        file: place.file, object: there.object, operation: "has too many values", stack: [])
    }
    return (attribute, type, space, count)
  }
}
