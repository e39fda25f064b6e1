#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is added to, each time at once.
package final class LogFile {
  private let path: String
  private let file: FileDescriptor

  /// Opens it with these bytes; at any moment the old file or the new one is there.
  ///
  /// - Throws: ``FileError`` if that fails.
  package init(_ path: String, beginning: [UInt8]) throws {
    self.path = path
    let isStream = try AtomicFile.isStream(try resolved(path), reportedAs: path)
    if !isStream { try AtomicFile.write(beginning, to: path) }
    guard let file = FileDescriptor(path, O_WRONLY | O_APPEND) else {
      throw FileError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
    }
    self.file = file
    if isStream { try append(beginning) }
  }

  /// Makes a folder if there is none, and those that it goes into.
  ///
  /// - Throws: ``FileError`` that names the folder which cannot be made.
  package static func makeFolder(_ path: String) throws {
    let ends = path.indices.filter { path[$0] == "/" && $0 > path.startIndex } + [path.endIndex]
    for end in ends {
      let folder = String(path[..<end])
      var status = stat()
      // A folder that is there already may be in one that nothing can be made in.
      if retrying({ stat(folder, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      guard retrying({ mkdir(folder, 0o777) }) == 0 else {
        throw FileError(
          .cannotCreate, file: folder, "cannot make the folder: \(systemErrorText())")
      }
    }
  }

  /// - Throws: ``FileError``.
  package func append(_ text: String) throws { try append(Array(text.utf8)) }

  /// - Throws: ``FileError``.
  package func append(_ bytes: [UInt8]) throws {
    guard bytes.withUnsafeBytes({ file.writeNext($0) }) else {
      throw FileError.cannotWrite(path)
    }
  }
}
