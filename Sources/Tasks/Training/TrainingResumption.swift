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
  /// What it does otherwise from now on, behind what it did so before.
  let changes: [SettingChange]

  /// - Parameter epochs: How many more than are done to train; what was planned if `nil`.
  /// - Throws: `FileError` if the file is not one of a training run, or its data are not there; `ConfigurationError` if it
  ///   cannot go on so.
  init(_ file: ModelFile, epochs: Int?, _ changes: ResumeChanges) throws {
    let checkpoint = file.checkpoint
    try checkpoint.checkTrainable(file: file.path)
    guard let trainedTask = checkpoint.task, var progress = checkpoint.training,
      let optimizer = checkpoint.optimizer
    else { throw file.error("has no training run to continue") }
    if let epochs { try progress.extend(byEpochs: epochs) }
    var settings = SettingChanges(checkpoint, optimizer, trainedTask, progress)
    try file.namingRequest {
      if let size = changes.batchSize { try settings.setBatchSize(size) }
      if let rate = changes.dropout { try settings.setDropout(rate) }
    }

    let trained = try file.task()
    let (data, change) = try Self.data(of: settings.checkpoint, file, trained, changes.data)
    self.data = data
    let samples = data.samples.samples
    if change == .moved {
      notes.append(
        "\(data.task.fileNames): is the same as \(trained.fileNames); training goes on exactly where it stood"
      )
    } else if change != .none {
      notes.append(Self.note(data.task, trained, change, file: file.path, progress))
      settings.progress.leaveEpoch(samples: samples)
      settings.progress.forgetBest()
      settings.note(
        "data", trained.fileNames,
        data.task.fileNames + (change == .grown ? " (grown)" : " (other)"))
    }
    if settings.options.batchSize != trainedTask.options.batchSize {
      if settings.progress.updateInEpoch > 0 {
        notes.append(
          "\(file.path): the epoch under way is left after \(progress.updateInEpoch) updates, since batches are "
            + "of \(settings.options.batchSize) samples from now on")
      }
      settings.progress.leaveEpoch(samples: samples)
    }
    try file.namingRequest {
      try settings.setUpdates(changes)
      try settings.setEnd(changes)
    }
    self.checkpoint = settings.checkpoint
    self.optimizer = settings.optimizer
    self.progress = settings.progress
    self.changes = (checkpoint.changes ?? []) + settings.all
    isChanged = change != .none || !settings.all.isEmpty
    guard !settings.progress.isFinished || settings.all.isEmpty else {
      throw ConfigurationError(
        "\(file.path): all \(progress.epoch) planned epochs are done; say how many more to train",
        remedies: [.epochs])
    }
    var stored = trainedTask
    stored.options = settings.options
    task = try file.naming {
      try change == .none ? stored : StoredTask(storing: data.task, as: stored)
    }
    try takeStream(of: file, changes)
  }

  /// The data to go on with, and how they compare with those that are known.
  private static func data(
    of checkpoint: Checkpoint, _ file: ModelFile, _ trained: any LearningTask,
    _ others: [String: [String]]
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
          of: checkpoint, file: file.path, remedies: kind.dataNames.map(Remedy.data))
        return (data, .none)
      }
      let data = try trained.reading(others).data(of: checkpoint, file: file.path)
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
    case .kept:
      guard checkpoint.configuration.stateRows == file.checkpoint.configuration.stateRows else {
        throw ConfigurationError(
          "the stream cannot be kept with batches of another size: its state has as many rows as they have"
        )
      }
      keepsStream = true
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

extension ModelFile {
  /// Names the file in what is wrong with a request, which stays one that is wrong.
  ///
  /// - Throws: `ConfigurationError`, or what `body` throws.
  fileprivate func namingRequest(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ConfigurationError {
      throw ConfigurationError("\(path): \(error)", remedies: error.remedies)
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
