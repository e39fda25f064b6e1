#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Texts that are followed side by side, each in a row of a model's batch.
protocol FollowedTexts {
  /// Reads the newest symbol of each.
  ///
  /// - Returns: The probabilities of what follows, `[rows, symbols]`.
  mutating func read() -> UnsafeBufferPointer<Float>
  /// Has the texts be others: of each, the row of the text that it goes on from, and its newest symbol.
  mutating func follow(_ continuations: [BeamSearch.Continuation])
}

/// The most probable text that beam search finds (Graves 2012): after each symbol, of all continuations of the texts that
/// are followed, the most probable are followed further. Where texts have an end, the search stops as soon as the most
/// probable text that has ended is at least as probable as all that have not.
struct BeamSearch {
  /// A text that may be followed.
  struct Continuation {
    /// The logarithm of its probability.
    var score = 0.0
    /// The row of the text that it is a continuation of.
    var parent = 0
    var symbol = 0
  }

  /// What a search has found.
  struct Found {
    let symbols: [Int]
    /// The row whose state has read all of it but its last symbol.
    let row: Int
    /// The logarithm of its probability.
    let score: Double
  }

  private let beams, symbols: Int
  /// The symbol that a text ends with; `nil` if it never does.
  private let end: Int?
  private let isExcluded: [Bool]
  /// The best continuations that do not end, and those that end, at the step under way.
  private var best: [Continuation] = []
  private var ends: [Continuation] = []
  /// What was followed at each step.
  private var history: [[Continuation]] = []

  /// - Parameters:
  ///   - beams: How many texts are followed.
  ///   - symbols: How many symbols there are.
  ///   - excluded: Those that no text has.
  init(beams: Int, symbols: Int, excluded: [Int], end: Int? = nil) {
    (self.beams, self.symbols, self.end) = (beams, symbols, end)
    isExcluded = (0..<symbols).map { $0 == end || excluded.contains($0) }
    best.reserveCapacity(beams + 1)
    ends.reserveCapacity(beams)
  }

  /// Searches from where the texts stand, all rows alike.
  ///
  /// - Parameter steps: The most symbols of a text, its end among them; just as many if there is no end.
  mutating func run(_ texts: inout some FollowedTexts, steps: Int) -> Found {
    history.removeAll(keepingCapacity: true)
    var ended: (text: Continuation, step: Int)?
    for step in 0..<steps {
      let probabilities = texts.read()
      best.removeAll(keepingCapacity: true)
      ends.removeAll(keepingCapacity: true)
      for row in 0..<(history.last?.count ?? 1) {
        add(
          UnsafeBufferPointer(rebasing: probabilities[row * symbols..<(row + 1) * symbols]),
          after: row, history.last?[row].score ?? 0)
      }
      let isLast = end != nil && step + 1 == steps
      for text in ends where isLast || rank(of: text) < beams {
        if text.score > ended?.text.score ?? -.infinity { ended = (text, step) }
      }
      if let ended, isLast || ended.text.score >= best.first?.score ?? -.infinity { break }
      history.append(best)
      if step + 1 < steps { texts.follow(best) }
    }
    if let ended {
      return Found(
        symbols: path(to: ended.text.parent, before: ended.step), row: ended.text.parent,
        score: ended.text.score)
    }
    let last = history.last?.first ?? Continuation()
    return Found(symbols: path(to: 0, before: history.count), row: last.parent, score: last.score)
  }

  /// The symbols of a text that was followed.
  private func path(to row: Int, before step: Int) -> [Int] {
    var (symbols, row) = ([Int](), row)
    for continuations in history[..<step].reversed() where continuations.indices.contains(row) {
      symbols.append(continuations[row].symbol)
      row = continuations[row].parent
    }
    return symbols.reversed()
  }

  /// How many continuations are more probable than one that ends.
  private func rank(of text: Continuation) -> Int {
    best.count { $0.score > text.score } + ends.count { $0.score > text.score }
  }

  /// Puts those continuations of a text among the best that belong there, the most probable first.
  private mutating func add(
    _ probabilities: UnsafeBufferPointer<Float>, after row: Int, _ score: Double
  ) {
    func total(_ symbol: Int) -> Double {
      score + log(max(Double(probabilities[symbol]), Double(Float.leastNonzeroMagnitude)))
    }
    if let end { ends.append(Continuation(score: total(end), parent: row, symbol: end)) }
    for symbol in 0..<symbols where !isExcluded[symbol] {
      let total = total(symbol)
      if best.count == beams, let last = best.last, total <= last.score { continue }
      let place = best.firstIndex { $0.score < total } ?? best.count
      best.insert(Continuation(score: total, parent: row, symbol: symbol), at: place)
      if best.count > beams { best.removeLast() }
    }
  }
}
