import Checkpoints
import Files
import Recurrent

/// Sequences and labels as a model reads them.
struct LabelSamples {
  private let task: LabelsTask
  private let table: SequenceTable
  private let encoding: SequenceEncoding
  private let scaling: Scaling?
  /// The numbers of the labels that the model knows.
  private let numbers: [ExactText: Int]

  init(
    _ task: LabelsTask, _ table: SequenceTable, encoding: SequenceEncoding, labels: [String]?,
    scaling: Scaling?
  ) {
    (self.task, self.table, self.encoding, self.scaling) = (task, table, encoding, scaling)
    numbers = Dictionary(
      (labels ?? []).enumerated().map { (ExactText($1), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Whether the model can give the labels of a sequence.
  func knowsLabels(of sample: Int) -> Bool {
    task.isRegression || names(of: sample).allSatisfy { numbers[ExactText($0)] != nil }
  }

  private func names(of sample: Int) -> [String] { task.labels(in: table.labels[sample]) }

  /// - Throws: `FileError` that names a line whose values or labels are not the model's.
  func dataset(_ samples: [Int]) throws -> SequenceDataset {
    let (steps, features) = (encoding.timeSteps, encoding.features)
    let inputs = try samples.flatMap {
      try table.encoded($0, by: encoding, column: task.sequenceColumn)
    }
    guard task.kind != .oneClass else {
      return try SequenceDataset(
        samples: samples.count, timeSteps: steps, features: features, inputs: inputs,
        targets: try samples.flatMap { try classes(of: $0).map(Int32.init) })
    }
    let targets = try samples.flatMap { try values(of: $0) }
    return try SequenceDataset(
      samples: samples.count, timeSteps: steps, features: features, targetSteps: 1,
      targetUnits: task.isRegression ? 1 : numbers.count, inputs: inputs, targetValues: targets)
  }

  private func classes(of sample: Int) throws -> [Int] {
    try names(of: sample).map { name in
      guard let number = numbers[ExactText(name)] else {
        throw table.invalid(
          table.lines[sample], task.label, "the model has no class \(name)")
      }
      return number
    }
  }

  /// A scaled number, or 1 for each label that there is and 0 for all others.
  private func values(of sample: Int) throws -> [Float] {
    guard task.isRegression else {
      var values = [Float](repeating: 0, count: numbers.count)
      for number in try classes(of: sample) { values[number] = 1 }
      return values
    }
    let number = try table.number(sample, column: task.label)
    let value = scaling.map { $0.scaled(number, column: $0.columns.count - 1) } ?? 0
    try table.check([value], sample, column: task.label)
    return [value]
  }
}
