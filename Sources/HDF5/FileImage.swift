import CFileImage

/// The bytes of an HDF5 file: one that is made in memory, or a range of an open file.
package final class FileImage: @unchecked Sendable {
  // Changed by HDF5 alone, whose calls take turns.
  let pointer: OpaquePointer
  private let owner: AnyObject?

  /// An empty file in memory, to be passed to ``File/create(in:reportedAs:)``.
  ///
  /// - Throws: ``HDF5Error`` if there is no memory.
  package convenience init() throws(HDF5Error) {
    try self.init(cfileimage_in_memory(), keeping: nil)
  }

  /// A range of an open file, to be passed to ``File/open(_:reportedAs:)``.
  ///
  /// - Parameters:
  ///   - descriptor: Open for reading.
  ///   - range: In bytes.
  ///   - owner: What keeps the descriptor open.
  /// - Throws: ``HDF5Error`` if there is no memory.
  package convenience init(
    descriptor: Int32, range: Range<Int>, keeping owner: AnyObject
  ) throws(HDF5Error) {
    try self.init(
      cfileimage_in_file(descriptor, UInt64(range.lowerBound), UInt64(range.count)),
      keeping: owner)
  }

  private init(_ pointer: OpaquePointer?, keeping owner: AnyObject?) throws(HDF5Error) {
    guard let pointer else {
      throw HDF5Error(file: "", object: "/", operation: "no memory for a file", stack: [])
    }
    self.pointer = pointer
    self.owner = owner
  }

  deinit { cfileimage_free(pointer) }

  /// The bytes of the file; those of a file in memory are all there once it is closed.
  package var length: Int { Int(cfileimage_length(pointer)) }

  /// Copies the bytes of a file in memory from `offset` on; zero where nothing was written.
  package func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    cfileimage_copy(pointer, UInt64(offset), buffer.count, buffer.baseAddress)
  }

  /// All bytes of a file in memory.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      copy(from: 0, into: UnsafeMutableRawBufferPointer(buffer))
      count = buffer.count
    }
  }
}
