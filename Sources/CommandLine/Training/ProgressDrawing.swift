import Synchronization

/// Draws the notes that training leaves, on a terminal or into a log: notes come from one thread, drawing is another's.
final class ProgressDrawing: Sendable {
  /// A longer time without drawing is one in which the process was stopped, in seconds.
  private static let longestTick = 3.0

  private struct State {
    var news: ProgressPace.News
    var pace: ProgressPace
    var lastTick = 0.0
  }

  private let terminal: Terminal
  private let clock: RunClock
  private let state: Mutex<State>
  private let wanted = Atomic<Bool>(true)
  private let endWanted = Atomic<Bool>(true)

  /// - Parameter first: What is shown before there is a note.
  init(_ run: ProgressRun, terminal: Terminal, clock: RunClock, first: ProgressSnapshot) {
    self.terminal = terminal
    self.clock = clock
    state = Mutex(
      State(
        news: ProgressPace.News(current: first),
        pace: ProgressPace(run, isLog: !terminal.canRedraw)))
  }

  /// Whether a note of the epoch under way would be drawn.
  var isWanted: Bool { wanted.load(ordering: .relaxed) }
  /// Whether one of an epoch that ended would be.
  var isEndWanted: Bool { endWanted.load(ordering: .relaxed) }

  /// Notes how far the epoch under way is.
  func note(_ snapshot: ProgressSnapshot) {
    state.withLock { $0.news.current = snapshot }
    wanted.store(false, ordering: .relaxed)
  }

  /// Notes what an epoch came to.
  func noteEnd(_ snapshot: ProgressSnapshot) {
    state.withLock { state in
      state.news.ended = snapshot
      // What is under way is the next one, even if its first update takes long.
      var next = snapshot
      (next.epoch, next.update, next.firstUpdate) = (snapshot.epoch + 1, 0, 0)
      (next.isEnded, next.means) = (false, [])
      (next.epochBegin, next.lastUpdate) = (snapshot.time, snapshot.time)
      if !snapshot.endsRun { state.news.current = next }
    }
    endWanted.store(false, ordering: .relaxed)
  }

  /// Shows what there is to show.
  func draw() {
    // A terminal may take its time, for which training does not wait.
    let output = state.withLock { state -> ProgressPace.Output? in
      var now = clock.seconds
      if now - state.lastTick > Self.longestTick {
        clock.skip(now - state.lastTick)
        now = clock.seconds
      }
      state.lastTick = now
      guard mayWrite else { return nil }
      defer { state.news.ended = nil }
      return state.pace.output(state.news, at: now)
    }
    show(output?.ended, stays: true)
    show(output?.current, stays: false)
    wanted.store(true, ordering: .relaxed)
    endWanted.store(true, ordering: .relaxed)
  }

  /// Shows the last line of a run that is finished; call when nothing else draws any more.
  func finish() {
    guard mayWrite else { return }
    show(state.withLock { $0.pace.last($0.news) }, stays: true)
  }

  /// Leaves the line of a run that was stopped.
  func leave() {
    guard terminal.canRedraw, mayWrite else { return }
    draw()
    StandardStreams.error("\n")
    Interruption.hasOpenLine = false
  }

  /// What is drawn over is not for a terminal that somebody else has.
  private var mayWrite: Bool { !terminal.canRedraw || terminal.isForeground }

  private func show(_ line: ProgressLine?, stays: Bool) {
    guard let line else { return }
    guard terminal.canRedraw else { return StandardStreams.error(line.logged + "\n") }
    // In the last column some terminals begin a new line.
    let text = line.drawn(
      columns: terminal.columns - 1, hasColor: terminal.hasColor, hasUnicode: terminal.hasUnicode)
    StandardStreams.error(Terminal.clearLine + text + (stays ? "\n" : ""))
    Interruption.hasOpenLine = !stays
  }
}
