import Checkpoints
import Files
import Recurrent

/// What a model predicts of sequences: their class, or a number.
package final class LabelPredictor {
  /// The prediction for one sequence.
  package enum Answer: Equatable, Sendable {
    case label(String, probability: Float)
    case number(Double)
  }

  private let file: ModelFile
  private let task: LabelsTask
  private var checkpoint: Checkpoint { file.checkpoint }
  /// The samples that are computed at once.
  private static let rowsAtOnce = 256

  /// - Throws: `FileError` if the file is not one of sequences with labels.
  package init(_ file: ModelFile) throws {
    self.file = file
    task = try file.task(as: LabelsTask.self)
    let checkpoint = file.checkpoint
    let units = checkpoint.configuration.outputUnits
    guard task.isRegression ? units == 1 : checkpoint.labels?.count == units,
      task.level == nil || checkpoint.vocabulary?.unknown != nil,
      LabelsData.columns(task, features: checkpoint.configuration.features).count
        == checkpoint.scaling?.columns.count ?? 0
    else { throw file.error("/task, /labels, /scaling and /vocabulary do not fit each other") }
  }

  /// Answers the sequences of a file; their labels need not be there.
  ///
  /// - Throws: `FileError` that names line and column.
  package func answers(_ data: String) throws -> [Answer] {
    try answers(
      try SequenceTable(data, sequence: task.sequence, label: nil, isText: task.level != nil))
  }

  private func answers(_ table: SequenceTable) throws -> [Answer] {
    let features = checkpoint.configuration.features
    guard table.isText == (task.level != nil), table.features == features else {
      throw FileError(
        .invalid, file: table.file,
        "column \(task.sequence): the model takes "
          + (task.level == nil ? "\(features) numbers a step" : "texts"))
    }
    let steps = task.sequenceLength ?? 1
    let encoding = SequenceEncoding(
      timeSteps: steps, features: features, level: task.level, vocabulary: checkpoint.vocabulary,
      scaling: checkpoint.scaling)
    let model = try file.naming {
      try Sequential(
        parameters: checkpoint.parameters, batch: min(Self.rowsAtOnce, table.sequences.count),
        timeSteps: steps)
    }
    guard model.outputSteps == 1 else {
      throw file.error("the model answers at every step; labels need one answer a sequence")
    }
    var answers: [Answer] = []
    try model.compute(samples: table.sequences.count) { sample, row in
      row.setInput(try table.encoded(sample, by: encoding, column: task.sequence)[...])
    } read: { _, row in
      answers.append(answer(row))
    }
    return answers
  }

  private func answer(_ row: BatchRow) -> Answer {
    guard let labels = checkpoint.labels, !task.isRegression else {
      let value = row.output(unit: 0)
      return .number(
        checkpoint.scaling.map { $0.unscaled(value, column: $0.columns.count - 1) } ?? Double(value)
      )
    }
    let likeliest = row.likeliestClass()
    return .label(labels[likeliest], probability: row.output(unit: likeliest))
  }

  /// How right the answers are on the part of the data that was kept for validation, or on all of another file.
  ///
  /// - Throws: `FileError`.
  package func evaluate(_ data: String? = nil) throws -> LabelEvaluation {
    let table = try SequenceTable(
      data ?? task.file, sequence: task.sequence, label: task.label, isText: task.level != nil)
    guard data != nil || table.digest == task.digest else {
      throw FileError(
        .invalid, file: task.file, "is not what the model was trained on; it has changed since")
    }
    let split = data == nil ? checkpoint.task?.validationSplit ?? 0 : 0
    let parts = try splitSamples(
      table.sequences.count, validationSplit: split, randomSeed: file.randomSeed)
    let isHeld = !parts.validation.isEmpty
    let chosen = isHeld ? parts.validation : parts.training
    let answers = try answers(table)
    let numbers = task.isRegression ? try table.numbers(column: task.label) : []
    let mean =
      numbers.isEmpty
      ? 0 : parts.training.reduce(0) { $0 + numbers[$1] } / Double(parts.training.count)
    var evaluation = LabelEvaluation(part: isHeld ? "validation" : "all")
    for index in chosen {
      switch answers[index] {
      case .label(let label, _):
        evaluation.add(label: table.labels[index], isRight: label.isExactly(table.labels[index]))
      case .number(let number):
        evaluation.errors.add(
          forecast: number, baselines: [("mean", mean)], truth: numbers[index], scale: 1)
      }
    }
    evaluation.sort()
    return evaluation
  }
}
