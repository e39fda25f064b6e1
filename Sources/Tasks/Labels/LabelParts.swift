import Files
import Recurrent

/// Which sequences of a file are for what, by their numbers.
struct LabelParts {
  let training: [Int]
  let validation: [Int]
  let test: [Int]

  /// As the file says; otherwise those for validation are drawn.
  ///
  /// - Throws: `ConfigurationError` if nothing is left to train on.
  init(_ table: SequenceTable, validationSplit: Double, randomSeed: UInt64) throws {
    func numbers(_ part: SequenceTable.Part) -> [Int] {
      table.parts.indices.filter { table.parts[$0] == part }
    }
    let known = table.parts.isEmpty ? Array(table.sequences.indices) : numbers(.training)
    let held = numbers(.validation)
    test = numbers(.test)
    guard held.isEmpty else {
      (training, validation) = (known, held)
      guard !training.isEmpty else { throw ConfigurationError("no sample is left to train on") }
      return
    }
    let drawn = try splitSamples(
      known.count, validationSplit: validationSplit, randomSeed: randomSeed)
    training = drawn.training.map { known[$0] }
    validation = drawn.validation.map { known[$0] }
  }
}
