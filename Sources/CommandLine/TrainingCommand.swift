import ArgumentParser
import Checkpoints
import Recurrent
import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `lstm-train` and `lstm-resume` have in common: a run with its progress, its signals and its end.
extension ToolCommand {
  /// Trains until all epochs are done or a signal asks to stop; saves in either case.
  ///
  /// - Throws: An exit code if a signal ended it, or what the run throws.
  package static func train(
    _ run: TrainingRun, saving: CheckpointSchedule, logs: [any EpochLog], isQuiet: Bool
  ) throws {
    for log in logs { try log.begin(run.trainer) }
    Interruption.watch()
    var bar = ProgressBar(run.trainer, isQuiet: isQuiet)
    let isFinished = try run.train(
      saving: saving, shouldStop: { Interruption.signalNumber != nil },
      didUpdate: { endedEpoch in
        bar.update(run.trainer, endedEpoch: endedEpoch)
        if endedEpoch { for log in logs { try log.add(run.trainer) } }
      })
    bar.finish(run.trainer)
    if !isQuiet { note(summary(run, path: saving.path, isFinished: isFinished)) }
    if let number = Interruption.signalNumber, !isFinished {
      throw ExitStatus.stopped(by: number)
    }
  }

  private static func summary(_ run: TrainingRun, path: String, isFinished: Bool) -> String {
    let progress = run.trainer.progress
    guard isFinished else {
      return "\(path): stopped in epoch \(progress.epoch + 1) of \(progress.targetEpochs), "
        + "saved; go on with: lstm-resume \(path)"
    }
    var text = "\(path): \(progress.epoch) epochs"
    if let loss = progress.history.loss.last { text += ", loss \(fixed(loss, 4))" }
    if run.trainer.loss.hasAccuracy, let accuracy = progress.history.accuracy.last {
      text += ", accuracy \(percentage(accuracy))"
    }
    if let loss = progress.history.last(History.validationLoss) {
      text += ", validation loss \(fixed(loss, 4))"
    }
    if let level = run.textLevel {
      let loss = progress.history.last(History.validationLoss) ?? progress.history.loss.last
      text += loss.map { ": " + level.description(ofLoss: $0) } ?? ""
    }
    if progress.isStoppedEarly { text += "; stopped early, no better for a while" }
    return text
  }
}

extension TextTask.Level {
  /// A loss in the units in which models of text are compared: bits for each symbol, and perplexity.
  package func description(ofLoss loss: Double) -> String {
    "\(fixed(loss / log(2), 3)) bits per \(rawValue), perplexity \(fixed(exp(loss), 2))"
  }
}
