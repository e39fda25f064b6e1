#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is gone with this object, made where the system keeps such files.
final class TemporaryFile {
  let path: String
  let file: FileDescriptor

  /// - Parameter owner: The file that errors name.
  /// - Throws: ``CheckpointError`` if it cannot be made.
  init(for owner: String) throws {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/lstm-XXXXXX".utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else {
      throw CheckpointError(
        .inputOutput, file: owner, "cannot unpack it in \(folder): \(systemErrorText())")
    }
    file = FileDescriptor(taking: number)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { unlink(path) }
}
