import Recurrent

/// How far training is at one moment, as plain values that can go from the thread that trains to the one that draws.
struct ProgressSnapshot: Sendable {
  /// The epoch, from 1, and how many there are.
  var epoch: Int
  var epochs: Int
  /// The updates done in it, and how many it has.
  var update: Int
  var updates: Int
  /// The samples of the validation that are done, and how many it has; `nil` if the model is not validated now.
  var validation: (done: Int, samples: Int)?
  /// What the epoch has come to.
  var means: [Trainer.NamedMean]
  /// Seconds of the ``RunClock``: now, as the epoch began, and after its last update.
  var time: Double
  var epochBegin: Double
  var lastUpdate: Double
  /// The first update of the epoch that this process made, from 0.
  var firstUpdate = 0
  /// Whether the epoch has ended, and the run with it.
  var isEnded = false
  var endsRun = false

  /// How long the epoch takes, or took, in seconds.
  func duration(at now: Double) -> Double { max(0, (isEnded ? time : now) - epochBegin) }

  /// The part of the epoch that is done, from 0 to 1.
  var done: Double { isEnded ? 1 : Double(update) / Double(max(1, updates)) }
}

/// What does not change while a run goes on.
struct ProgressRun: Sendable {
  /// The epochs that were done before this process began, with the part of the one under way.
  var epochsBefore: Double
  var samples: Int
  var batchSize: Int
  /// What speed is given in, see `TrainingRun.speedUnit`.
  var unit: (title: String, perSample: Int)

  /// The units of the updates of an epoch before this one.
  func units(untilUpdate update: Int) -> Double {
    min(Double(update) * Double(batchSize), Double(samples)) * Double(unit.perSample)
  }

  /// The seconds that are left until all epochs are done; `nil` before the first update.
  func secondsLeft(after snapshot: ProgressSnapshot, at now: Double) -> Double? {
    let done = Double(snapshot.epoch - 1) + snapshot.done
    guard done > epochsBefore, snapshot.time > 0 else { return nil }
    let pace = snapshot.time / (done - epochsBefore)
    return max(0, pace * (Double(snapshot.epochs) - done) - (now - snapshot.time))
  }

  /// The seconds that are left until all updates of the epoch are done; `nil` before the first one.
  func secondsLeftInEpoch(after snapshot: ProgressSnapshot, at now: Double) -> Double? {
    let made = snapshot.update - snapshot.firstUpdate
    guard made > 0 else { return nil }
    let pace = (snapshot.lastUpdate - snapshot.epochBegin) / Double(made)
    return max(0, pace * Double(snapshot.updates - snapshot.update) - (now - snapshot.lastUpdate))
  }

  /// Units a second: over the updates of the epoch, or over all of this process.
  func speed(of snapshot: ProgressSnapshot, overRun: Bool) -> Double? {
    let (count, seconds) =
      overRun
      ? (
        (Double(snapshot.epoch - 1) + snapshot.done - epochsBefore) * units(untilUpdate: .max),
        snapshot.time
      )
      : (
        units(untilUpdate: snapshot.update) - units(untilUpdate: snapshot.firstUpdate),
        snapshot.lastUpdate - snapshot.epochBegin
      )
    return count > 0 && seconds > 0 ? count / seconds : nil
  }
}
