import Files
import HDF5

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
  /// - Throws: `HDF5Error` or ``FileError``.
  static func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    let arrays = try ArrayWriter(reportedAs: file.reportedPath)
    try KerasVariables.write(checkpoint, arrays: arrays, to: arrays.root)
    try ResumptionGroups.write(checkpoint, arrays: arrays, to: arrays.root)
    let size = try arrays.close()
    let version = checkpoint.kerasVersion
    let about: JSONValue = [
      "keras_version": .string(version.release), "date_saved": .string(date),
    ]
    let model = ModelConfigurationWriter(version: version, style: .archive)
      .writeArchive(checkpoint)
    let writer = ZipWriter(file)
    try writer.add(metadata, Array(about.text().utf8))
    try writer.add(config, Array(model.text().utf8))
    try writer.add(weights, size: size, arrays.forEachPart)
    try writer.finish(commentSize: SealTrailer.sealSize)
    try file.appendSeal(SealTrailer(pieces: [], length: file.length))
  }
}
