import Files

/// A format of Keras': HDF5, by itself or in an archive, which ``KerasSource`` reads whatever its layout.
protocol KerasFormat: ModelFormat {}

extension KerasFormat {
  package var isSealed: Bool { true }

  func read(_ path: String, into architecture: Checkpoint?) throws -> Checkpoint {
    try KerasSource.open(path) { try $0.checkpoint(into: architecture) }
  }

  func check(_ path: String, is checkpoint: Checkpoint) throws {
    try KerasSource.open(path, trust: .own) { try $0.check(is: checkpoint, holds.sections) }
  }

  func identify(_ path: String) throws -> (identity: FileIdentity, checkpoint: Checkpoint?) {
    try KerasSource.open(path) { source in
      let identity = FileIdentity(
        format: "\(source.format.name) (\(source.format.suffix))", version: try source.version,
        isSealed: source.isSealed, hasModel: source.description.model != nil)
      return (identity, identity.hasModel ? try source.checkpoint(into: nil) : nil)
    }
  }

  func verify(_ path: String) throws -> Checkpoint {
    try KerasSource.open(path, trust: .sealed) { try $0.checkpoint(into: nil) }
  }

  func description(of path: String) throws -> JSONValue {
    try KerasSource.open(path) { $0.texts }
  }

  /// Makes an HDF5 file in memory and writes it with its seal.
  ///
  /// - Parameter fill: Adds what is in it.
  /// - Throws: `HDF5Error`, ``FileError``, or what `fill` throws.
  func writeHDF5(to file: NewFile, _ fill: (ArrayWriter) throws -> Void) throws {
    let arrays = try ArrayWriter(reportedAs: file.reportedPath)
    try fill(arrays)
    _ = try arrays.close()
    try arrays.write(to: file)
  }
}
