/// Decides what of a run's progress is shown, and when: it is asked several times a second.
///
/// On a terminal one line is drawn over each time, and stays when an epoch ends that took a second or more. A log gets a
/// line as such an epoch ends, and every 30 seconds otherwise: within a long epoch, or over many short ones.
struct ProgressPace {
  /// An epoch that takes less is not shown by itself, in seconds.
  static let shortEpoch = 1.0
  /// The longest time from line to line in a log, in seconds.
  static let logInterval = 30.0

  /// What training has come to since it was asked last.
  struct News: Sendable {
    /// The epoch under way.
    var current: ProgressSnapshot
    /// The epoch that ended last, if one did.
    var ended: ProgressSnapshot?
  }

  /// What to show.
  struct Output {
    /// Epochs that are over: a line of their own, which stays.
    var ended: ProgressLine?
    /// What is under way, to be drawn over; on a log a line as well.
    var current: ProgressLine?
  }

  let run: ProgressRun
  let isLog: Bool
  private var lastEnded: ProgressSnapshot?
  private var lastLine = 0.0
  private var hasLine = false

  init(_ run: ProgressRun, isLog: Bool) {
    self.run = run
    self.isLog = isLog
  }

  /// - Parameter now: Seconds of the ``RunClock``.
  mutating func output(_ news: News, at now: Double) -> Output {
    var output = Output()
    if let ended = news.ended { lastEnded = ended }
    let isShort = lastEnded.map(isShort) ?? false
    if let ended = news.ended, !ended.endsRun {
      let isFirst = isLog && !hasLine
      if !isShort || isFirst || isLog && now - lastLine >= Self.logInterval {
        output.ended = line(ended, at: now, overRun: isShort)
        (lastLine, hasLine) = (now, true)
      }
    }
    // Of short epochs the last one that is over is shown; of one that is under way, no loss would say much.
    let overRun = isShort && (news.current.duration(at: now) < Self.shortEpoch)
    let isOver = lastEnded?.endsRun ?? false
    if isLog {
      guard now - lastLine >= Self.logInterval, !overRun, !isOver else { return output }
      lastLine = now
    }
    let shown = overRun || isOver ? lastEnded ?? news.current : news.current
    output.current = line(shown, at: now, overRun: isShort && (overRun || isOver))
    return output
  }

  /// The line of a run that is finished.
  func last(_ news: News) -> ProgressLine? {
    (news.ended ?? lastEnded).map { line($0, at: $0.time, overRun: isShort($0)) }
  }

  /// Whether an epoch that ended is one of many short ones.
  private func isShort(_ ended: ProgressSnapshot) -> Bool {
    ended.epochs > 1 && ended.duration(at: ended.time) < Self.shortEpoch
  }

  private func line(_ snapshot: ProgressSnapshot, at now: Double, overRun: Bool) -> ProgressLine {
    ProgressLine(snapshot, of: run, at: now, overRun: overRun)
  }
}
