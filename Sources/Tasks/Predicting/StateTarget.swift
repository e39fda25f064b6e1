import Checkpoints
import Files
import Recurrent

/// Where a session stores what it has become, with the right to write there.
struct StateTarget {
  private let path: String
  private let lock: FileLock

  /// Takes the right; that comes before `file` is read, which must not be replaced in between.
  ///
  /// - Parameters:
  ///   - path: The checkpoint to write; nothing is stored if `nil`.
  ///   - file: The checkpoint that is read.
  /// - Returns: `nil` as well if it is `file` itself and not there, which is an error of reading.
  /// - Throws: `FileError`; `ConfigurationError` if the name tells no format, or one that cannot be read again.
  init?(_ path: String?, reading file: String) throws {
    guard let path, try path != file || CheckpointFile.isFile(file) else { return nil }
    let format = try ModelFormats.named(path)
    guard format.isReadable else {
      throw ConfigurationError(
        "\(path): no stream can go on from a \(format.suffix) file; store the state in another format"
      )
    }
    self.path = path
    lock = try FileLock(path)
  }

  /// - Throws: `FileError`.
  func save(_ checkpoint: Checkpoint) throws {
    try CheckpointFile.save(checkpoint, to: path, lock: lock)
  }
}
