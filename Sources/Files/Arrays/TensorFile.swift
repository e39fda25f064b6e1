import HDF5

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Tensor {
  /// Reads `X.npy`, `X.csv` as rows and columns, or a dataset of an HDF5 file: `FILE.h5:PATH`.
  ///
  /// - Throws: `FileError` that names the file, and the place of a value that is not a finite number.
  public init(contentsOf file: String) throws {
    if file.hasSuffix(".csv") {
      self = try CSVArray.read(file)
    } else if let colon = file.lastIndex(of: ":"), !file.hasSuffix(".npy") {
      let (path, name) = (String(file[..<colon]), String(file[file.index(after: colon)...]))
      self = try HDF5Source.open(path, member: Self.archived) { source in
        try source.verifyPieces()
        let dataset = try source.root.dataset(name)
        return try Tensor(shape: try dataset.shape(), values: try dataset.read())
      }
    } else if file.hasSuffix(".npy") {
      try self.init(numPy: file)
    } else {
      throw FileError(
        .invalid, file: file, "is neither a .npy or .csv file nor a dataset: FILE.h5:PATH")
    }
    guard let wrong = values.firstIndex(where: { !$0.isFinite }) else { return }
    // Row-major: the last index runs fastest.
    var (rest, place) = (wrong, [Int]())
    for size in shape.reversed() {
      place.insert(rest % size, at: 0)
      rest /= size
    }
    throw FileError(
      .invalid, file: file, "\(place): is \(values[wrong]); values must be finite in float32")
  }

  /// The file of arrays in an archive of Keras'.
  private static let archived = "model.weights.h5"

  private init(numPy file: String) throws {
    guard try isRegularFile(file) else {
      throw FileError(.noInput, file: file, "not found")
    }
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file), options: .mappedIfSafe))
    } catch {
      throw FileError(.inputOutput, file: file, "cannot be read")
    }
    guard let header = NumPyFormat.header(bytes) else {
      throw FileError(
        .invalid, file: file, "is not a .npy file of numbers in C order (numpy.save)")
    }
    func decoded<Value: BitwiseCopyable>(
      _ type: Value.Type, _ convert: (Value) -> Float
    ) throws -> [Float] {
      guard let count = Self.count(of: header.shape) else {
        throw FileError(.invalid, file: file, "is too large")
      }
      let size = MemoryLayout<Value>.size
      guard count <= (bytes.count - header.offset) / size else {
        throw FileError(
          .invalid, file: file, "is truncated: its shape is \(header.shape)")
      }
      return bytes.withUnsafeBytes { bytes in
        (0..<count).map {
          convert(bytes.loadUnaligned(fromByteOffset: header.offset + $0 * size, as: type))
        }
      }
    }
    let values: [Float]
    switch header.type {
    case "<f4": values = try decoded(Float.self) { $0 }
    case "<f8": values = try decoded(Double.self) { Float($0) }
    case "<i8": values = try decoded(Int64.self) { Float($0) }
    case "<i4": values = try decoded(Int32.self) { Float($0) }
    case "<i2": values = try decoded(Int16.self) { Float($0) }
    case "|i1": values = try decoded(Int8.self) { Float($0) }
    case "|u1", "|b1": values = try decoded(UInt8.self) { Float($0) }
    default:
      throw FileError(
        .invalid, file: file, "holds \(header.type); float32, float64 and integers can be read")
    }
    self.init(checked: header.shape, values)
  }

  /// Writes a `.npy` file, or a `.csv` file with a line for each row of the last axis, whole or not at all.
  ///
  /// - Throws: `FileError`.
  public func write(to file: String) throws {
    guard !file.hasSuffix(".csv") else {
      return try AtomicFile.write(Array(CSVArray.text(self).utf8), to: file)
    }
    try AtomicFile.write(NumPyFormat.bytes(values, type: "<f4", shape: shape), to: file)
  }
}
