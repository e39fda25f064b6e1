import ArgumentParser
import Files
import Recurrent
import Tasks

/// What `lstm-train` and `lstm-resume` have in common: a run with its progress, its signals and its end.
extension ToolCommand {
  /// Trains until all epochs are done or a signal asks to stop; saves in either case.
  ///
  /// - Throws: An exit code if a signal ended it, or what the run throws.
  package static func train(
    _ run: TrainingRun, saving: CheckpointSchedule, logs: [any EpochLog],
    preview: RunPreview? = nil, isQuiet: Bool
  ) throws {
    for log in logs { try log.begin(run.trainer) }
    Interruption.watch()
    let isFinished = try showingProgress(of: run, isQuiet: isQuiet) { display in
      try run.train(
        saving: saving, shouldStop: { Interruption.signalNumber != nil },
        didUpdate: { endedEpoch in
          display.update(run.trainer, endedEpoch: endedEpoch)
          if let text = try preview?.text(of: run.trainer, endedEpoch: endedEpoch) {
            display.show(text)
          }
          if endedEpoch { for log in logs { try log.add(run.trainer) } }
        })
    }
    if !isQuiet { note(summary(run, path: saving.path, isFinished: isFinished)) }
    if let number = Interruption.signalNumber, !isFinished {
      throw ExitStatus.stopped(by: number)
    }
  }

  /// Shows progress while a run is trained, whether that ends well or not.
  private static func showingProgress<Result>(
    of run: TrainingRun, isQuiet: Bool, _ train: (ProgressDisplay) throws -> Result
  ) rethrows -> Result {
    let trainer = run.trainer
    let display = ProgressDisplay(trainer, unit: run.speedUnit, isQuiet: isQuiet)
    trainer.whileValidating = { [unowned trainer] in display.validate(trainer, samples: $0) }
    defer {
      trainer.whileValidating = nil
      display.finish(trainer)
    }
    return try train(display)
  }

  private static func summary(_ run: TrainingRun, path: String, isFinished: Bool) -> String {
    let progress = run.trainer.progress
    guard isFinished else {
      return "\(path): stopped in epoch \(progress.epoch + 1) of \(progress.targetEpochs), "
        + "saved; continue with: lstm-resume \(path)"
    }
    var text = "\(path): \(counted(progress.epoch, "epoch"))"
    if let loss = progress.history.loss.last { text += ", loss \(fixed(loss, 4))" }
    if run.trainer.loss.hasAccuracy, let accuracy = progress.history.accuracy.last {
      text += ", accuracy \(percentage(accuracy))"
    }
    if let loss = progress.history.last(History.validationLoss) {
      text += ", validation loss \(fixed(loss, 4))"
    }
    if let accuracy = progress.history.last(History.validationAccuracy) {
      text += ", validation accuracy \(percentage(accuracy))"
    }
    let loss = progress.history.last(History.validationLoss) ?? progress.history.loss.last
    if let description = loss.flatMap(run.description) { text += ": " + description }
    if progress.isStoppedEarly { text += "; stopped early, no better for a while" }
    return text
  }
}
