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
      // A key is for models; data are anybody's.
      self = try SealKey.$current.withValue(nil) {
        try HDF5Source.open(path, member: Self.archived) { source in
          try source.verifyPieces()
          let dataset = try source.root.dataset(name)
          return try Tensor(shape: try dataset.shape(), values: try dataset.read())
        }
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
      throw FileError(.invalid, file: file, "is not a .npy file of numbers (numpy.save)")
    }
    guard let type = NumPyFormat.ValueType(header.type) else {
      throw FileError(
        .invalid, file: file,
        "holds \(header.type); floating-point numbers of 16 to 64 bits and integers can be read")
    }
    guard let count = Self.count(of: header.shape) else {
      throw FileError(.invalid, file: file, "is too large")
    }
    guard count <= (bytes.count - header.offset) / type.size else {
      throw FileError(.invalid, file: file, "is truncated: its shape is \(header.shape)")
    }
    let values = bytes.withUnsafeBytes { bytes in
      (0..<count).map { type.read(bytes, header.offset + $0 * type.size) }
    }
    self.init(
      checked: header.shape,
      header.isFortranOrder ? NumPyFormat.rowMajor(values, shape: header.shape) : values)
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
