import Checkpoints
import Files
import Recurrent

/// How the data at hand compare with those that a checkpoint was trained on.
package enum DataChange: Sendable {
  /// The same bytes at the same place.
  case none
  /// The same bytes at another place.
  case moved
  /// Lines were added behind those that are known.
  case grown
  /// Anything else.
  case other

  /// Whether a run goes on exactly where it stood in its data.
  package var keepsPosition: Bool { self == .none || self == .moved }

  /// - Parameters:
  ///   - task: A task whose data were read.
  ///   - trained: The same as a checkpoint stores it.
  /// - Throws: `FileError` if the data cannot be read.
  init(of task: some LearningTask, since trained: some LearningTask) throws {
    let isElsewhere = !task.files.areExactly(trained.files)
    guard task.digest == trained.digest, !(task.digest.isEmpty && isElsewhere) else {
      self = try Self.hasGrown(task.files, since: trained.digest) ? .grown : .other
      return
    }
    self = isElsewhere ? .moved : .none
  }

  /// Whether files begin with the lines of a digest; arrays have no lines.
  fileprivate static func hasGrown(_ files: [String], since digest: String) throws -> Bool {
    guard !digest.isEmpty, try files.allSatisfy(CheckpointFile.isFile) else { return false }
    return try DataFiles(files).begin(withLinesOf: digest)
  }
}

extension LearningTask {
  /// What the data are called in errors: the files.
  var fileNames: String { files.joined(separator: ", ") }

  /// The data of a checkpoint, which must be those that it was trained on.
  ///
  /// - Parameters:
  ///   - file: The checkpoint's path, for errors.
  ///   - remedies: What is to be given where they are not.
  /// - Throws: `FileError` if they are not there any more, or have changed; `ConfigurationError`.
  func knownData(
    of checkpoint: Checkpoint, file: String, remedies: [Remedy] = []
  ) throws -> any TrainingData {
    func changed(_ change: DataChange) -> FileError {
      let isGrown = change == .grown
      return FileError.invalid(
        fileNames,
        (isGrown
          ? "has grown since \(file) was trained on it"
          : "has changed since \(file) was trained on it")
          + (remedies.isEmpty ? "" : "; to train on what it has now, in a new epoch, give it"),
        remedies: remedies)
    }
    let data: any TrainingData
    do {
      data = try self.data(of: checkpoint, file: file)
    } catch let error as FileError where error.kind == .noInput && files.contains(error.file) {
      guard !remedies.isEmpty else { throw error }
      throw FileError(
        error.kind, file: error.file, "\(error.reason); if it has moved, give its new place",
        remedies: remedies)
    } catch {
      // What data that have changed are wrong in is not the first thing to know.
      if let change = try changeOfFiles(), !change.keepsPosition { throw changed(change) }
      throw error
    }
    let change = try DataChange(of: data.task, since: self)
    guard change.keepsPosition else { throw changed(change) }
    return data
  }

  /// What there is to say where a model is to be evaluated on the validation part of data that have changed.
  ///
  /// - Parameter file: The checkpoint's path.
  /// - Throws: `FileError` if the data cannot be read.
  func changedError(of file: String) throws -> FileError {
    let isGrown = try DataChange.hasGrown(files, since: digest)
    return FileError.invalid(
      fileNames,
      "has \(isGrown ? "grown" : "changed") since \(file) was trained on it; give it to evaluate all of it as it "
        + "is now", remedies: Self.otherData.map { [Remedy.data($0)] } ?? [])
  }

  /// How files that cannot be made sense of compare with those that are known; `nil` if that is not known.
  private func changeOfFiles() throws -> DataChange? {
    guard !digest.isEmpty, !files.isEmpty, try files.allSatisfy(CheckpointFile.isFile),
      Self.dataNames.count == 1
    else { return nil }
    let read = try DataFiles(files)
    guard try read.scan({ bytes, _, _ in bytes.count }) != digest else { return DataChange.none }
    return try read.begin(withLinesOf: digest) ? .grown : .other
  }
}
