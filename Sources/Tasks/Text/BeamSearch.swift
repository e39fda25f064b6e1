import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension TextGenerator {
  /// Goes on with the most probable continuation that beam search finds (Graves 2012): after each symbol, of all
  /// continuations of the texts that are followed, the `beams` most probable are followed further.
  ///
  /// - Returns: The numbers of the continuation's symbols.
  /// - Throws: `ConfigurationError` if there are too many beams, or `OutOfMemory`.
  func search(beams: Int, steps: Int) throws -> [Int] {
    let search = try BeamSearch(self, beams: beams)
    let found = search.run(steps: steps)
    next = isStateful ? found.symbols.suffix(1) : (next + found.symbols).suffix(windowLength)
    if isStateful, let state = search.model.recurrentState {
      try model.restore(state.row(found.row))
    }
    return found.symbols
  }
}

/// The texts that are followed side by side, each a row of a batch.
private struct BeamSearch {
  let model: Sequential<Float>
  private let generator: TextGenerator
  private let beams: Int
  private let snapshot: StateSnapshot
  /// The windows of models that carry no state, `[beams, length]`; the newest symbols otherwise.
  private let windows: [[Int]]

  init(_ generator: TextGenerator, beams: Int) throws {
    self.generator = generator
    self.beams = beams
    let configuration = generator.model.configuration
    model = try Sequential(
      parameters: generator.model.parameters, as: try configuration.stepByStep(batch: beams),
      batch: beams, timeSteps: 1)
    if generator.isStateful, let state = generator.model.recurrentState {
      try model.restore(state.row(0, rows: beams))
    }
    snapshot = StateSnapshot(of: model)
    windows = [[Int]](repeating: generator.next, count: beams)
  }

  /// A text that may be followed.
  private struct Beam {
    var score = 0.0
    var parent = 0
    var symbol = 0
  }

  /// - Returns: The most probable text, and the row whose state has read all of it but its last symbol.
  func run(steps: Int) -> (symbols: [Int], row: Int) {
    var windows = windows
    var scores = [0.0]
    var history: [[Beam]] = []
    var best: [Beam] = []
    for _ in 0..<steps {
      let probabilities = read(windows)
      best.removeAll(keepingCapacity: true)
      for (row, score) in scores.enumerated() {
        add(probabilities[row], after: row, score, to: &best)
      }
      history.append(best)
      guard history.count < steps else { break }
      scores = best.map(\.score)
      let before = windows
      for row in windows.indices {
        let beam = best[min(row, best.count - 1)]
        let length = generator.isStateful ? 1 : generator.windowLength
        windows[row] = Array((before[beam.parent] + [beam.symbol]).suffix(length))
      }
      let parents = windows.indices.map { best[min($0, best.count - 1)].parent }
      model.takeStates(ofRows: parents, by: snapshot)
    }
    var symbols: [Int] = []
    var row = 0
    for beams in history.reversed() {
      symbols.append(beams[row].symbol)
      row = beams[row].parent
    }
    return (symbols.reversed(), history.last?.first?.parent ?? 0)
  }

  /// Reads what is due in each row.
  ///
  /// - Returns: The probabilities of what follows each.
  private func read(_ windows: [[Int]]) -> [UnsafeBufferPointer<Float>] {
    let classes = model.outputUnits
    var output = UnsafeBufferPointer<Float>(start: nil, count: 0)
    if !generator.isStateful { model.resetStates() }
    for step in 0..<(windows.first?.count ?? 0) {
      for (row, window) in windows.enumerated() {
        generator.vocabulary.put(window[step], in: row, of: model)
      }
      output = model.forward(rows: beams)
    }
    return windows.indices.map {
      UnsafeBufferPointer(rebasing: output[$0 * classes..<($0 + 1) * classes])
    }
  }

  /// Puts those continuations of a text among the best that belong there, the most probable first.
  private func add(
    _ probabilities: UnsafeBufferPointer<Float>, after row: Int, _ score: Double,
    to best: inout [Beam]
  ) {
    for (symbol, probability) in probabilities.enumerated()
    where symbol != generator.vocabulary.unknown {
      let total = score + log(max(Double(probability), Double(Float.leastNonzeroMagnitude)))
      if best.count == beams, let last = best.last, total <= last.score { continue }
      let place = best.firstIndex { $0.score < total } ?? best.count
      best.insert(Beam(score: total, parent: row, symbol: symbol), at: place)
      if best.count > beams { best.removeLast() }
    }
  }
}
