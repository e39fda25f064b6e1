import Files
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The progress of training on stderr, as Keras users know it: on a terminal one line that is drawn
/// over, in a file a line for an epoch now and then.
package struct ProgressBar {
  /// The characters of the bar, and those below which there is none.
  private static let width = 24
  private static let least = 5
  private static let separator = " - "
  /// The shortest time between two drawings, in seconds.
  private static let terminalInterval = 0.1
  private static let fileInterval = 1.0

  private let isTerminal: Bool
  private let isQuiet: Bool
  private let begin = now()
  private let epochAtBegin: Double
  private var lastDrawn: Double
  private var pace = ClockPace()

  /// Begins; on a terminal with a line at once, since the first update may take long.
  package init(_ trainer: Trainer, isQuiet: Bool) {
    self.isQuiet = isQuiet
    isTerminal = isatty(STDERR_FILENO) != 0
    epochAtBegin = Self.epochs(trainer)
    lastDrawn = isTerminal ? begin : 0
    if isTerminal, !isQuiet, !trainer.progress.isFinished { draw(trainer, time: begin) }
  }

  /// Shows how far training is, if it is time to.
  package mutating func update(_ trainer: Trainer, endedEpoch: Bool) {
    guard !isQuiet else { return }
    let isLast = trainer.progress.isFinished
    guard isTerminal ? pace.isDue || isLast : endedEpoch else { return }
    let time = Self.now()
    pace.look(at: time)
    guard isLast || time - lastDrawn >= (isTerminal ? Self.terminalInterval : Self.fileInterval)
    else { return }
    lastDrawn = time
    draw(trainer, time: time)
  }

  private func draw(_ trainer: Trainer, time: Double) {
    guard isTerminal else {
      return StandardStreams.error(Self.line(parts(trainer, time: time), columns: nil) + "\n")
    }
    // In the last column some terminals begin a new line.
    let line = Self.line(parts(trainer, time: time), columns: TerminalWidth.columns - 1)
    StandardStreams.error("\r\u{1B}[2K\(line)\(trainer.progress.isFinished ? "\n" : "")")
  }

  /// Shows a text in the place of the line that is drawn over, which comes back below it.
  package func show(_ text: String, _ trainer: Trainer) {
    let isOverLine = isTerminal && !isQuiet && !trainer.progress.isFinished
    StandardStreams.error((isOverLine ? "\r\u{1B}[2K" : "") + text)
    if isOverLine { draw(trainer, time: Self.now()) }
  }

  /// Leaves the line that is drawn over.
  package func finish(_ trainer: Trainer) {
    if isTerminal && !isQuiet && !trainer.progress.isFinished { StandardStreams.error("\n") }
  }

  /// What is shown, the most important first, and how much of all epochs is done.
  private func parts(_ trainer: Trainer, time: Double) -> (done: Double, texts: [String]) {
    let progress = trainer.progress
    let total = progress.targetEpochs
    let done = Self.epochs(trainer)
    let isInside = !progress.isFinished && (isTerminal || progress.updateInEpoch > 0)
    var texts = ["Epoch \(isInside ? min(total, progress.epoch + 1) : progress.epoch)/\(total)"]
    let elapsed = time - begin
    let part = total == 0 ? 1 : done / Double(total)
    if part < 1 && done > epochAtBegin {
      let left = elapsed / (done - epochAtBegin) * (Double(total) - done)
      texts.append("ETA: \(Self.duration(left))")
    } else {
      texts.append(Self.duration(elapsed))
    }
    // Of the epoch under way, until one is done.
    let rows = Double(progress.rowsSeen)
    let loss = progress.history.loss.last ?? (rows > 0 ? progress.lossSum / rows : nil)
    let accuracy =
      progress.history.accuracy.last ?? (rows > 0 ? Double(progress.correct) / rows : nil)
    if let loss { texts.append("loss: \(fixed(loss, 4))") }
    if trainer.loss.hasAccuracy, let accuracy { texts.append("accuracy: \(fixed(accuracy, 4))") }
    if let loss = progress.history.last(History.validationLoss) {
      texts.append("val_loss: \(fixed(loss, 4))")
    }
    let updates = trainer.updatesPerEpoch
    if isTerminal {
      texts.append("\(isInside ? progress.updateInEpoch : updates)/\(updates)")
    }
    return (part, texts)
  }

  /// Epoch and bar, and what else there is room for.
  ///
  /// - Parameter columns: The most characters; any number if `nil`.
  static func line(_ parts: (done: Double, texts: [String]), columns: Int?) -> String {
    let columns = max(0, columns ?? .max)
    var texts = parts.texts
    func length(_ texts: [String]) -> Int {
      texts.reduce(0) { $0 + $1.count } + separator.count * (texts.count - 1)
    }
    while texts.count > 1, length(texts) > columns { texts.removeLast() }
    // Brackets, and a blank before them.
    let width = min(Self.width, columns - min(columns, length(texts) + 3))
    guard let epoch = texts.first, width >= least || columns == .max else {
      return String(texts.joined(separator: separator).prefix(columns))
    }
    return (["\(epoch) \(bar(parts.done, width: width))"] + texts.dropFirst())
      .joined(separator: separator)
  }

  private static func bar(_ part: Double, width: Int) -> String {
    let filled = max(0, min(width, Int(part * Double(width))))
    return "[" + String(repeating: "=", count: max(0, filled - 1))
      + (filled > 0 ? (part < 1 ? ">" : "=") : "") + String(repeating: ".", count: width - filled)
      + "]"
  }

  private static func epochs(_ trainer: Trainer) -> Double {
    Double(trainer.progress.epoch)
      + Double(trainer.progress.updateInEpoch) / Double(trainer.updatesPerEpoch)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded())
    if seconds < 1 { return "\(Int(seconds * 1000))ms" }
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m \(whole % 60)s" }
    return "\(whole / 3600)h \(whole % 3600 / 60)m"
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
