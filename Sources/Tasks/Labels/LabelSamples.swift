import Checkpoints
import Files
import Recurrent

/// Sequences and labels as a model reads them.
struct LabelSamples {
  private let task: LabelsTask
  private let kind: any LabelKind
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
    kind = task.kind
    numbers = Dictionary(
      (labels ?? []).enumerated().map { (ExactText($1), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The labels that the model knows.
  var classCount: Int { numbers.count }

  /// Whether the model can give the labels of a sequence.
  func knowsLabels(of sample: Int) -> Bool {
    !kind.areNames || names(of: sample).allSatisfy { numbers[ExactText($0)] != nil }
  }

  private func names(of sample: Int) -> [String] { kind.names(in: table.labels[sample]) }

  /// - Throws: `FileError` that names a line whose values or labels are not the model's.
  func dataset(_ samples: [Int]) throws -> SequenceDataset {
    let (steps, features) = (encoding.timeSteps, encoding.features)
    let inputs = try samples.flatMap {
      try table.encoded($0, by: encoding, column: task.sequenceColumn)
    }
    let values = try samples.compactMap { try kind.targets(of: $0, in: self) }
    guard let units = values.first?.count else {
      return try SequenceDataset(
        samples: samples.count, timeSteps: steps, features: features, inputs: inputs,
        targets: try samples.flatMap { try classes(of: $0).map(Int32.init) })
    }
    return try SequenceDataset(
      samples: samples.count, timeSteps: steps, features: features, targetSteps: 1,
      targetUnits: units, inputs: inputs, targetValues: values.flatMap { $0 })
  }

  /// The numbers of the classes of a sequence.
  ///
  /// - Throws: `FileError` that names its line if the model does not know one.
  func classes(of sample: Int) throws -> [Int] {
    try names(of: sample).map { name in
      guard let number = numbers[ExactText(name)] else {
        throw table.invalid(
          table.lines[sample], task.label, "the model has no class \(name)")
      }
      return number
    }
  }

  /// The label of a sequence as a number that the model gives.
  ///
  /// - Throws: `FileError` that names its line if it is not one.
  func scaledNumber(of sample: Int) throws -> Float {
    let number = try table.number(sample, column: task.label)
    let value = scaling.map { $0.scaled(number, column: $0.columns.count - 1) } ?? 0
    try table.check([value], sample, column: task.label)
    return value
  }
}
