/// Where a training run stands: with weights, optimizer and recurrent state, all that it needs to go
/// on as if it had never stopped.
package struct TrainingProgress: Equatable, Sendable {
  /// The most epochs, and updates, of a run.
  package static let mostEpochs = 1 << 48

  /// The epochs that are done.
  package internal(set) var epoch: Int
  /// The epochs after which the run ends.
  package var targetEpochs: Int
  /// The updates done in the epoch that is under way.
  package internal(set) var updateInEpoch: Int
  /// The order in which the epoch under way, or the last one, takes the samples; empty if it is always that of
  /// the source, and not kept.
  package internal(set) var order: [Int32]
  /// Draws the next epoch's order.
  package internal(set) var shuffleGenerator: PhiloxGenerator
  /// The sum of the losses of the batches seen in the epoch under way, each times its steps, masked ones included.
  package internal(set) var lossSum: Double
  /// The right answers of the rows seen, see ``Loss/answersPerRow(units:)``.
  package internal(set) var correct: Int
  /// The number of those rows: steps of samples that no mask leaves out.
  package internal(set) var rowsSeen: Int
  /// The sum of each metric over them.
  package var metricSums: [Double] = []
  /// What the metrics that the model was compiled with have summed up, see ``Meters``.
  package var meterSums: [Double] = []
  /// The sum of the losses of each of several outputs over the samples seen; none of a model of one output.
  package var outputLossSums: [Double] = []
  /// Loss and accuracy of every epoch done.
  package internal(set) var history: History
  /// The best loss, of the validation if there is one.
  package var best = BestValue()
  /// The same as early stopping sees it.
  package var earlyStopping = BestValue()
  /// The same as the schedule of the learning rate sees it.
  package var plateau = BestValue()
  /// What plateaus have reduced the learning rate to, as a part of it.
  package var rateReduction = 1.0
  /// Whether the run was ended before all epochs were done.
  package var isStoppedEarly = false

  /// The beginning of a run.
  ///
  /// - Parameter samples: Those that have an order of their own; 0 if it is always that of the source.
  package init(samples: Int, targetEpochs: Int, randomSeed: UInt64) {
    self.init(
      epoch: 0, targetEpochs: targetEpochs, updateInEpoch: 0,
      order: (0..<Int32(samples)).map { $0 },
      shuffleGenerator: PhiloxGenerator(seed: randomSeed, stream: .shuffle), lossSum: 0,
      correct: 0, rowsSeen: 0, history: History())
  }

  /// A run as it was saved.
  package init(
    epoch: Int, targetEpochs: Int, updateInEpoch: Int, order: [Int32],
    shuffleGenerator: PhiloxGenerator, lossSum: Double, correct: Int, rowsSeen: Int,
    history: History
  ) {
    self.epoch = epoch
    self.targetEpochs = targetEpochs
    self.updateInEpoch = updateInEpoch
    self.order = order
    self.shuffleGenerator = shuffleGenerator
    self.lossSum = lossSum
    self.correct = correct
    self.rowsSeen = rowsSeen
    self.history = history
  }

  /// Adds a batch to the epoch under way.
  mutating func count(loss: Double, correct: Int, rows: Int) {
    lossSum += loss
    self.correct += correct
    rowsSeen += rows
  }

  /// Plans `epochs` more than are done.
  ///
  /// - Throws: ``ConfigurationError`` if they are too many, or fewer than none.
  package mutating func extend(byEpochs epochs: Int) throws(ConfigurationError) {
    let (target, overflow) = epoch.addingReportingOverflow(epochs)
    guard epochs >= 0, !overflow, target <= Self.mostEpochs else {
      throw ConfigurationError(
        "the number of further epochs is \(epochs); it must be from 0 to \(Self.mostEpochs - epoch)"
      )
    }
    targetEpochs = target
    if isStoppedEarly {
      isStoppedEarly = false
      earlyStopping.waited = 0
    }
  }

  /// Leaves the epoch under way: the next update is the first of one on so many samples.
  package mutating func leaveEpoch(samples: Int) {
    updateInEpoch = 0
    (lossSum, correct, rowsSeen) = (0, 0, 0)
    metricSums = [Double](repeating: 0, count: metricSums.count)
    meterSums = [Double](repeating: 0, count: meterSums.count)
    outputLossSums = [Double](repeating: 0, count: outputLossSums.count)
    if !order.isEmpty { order = (0..<Int32(clamping: samples)).map { $0 } }
  }

  /// Forgets what was best so far: what comes is measured on other data.
  package mutating func forgetBest() {
    (best, earlyStopping, plateau) = (BestValue(), BestValue(), BestValue())
  }

  /// Draws the order of the next epoch.
  mutating func shuffle() { shuffleGenerator.shuffle(&order) }

  /// Whether all epochs are done, or will not be.
  package var isFinished: Bool { isStoppedEarly || epoch >= targetEpochs }
}
