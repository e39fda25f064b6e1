import Synchronization

/// A line on stderr for work of which nothing is known but that it takes long: `Preparing 12.3s`. On a terminal it is
/// drawn over after the first second and taken away at the end; a log gets one every 30 seconds.
package enum WaitingLine {
  private static let interval = 0.2
  private static let patience = 1.0

  /// Does the work, and shows that it goes on.
  ///
  /// - Parameter text: What is done.
  /// - Throws: What the work throws.
  package static func showing<Result>(
    _ text: String, isQuiet: Bool = false, _ work: () throws -> Result
  ) rethrows -> Result {
    guard !isQuiet else { return try work() }
    let (terminal, clock) = (Terminal(), RunClock())
    let lastLine = Mutex(0.0)
    let ticker = Ticker(every: interval) {
      let now = clock.seconds
      guard terminal.canRedraw else {
        let isDue = lastLine.withLock { last in
          guard now - last >= ProgressPace.logInterval else { return false }
          last = now
          return true
        }
        if isDue { StandardStreams.error("\(text) - \(ProgressLine.clock(now))\n") }
        return
      }
      guard now >= patience, terminal.isForeground else { return }
      let line = "\(text) \(ProgressLine.clock(now, hasTenths: true))"
      StandardStreams.error(
        Terminal.clearLine + String(line.prefix(max(0, terminal.columns - 1))))
      lastLine.withLock { $0 = now }
    }
    defer {
      ticker.stop()
      if terminal.canRedraw, lastLine.withLock({ $0 > 0 }) {
        StandardStreams.error(Terminal.clearLine)
      }
    }
    return try work()
  }
}
