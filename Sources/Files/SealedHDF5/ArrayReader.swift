import HDF5
import Kernels

/// Reads the arrays of a checkpoint: large ones of a sealed file straight into their memory, verified on the
/// way; all others through HDF5.
package struct ArrayReader {
  /// The file, if it is sealed.
  package let sealed: SealedFile?
  /// The path that errors name.
  package let file: String
  /// Whether the values are not read into memory, but compared with what is there: a file that was just
  /// written must be the model that it was written from.
  package var compares = false

  /// The same for arrays that are to be read in any case.
  package var loading: ArrayReader { ArrayReader(sealed: sealed, file: file) }

  /// Reads an array whose shape and values must be what is needed.
  ///
  /// - Parameter need: Who needs it, for the error.
  /// - Throws: `HDF5Error` or ``FileError`` naming the array.
  package func read(
    _ dataset: Dataset, shape: [Int], into buffer: UnsafeMutableBufferPointer<Float>, need: String
  ) throws {
    let found = try dataset.shape()
    guard found == shape else {
      throw FileError.invalid(
        file, "\(dataset.path): has shape \(found); \(need) needs \(shape)")
    }
    if compares { return try compare(dataset, with: UnsafeBufferPointer(buffer)) }
    let bytes = UnsafeMutableRawBufferPointer(buffer)
    let isRead =
      if bytes.count >= ArrayWriter.large, let sealed, let extent = dataset.extent(of: Float.self) {
        try sealed.read(extent, into: bytes)
      } else {
        false
      }
    if !isRead { try dataset.read(into: buffer) }
    // What we sealed we had looked through.
    guard isRead || areFinite(UnsafeBufferPointer(buffer)) else {
      throw FileError.invalid(
        file, "\(dataset.path): holds values that are infinite or not numbers")
    }
  }

  private func compare(_ dataset: Dataset, with values: UnsafeBufferPointer<Float>) throws {
    // The pieces of large arrays have checksums of what is in memory, and are verified with the file.
    if values.count * MemoryLayout<Float>.stride >= ArrayWriter.large, let sealed,
      let extent = dataset.extent(of: Float.self), sealed.hasPieces(of: extent)
    {
      return
    }
    let isSame = try dataset.read(Float.self, most: values.count).withUnsafeBytes {
      $0.elementsEqual(UnsafeRawBufferPointer(values))
    }
    guard isSame else {
      throw FileError.invalid(file, "\(dataset.path): is not what was written")
    }
  }
}
