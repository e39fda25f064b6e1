import Checkpoints
import Files
import Recurrent

/// All that a run which goes on from a checkpoint begins with.
struct TrainingResumption {
  /// The checkpoint as it is to be trained.
  let checkpoint: Checkpoint
  let optimizer: Optimizer<Float>
  let data: any TrainingData
  /// What is trained on, and how.
  let task: StoredTask
  let progress: TrainingProgress
  /// What there is to say of it, each in a line.
  private(set) var notes: [String] = []
  /// The stream that the saved run has no longer; `nil` if there is none.
  private(set) var endedStream: StreamPosition?
  /// Whether the stream of the checkpoint stays beside the training.
  private(set) var keepsStream = false
  /// Whether the run differs from that of the file, if only by the place of its data.
  let isChanged: Bool

  /// - Parameter epochs: How many more than are done to train; what was planned if `nil`.
  /// - Throws: `FileError` if the file is not one of a training run, or its data are not there; `ConfigurationError` if it
  ///   cannot go on so.
  init(_ file: ModelFile, epochs: Int?, _ changes: ResumeChanges) throws {
    let checkpoint = file.checkpoint
    try checkpoint.checkTrainable(file: file.path)
    guard let stored = checkpoint.task, var progress = checkpoint.training,
      let optimizer = checkpoint.optimizer
    else { throw file.error("has no training run to continue") }
    self.checkpoint = checkpoint
    self.optimizer = optimizer
    if let epochs { try progress.extend(byEpochs: epochs) }

    let trained = try file.task()
    let (data, change) = try Self.data(of: file, trained, changes.data)
    self.data = data
    if !change.keepsPosition {
      notes.append(Self.note(data.task, trained, change, file: file.path, progress))
      progress.leaveEpoch(samples: data.samples.samples)
      progress.forgetBest()
    } else if change == .moved {
      notes.append(
        "\(data.task.fileNames): is the same as \(trained.fileNames); training goes on exactly where it stood"
      )
    }
    isChanged = change != .none
    guard !progress.isFinished || change.keepsPosition else {
      throw ConfigurationError(
        "all \(progress.epoch) planned epochs are done; say how many more to train on "
          + data.task.fileNames, remedies: [.epochs])
    }
    task = try file.naming {
      try change == .none ? stored : StoredTask(storing: data.task, as: stored)
    }
    self.progress = progress
    try takeStream(of: file, changes)
  }

  /// The data to go on with, and how they compare with those that are known.
  private static func data(
    of file: ModelFile, _ trained: any LearningTask, _ others: [String: [String]]
  ) throws -> (any TrainingData, DataChange) {
    let kind = type(of: trained)
    if let name = others.keys.sorted().first(where: { !kind.dataNames.contains($0) }) {
      let names = kind.dataNames.map { "--\($0)" }.joined(separator: " and ")
      throw ConfigurationError(
        "\(file.path) is a model of \(kind.title), which "
          + (names.isEmpty ? "has no data in files" : "takes \(names)") + ", not --\(name)")
    }
    return try file.naming {
      guard !others.isEmpty else {
        let data = try trained.knownData(
          of: file.checkpoint, file: file.path, remedies: kind.dataNames.map(Remedy.data))
        return (data, .none)
      }
      let data = try trained.reading(others).data(of: file.checkpoint, file: file.path)
      return (data, try DataChange(of: data.task, since: trained))
    }
  }

  private static func note(
    _ task: any LearningTask, _ trained: any LearningTask, _ change: DataChange, file: String,
    _ progress: TrainingProgress
  ) -> String {
    let what =
      change == .grown
      ? "has grown since \(file) was trained on it" : "is not what \(file) was trained on"
    let left =
      progress.updateInEpoch > 0
      ? " (the one under way is left after \(counted(progress.updateInEpoch, "update")))" : ""
    return "\(task.fileNames): \(what); a new epoch begins with it\(left); weights, optimizer, "
      + "vocabulary, scaling and history stay as they are"
  }

  /// Decides what becomes of the checkpoint's stream.
  private mutating func takeStream(of file: ModelFile, _ changes: ResumeChanges) throws {
    guard let stream = checkpoint.movedStream else {
      guard changes.stream == nil else {
        throw ConfigurationError(
          "\(file.path) holds no stream of rows or predictions that could be kept or ended")
      }
      return
    }
    // With nothing to train, the checkpoint stays as it is.
    guard !progress.isFinished else { return }
    let seen = stream.rowsSeen > 0 ? " after \(counted(stream.rowsSeen, "row"))" : ""
    switch changes.stream {
    case .kept: keepsStream = true
    case nil where stream.rowsSeen > 0 && changes.savesInPlace:
      throw ConfigurationError(
        "\(file.path): holds a live stream\(seen), and where it stands would be lost; keep it, end it, "
          + "or save the training to another file", remedies: [.stream])
    case .ended, nil:
      endedStream = stream
      notes.append(
        "\(file.path): the stream stored in it\(seen) is not kept: training continues with its weights "
          + "and its optimizer, and the next stream begins anew")
    }
  }
}

extension Remedy {
  /// How many more epochs to train.
  package static let epochs = Remedy(rawValue: "epochs")
  /// What becomes of a stream.
  package static let stream = Remedy(rawValue: "stream")

  /// Files of data, by what they are called.
  package static func data(_ name: String) -> Remedy { Remedy(rawValue: dataPrefix + name) }

  private static let dataPrefix = "data "

  /// What the data are called; `nil` of another remedy.
  package var dataName: String? {
    rawValue.hasPrefix(Self.dataPrefix) ? String(rawValue.dropFirst(Self.dataPrefix.count)) : nil
  }
}
