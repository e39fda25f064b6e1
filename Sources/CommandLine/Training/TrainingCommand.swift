import ArgumentParser
import Files
import Recurrent
import Tasks

/// What `lstm-train` and `lstm-resume` have in common: a run with its progress, its signals and its end.
extension ToolCommand {
  /// Trains until all epochs are done, or a signal or a rule asks to stop; saves in any case.
  ///
  /// - Throws: An exit code if a signal ended it, or what the run throws.
  package static func train(
    _ run: TrainingRun, saving: CheckpointSchedule, stopping rule: StopRule, logs: [any EpochLog],
    preview: RunPreview? = nil, isQuiet: Bool
  ) throws {
    var rule = rule
    try rule.goal?.check(run.trainer)
    // A run that goes on may be there already.
    if run.trainer.progress.updateInEpoch == 0, !run.hasNewSettings {
      rule.look(at: run.trainer.progress.history)
    }
    if let reason = rule.reason {
      try run.save(to: saving)
      if !isQuiet { note("\(saving.path): \(reason); nothing is left to train") }
      return
    }
    for log in logs { try log.begin(run.trainer) }
    Interruption.watch()
    let isFinished = try showingProgress(of: run, isQuiet: isQuiet) { display in
      try run.train(
        saving: saving, shouldStop: { Interruption.signalNumber != nil || rule.reason != nil },
        shouldSave: { Interruption.takeSaveRequest() },
        didFail: { display.show(line("warning: \($0); it is tried again")) },
        didUpdate: { endedEpoch in
          display.update(run.trainer, endedEpoch: endedEpoch)
          rule.update(run.trainer, endedEpoch: endedEpoch)
          if let sample = try preview?.sample(of: run.trainer, endedEpoch: endedEpoch) {
            display.show(sample.shown)
            for log in logs {
              try log.add(sample: sample.text, run.trainer, endedEpoch: endedEpoch)
            }
          }
          if endedEpoch { for log in logs { try log.add(run.trainer) } }
        })
    }
    if !isQuiet { note(summary(run, path: saving.path, isFinished: isFinished, rule.reason)) }
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

  private static func summary(
    _ run: TrainingRun, path: String, isFinished: Bool, _ reason: String?
  ) -> String {
    let progress = run.trainer.progress
    guard isFinished else {
      if let reason, Interruption.signalNumber == nil {
        let epochs = "\(progress.epoch) of \(progress.targetEpochs) epochs"
        let more = progress.updateInEpoch > 0 ? " and \(progress.updateInEpoch) updates" : ""
        return
          "\(path): \(reason) (\(epochs)\(more) done), saved; continue with: lstm-resume \(path)"
      }
      return "\(path): stopped in epoch \(progress.epoch + 1) of \(progress.targetEpochs), "
        + "saved; continue with: lstm-resume \(path)"
    }
    var text = "\(path): \(counted(progress.epoch, "epoch"))"
    if let loss = progress.history.loss.last { text += ", loss \(fixed(loss, 4))" }
    if run.trainer.hasAccuracy, let accuracy = progress.history.accuracy.last {
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
    if let epoch = run.trainer.bestEpoch { text += "; the weights are those of epoch \(epoch)" }
    return text
  }
}
