import Checkpoints
import Files
import Recurrent

/// The patterns of an experiment.
struct ExperimentData: TrainingData {
  let source: TrainingTask.Source
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary? = Experiment.alphabet
  private let patterns: [Pattern]
  private let isStateful: Bool

  init(_ experiment: Experiment, randomSeed: UInt64, validationSplit: Double) throws {
    source = .experiment(experiment.name)
    patterns = experiment.patterns(randomSeed: randomSeed)
    isStateful = experiment.stateful
    let parts = try SequenceDataset(
      patterns, framing: experiment.framing, vocabulary: Experiment.alphabet
    ).split(validation: validationSplit)
    samples = parts.training
    validation = parts.validation
  }

  /// The sequences that the state remembers go on with the symbols that follow in the data.
  func stream(of trainer: Trainer) -> StreamPosition? {
    let progress = trainer.progress
    let batch = trainer.options.batchSize
    guard isStateful, trainer.optimizer.iterations > 0 else { return nil }
    let updates = progress.updateInEpoch == 0 ? trainer.updatesPerEpoch : progress.updateInEpoch
    return StreamPosition(
      nextInput: progress.order[(updates - 1) * batch..<updates * batch].map { sample in
        let pattern = patterns[Int(sample)]
        return pattern.symbols.dropFirst() + [pattern.target]
      })
  }
}

extension Experiment {
  /// The experiment that a checkpoint's task names.
  ///
  /// - Throws: ``FileError`` if there is none of that name.
  static func of(_ task: TrainingTask, file: String) throws -> Experiment {
    guard case .experiment(let name) = task.source else {
      throw FileError(
        .invalid, file: file, "was not trained on letters (see --forecast, --stream and --input)")
    }
    guard let experiment = named(name) else {
      throw FileError(
        .invalid, file: file,
        "/task@experiment: is \(name); known are " + all.map(\.name).joined(separator: ", "))
    }
    return experiment
  }
}
