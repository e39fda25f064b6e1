import Recurrent

/// How long a training run will take, from some updates that are made and thrown away.
package struct TrainingEstimate: Sendable {
  /// The updates that were measured.
  package let updates: Int
  package let secondsPerUpdate: Double
  /// Of one validation; `nil` if there is none.
  package let secondsPerValidation: Double?
  /// Of an epoch with its validation, and of all that are planned.
  package let secondsPerEpoch: Double
  package let seconds: Double

  /// Makes updates for about so many seconds; the trainer is of no further use.
  ///
  /// The first update is left out where there are others: in it, memory is touched for the first time, and threads start.
  ///
  /// - Throws: What the updates throw.
  package init(measuring trainer: Trainer, seconds limit: Double = 2) throws {
    let epochs = trainer.progress.targetEpochs - trainer.progress.epoch
    let done = Double(trainer.progress.updateInEpoch)
    let clock = ContinuousClock()
    let begin = clock.now
    func elapsed() -> Double { begin.duration(to: clock.now) / .seconds(1) }
    var (validationBegin, validation): (Double?, Double?)
    trainer.whileValidating = { if $0 == 0 { validationBegin = elapsed() } }
    defer { trainer.whileValidating = nil }
    var durations: [Double] = []
    while durations.count < Self.mostUpdates, elapsed() < limit || durations.isEmpty {
      let first = elapsed()
      validationBegin = nil
      try trainer.update()
      let last = elapsed()
      if let validationBegin { validation = last - validationBegin }
      durations.append((validationBegin ?? last) - first)
    }
    let counted = durations.count > 1 ? durations.dropFirst() : durations[...]
    updates = counted.count
    secondsPerUpdate = counted.reduce(0, +) / Double(counted.count)
    secondsPerValidation = try validation ?? Self.measure(trainer.evaluator, seconds: limit)
    let every = Double(trainer.options.validateEvery)
    secondsPerEpoch =
      Double(trainer.updatesPerEpoch) * secondsPerUpdate + (secondsPerValidation ?? 0) / every
    self.seconds = max(0, Double(epochs) * secondsPerEpoch - done * secondsPerUpdate)
  }

  private static let mostUpdates = 100_000

  /// The seconds of a validation, from the samples that it comes to in a part of them.
  private static func measure(_ evaluator: Evaluator?, seconds limit: Double) throws -> Double? {
    guard let evaluator else { return nil }
    struct Enough: Error {}
    let clock = ContinuousClock()
    let begin = clock.now
    var (samples, seconds) = (0, 0.0)
    do {
      _ = try evaluator.evaluate(willEvaluate: { done in
        (samples, seconds) = (done, begin.duration(to: clock.now) / .seconds(1))
        if done > 0, seconds > limit { throw Enough() }
      })
      return begin.duration(to: clock.now) / .seconds(1)
    } catch is Enough {
      return seconds * Double(evaluator.samples) / Double(samples)
    }
  }
}
