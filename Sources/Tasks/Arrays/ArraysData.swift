import Checkpoints
import Files
import Recurrent

/// Arrays of inputs and targets in files.
struct ArraysData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary?

  /// Two files of arrays.
  ///
  /// - Parameter keepsDigest: Whether the task gets the digest of what is read.
  /// - Throws: `FileError`, or `ConfigurationError` if they do not fit each other or the model.
  init(
    _ task: ArraysTask, configuration: ModelConfiguration, loss: Loss, validationSplit: Double,
    vocabulary: Vocabulary?, keepsDigest: Bool
  ) throws {
    guard let inputs = task.inputs, let targets = task.targets else {
      throw ConfigurationError("there are no inputs and targets to train on")
    }
    self.vocabulary = vocabulary
    let (x, y) = (try Tensor(contentsOf: inputs), try Tensor(contentsOf: targets))
    var task = task
    // A file that keeps no digest stays as it is.
    if keepsDigest { task.digest = try Self.digest(of: [x, y], file: inputs) }
    self.task = task
    let parts = try Self.dataset(
      (x, y), of: (inputs, targets), configuration: configuration, loss: loss
    ).split(validation: validationSplit)
    samples = parts.training
    validation = parts.validation
  }

  /// The samples of two arrays.
  ///
  /// - Parameter files: The files that they were read from.
  /// - Throws: `FileError`, or `ConfigurationError` if they do not fit each other or the model.
  static func dataset(
    _ arrays: (inputs: Tensor, targets: Tensor), of files: (inputs: String, targets: String),
    configuration: ModelConfiguration, loss: Loss
  ) throws -> SequenceDataset {
    var (x, y) = arrays
    let (inputs, targets) = files
    if inputs.hasSuffix(".csv") { x = x.asSamples(configuration.inputSizes) }
    let count = try configuration.samples(ofInputs: [x.shape], "has")
    let timeSteps = configuration.input.isSequence ? x.shape[1] : 1
    // Class numbers may come without an axis of their own.
    let units = loss.takesClasses ? 1 : configuration.outputUnits
    if targets.hasSuffix(".csv") {
      y = y.asSamples(configuration.outputSizes(timeSteps: timeSteps) + [units])
    }
    guard y.shape.first == count, y.shape.allSatisfy({ $0 >= 1 }) else {
      throw ConfigurationError(
        "the targets have shape \(y.shape); the inputs have \(count) samples")
    }
    let values = max(1, y.shape.dropFirst().reduce(1, *))
    guard values % units == 0,
      loss.takesClasses || y.shape.count > 1 || units == 1
    else {
      throw ConfigurationError(
        "the targets have shape \(y.shape); the inputs have \(count) samples, and the model gives "
          + "\(units) values")
    }
    do {
      try configuration.inputSymbols?.check(x.values, timeSteps: timeSteps)
    } catch {
      throw FileError(.invalid, file: inputs, error.description)
    }
    return try SequenceDataset(
      samples: count, timeSteps: timeSteps, features: configuration.features,
      targetSteps: values / units, targetUnits: units, inputs: x.values, targetValues: y.values)
  }

  /// XXH3-64 of the shapes and values of arrays, whatever files they are in.
  private static func digest(of arrays: [Tensor], file: String) throws -> String {
    let checksum = try RunningChecksum(of: file)
    for array in arrays {
      for size in [array.shape.count] + array.shape {
        withUnsafeBytes(of: UInt64(size).littleEndian) { checksum.update($0) }
      }
      array.values.withUnsafeBytes { checksum.update($0) }
    }
    return checksum.digits
  }

  /// A model on arrays has no symbols to go on with.
  func stream(of trainer: Trainer) -> StreamPosition? { nil }
}
