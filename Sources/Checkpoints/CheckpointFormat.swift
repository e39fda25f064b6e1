import Files
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The kinds of files that hold a model.
package enum CheckpointFormat: String, CaseIterable, Sendable {
  /// Keras' HDF5 model file, `.h5`.
  case kerasHDF5
  /// Keras' archive of a model, `.keras`.
  case kerasArchive
  /// Weights without a model, `.weights.h5`.
  case kerasWeights
  /// Weights in PyTorch's names and layout, `.safetensors`.
  case safetensors
  /// A model to be served, `.onnx`.
  case onnx

  /// The format that a file of that name is written in: by its suffix, and HDF5 if it has none.
  ///
  /// - Throws: ``ConfigurationError`` that lists the known suffixes if it has another one.
  package init(path: String) throws(ConfigurationError) {
    let name = splitPath(path).name.lowercased()
    let known = Self.allCases.flatMap { format in format.suffixes.map { (format, suffix: $0) } }
      .filter { name.hasSuffix($0.suffix) }
    if let longest = known.max(by: { $0.suffix.utf8.count < $1.suffix.utf8.count }) {
      self = longest.0
    } else if name.drop(while: { $0 == "." }).contains(".") {
      throw ConfigurationError(
        "\(path): unknown suffix; the names of model files end in "
          + Self.allCases.flatMap(\.suffixes).joined(separator: ", "))
    } else {
      self = .kerasHDF5
    }
  }

  /// How the names of such files end.
  package var suffix: String { suffixes[0] }

  /// The usual ending, and others that Keras takes for the same.
  private var suffixes: [String] {
    switch self {
    case .kerasHDF5: [".h5", ".hdf5"]
    case .kerasArchive: [".keras"]
    case .kerasWeights: [".weights.h5"]
    case .safetensors: [".safetensors"]
    case .onnx: [".onnx"]
    }
  }

  /// Whether all of a ``Checkpoint`` fits in, so that training can go on from the file.
  package var isComplete: Bool { self == .kerasHDF5 || self == .kerasArchive }

  /// Whether such files can be read.
  package var isReadable: Bool { self != .onnx }

  /// What a file has, by its first bytes.
  enum Content: Equatable {
    case hdf5
    case zip
    case safetensors
    /// With the version of the format.
    case onnx(Int)
    case other
  }

  /// - Returns: `nil` if there is no such file.
  /// - Throws: ``FileError`` if it cannot be read.
  static func content(of path: String) throws -> Content? {
    guard try isRegularFile(path) else { return nil }
    return content(try FileDescriptor.reading(path).read(at: 0, count: 9, path: path))
  }

  /// - Parameter bytes: The first 9 bytes of the file, or all.
  static func content(_ bytes: [UInt8]) -> Content {
    switch FileContainer(bytes) {
    case .hdf5: return .hdf5
    case .zip: return .zip
    case .other: break
    }
    // The length of a header of JSON, and its first character.
    if bytes.count == 9, bytes[8] == UInt8(ascii: "{"), bytes[5...7].allSatisfy({ $0 == 0 }) {
      return .safetensors
    }
    // A protobuf message whose first field is the format's version, and the second who wrote it.
    if bytes.count == 9, bytes[0] == 0x08, (3..<0x80).contains(bytes[1]), bytes[2] == 0x12 {
      return .onnx(Int(bytes[1]))
    }
    return .other
  }
}
