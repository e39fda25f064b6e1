import Files
import Recurrent

/// A line of progress as Keras users know it: epoch, bar, updates, time, loss and metrics. Where there is no room for all
/// parts, the least important ones are left out.
struct ProgressLine {
  /// A part of the line with what goes before it.
  struct Part {
    let text: String
    /// The same for a log.
    let logged: String
    let separator: String
    /// The smaller, the more important.
    let rank: Int
  }

  /// The columns of a bar: at least, and at most.
  private static let barWidths = 8...31
  private static let barRank = 2

  private var parts: [Part] = []
  /// How much of the bar is full, from 0 to 1.
  private let done: Double
  /// What is left on a terminal that has no room for more, from the shortest.
  private let shortest: [String]

  /// - Parameters:
  ///   - snapshot: What to show.
  ///   - now: The time at which it is shown, in seconds of the ``RunClock``.
  ///   - overRun: Whether bar and times are those of the run: epochs that are over in an instant have none to speak of.
  init(_ snapshot: ProgressSnapshot, of run: ProgressRun, at now: Double, overRun: Bool) {
    let isLast = snapshot.endsRun
    done =
      overRun && !isLast
      ? (Double(snapshot.epoch - 1) + snapshot.done) / Double(max(1, snapshot.epochs))
      : snapshot.done
    let epoch = "\(snapshot.epoch)/\(snapshot.epochs)"
    let elapsed = overRun ? now : snapshot.duration(at: now)
    // With tenths of seconds, a line that is drawn over moves whenever it is drawn.
    let drawn = Self.clock(elapsed, hasTenths: !snapshot.isEnded || overRun && !isLast)
    shortest = [drawn, "\(epoch) \(drawn)"]

    add("Epoch \(epoch)", "", 0)
    if !overRun { add("\(snapshot.update)/\(snapshot.updates)", " ", 7) }
    add(drawn, logged: Self.clock(elapsed), " ", 1)
    let left = run.secondsLeft(after: snapshot, at: now).map { Self.clock($0) }
    if let validation = snapshot.validation {
      let percent = 100 * Double(validation.done) / Double(max(1, validation.samples))
      add("validating \(fixed(percent.rounded(.down), 0))%", ", ", 4)
    } else if isLast {
      // The run is over but for the checkpoint.
      if now - snapshot.time >= 1 { add("saving \(Self.clock(now - snapshot.time))", ", ", 4) }
    } else if overRun {
      if let left { add("ETA \(left)", ", ", 4) }
    } else if !snapshot.isEnded, let left = run.secondsLeftInEpoch(after: snapshot, at: now) {
      add("ETA \(Self.clock(left))", ", ", 4)
    }
    if !overRun, !isLast, snapshot.epochs > 1, let left {
      let hasOther = snapshot.validation == nil && !snapshot.isEnded
      add("run \(hasOther ? "" : "ETA ")\(left)", ", ", 9)
    }
    for (number, mean) in snapshot.means.enumerated() {
      let rank = ["loss": 3, "accuracy": 5, History.validationLoss: 6][mean.name] ?? 10 + number
      add("\(mean.name): \(Self.number(mean.value))", " - ", rank)
    }
    if let speed = run.speed(of: snapshot, overRun: overRun) {
      add("\(Self.count(speed)) \(run.unit.title)/s", " - ", 8)
    }
  }

  private mutating func add(
    _ text: String, logged: String? = nil, _ separator: String, _ rank: Int
  ) {
    parts.append(Part(text: text, logged: logged ?? text, separator: separator, rank: rank))
  }

  /// The line for a log: all of it, without a bar.
  var logged: String {
    parts.reduce("") { line, part in
      line + (line.isEmpty ? "" : part.separator == " " ? " - " : part.separator)
        + part.logged
    }
  }

  /// The line for a terminal.
  ///
  /// - Parameter columns: The most that it takes.
  func drawn(columns: Int, hasColor: Bool = false, hasUnicode: Bool = false) -> String {
    var room = columns
    var chosen: Set<Int> = []
    var hasBar = false
    for rank in Set(parts.map(\.rank) + [Self.barRank]).sorted() {
      if rank == Self.barRank, Self.barWidths.lowerBound <= room {
        hasBar = true
        room -= Self.barWidths.lowerBound
      }
      let length = parts.filter { $0.rank == rank }.reduce(0) {
        $0 + $1.text.count + $1.separator.count
      }
      guard length <= room else {
        // Without epoch and time there is no line.
        if rank < Self.barRank { return shortened(to: columns) }
        continue
      }
      room -= length
      chosen.insert(rank)
    }
    var line = ""
    for part in parts where chosen.contains(part.rank) {
      let isFirst = line.isEmpty
      let text = part.separator + part.text
      line += isFirst && hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text
      if isFirst, hasBar {
        let width = min(Self.barWidths.upperBound, Self.barWidths.lowerBound + room)
        line += " " + bar(width: width - 1, hasColor: hasColor, hasUnicode: hasUnicode)
      }
    }
    return line
  }

  private func shortened(to columns: Int) -> String {
    shortest.last { $0.count <= columns } ?? String((shortest.first ?? "").prefix(max(0, columns)))
  }

  private func bar(width: Int, hasColor: Bool, hasUnicode: Bool) -> String {
    let inside = hasUnicode ? width : width - 2
    let part = done.isFinite ? min(1, max(0, done)) : 0
    let filled = Int(part * Double(inside))
    func run(_ text: String, _ count: Int, color: Int) -> String {
      let text = String(repeating: text, count: max(0, count))
      return hasColor && !text.isEmpty ? "\u{1B}[\(color)m\(text)\u{1B}[0m" : text
    }
    // Green on gray.
    guard !hasUnicode else {
      return run("━", filled, color: 32) + run(hasColor ? "━" : "─", inside - filled, color: 90)
    }
    let tip = filled > 0 && filled < inside
    let full = String(repeating: "=", count: tip ? filled - 1 : filled) + (tip ? ">" : "")
    return "[" + run(full, 1, color: 32) + String(repeating: ".", count: inside - filled) + "]"
  }

  /// A duration as Keras writes it: `38s`, `9:20`, `2:57:00`; days from a hundred hours.
  static func clock(_ seconds: Double, hasTenths: Bool = false) -> String {
    guard !(seconds >= 1e10) else { return "100 years" }
    let whole = Int(seconds > 0 ? seconds : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let tenths = hasTenths && seconds > 0 ? ".\(Int(seconds * 10) % 10)" : ""
    if whole < 60 { return "\(whole)\(tenths)s" }
    if whole < 3600 { return "\(whole / 60):\(two(whole % 60))\(tenths)" }
    let hours = whole / 3600
    let rest = ":\(two(whole % 3600 / 60)):\(two(whole % 60))\(tenths)"
    return hours < 100 ? "\(hours)\(rest)" : "\(hours / 24)d \(hours % 24)\(rest)"
  }

  /// A mean as Keras' progress bar writes it; very large ones with a power of ten as well.
  static func number(_ value: Double) -> String {
    let size = abs(value)
    return size > 1e-3 && size < 1e6 || size == 0 || !value.isFinite
      ? fixed(value, 4) : scientific(value, 4)
  }

  /// Three digits or so: `0.0123`, `4.56`, `789`, `1.23k`, `45.6M`.
  static func count(_ value: Double) -> String {
    if value < 0.1 { return fixed(value, 4) }
    var (rest, prefix) = (value, "")
    for next in ["k", "M", "G", "T"] where rest >= 999.5 { (rest, prefix) = (rest / 1000, next) }
    return fixed(rest, rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0) + prefix
  }
}
