import HDF5
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keras' `.keras` archive: a zip file of `metadata.json`, `config.json` and `model.weights.h5`, which holds the
/// weights, the optimizer and, beside what Keras looks at, the groups of ours. The seal is the archive's comment.
enum KerasArchive {
  static let metadata = "metadata.json"
  static let config = "config.json"
  static let weights = "model.weights.h5"
  /// Keras keeps the moment of saving, which would make equal models unequal files.
  private static let date = "1980-01-01@00:00:00"

  /// Writes an archive into an empty file.
  ///
  /// - Parameters:
  ///   - temporary: The file's path.
  ///   - path: The path that errors name.
  /// - Throws: `HDF5Error` or ``CheckpointError``.
  static func write(
    _ checkpoint: Checkpoint, to temporary: String, reportedAs path: String
  ) throws {
    let inner = temporary + ".h5"
    defer { unlink(inner) }
    let arrays = ArrayWriter(reportedAs: path)
    let file = try File.create(inner)
    try KerasVariables.write(checkpoint, arrays: arrays, to: file.root)
    try ResumptionGroups.write(checkpoint, arrays: arrays, to: file.root)
    try file.close()
    guard let weights = FileDescriptor(inner, O_RDWR),
      let archive = FileDescriptor(temporary, O_RDWR)
    else { throw CheckpointError.cannotWrite(path) }
    _ = try arrays.finish(weights)
    let version = checkpoint.kerasVersion
    let about: JSONValue = [
      "keras_version": .string(version.release), "date_saved": .string(date),
    ]
    let model = ModelConfigurationWriter(version: version, style: .archive)
      .writeArchive(checkpoint)
    let writer = ZipWriter(archive, reportedAs: path)
    try writer.add(metadata, Array(about.text().utf8))
    try writer.add(config, Array(model.text().utf8))
    try writer.add(self.weights, contentsOf: weights)
    let length = try writer.finish(commentSize: SealTrailer.sealSize)
    try archive.seal(SealTrailer(pieces: [], length: length), reportedAs: path)
  }

  /// Unpacks the weights of an archive.
  ///
  /// - Throws: ``CheckpointError``.
  static func unpackWeights(_ archive: ZipReader, file: String) throws -> TemporaryFile {
    let unpacked = try TemporaryFile(for: file)
    try archive.copy(weights, to: unpacked.file)
    return unpacked
  }
}
