import Recurrent

extension TextGenerator {
  /// Goes on with the most probable continuation that beam search finds.
  ///
  /// - Returns: The numbers of the continuation's symbols.
  /// - Throws: `ConfigurationError` if there are too many beams, or `OutOfMemory`.
  func search(beams: Int, steps: Int) throws -> [Int] {
    var texts = try FollowedContinuations(self, beams: beams)
    var search = BeamSearch(
      beams: beams, symbols: model.outputUnits, excluded: [vocabulary.unknown].compactMap { $0 })
    let found = search.run(&texts, steps: steps)
    next = isStateful ? found.symbols.suffix(1) : (next + found.symbols).suffix(windowLength)
    if isStateful, let state = texts.model.recurrentState {
      try model.restore(state.row(found.row))
    }
    return found.symbols
  }
}

/// Continuations of one text, each a row of a batch.
private struct FollowedContinuations: FollowedTexts {
  let model: Sequential<Float>
  private let generator: TextGenerator
  private let snapshot: StateSnapshot
  /// The windows of models that carry no state, `[beams, length]`; the newest symbols otherwise.
  private var windows: [[Int]]

  init(_ generator: TextGenerator, beams: Int) throws {
    self.generator = generator
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

  mutating func read() -> UnsafeBufferPointer<Float> {
    var output = UnsafeBufferPointer<Float>(start: nil, count: 0)
    if !generator.isStateful { model.resetStates() }
    for step in 0..<(windows.first?.count ?? 0) {
      for (row, window) in windows.enumerated() {
        generator.vocabulary.put(window[step], in: row, of: model)
      }
      output = model.forward(rows: windows.count)
    }
    return output
  }

  mutating func follow(_ continuations: [BeamSearch.Continuation]) {
    // Rows without a text of their own follow the last one.
    let all = windows.indices.map { continuations[min($0, continuations.count - 1)] }
    let before = windows
    let length = generator.isStateful ? 1 : generator.windowLength
    for (row, text) in all.enumerated() {
      windows[row] = Array((before[text.parent] + [text.symbol]).suffix(length))
    }
    model.takeStates(ofRows: all.map(\.parent), by: snapshot)
  }
}
