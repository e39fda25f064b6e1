import CHDF5

/// A number type of datasets and attributes. Reading converts from whatever number type the file has.
package protocol Element: BitwiseCopyable, Sendable {
  /// What an array holds before it is read.
  static var zero: Self { get }
  /// HDF5's identifier of this type in memory.
  static var memoryType: hid_t { get }
  /// HDF5's identifier of this type in a file: little-endian, as h5py writes it.
  static var fileType: hid_t { get }
}

extension Float: Element {
  package static var memoryType: hid_t { chdf5_native_float() }
  package static var fileType: hid_t { chdf5_file_float32() }
}

extension Double: Element {
  package static var memoryType: hid_t { chdf5_native_double() }
  package static var fileType: hid_t { chdf5_file_float64() }
}

extension Int32: Element {
  package static var memoryType: hid_t { chdf5_native_int32() }
  package static var fileType: hid_t { chdf5_file_int32() }
}

extension Int64: Element {
  package static var memoryType: hid_t { chdf5_native_int64() }
  package static var fileType: hid_t { chdf5_file_int64() }
}

extension UInt64: Element {
  package static var memoryType: hid_t { chdf5_native_uint64() }
  package static var fileType: hid_t { chdf5_file_uint64() }
}

/// What kind of values a dataset or an attribute holds.
package enum ElementKind: Equatable, Sendable {
  case integer(bytes: Int, signed: Bool)
  case float(bytes: Int)
  case string
  case other

  /// The name NumPy has for it.
  package var name: String {
    switch self {
    case .integer(let bytes, let signed): (signed ? "int" : "uint") + String(8 * bytes)
    case .float(let bytes): "float" + String(8 * bytes)
    case .string: "string"
    case .other: "other"
    }
  }

  package var isNumber: Bool {
    switch self {
    case .integer, .float: true
    case .string, .other: false
    }
  }

  init(type: Handle) {
    var kind = ElementKind.other
    Library.ignore {
      switch H5Tget_class(type.id) {
      case H5T_INTEGER:
        kind = .integer(
          bytes: H5Tget_size(type.id), signed: H5Tget_sign(type.id) != H5T_SGN_NONE)
      case H5T_FLOAT: kind = .float(bytes: H5Tget_size(type.id))
      case H5T_STRING: kind = .string
      default: kind = .other
      }
    }
    self = kind
  }
}
