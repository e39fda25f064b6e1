import Recurrent

/// `history`: `loss`, `accuracy` and what else was measured, such as `val_loss`, each `[epochs]`, float64; not a number
/// where it was not measured.
enum HistorySection: Section {
  static let name = "history"
  static var property: WritableKeyPath<Checkpoint, History?> { \.history }

  static func stored(_ history: History) -> StoredValue {
    .group(
      [("loss", .numbers(history.loss)), ("accuracy", .numbers(history.accuracy))]
        + history.others.sorted { $0.key < $1.key }.map { ($0, .numbers($1)) })
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> History? {
    try read(from: root)
  }

  /// The history that training goes on with.
  static func read(from root: any SectionStore) throws -> History {
    guard try root.contains(name) else { throw root.invalid(name, "is missing") }
    let group = try root.members(name)
    var history = History(
      loss: try group.numbers("loss"), accuracy: try group.numbers("accuracy"))
    for name in try group.names() where name != "loss" && name != "accuracy" {
      history.others[name] = try group.numbers(name)
    }
    return history
  }

  static func check(_ history: inout History, in checkpoint: Checkpoint) throws(SectionProblem) {
    let epochs = history.loss.count
    for (name, values) in [("accuracy", history.accuracy)] + history.others.map({ ($0, $1) }) {
      guard values.count == epochs else {
        throw SectionProblem(name, "must have \(epochs) epochs, has \(values.count)")
      }
    }
  }
}
