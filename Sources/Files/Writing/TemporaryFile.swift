#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file without a name, made where the system keeps temporary files: however the process ends, it is gone.
package enum TemporaryFile {
  #if canImport(Glibc)
    /// Linux' `O_TMPFILE`, which is a macro that Swift does not see.
    private static let withoutName = O_DIRECTORY | 0o20_000_000
  #endif

  /// - Parameter owner: The file that errors name.
  /// - Throws: ``FileError`` if it cannot be made.
  package static func make(for owner: String) throws -> FileDescriptor {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    #if canImport(Glibc)
      // Not every file system can.
      if let file = FileDescriptor(folder, O_RDWR | withoutName, mode: 0o600) { return file }
    #endif
    var template = Array("\(folder)/lstm-XXXXXX".utf8CString)
    let number = mkstemp(&template)
    guard number >= 0 else {
      throw FileError(
        .inputOutput, file: owner, "cannot unpack it in \(folder): \(systemErrorText())")
    }
    let file = FileDescriptor(taking: number)
    guard unlink(template) == 0 else {
      throw FileError(
        .inputOutput, file: owner, "cannot unpack it in \(folder): \(systemErrorText())")
    }
    return file
  }
}
