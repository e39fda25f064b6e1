import Checkpoints
import Recurrent

/// What a run trains on, and where it comes from.
package protocol TrainingData {
  /// The task as the data have decided it.
  var task: any LearningTask { get }
  var samples: any SampleSource { get }
  /// What is kept for validation; `nil` if nothing is.
  var validation: (any SampleSource)? { get }
  var vocabulary: Vocabulary? { get }
  /// The names of the classes, where they are not symbols of the vocabulary.
  var labels: [String]? { get }

  /// Where the sequences that the state remembers go on; `nil` if it remembers none.
  ///
  /// - Throws: `FileError` if the data cannot be read.
  func stream(of trainer: Trainer) throws -> StreamPosition?

  /// How numbers become the model's, and back; `nil` if they are taken as they are.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func scaling(of trainer: Trainer) throws -> Scaling?
}

extension TrainingData {
  package var labels: [String]? { nil }
  package func scaling(of trainer: Trainer) throws -> Scaling? { nil }
}

/// The first of so many samples that is kept for validation: the last part of them, as in Keras.
///
/// - Throws: `ConfigurationError` if nothing is left to train on.
func validationStart(of samples: Int, split: Double) throws(ConfigurationError) -> Int {
  guard split >= 0, split < 1 else {
    throw ConfigurationError("the validation split is \(split); it must be from 0 to below 1")
  }
  return samples - Int((Double(samples) * split).rounded(.down))
}

/// The samples to train on and those for validation, in the file's order each. Files are often sorted by label, so they
/// are drawn.
///
/// - Throws: `ConfigurationError` if nothing is left to train on.
func splitSamples(
  _ count: Int, validationSplit: Double, randomSeed: UInt64
) throws(ConfigurationError) -> (training: [Int], validation: [Int]) {
  var order = [Int32](repeating: 0, count: count)
  var generator = PhiloxGenerator(seed: randomSeed, stream: .trainingData)
  generator.shuffle(&order)
  let end = try validationStart(of: count, split: validationSplit)
  guard end > 0 else { throw ConfigurationError("no sample is left to train on") }
  return (order[..<end].sorted().map { Int($0) }, order[end...].sorted().map { Int($0) })
}

extension SequenceDataset {
  /// The samples to train on, and those for validation.
  ///
  /// - Throws: `ConfigurationError`.
  func split(
    validation: Double
  ) throws(ConfigurationError) -> (training: SequenceDataset, validation: SequenceDataset?) {
    let end = try validationStart(of: samples, split: validation)
    guard end < samples else { return (self, nil) }
    guard end > 0 else { throw ConfigurationError("no sample is left to train on") }
    return (try part(0..<end), try part(end..<samples))
  }
}
