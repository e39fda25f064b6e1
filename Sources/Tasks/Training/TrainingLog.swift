import Files
import Recurrent

/// Loss and metrics of each epoch in a file, a line each, as CSV or as JSON: Keras' `CSVLogger`.
package final class TrainingLog: EpochLog {
  private let path: String
  private let isJSON: Bool
  private var columns: [String] = []
  private var file: LogFile?

  /// - Parameter path: A name that ends in `.csv` or `.jsonl`.
  /// - Throws: `ConfigurationError` if it ends otherwise.
  package init(_ path: String) throws(ConfigurationError) {
    guard path.hasSuffix(".csv") || path.hasSuffix(".jsonl") else {
      throw ConfigurationError("the log is \(path); it must end in .csv or .jsonl")
    }
    self.path = path
    isJSON = path.hasSuffix(".jsonl")
  }

  package func begin(_ trainer: Trainer) throws {
    let history = trainer.progress.history
    columns = ["loss"] + (trainer.loss.hasAccuracy ? ["accuracy"] : [])
    var others = Set(history.others.keys)
    others.formUnion(trainer.columnNames)
    columns += others.sorted()
    file = try LogFile(path)
    if !isJSON { try file?.append("epoch," + columns.joined(separator: ",") + "\n") }
    for epoch in history.loss.indices { try write(history, epoch: epoch) }
  }

  package func add(_ trainer: Trainer) throws {
    let history = trainer.progress.history
    try write(history, epoch: history.loss.count - 1)
  }

  private func write(_ history: History, epoch: Int) throws {
    let values = columns.map { column in
      switch column {
      case "loss": history.loss[epoch]
      case "accuracy": history.accuracy[epoch]
      default: history.others[column]?[epoch] ?? .nan
      }
    }
    guard isJSON else {
      let fields = values.map { $0.isNaN ? "" : "\($0)" }
      try file?.append("\(epoch + 1)," + fields.joined(separator: ",") + "\n")
      return
    }
    var members: [String: JSONValue] = ["epoch": .integer(epoch + 1)]
    for (column, value) in zip(columns, values) where !value.isNaN {
      members[column] = .number(value)
    }
    try file?.append(JSONValue.object(members).text() + "\n")
  }
}
