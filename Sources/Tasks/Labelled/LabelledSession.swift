import Checkpoints
import Files
import Recurrent

/// What a model tells of sequences: their class, or a number.
package final class LabelledSession {
  /// What it tells of one.
  package enum Answer: Equatable, Sendable {
    case label(String, probability: Float)
    case number(Double)
  }

  package let checkpoint: Checkpoint
  private let file: String
  private let task: LabelledTask
  /// The samples that are computed at once.
  private static let rowsAtOnce = 256

  /// - Throws: `FileError` if the model was not trained on sequences with labels.
  package init(_ file: String) throws {
    self.file = file
    checkpoint = try CheckpointFile.load(file)
    guard case .labelled(let task) = checkpoint.task?.source else {
      throw FileError(
        .invalid, file: file,
        "was not trained on sequences with labels (see lstm-train --sequences)")
    }
    self.task = task
    let units = checkpoint.configuration.outputUnits
    guard task.isRegression ? units == 1 : checkpoint.labels?.count == units,
      task.level == nil || checkpoint.vocabulary?.unknown != nil,
      LabelledData.columns(task, features: checkpoint.configuration.features).count
        == checkpoint.scaling?.columns.count ?? 0
    else {
      throw FileError(
        .invalid, file: file, "/task, /labels, /scaling and /vocabulary do not fit each other")
    }
  }

  /// Answers the sequences of a file; their labels need not be there.
  ///
  /// - Throws: `FileError` that names line and column.
  package func answers(_ data: String) throws -> [Answer] {
    try answers(
      try LabelledTable(data, sequence: task.sequence, label: nil, isText: task.level != nil))
  }

  private func answers(_ table: LabelledTable) throws -> [Answer] {
    let features = checkpoint.configuration.features
    guard table.isText == (task.level != nil), table.features == features else {
      throw FileError(
        .invalid, file: table.file,
        "column \(task.sequence): the model takes "
          + (task.level == nil ? "\(features) numbers a step" : "texts"))
    }
    let steps = task.sequenceLength
    let encoding = SequenceEncoding(
      timeSteps: steps, features: features, level: task.level, vocabulary: checkpoint.vocabulary,
      scaling: checkpoint.scaling)
    let batch = min(Self.rowsAtOnce, table.sequences.count)
    let model: Sequential<Float>
    do {
      model = try Sequential(parameters: checkpoint.parameters, batch: batch, timeSteps: steps)
    } catch let error as ConfigurationError {
      throw FileError(.invalid, file: file, error.description)
    }
    var answers: [Answer] = []
    for first in stride(from: 0, to: table.sequences.count, by: batch) {
      let rows = min(batch, table.sequences.count - first)
      for row in 0..<rows {
        let values = try table.encoded(first + row, by: encoding, column: task.sequence)
        for (index, value) in values.enumerated() {
          model.input[(index / features * rows + row) * features + index % features] = value
        }
      }
      let output = model.forward(rows: rows)
      for row in 0..<rows { answers.append(answer(output, row: row, of: model, rows: rows)) }
    }
    return answers
  }

  private func answer(
    _ output: UnsafeBufferPointer<Float>, row: Int, of model: Sequential<Float>, rows: Int
  ) -> Answer {
    guard let labels = checkpoint.labels, !task.isRegression else {
      let value = output[row]
      return .number(
        checkpoint.scaling.map { $0.unscaled(value, column: $0.columns.count - 1) } ?? Double(value)
      )
    }
    let likeliest = model.likeliestClass(row: row, of: rows)
    return .label(labels[likeliest], probability: output[row * labels.count + likeliest])
  }

  /// How right the answers are on the part of the data that was kept for validation, or on all of another file.
  ///
  /// - Throws: `FileError`.
  package func evaluate(_ data: String?) throws -> LabelledEvaluation {
    let table = try LabelledTable(
      data ?? task.file, sequence: task.sequence, label: task.label, isText: task.level != nil)
    guard data != nil || table.digest == task.digest else {
      throw FileError(
        .invalid, file: task.file,
        "is not what the model was trained on; it has changed since (see --sequences)")
    }
    let split = data == nil ? checkpoint.task?.validationSplit ?? 0 : 0
    let parts = try LabelledData.parts(
      table, validationSplit: split, randomSeed: checkpoint.task?.options.randomSeed ?? 0)
    let isHeld = !parts.validation.isEmpty
    let chosen = isHeld ? parts.validation : parts.training
    let answers = try answers(table)
    let numbers = task.isRegression ? try table.numbers(column: task.label) : []
    let mean =
      numbers.isEmpty
      ? 0 : parts.training.reduce(0) { $0 + numbers[$1] } / Double(parts.training.count)
    var evaluation = LabelledEvaluation(part: isHeld ? "validation" : "all")
    for index in chosen {
      switch answers[index] {
      case .label(let label, _):
        evaluation.add(label: table.labels[index], isRight: label.isExactly(table.labels[index]))
      case .number(let number):
        evaluation.errors.add(forecast: number, naive: mean, truth: numbers[index])
      }
    }
    evaluation.sort()
    return evaluation
  }
}

/// How right a model's answers are.
package struct LabelledEvaluation: Sendable {
  /// The answers to one class.
  package struct Class: Sendable {
    package let label: String
    package fileprivate(set) var count = 0
    package fileprivate(set) var right = 0
  }

  /// What was looked at: `validation` or `all`.
  package let part: String
  /// In the order of classes; empty for numbers.
  package private(set) var classes: [Class] = []
  /// How far numbers are from the truth, and how far their mean over the training part is.
  package internal(set) var errors: SeriesErrors

  init(part: String) {
    self.part = part
    errors = SeriesErrors(part: part)
  }

  mutating func add(label: String, isRight: Bool) {
    var place = classes.firstIndex { $0.label.isExactly(label) } ?? classes.count
    if place == classes.count {
      classes.append(Class(label: label))
      place = classes.count - 1
    }
    classes[place].count += 1
    if isRight { classes[place].right += 1 }
  }

  fileprivate mutating func sort() {
    classes.sort { ClassName($0.label) < ClassName($1.label) }
  }

  /// The part of right answers, from 0 to 1; `nil` for numbers.
  package var accuracy: Double? {
    let count = classes.reduce(0) { $0 + $1.count }
    return count == 0 ? nil : Double(classes.reduce(0) { $0 + $1.right }) / Double(count)
  }
}
