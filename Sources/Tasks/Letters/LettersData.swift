import Checkpoints
import Recurrent

/// The patterns of an experiment.
struct LettersData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary? = Experiment.alphabet
  private let patterns: [Pattern]
  private let isStateful: Bool

  init(_ task: LettersTask, randomSeed: UInt64, validationSplit: Double) throws {
    let experiment = task.experiment
    self.task = task
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
    let next = progress.order[(updates - 1) * batch..<updates * batch].map { sample in
      let pattern = patterns[Int(sample)]
      return Array(pattern.symbols.dropFirst()) + [pattern.target]
    }
    return StreamPosition(.symbols(StreamPosition.Symbols(next: next)))
  }
}
