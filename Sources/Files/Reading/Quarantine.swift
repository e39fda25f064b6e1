import CQuarantine
import HDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading what others made in a child process: a crash there does no harm, and where the kernel can confine it, it can
/// do nothing but read the file.
package enum Quarantine {
  /// The milliseconds of the processor that a reading may take, beside one for so many bytes.
  private static let milliseconds = 500
  private static let bytesPerMillisecond = 50 << 10
  /// The memory that it may take beside a few times the size of the file, in bytes.
  private static let memory = 256 << 20
  /// From which size on, and how many times as large as what is stored, values are taken for a bomb: Keras' own bounds
  /// for unpacking.
  private static let bombSize = 256 << 20
  private static let bombRatio = 100

  /// Walks all of an HDF5 file, which is a range of a file.
  ///
  /// - Parameter reported: The path that errors name.
  /// - Throws: ``FileError`` if the child cannot read all of it, dies, or finds what leads out of the file.
  package static func walk(
    _ file: FileDescriptor, _ range: Range<Int>, reportedAs reported: String
  ) throws {
    let result = whileHDF5IsIdle {
      cquarantine_walk(
        file.number, UInt64(range.lowerBound), UInt64(range.count), limits(size: range.count))
    }
    try check(
      result, of: "HDF5",
      notRead: "HDF5 cannot read all of it in the memory that a file of this size may take",
      reportedAs: reported)
  }

  /// Unpacks a range of a file that was packed by deflate.
  ///
  /// - Parameters:
  ///   - target: An empty file.
  ///   - size: The bytes that it must come to.
  ///   - name: What errors call it.
  ///   - reported: The path that errors name.
  /// - Throws: ``FileError`` if it comes to anything else, or cannot be written.
  package static func inflate(
    _ file: FileDescriptor, _ range: Range<Int>, into target: FileDescriptor, size: Int,
    name: String, reportedAs reported: String
  ) throws {
    guard !isBomb(size: size, stored: range.count) else {
      throw FileError.invalid(
        reported,
        "\(name): would unpack \(range.count) bytes to \(size); it was not opened")
    }
    let result = cquarantine_inflate(
      file.number, UInt64(range.lowerBound), UInt64(range.count), target.number, UInt64(size),
      limits(size: size))
    try check(
      result, of: "zlib", notRead: "\(name) cannot be unpacked to the size that is given",
      reportedAs: reported)
  }

  /// Whether a size is too far above that of what is stored to be believed.
  private static func isBomb(size: Int, stored: Int) -> Bool {
    size > bombSize && size / bombRatio > stored
  }

  /// How many of the ways out of the child are open: 0 where the kernel confines it; `nil` if no child could be made.
  package static var openWays: Int? {
    let count = Int(cquarantine_count_open_ways())
    return count < 0 ? nil : count
  }

  private static func limits(size: Int) -> cquarantine_limits {
    let size = min(size, 1 << 48)
    return cquarantine_limits(
      milliseconds: UInt32(clamping: milliseconds + size / bytesPerMillisecond),
      address_space: addressSpace + memory + 4 * size, most_values: UInt64(bombSize),
      most_ratio: UInt32(bombRatio))
  }

  private static func check(
    _ result: cquarantine_result, of library: String, notRead: String, reportedAs reported: String
  ) throws {
    let reason: String
    switch result {
    case CQUARANTINE_READ: return
    case CQUARANTINE_NOT_READ: reason = "is damaged: \(notRead)"
    case CQUARANTINE_OUTSIDE:
      reason =
        "leads out of the file, by a link or values in another one, or by a filter that must be loaded; it was not "
        + "opened"
    case CQUARANTINE_BOMB:
      reason = "says that it holds far more values than are stored; it was not opened"
    case CQUARANTINE_NOT_WRITTEN:
      throw FileError(
        .inputOutput, file: reported, "cannot unpack it: \(systemErrorText())")
    case CQUARANTINE_NO_CHILD:
      throw FileError(
        .inputOutput, file: reported, "cannot start a process to read it: \(systemErrorText())")
    default: reason = "is damaged: \(library) crashes on it, or does not come to an end"
    }
    throw FileError.invalid(reported, reason)
  }

  /// What the process has mapped already, in bytes.
  private static var addressSpace: Int {
    guard let file = FileDescriptor("/proc/self/statm", O_RDONLY) else { return 1 << 36 }
    var text = [UInt8](repeating: 0, count: 64)
    let count = read(file.number, &text, text.count)
    let pages = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return (pages.first.flatMap { Int($0) } ?? 1 << 24) * sysconf(Int32(_SC_PAGESIZE))
  }
}
