import LSTMToolkit

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The progress of training on stderr, as Keras users know it: on a terminal one line that is drawn
/// over, in a file a line for an epoch now and then.
public struct ProgressBar {
  private static let width = 24
  /// The shortest time between two drawings, in seconds.
  private static let terminalInterval = 0.1
  private static let fileInterval = 1.0

  private let isTerminal: Bool
  private let isQuiet: Bool
  private let begin = now()
  private let epochAtBegin: Double
  private var lastDrawn = 0.0
  private var updatesUntilLook = 0

  public init(_ trainer: Trainer, isQuiet: Bool) {
    self.isQuiet = isQuiet
    isTerminal = isatty(STDERR_FILENO) != 0
    epochAtBegin = Self.epochs(trainer)
  }

  /// Shows how far training is, if it is time to.
  public mutating func update(_ trainer: Trainer, endedEpoch: Bool) {
    guard !isQuiet else { return }
    // A look at the clock costs a good part of a small model's update.
    updatesUntilLook -= 1
    let isLast = trainer.progress.isFinished
    guard isLast || updatesUntilLook <= 0, isLast || endedEpoch || isTerminal else { return }
    updatesUntilLook = 64
    let time = Self.now()
    guard isLast || time - lastDrawn >= (isTerminal ? Self.terminalInterval : Self.fileInterval)
    else { return }
    lastDrawn = time
    let line = describe(trainer, time: time)
    StandardStreams.error(isTerminal ? "\r\u{1B}[2K\(line)\(isLast ? "\n" : "")" : line + "\n")
  }

  /// Leaves the line that is drawn over.
  public func finish(_ trainer: Trainer) {
    if isTerminal && !isQuiet && !trainer.progress.isFinished { StandardStreams.error("\n") }
  }

  private func describe(_ trainer: Trainer, time: Double) -> String {
    let progress = trainer.progress
    let total = progress.targetEpochs
    let done = Self.epochs(trainer)
    let part = total == 0 ? 1 : done / Double(total)
    let filled = min(Self.width, Int(part * Double(Self.width)))
    let bar =
      String(repeating: "=", count: max(0, filled - 1)) + (filled > 0 ? (part < 1 ? ">" : "=") : "")
      + String(repeating: ".", count: Self.width - filled)
    var line = "Epoch \(progress.epoch)/\(total) [\(bar)]"
    let elapsed = time - begin
    if part < 1 && done > epochAtBegin {
      let left = elapsed / (done - epochAtBegin) * (Double(total) - done)
      line += " - ETA: \(Self.duration(left))"
    } else {
      line += " - \(Self.duration(elapsed))"
    }
    if let loss = progress.history.loss.last { line += " - loss: \(fixed(loss, 4))" }
    if trainer.loss.hasAccuracy, let accuracy = progress.history.accuracy.last {
      line += " - accuracy: \(fixed(accuracy, 4))"
    }
    if let loss = progress.history.last(History.validationLoss) {
      line += " - val_loss: \(fixed(loss, 4))"
    }
    return line
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
