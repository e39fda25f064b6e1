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
    _ task: ArraysTask, configuration: ModelConfiguration, losses: [Loss], validationSplit: Double,
    vocabulary: Vocabulary?, keepsDigest: Bool
  ) throws {
    guard !task.inputs.isEmpty, !task.targets.isEmpty else {
      throw ConfigurationError("there are no inputs and targets to train on")
    }
    self.vocabulary = vocabulary
    let files = try Self.files(task.inputs, task.targets, of: configuration)
    var task = task
    (task.inputs, task.targets) = files
    let x = try zip(files.inputs, configuration.inputs).map { try $1.read($0) }
    let y = try files.targets.map { try Tensor(contentsOf: $0) }
    // A file that keeps no digest stays as it is.
    if keepsDigest { task.digest = try Self.digest(of: x + y, file: files.inputs[0]) }
    self.task = task
    let parts = try Self.dataset(
      (x, y), of: files, configuration: configuration, losses: losses
    ).split(validation: validationSplit)
    samples = parts.training
    validation = parts.validation
  }

  /// A file for each input and each output.
  ///
  /// - Throws: `ConfigurationError` if they are not the model's.
  static func files(
    _ inputs: [String], _ targets: [String], of configuration: ModelConfiguration
  ) throws(ConfigurationError) -> (inputs: [String], targets: [String]) {
    (
      try NamedFiles.all(inputs, for: configuration.inputs.map(\.givenName), "input"),
      try NamedFiles.all(targets, for: configuration.outputNames, "output")
    )
  }

  /// The samples of arrays, one for each input and one for each output.
  ///
  /// - Parameter files: The files that they were read from.
  /// - Throws: `FileError`, or `ConfigurationError` if they do not fit each other or the model.
  static func dataset(
    _ arrays: (inputs: [Tensor], targets: [Tensor]),
    of files: (inputs: [String], targets: [String]), configuration: ModelConfiguration,
    losses: [Loss]
  ) throws -> SequenceDataset {
    var inputs = arrays.inputs
    for (index, input) in configuration.inputs.enumerated()
    where files.inputs[index].hasSuffix(".csv") {
      inputs[index] = inputs[index].asSamples(input.sizes)
    }
    let shapes = inputs.map(\.shape)
    let count = try configuration.samples(ofInputs: shapes, "has")
    let steps = configuration.steps(ofInputs: shapes)
    for (number, symbols) in configuration.symbolsOfInputs.enumerated() {
      do {
        try symbols?.check(inputs[number].values, timeSteps: steps[number])
      } catch {
        throw FileError(.invalid, file: files.inputs[number], error.description)
      }
    }
    let outputs = try configuration.outputShapes(timeSteps: steps)
    var targets: [TargetArray] = []
    for (number, output) in outputs.enumerated() {
      targets.append(
        try target(
          arrays.targets[number], isRows: files.targets[number].hasSuffix(".csv"), of: output,
          samples: count, loss: losses[number],
          name: outputs.count == 1 ? "" : " of \(configuration.outputNames[number])"))
    }
    return try SequenceDataset(
      samples: count,
      inputs: zip(inputs, zip(steps, configuration.inputs)).map { array, shape in
        InputArray(
          timeSteps: shape.0, features: shape.1.sample.features, values: array.values)
      }, targets: targets)
  }

  /// The targets of one output.
  private static func target(
    _ array: Tensor, isRows: Bool, of output: SampleShape, samples: Int, loss: Loss, name: String
  ) throws(ConfigurationError) -> TargetArray {
    var y = array
    if loss.isOfSequences { return try labels(array, of: output, samples: samples, name: name) }
    // Class numbers may come without an axis of their own.
    let units = loss.takesClasses ? 1 : output.features
    if isRows { y = y.asSamples(output.sizes.dropLast() + [units]) }
    guard y.shape.first == samples, y.shape.allSatisfy({ $0 >= 1 }) else {
      throw ConfigurationError(
        "the targets\(name) have shape \(y.shape); the inputs have \(samples) samples")
    }
    let values = max(1, y.shape.dropFirst().reduce(1, *))
    guard values % units == 0, loss.takesClasses || y.shape.count > 1 || units == 1 else {
      throw ConfigurationError(
        "the targets\(name) have shape \(y.shape); the inputs have \(samples) samples, and the "
          + "model gives \(units) values")
    }
    return TargetArray(steps: values / units, units: units, values: y.values)
  }

  /// The labels of whole sequences, `[samples, labels]`, with zeros up to the steps of the output.
  private static func labels(
    _ array: Tensor, of output: SampleShape, samples: Int, name: String
  ) throws(ConfigurationError) -> TargetArray {
    let count = array.shape.count == 2 ? array.shape[1] : 0
    let steps = output.sizes.dropLast().first.flatMap { $0 } ?? 1
    guard array.shape.first == samples, (1...max(1, steps)).contains(count) else {
      throw ConfigurationError(
        "the targets\(name) have shape \(array.shape); labels are [\(samples), from 1 to \(steps)]"
      )
    }
    let values = (0..<samples).flatMap { sample in
      array.values[sample * count..<(sample + 1) * count]
        + [Float](repeating: 0, count: steps - count)
    }
    return TargetArray(steps: steps, units: 1, values: values)
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
