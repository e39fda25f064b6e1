import Checkpoints
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A model of text run on its own: each symbol that is drawn is its next input.
///
/// A stateful model goes on from all it has read. Another one reads the last symbols anew for each, as many as a
/// sample had in training.
package final class TextGenerator {
  /// A symbol that may come next.
  package struct Candidate: Equatable, Sendable {
    /// Its number in the vocabulary.
    package let number: Int
    package let symbol: String
    /// From 0 to 1.
    package let probability: Float
  }

  package let vocabulary: Vocabulary
  let numbers: SymbolNumbers
  let model: Sequential<Float>
  let isStateful: Bool
  let windowLength: Int
  /// What is fed next, the newest last.
  var next: [Int] = []
  private var sampler: SymbolSampler?
  /// The symbols of the seed that stood for the unknown one.
  private(set) var unknownSymbols: [String] = []

  /// - Throws: `FileError` if the file is not one of a text.
  package convenience init(_ file: ModelFile) throws {
    let task = try file.task(as: TextTask.self)
    guard let vocabulary = file.checkpoint.vocabulary else {
      throw file.error("has no vocabulary")
    }
    do {
      try self.init(task, vocabulary: vocabulary, parameters: file.checkpoint.parameters)
    } catch let error as ConfigurationError {
      throw file.error(error.description)
    }
  }

  /// A generator that shares its weights, which may go on learning.
  ///
  /// - Throws: `ConfigurationError` if the model is not one of these symbols, or `OutOfMemory`.
  init(_ task: TextTask, vocabulary: Vocabulary, parameters: ParameterStore<Float>) throws {
    self.vocabulary = vocabulary
    numbers = SymbolNumbers(vocabulary, level: task.level)
    isStateful = parameters.configuration.isStateful
    windowLength = task.sequenceLength
    model = try Sequential(
      parameters: parameters, as: try parameters.configuration.stepByStep(batch: 1), batch: 1,
      timeSteps: 1)
    guard numbers.isComplete else {
      throw ConfigurationError("/vocabulary is not one of subwords, as the task says")
    }
    guard model.outputUnits == vocabulary.symbols.count else {
      throw ConfigurationError(
        "the model gives \(model.outputUnits) values for \(vocabulary.symbols.count) symbols")
    }
  }

  /// Starts cold: the state is zero, then the model reads `seed` up to its last symbol.
  ///
  /// - Throws: ``SeedError`` if it cannot read that.
  package func begin(seed: String) throws(SeedError) {
    var unknown: [String] = []
    let symbols = try numbers.numbers(of: seed.utf8) { unknown.append($0) }
    guard !symbols.isEmpty else { throw SeedError("first symbol is missing; it is empty") }
    unknownSymbols = unknown
    begin(seed: symbols)
  }

  /// The same with the numbers of symbols, at least one.
  func begin(seed symbols: [Int]) {
    model.resetStates()
    if isStateful { for symbol in symbols.dropLast() { feed(symbol) } }
    next = isStateful ? symbols.suffix(1) : symbols.suffix(windowLength)
  }

  /// Goes on where a row of a stream stands.
  ///
  /// - Throws: `ConfigurationError` if there is no such row, or the state is not one of this model's.
  package func resume(
    _ stream: StreamPosition.Symbols, state: RecurrentState?, row: Int
  ) throws(ConfigurationError) {
    guard stream.next.indices.contains(row) else {
      throw ConfigurationError("the stream has no symbol to continue with in row \(row)")
    }
    next = stream.next[row]
    guard let state, isStateful else { return }
    try model.restore(state.row(row))
  }

  /// Decides how symbols are drawn from now on.
  package func sample(_ options: SamplingOptions, with sampler: StreamPosition.Sampler) {
    self.sampler = SymbolSampler(
      options,
      generator: PhiloxGenerator(
        seed: sampler.seed, stream: .sampling, position: sampler.position),
      symbols: vocabulary.symbols.count, excluded: vocabulary.unknown)
  }

  /// Draws the next symbol and makes it the next input.
  ///
  /// - Returns: Its bytes; a word's blank is among them.
  package func step() -> [UInt8] {
    let probabilities = read()
    let symbol = sampler?.draw(probabilities) ?? model.likeliestClass(row: 0)
    next = isStateful ? [symbol] : Array((next + [symbol]).suffix(windowLength))
    return numbers.bytes(of: symbol)
  }

  /// Reads a text that goes on with the stream.
  ///
  /// - Parameter symbols: Numbers of the vocabulary.
  /// - Returns: How surprising it was: the bits of its symbols, after those before, and how many have any before
  ///   them.
  @discardableResult
  func read(_ symbols: [Int]) -> (bits: Double, symbols: Int) {
    read(symbols, willRead: {}, didRead: { _, _ in })
  }

  /// The same, step by step.
  ///
  /// - Parameters:
  ///   - willRead: Called before each symbol that is to be fed.
  ///   - didRead: Called with each input and the symbol that followed it.
  /// - Throws: What `didRead` throws.
  func read(
    _ symbols: [Int], willRead: () -> Void, didRead: (_ symbol: Int, _ next: Int) throws -> Void
  ) rethrows -> (bits: Double, symbols: Int) {
    var (bits, count) = (0.0, 0)
    for symbol in symbols {
      if let last = next.last {
        willRead()
        bits -= log2(max(Double(read()[symbol]), Double(Float.leastNormalMagnitude)))
        count += 1
        try didRead(last, symbol)
      }
      next = isStateful ? [symbol] : Array((next + [symbol]).suffix(windowLength))
    }
    return (bits, count)
  }

  /// The numbers of a text's symbols.
  ///
  /// - Throws: ``SeedError`` that names the symbol which the model does not know.
  func symbols(of text: some Collection<UInt8>) throws(SeedError) -> [Int] {
    try numbers.numbers(of: text)
  }

  /// The likeliest next symbols, without going on.
  ///
  /// - Throws: `ConfigurationError` if the state cannot be put back.
  package func candidates(_ count: Int) throws(ConfigurationError) -> [Candidate] {
    let state = model.recurrentState
    let probabilities = Array(read())
    if let state { try model.restore(state) }
    let order = probabilities.indices.sorted {
      (probabilities[$1], $0) < (probabilities[$0], $1)
    }
    return order.prefix(count).map {
      Candidate(
        number: $0, symbol: numbers.text(of: $0), probability: probabilities[$0])
    }
  }

  /// Stores where the row of the stream stands; the other rows stay where they are.
  func store(in checkpoint: inout Checkpoint, row: Int) {
    let rows = checkpoint.configuration.stateRows
    var inputs = checkpoint.stream?.symbols?.next ?? []
    if !isStateful || inputs.count != rows { inputs = [[Int]](repeating: next, count: rows) }
    inputs[row] = next
    checkpoint.stream = StreamPosition(
      .symbols(StreamPosition.Symbols(next: inputs)),
      sampler: sampler.map {
        StreamPosition.Sampler(seed: $0.generator.seed, position: $0.generator.position)
      } ?? checkpoint.stream?.sampler, hasMoved: true)
    guard isStateful, var state = checkpoint.recurrentState, let own = model.recurrentState else {
      return
    }
    state.replace(row: row, with: own)
    checkpoint.recurrentState = state
  }

  /// Feeds what is due.
  ///
  /// - Returns: The probability of each symbol to follow.
  func read() -> UnsafeBufferPointer<Float> {
    if !isStateful {
      model.resetStates()
      for symbol in next.dropLast() { feed(symbol) }
    }
    return feed(next.last ?? 0)
  }

  @discardableResult
  private func feed(_ symbol: Int) -> UnsafeBufferPointer<Float> {
    vocabulary.put(symbol, in: 0, of: model)
    return model.forward(rows: 1)
  }
}
