import HDF5
import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes an HDF5 file in memory and writes it: small arrays are in its image, large ones only have their room
/// there and are written from where they are, piece by piece: what is in the cache is looked through for values
/// that are not numbers, hashed for the seal, and written. HDF5 itself writes nothing to the disk.
package final class ArrayWriter {
  /// The bytes from which an array is large.
  package static let large = 1 << 20
  /// The bytes of the image that are copied at a time.
  private static let step = 1 << 17

  private let reportedFile: String
  private let image: FileImage
  private let file: File
  private var arrays: [(offset: Int, values: UnsafeBufferPointer<Float>)] = []

  /// - Parameter path: The path that errors name.
  /// - Throws: `HDF5Error`.
  package init(reportedAs path: String) throws {
    reportedFile = path
    image = try FileImage()
    file = try File.create(in: image, reportedAs: path)
  }

  /// The group that holds everything.
  package var root: Group { file.root }

  /// Adds an array to a group.
  ///
  /// - Parameter values: As many as the shape says; they stay as they are until the file is written.
  /// - Throws: `HDF5Error`, or ``FileError`` if a value is infinite or not a number.
  package func write(
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

  /// The same from an array, which is copied at once.
  package func write(_ path: String, shape: [Int], _ values: [Float], to group: Group) throws {
    guard values.withUnsafeBufferPointer({ areFinite($0) }) else { throw notFinite }
    try group.write(path, shape: shape, values)
  }

  /// Completes the image. No group of it can be used any more.
  ///
  /// - Returns: The length of the HDF5 file, in bytes.
  /// - Throws: `HDF5Error`.
  package func close() throws -> Int {
    try file.close()
    arrays.sort { $0.offset < $1.offset }
    return image.length
  }

  /// Writes the closed file and its seal into an empty file.
  ///
  /// - Throws: ``FileError``, say if a value is not a number or the disk is full.
  package func write(to new: NewFile) throws {
    let trailer = SealTrailer(pieces: try writeArrays(to: new), length: image.length)
    let checksum = try trailer.checksum(reportedAs: reportedFile) { gap, hash in
      var offset = gap.lowerBound
      try forEachImagePart(gap) { part in
        try hash(part)
        guard new.write(part, at: offset) else { throw FileError.cannotWrite(reportedFile) }
        offset += part.count
      }
    }
    new.didWrite(upTo: image.length)
    try new.appendSeal(trailer, after: checksum)
  }

  /// Gives all bytes of the closed file in their order.
  ///
  /// - Throws: ``FileError`` if a value is not a number, or what `body` throws.
  package func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var end = 0
    for (offset, values) in arrays {
      try forEachImagePart(end..<offset, body)
      guard areFinite(values) else { throw notFinite }
      let bytes = UnsafeRawBufferPointer(values)
      try body(bytes)
      end = offset + bytes.count
    }
    try forEachImagePart(end..<image.length, body)
  }

  private func forEachImagePart(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withUnsafeTemporaryAllocation(byteCount: Self.step, alignment: 64) { buffer in
      for offset in stride(from: range.lowerBound, to: range.upperBound, by: Self.step) {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<min(Self.step, range.upperBound - offset)])
        image.copy(from: offset, into: part)
        try body(UnsafeRawBufferPointer(part))
      }
    }
  }

  private var notFinite: FileError {
    .invalid(reportedFile, "not saved: the model holds values that are infinite or not numbers")
  }

  private func writeArrays(to file: NewFile) throws -> [SealTrailer.Piece] {
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
      withUnsafeTemporaryAllocation(of: FileError?.self, capacity: 2) { failures in
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
