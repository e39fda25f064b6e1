import Files
import HDF5

/// Keras' `.keras` archive: a zip file of `metadata.json`, `config.json` and `model.weights.h5`, which holds the
/// weights, the optimizer and, beside what Keras looks at, the sections. The seal is the archive's comment.
struct KerasArchiveFormat: KerasFormat {
  static let metadata = "metadata.json"
  static let config = "config.json"
  static let weights = "model.weights.h5"
  /// Keras keeps the moment of saving, which would make equal models unequal files.
  private static let date = "1980-01-01@00:00:00"

  let name = "Keras archive"
  let summary = "Keras' archive; all of a checkpoint"
  let suffixes = [".keras"]
  var holds: FormatContents { .everything }

  func recognizes(_ start: [UInt8]) -> Bool { FileContainer(start) == .zip }

  func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    let arrays = try ArrayWriter(reportedAs: file.reportedPath)
    try KerasVariables.write(checkpoint, arrays: arrays, to: arrays.root)
    try HDF5Store.write(holds.sections, of: checkpoint, arrays: arrays, to: arrays.root)
    let size = try arrays.close()
    let version = checkpoint.kerasVersion
    let about: JSONValue = [
      "keras_version": .string(version.release), "date_saved": .string(Self.date),
    ]
    let model = ModelConfigurationWriter(version: version, style: .archive)
      .writeArchive(checkpoint)
    let writer = ZipWriter(file)
    try writer.add(Self.metadata, Array(about.text().utf8))
    try writer.add(Self.config, Array(model.text().utf8))
    try writer.add(Self.weights, size: size, arrays.forEachPart)
    try writer.finish(commentSize: SealTrailer.size(pieces: 0))
    try file.appendSeal(SealTrailer(pieces: [], length: file.length))
  }
}
