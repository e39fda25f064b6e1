import Files
import HDF5
import Recurrent

/// `training_state`: where training stands, as attributes, and `order`, the order in which the epoch
/// under way takes the samples, `[samples]`, int32.
enum TrainingStateGroup {
  static let name = "training_state"

  static func write(_ progress: TrainingProgress, to group: Group) throws {
    let attributes = group.attributes
    try attributes.set("epoch", Int64(progress.epoch))
    try attributes.set("target_epochs", Int64(progress.targetEpochs))
    try attributes.set("update_in_epoch", Int64(progress.updateInEpoch))
    try attributes.set("loss_sum", progress.lossSum)
    try attributes.set("correct", Int64(progress.correct))
    try attributes.set("rows_seen", Int64(progress.rowsSeen))
    try attributes.set("shuffle_seed", progress.shuffleGenerator.seed)
    try attributes.set("shuffle_position", progress.shuffleGenerator.position)
    try group.write("order", shape: [progress.order.count], progress.order)
    // What is not used leaves no trace.
    if !progress.metricSums.isEmpty {
      try group.write("metric_sums", shape: [progress.metricSums.count], progress.metricSums)
    }
    for (name, best) in [
      ("best", progress.best), ("early_stopping", progress.earlyStopping),
      ("plateau", progress.plateau),
    ] {
      guard let value = best.value else { continue }
      try attributes.set(name, value)
      try attributes.set("\(name)_waited", Int64(best.waited))
    }
    if progress.rateReduction != 1 { try attributes.set("rate_reduction", progress.rateReduction) }
    if progress.isStoppedEarly { try attributes.set("stopped_early", Int64(1)) }
  }

  static func read(_ group: Group, history: History, file: String) throws -> TrainingProgress {
    let attributes = group.attributes
    func count(_ name: String) throws -> Int {
      let value = try attributes.number(name, as: Int64.self)
      guard value >= 0, value <= TrainingProgress.mostEpochs else {
        throw FileError.invalid(file, "\(group.path)@\(name): is \(value)")
      }
      return Int(value)
    }
    var progress = TrainingProgress(
      epoch: try count("epoch"), targetEpochs: try count("target_epochs"),
      updateInEpoch: try count("update_in_epoch"),
      order: try order(group, file: file),
      shuffleGenerator: PhiloxGenerator(
        seed: try attributes.number("shuffle_seed"), stream: .shuffle,
        position: try attributes.number("shuffle_position")),
      lossSum: try attributes.number("loss_sum"), correct: try count("correct"),
      rowsSeen: try count("rows_seen"), history: history)
    if try group.contains("metric_sums") {
      progress.metricSums = try group.dataset("metric_sums").read(most: 1 << 10)
    }
    func best(_ name: String) throws -> BestValue {
      guard try attributes.contains(name) else { return BestValue() }
      return BestValue(value: try attributes.number(name), waited: try count("\(name)_waited"))
    }
    progress.best = try best("best")
    progress.earlyStopping = try best("early_stopping")
    progress.plateau = try best("plateau")
    if try attributes.contains("rate_reduction") {
      progress.rateReduction = try attributes.number("rate_reduction")
    }
    progress.isStoppedEarly = try attributes.contains("stopped_early")
    guard history.loss.count == progress.epoch, history.accuracy.count == progress.epoch else {
      throw FileError.invalid(
        file,
        "/\(HistoryGroup.name): must have \(progress.epoch) epochs, as \(group.path)@epoch says"
      )
    }
    return progress
  }
}

extension TrainingStateGroup {
  private static func order(_ group: Group, file: String) throws -> [Int32] {
    let dataset = try group.dataset("order")
    guard case .integer = try dataset.kind() else {
      throw FileError.invalid(file, "\(dataset.path): holds no integers")
    }
    return try dataset.read(most: 1 << 28)
  }
}

/// `history/loss`, `history/accuracy` and what else was measured, such as `history/val_loss`, each `[epochs]`,
/// float64.
enum HistoryGroup {
  static let name = "history"

  static func write(_ history: History, to group: Group) throws {
    try group.write("loss", shape: [history.loss.count], history.loss)
    try group.write("accuracy", shape: [history.accuracy.count], history.accuracy)
    for (name, values) in history.others.sorted(by: { $0.key < $1.key }) {
      try group.write(name, shape: [values.count], values)
    }
  }

  static func read(_ group: Group, file: String) throws -> History {
    var history = History(
      loss: try group.dataset("loss").read(most: 1 << 28),
      accuracy: try group.dataset("accuracy").read(most: 1 << 28))
    for name in try group.memberNames() where name != "loss" && name != "accuracy" {
      let values = try group.dataset(name).read(Double.self, most: 1 << 28)
      guard values.count == history.loss.count else {
        throw FileError.invalid(
          file, "\(group.path)/\(name): must have \(history.loss.count) epochs")
      }
      history.others[name] = values
    }
    return history
  }
}
