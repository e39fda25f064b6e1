import HDF5
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes the arrays of a checkpoint: small ones through HDF5, large ones by reserving their room and
/// writing them there afterwards, piece by piece: what is in the cache is looked through for values that
/// are not numbers, hashed for the seal, and written.
final class ArrayWriter {
  /// The bytes from which an array is large.
  static let large = 1 << 20

  private let reportedFile: String
  private var arrays: [(offset: Int, values: UnsafeBufferPointer<Float>)] = []

  /// - Parameter file: The path that errors name.
  init(reportedAs file: String) { reportedFile = file }

  /// Adds an array to a file.
  ///
  /// - Parameter values: As many as the shape says; they stay as they are until ``finish(_:)``.
  /// - Throws: `HDF5Error`, or ``CheckpointError`` if a value is infinite or not a number.
  func write(
    _ path: String, shape: [Int], _ values: UnsafeBufferPointer<Float>, to group: Group
  ) throws {
    let bytes = values.count * MemoryLayout<Float>.stride
    if bytes >= Self.large, shape.reduce(1, *) == values.count {
      arrays.append((try group.reserve(path, shape: shape, of: Float.self), values))
    } else {
      guard areFinite(values) else { throw notFinite }
      try group.write(path, shape: shape, values)
    }
  }

  /// The same from an array, which HDF5 writes at once.
  func write(_ path: String, shape: [Int], _ values: [Float], to group: Group) throws {
    guard values.withUnsafeBufferPointer({ areFinite($0) }) else { throw notFinite }
    try group.write(path, shape: shape, values)
  }

  /// Writes the large arrays into the finished HDF5 file.
  ///
  /// - Returns: What its seal is made of.
  /// - Throws: ``CheckpointError``, say if a value is not a number or the disk is full.
  func finish(_ file: FileDescriptor) throws -> SealTrailer {
    let length = file.length
    return SealTrailer(pieces: try writeArrays(to: file), length: length)
  }

  private var notFinite: CheckpointError {
    .invalid(reportedFile, "not saved: the model holds values that are infinite or not numbers")
  }

  private func writeArrays(to file: FileDescriptor) throws -> [SealTrailer.Piece] {
    var pieces: [(place: SealTrailer.Piece, values: UnsafeBufferPointer<Float>)] = []
    let step = SealTrailer.largestPiece / MemoryLayout<Float>.stride
    for (offset, values) in arrays {
      for first in stride(from: 0, to: values.count, by: step) {
        let part = values.extracting(first..<min(first + step, values.count))
        let place = SealTrailer.Piece(
          offset: offset + first * MemoryLayout<Float>.stride,
          length: part.count * MemoryLayout<Float>.stride, checksum: 0)
        pieces.append((place, part))
      }
    }
    let isEach = ComputeThreads.count == 1
    // The system lets one thread at a time write to a file, so the other one looks at the values.
    let failures = pieces.withUnsafeMutableBufferPointer { pieces in
      withUnsafeTemporaryAllocation(of: CheckpointError?.self, capacity: 2) { failures in
        failures.initialize(repeating: nil)
        defer { failures.deinitialize() }
        ComputeThreads.run(parts: isEach ? 1 : 2) { part, _ in
          for index in pieces.indices {
            let (place, values) = pieces[index]
            let bytes = UnsafeRawBufferPointer(values)
            if part == 1 || isEach {
              if !areFinite(values) { failures[part] = notFinite }
              pieces[index].place.checksum = SealTrailer.checksum(bytes)
            }
            if part == 0, !file.write(bytes, at: place.offset) {
              failures[part] = .cannotWrite(reportedFile)
            }
            if failures[part] != nil { return }
          }
        }
        return failures.compactMap { $0 }
      }
    }
    if let failure = failures.first { throw failure }
    return pieces.map(\.place)
  }
}

/// Reads the arrays of a checkpoint: large ones of a sealed file straight into their memory, verified on the
/// way; all others through HDF5.
struct ArrayReader {
  /// The file, if it is sealed.
  let sealed: SealedFile?
  /// The path that errors name.
  let file: String

  /// Reads an array whose shape and values must be what is needed.
  ///
  /// - Parameter need: Who needs it, for the error.
  /// - Throws: `HDF5Error` or ``CheckpointError`` naming the array.
  func read(
    _ dataset: Dataset, shape: [Int], into buffer: UnsafeMutableBufferPointer<Float>, need: String
  ) throws {
    let found = try dataset.shape()
    guard found == shape else {
      throw CheckpointError.invalid(
        file, "\(dataset.path): has shape \(found); \(need) needs \(shape)")
    }
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
      throw CheckpointError.invalid(
        file, "\(dataset.path): holds values that are infinite or not numbers")
    }
  }
}
