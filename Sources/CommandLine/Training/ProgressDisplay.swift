import Recurrent

/// The progress of training on stderr. The thread that trains leaves notes, and one that does nothing else draws them, so
/// that what is shown moves however long an update takes.
///
/// An update that nobody waits to hear of costs one relaxed load. Results do not depend on any of this.
package final class ProgressDisplay {
  private static let interval = 0.2

  private let drawing: ProgressDrawing?
  private let ticker: Ticker?
  private let clock: RunClock
  /// When the epoch began, and where in it this process did.
  private var epochBegin = 0.0
  private var firstUpdate: Int
  private var lastUpdate = 0.0

  /// Begins; on a terminal with a line at once.
  ///
  /// - Parameter unit: What the speed is given in, see `TrainingRun.speedUnit`.
  package init(_ trainer: Trainer, unit: (title: String, perSample: Int), isQuiet: Bool) {
    clock = RunClock()
    let progress = trainer.progress
    firstUpdate = progress.updateInEpoch
    guard !isQuiet, !progress.isFinished else {
      (drawing, ticker) = (nil, nil)
      return
    }
    let run = ProgressRun(
      epochsBefore: Double(progress.epoch)
        + Double(progress.updateInEpoch) / Double(trainer.updatesPerEpoch),
      samples: trainer.source.samples, batchSize: trainer.options.batchSize, unit: unit)
    let first = ProgressSnapshot(
      trainer, time: 0, epochBegin: 0, lastUpdate: 0, firstUpdate: firstUpdate)
    let drawing = ProgressDrawing(run, terminal: Terminal(), clock: clock, first: first)
    self.drawing = drawing
    drawing.draw()
    ticker = Ticker(every: Self.interval) { drawing.draw() }
  }

  /// Notes an update.
  package func update(_ trainer: Trainer, endedEpoch: Bool) {
    guard let drawing, endedEpoch || drawing.isWanted else { return }
    let time = clock.seconds
    guard endedEpoch else {
      lastUpdate = time
      return drawing.note(snapshot(trainer, at: time))
    }
    if drawing.isEndWanted || trainer.progress.isFinished {
      drawing.noteEnd(
        ProgressSnapshot(
          endOfEpoch: trainer, time: time, epochBegin: epochBegin, lastUpdate: lastUpdate,
          firstUpdate: firstUpdate))
    }
    (epochBegin, lastUpdate, firstUpdate) = (time, time, 0)
    if drawing.isWanted, !trainer.progress.isFinished { drawing.note(snapshot(trainer, at: time)) }
  }

  /// Notes how far a validation is.
  package func validate(_ trainer: Trainer, samples: Int) {
    guard let drawing, samples == 0 || drawing.isWanted else { return }
    let time = clock.seconds
    if samples == 0 { lastUpdate = time }
    guard drawing.isWanted else { return }
    var snapshot = snapshot(trainer, at: time)
    snapshot.validation = (samples, trainer.evaluator?.samples ?? 0)
    drawing.note(snapshot)
  }

  private func snapshot(_ trainer: Trainer, at time: Double) -> ProgressSnapshot {
    ProgressSnapshot(
      trainer, time: time, epochBegin: epochBegin, lastUpdate: lastUpdate,
      firstUpdate: firstUpdate)
  }

  /// Shows a text of whole lines in the place of the line that is drawn over, which comes back below it.
  package func show(_ text: String) {
    let isOverLine = drawing != nil && Interruption.hasOpenLine
    StandardStreams.error((isOverLine ? Terminal.clearLine : "") + text)
  }

  /// Draws the last line, and leaves it.
  package func finish(_ trainer: Trainer) {
    guard let drawing else { return }
    ticker?.stop()
    guard !trainer.progress.isFinished else { return drawing.finish() }
    drawing.note(snapshot(trainer, at: clock.seconds))
    drawing.leave()
  }
}

extension ProgressSnapshot {
  /// The epoch under way.
  fileprivate init(
    _ trainer: Trainer, time: Double, epochBegin: Double, lastUpdate: Double, firstUpdate: Int
  ) {
    let progress = trainer.progress
    self.init(
      epoch: progress.epoch + 1, epochs: progress.targetEpochs, update: progress.updateInEpoch,
      updates: trainer.updatesPerEpoch, means: trainer.meansInEpoch, time: time,
      epochBegin: epochBegin, lastUpdate: lastUpdate, firstUpdate: firstUpdate)
  }

  /// The epoch that has just ended.
  fileprivate init(
    endOfEpoch trainer: Trainer, time: Double, epochBegin: Double, lastUpdate: Double,
    firstUpdate: Int
  ) {
    let progress = trainer.progress
    // After a validation, the last update was before it.
    let isValidated = progress.history.last(History.validationLoss) != nil
    self.init(
      epoch: progress.epoch, epochs: progress.targetEpochs, update: trainer.updatesPerEpoch,
      updates: trainer.updatesPerEpoch,
      means: trainer.meansOfLastEpoch, time: time, epochBegin: epochBegin,
      lastUpdate: isValidated ? lastUpdate : time, firstUpdate: firstUpdate, isEnded: true,
      endsRun: progress.isFinished)
  }
}
