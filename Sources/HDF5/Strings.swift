import CHDF5

/// A string type of HDF5.
///
/// - Parameter size: The bytes of a string, or `nil` for any number.
func stringType(size: Int?, utf8: Bool, _ place: Place) throws(HDF5Error) -> Handle {
  let id = try Library.call("cannot make a string type", at: place) {
    H5Tcopy(chdf5_c_string())
  }
  let type = Handle(id) { H5Tclose($0) }
  _ = try Library.call("cannot make a string type", at: place) {
    H5Tset_size(id, size ?? chdf5_variable_size())
  }
  _ = try Library.call("cannot make a string type", at: place) {
    H5Tset_cset(id, utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII)
  }
  if size != nil {
    _ = try Library.call("cannot make a string type", at: place) {
      H5Tset_strpad(id, H5T_STR_NULLPAD)
    }
  }
  return type
}

/// Strings behind each other, each padded with NUL to the size of the longest.
func padded(_ strings: [String]) -> (bytes: [UInt8], size: Int) {
  let size = max(1, strings.map(\.utf8.count).max() ?? 1)
  let bytes = strings.flatMap { string in
    Array(string.utf8) + [UInt8](repeating: 0, count: size - string.utf8.count)
  }
  return (bytes, size)
}

/// The text before the padding.
func string(fromPadded bytes: some Collection<UInt8>) -> String {
  String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

/// Reads the strings of an attribute or a dataset, of fixed or variable length.
///
/// - Parameters:
///   - read: Calls `H5Aread` or `H5Dread` with a memory type and a buffer.
func readStrings(
  type: Handle, space: Handle, count: Int, _ place: Place,
  _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
) throws(HDF5Error) -> [String] {
  var (isText, isVariable, isUTF8, isSpacePadded, size) = (false, false, false, false, 0)
  Library.ignore {
    isText = H5Tget_class(type.id) == H5T_STRING
    isVariable = H5Tis_variable_str(type.id) > 0
    isUTF8 = H5Tget_cset(type.id) == H5T_CSET_UTF8
    isSpacePadded = H5Tget_strpad(type.id) == H5T_STR_SPACEPAD
    size = H5Tget_size(type.id)
  }
  guard isText else {
    throw HDF5Error(
      file: place.file, object: place.object, operation: "is not text", stack: [])
  }
  if isVariable {
    let memory = try stringType(size: nil, utf8: isUTF8, place)
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    _ = try Library.call("cannot read text", at: place) { read(memory.id, &pointers) }
    let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
    Library.ignore {
      _ = H5Dvlen_reclaim(memory.id, space.id, hid_t(H5P_DEFAULT), &pointers)
    }
    return strings
  }
  let (total, overflow) = size.multipliedReportingOverflow(by: count)
  guard size > 0, !overflow, total <= 1 << 28 else {
    throw HDF5Error(
      file: place.file, object: place.object, operation: "has too much text", stack: [])
  }
  var bytes = [UInt8](repeating: 0, count: max(1, total))
  _ = try Library.call("cannot read text", at: place) { read(type.id, &bytes) }
  return (0..<count).map { index in
    var text = bytes[index * size..<(index + 1) * size]
    if isSpacePadded { while text.last == 0x20 { text.removeLast() } }
    return string(fromPadded: text)
  }
}
