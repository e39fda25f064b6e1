import CQuarantine
import HDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading a file of unknown origin where a crash does no harm.
package enum Quarantine {
  /// The milliseconds of the processor that a reading may take, beside one for so many bytes.
  private static let milliseconds = 500
  private static let bytesPerMillisecond = 50 << 10
  /// The memory that it may take beside a few times the size of the file, in bytes.
  private static let memory = 256 << 20
  private static let openFiles: UInt32 = 64

  /// Walks all of an HDF5 file, which is a range of a file, in a child process with limits on memory, time and open files.
  ///
  /// - Parameter reported: The path that errors name.
  /// - Throws: ``FileError`` if the child cannot read all of it, or dies.
  package static func walk(
    _ file: FileDescriptor, _ range: Range<Int>, reportedAs reported: String
  ) throws {
    let size = min(range.count, 1 << 48)
    let space = addressSpace + memory + 4 * size
    let time = UInt32(clamping: milliseconds + size / bytesPerMillisecond)
    switch whileHDF5IsIdle({
      cquarantine_walk(
        file.number, UInt64(range.lowerBound), UInt64(range.count), time, space, openFiles)
    }) {
    case CQUARANTINE_READ: return
    case CQUARANTINE_NOT_READ:
      throw FileError.invalid(
        reported,
        "is damaged: HDF5 cannot read all of it in the memory that a file of this size may take")
    case CQUARANTINE_NO_CHILD:
      throw FileError(
        .inputOutput, file: reported, "cannot start a process to read it: \(systemErrorText())")
    default:
      throw FileError.invalid(
        reported, "is damaged: HDF5 crashes on it, or does not come to an end")
    }
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
