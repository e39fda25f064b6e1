import Kernels
import Recurrent

/// `training_state`: where training stands, and `order`, the order in which the epoch under way takes the samples,
/// `[samples]`, int32. Loss and metrics of the epochs that are done are the ``HistorySection``.
enum TrainingSection: Section {
  static let name = "training_state"
  static var property: WritableKeyPath<Checkpoint, TrainingProgress?> { \.training }
  static let isOfTraining = true

  static func stored(_ progress: TrainingProgress) -> StoredValue {
    var members: [(String, StoredValue)] = [
      ("epoch", .integer(progress.epoch)),
      ("target_epochs", .integer(progress.targetEpochs)),
      ("update_in_epoch", .integer(progress.updateInEpoch)),
      ("loss_sum", .number(progress.lossSum)),
      ("correct", .integer(progress.correct)),
      ("rows_seen", .integer(progress.rowsSeen)),
      ("shuffle_seed", .unsigned(progress.shuffleGenerator.seed)),
      ("shuffle_position", .unsigned(progress.shuffleGenerator.position)),
      ("order", .indices(progress.order)),
    ]
    // What is not used leaves no trace.
    if !progress.metricSums.isEmpty {
      members.append(("metric_sums", .numbers(progress.metricSums)))
    }
    if !progress.meterSums.isEmpty {
      members.append(("compiled_metric_sums", .numbers(progress.meterSums)))
    }
    if !progress.outputLossSums.isEmpty {
      members.append(("output_loss_sums", .numbers(progress.outputLossSums)))
    }
    for (name, best) in bestValues {
      guard let value = progress[keyPath: best].value else { continue }
      members.append((name, .number(value)))
      members.append((waited(name), .integer(progress[keyPath: best].waited)))
    }
    if progress.rateReduction != 1 {
      members.append(("rate_reduction", .number(progress.rateReduction)))
    }
    if progress.isStoppedEarly { members.append(("stopped_early", .flag(true))) }
    return .group(members)
  }

  static func read(
    from root: any SectionStore, of checkpoint: Checkpoint
  ) throws -> TrainingProgress? {
    let group = try root.members(name)
    var progress = TrainingProgress(
      epoch: try group.integer("epoch"), targetEpochs: try group.integer("target_epochs"),
      updateInEpoch: try group.integer("update_in_epoch"), order: try group.indices("order"),
      shuffleGenerator: PhiloxGenerator(
        seed: try group.unsigned("shuffle_seed"), stream: .shuffle,
        position: try group.unsigned("shuffle_position")),
      lossSum: try group.number("loss_sum"), correct: try group.integer("correct"),
      rowsSeen: try group.integer("rows_seen"),
      history: try HistorySection.read(from: root))
    progress.metricSums = try group.ifThere("metric_sums", group.numbers) ?? []
    progress.meterSums = try group.ifThere("compiled_metric_sums", group.numbers) ?? []
    progress.outputLossSums = try group.ifThere("output_loss_sums", group.numbers) ?? []
    for (name, best) in bestValues where try group.contains(name) {
      progress[keyPath: best] = BestValue(
        value: try group.number(name), waited: try group.integer(waited(name)))
    }
    progress.rateReduction = try group.ifThere("rate_reduction", group.number) ?? 1
    progress.isStoppedEarly = try group.ifThere("stopped_early", group.flag) ?? false
    return progress
  }

  static func check(
    _ progress: inout TrainingProgress, in checkpoint: Checkpoint
  ) throws(SectionProblem) {
    let counts = [
      ("epoch", progress.epoch), ("target_epochs", progress.targetEpochs),
      ("update_in_epoch", progress.updateInEpoch), ("correct", progress.correct),
      ("rows_seen", progress.rowsSeen),
    ]
    let waits = bestValues.map { (waited($0.name), progress[keyPath: $0.best].waited) }
    for (name, count) in counts + waits {
      guard (0...TrainingProgress.mostEpochs).contains(count) else {
        throw SectionProblem(name, "is \(count)")
      }
    }
    let epochs = progress.history.loss.count
    guard epochs == progress.epoch else {
      throw SectionProblem("epoch", "is \(progress.epoch), but the history has \(epochs) epochs")
    }
  }

  private static var bestValues:
    [(name: String, best: WritableKeyPath<TrainingProgress, BestValue>)]
  {
    [("best", \.best), ("early_stopping", \.earlyStopping), ("plateau", \.plateau)]
  }

  private static func waited(_ name: String) -> String { "\(name)_waited" }
}
