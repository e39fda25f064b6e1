import ArgumentParser
import LSTMToolkit

/// What `lstm-train` and `lstm-resume` have in common: a run with its progress, its signals and its end.
extension ToolCommand {
  /// Trains until all epochs are done or a signal asks to stop; saves in either case.
  ///
  /// - Throws: An exit code if a signal ended it, or what the run throws.
  public static func train(
    _ run: TrainingRun, saving: CheckpointSchedule, isQuiet: Bool
  ) throws {
    Interruption.watch()
    var bar = ProgressBar(run.trainer, isQuiet: isQuiet)
    let isFinished = try run.train(
      saving: saving, shouldStop: { Interruption.signalNumber != nil },
      didUpdate: { endedEpoch in bar.update(run.trainer, endedEpoch: endedEpoch) })
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
    return text
  }
}
