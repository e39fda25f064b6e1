import Files
import Recurrent

/// Loss and metrics of each epoch in a file, a line each, as CSV or as JSON: Keras' `CSVLogger`.
///
/// A text that a model of texts writes as an epoch ends is in the line of that epoch; one that it writes within an epoch has
/// a line of its own.
package final class TrainingLog: EpochLog {
  private let path: String
  private let isJSON: Bool
  private var hasSamples: Bool
  private var columns: [String] = []
  /// What was written as the epoch under way ended.
  private var sample: LoggedSample?
  /// What was there before, until the file is open.
  private var beginning = ""
  private var file: LogFile?

  /// - Parameters:
  ///   - path: A name that ends in `.csv` or `.jsonl`.
  ///   - hasSamples: Whether texts will be added.
  /// - Throws: `ConfigurationError` if it ends otherwise.
  package init(_ path: String, hasSamples: Bool = false) throws(ConfigurationError) {
    guard path.hasSuffix(".csv") || path.hasSuffix(".jsonl") else {
      throw ConfigurationError("the log is \(path); it must end in .csv or .jsonl")
    }
    self.path = path
    isJSON = path.hasSuffix(".jsonl")
    self.hasSamples = hasSamples
  }

  package func begin(_ trainer: Trainer) throws {
    let history = trainer.progress.history
    let samples = try LoggedSample.all(of: path, isJSON: isJSON).filter {
      $0.isBefore(epoch: trainer.progress.epoch, updates: trainer.optimizer.iterations)
    }
    if !samples.isEmpty { hasSamples = true }
    columns = ["loss"] + (trainer.hasAccuracy ? ["accuracy"] : [])
    var others = Set(history.others.keys)
    others.formUnion(trainer.columnNames)
    columns += others.sorted()
    if !isJSON {
      let ends = hasSamples ? [LoggedSample.updateName, LoggedSample.sampleName] : []
      let names = [LoggedSample.epochName] + columns + ends
      try append(names.joined(separator: ",") + "\n")
    }
    for epoch in history.loss.indices {
      for sample in samples where sample.epoch == epoch + 1 { try add(sample) }
      try write(history, epoch: epoch)
    }
    for sample in samples where sample.epoch > history.loss.count { try add(sample) }
    file = try LogFile(path, beginning: Array(beginning.utf8))
    beginning = ""
  }

  /// Adds a text to the file, or to what it begins with.
  private func append(_ text: String) throws {
    if let file { try file.append(text) } else { beginning += text }
  }

  package func add(_ trainer: Trainer) throws {
    let history = trainer.progress.history
    try write(history, epoch: history.loss.count - 1)
  }

  package func add(sample text: String, _ trainer: Trainer, endedEpoch: Bool) throws {
    let epoch = trainer.progress.epoch
    try add(
      endedEpoch
        ? LoggedSample(epoch: epoch, update: nil, text: text)
        : LoggedSample(epoch: epoch + 1, update: trainer.optimizer.iterations, text: text))
  }

  /// Adds a line for a text, or keeps it for that of its epoch.
  private func add(_ sample: LoggedSample) throws {
    guard let update = sample.update else {
      self.sample = sample
      return
    }
    try write(
      epoch: sample.epoch, columns.map { _ in .nan },
      [
        (LoggedSample.updateName, .integer(update)),
        (LoggedSample.sampleName, .string(sample.text)),
      ]
    )
  }

  private func write(_ history: History, epoch: Int) throws {
    let values = columns.map { column in
      switch column {
      case "loss": history.loss[epoch]
      case "accuracy": history.accuracy[epoch]
      default: history.others[column]?[epoch] ?? .nan
      }
    }
    let text = sample.map { JSONValue.string($0.text) } ?? .null
    sample = nil
    try write(
      epoch: epoch + 1, values,
      [(LoggedSample.updateName, .null), (LoggedSample.sampleName, text)])
  }

  /// Adds a line; what is not a number, or null, is left out.
  private func write(
    epoch: Int, _ values: [Double], _ others: [(name: String, value: JSONValue)]
  ) throws {
    guard isJSON else {
      let fields =
        values.map { $0.isNaN ? "" : "\($0)" }
        + (hasSamples
          ? others.map { quoted($0.value.string ?? $0.value.integer.map(String.init) ?? "") } : [])
      try append("\(epoch)," + fields.joined(separator: ",") + "\n")
      return
    }
    var members: [String: JSONValue] = [LoggedSample.epochName: .integer(epoch)]
    for (column, value) in zip(columns, values) where !value.isNaN {
      members[column] = .number(value)
    }
    for (name, value) in others where value != nil { members[name] = value }
    try append(JSONValue.object(members).text() + "\n")
  }
}
