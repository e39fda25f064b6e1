import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An encoder-decoder that writes targets: the encoder reads sources once, the decoder goes on from its own state symbol by
/// symbol. Nothing is allocated at a step.
final class PairDecoder {
  /// A target that was written.
  struct Target {
    var numbers: [Int] = []
    /// The logarithm of its probability, that of its end included.
    var score = 0.0
  }

  /// The symbols that no target has.
  private static let excluded = [
    PairSymbols.padding, SequenceEncoding.unknown, PairSymbols.start,
  ]

  private let models: DecodingModels
  private let encoder, decoder: Sequential<Float>
  /// The most symbols of a target.
  private let longest: Int
  private let beams: Int
  private var search: BeamSearch
  private var rows = 0

  /// - Parameters:
  ///   - sources: The most sources that are read at once.
  ///   - steps: The symbols of each: sources of one length need no padding.
  ///   - longest: The most symbols of a target.
  ///   - beams: The texts that a search follows, for one source at a time; 0 to write always the likeliest symbol.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  init(
    _ models: DecodingModels, _ parameters: ParameterStore<Float>, sources: Int, steps: Int,
    longest: Int, beams: Int
  ) throws {
    self.models = models
    (self.longest, self.beams) = (longest, beams)
    encoder = try Sequential(
      parameters: parameters, as: models.encoder, batch: beams > 0 ? 1 : sources, steps: [steps])
    decoder = try Sequential(
      parameters: parameters, as: models.decoder, batch: beams > 0 ? beams : sources,
      steps: [1] + models.states.map { _ in 1 } + models.constants.map { _ in steps })
    for model in [encoder, decoder] { model.inputs[0].isSymbols = true }
    search = BeamSearch(
      beams: beams, symbols: decoder.outputUnits, excluded: Self.excluded, end: PairSymbols.end)
  }

  /// The sources that are read at once.
  var sourcesAtOnce: Int { encoder.batch }

  /// Writes a target for each source.
  ///
  /// - Parameter sources: At most ``sourcesAtOnce``, each of so many numbers as the encoder has steps.
  func targets(of sources: [[Int32]]) -> [Target] {
    read(sources)
    guard beams > 0 else { return likeliest() }
    var texts = FollowedTargets(decoder: self)
    let found = search.run(&texts, steps: longest + 1)
    return [Target(numbers: found.symbols, score: found.score)]
  }

  /// Reads the sources, and puts the decoder where their targets begin.
  private func read(_ sources: [[Int32]]) {
    let input = encoder.inputs[0]
    for (row, numbers) in sources.enumerated() {
      for (step, number) in numbers.enumerated() {
        input.symbols[step * sources.count + row] = number
      }
    }
    encoder.forward(rows: sources.count)
    rows = beams > 0 ? beams : sources.count
    let given = models.states + models.constants.map(Optional.some)
    for (index, output) in given.enumerated() {
      let place = decoder.inputs[1 + index]
      guard let output else {
        for value in 0..<rows * place.features { place.values[value] = 0 }
        continue
      }
      copy(encoder.output(output, rows: sources.count), of: sources.count, to: place)
    }
    for row in 0..<rows { decoder.inputs[0].symbols[row] = Int32(PairSymbols.start) }
  }

  /// Gives each row of an input what the encoder gives for its source.
  private func copy(
    _ values: UnsafeBufferPointer<Float>, of sources: Int, to place: ModelInput<Float>
  ) {
    let units = place.features
    for step in 0..<place.timeSteps {
      for row in 0..<rows {
        let from = (step * sources + min(row, sources - 1)) * units
        let to = (step * rows + row) * units
        for unit in 0..<units { place.values[to + unit] = values[from + unit] }
      }
    }
  }

  /// One step of all rows: `[rows, symbols]`.
  fileprivate func step() -> UnsafeBufferPointer<Float> { decoder.forward(rows: rows) }

  /// Has a row go on from another one's state, with a symbol behind it.
  fileprivate func go(on row: Int, from parent: Int, symbol: Int) {
    for index in models.states.indices {
      let place = decoder.inputs[1 + index]
      let state = decoder.output(1 + index, rows: rows)
      let units = place.features
      for unit in 0..<units { place.values[row * units + unit] = state[parent * units + unit] }
    }
    decoder.inputs[0].symbols[row] = Int32(symbol)
  }

  /// Takes the likeliest symbol at every step.
  private func likeliest() -> [Target] {
    var target = Target()
    target.numbers.reserveCapacity(longest)
    var targets = [Target](repeating: target, count: rows)
    var isEnded = [Bool](repeating: false, count: rows)
    var open = rows
    for step in 0...longest where open > 0 {
      let probabilities = self.step()
      let symbols = decoder.outputUnits
      for row in 0..<rows where !isEnded[row] {
        let own = UnsafeBufferPointer(
          rebasing: probabilities[row * symbols..<(row + 1) * symbols])
        let symbol = step == longest ? PairSymbols.end : Self.likeliest(own)
        targets[row].score += log(max(Double(own[symbol]), Double(Float.leastNonzeroMagnitude)))
        isEnded[row] = symbol == PairSymbols.end
        if isEnded[row] { open -= 1 } else { targets[row].numbers.append(symbol) }
        go(on: row, from: row, symbol: symbol)
      }
    }
    return targets
  }

  private static func likeliest(_ probabilities: UnsafeBufferPointer<Float>) -> Int {
    var best = PairSymbols.end
    for symbol in probabilities.indices
    where probabilities[symbol] > probabilities[best] && !excluded.contains(symbol) {
      best = symbol
    }
    return best
  }
}

/// Targets of one source, each a row of the decoder.
private struct FollowedTargets: FollowedTexts {
  let decoder: PairDecoder

  func read() -> UnsafeBufferPointer<Float> { decoder.step() }

  func follow(_ continuations: [BeamSearch.Continuation]) {
    for (row, text) in continuations.enumerated() {
      decoder.go(on: row, from: text.parent, symbol: text.symbol)
    }
  }
}
