import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the next symbol is chosen.
package struct SamplingOptions: Equatable, Sendable {
  /// The exponent of probabilities is its inverse: below 1 the likely ones become likelier; 0 takes the likeliest.
  package var temperature: Double
  /// Only so many of the likeliest are drawn from; from all if `nil`.
  package var topK: Int?
  /// Only the likeliest that together are this probable are drawn from (Holtzman et al. 2020); from all if `nil`.
  package var topP: Double?

  /// - Throws: `ConfigurationError` if a number cannot be sampled with.
  package init(
    temperature: Double = 1, topK: Int? = nil, topP: Double? = nil
  ) throws(ConfigurationError) {
    guard temperature.isFinite, temperature >= 0 else {
      throw ConfigurationError("the temperature is \(temperature); it cannot be negative")
    }
    guard topK ?? 1 >= 1 else {
      throw ConfigurationError("top-k is \(topK ?? 0); it must be at least 1")
    }
    guard topP.map({ $0 > 0 && $0 <= 1 }) ?? true else {
      throw ConfigurationError("top-p is \(topP ?? 0); it must be above 0, at most 1")
    }
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
  }
}

/// Draws symbols by their probabilities.
struct SymbolSampler {
  let options: SamplingOptions
  var generator: PhiloxGenerator
  /// A symbol that is never drawn.
  let excluded: Int?
  private var weights: [Double]
  private var order: [Int]

  init(_ options: SamplingOptions, generator: PhiloxGenerator, symbols: Int, excluded: Int?) {
    self.options = options
    self.generator = generator
    self.excluded = excluded
    weights = [Double](repeating: 0, count: symbols)
    order = Array(0..<symbols)
  }

  /// Draws one.
  ///
  /// - Parameter probabilities: As many as there are symbols.
  mutating func draw(_ probabilities: UnsafeBufferPointer<Float>) -> Int {
    var likeliest = -1
    for (symbol, probability) in probabilities.enumerated() where symbol != excluded {
      if likeliest < 0 || probability > probabilities[likeliest] { likeliest = symbol }
    }
    guard options.temperature > 0, likeliest >= 0 else { return max(0, likeliest) }
    // Relative to the likeliest, so that a low temperature does not make all of them zero.
    let largest = Double(probabilities[likeliest])
    for (symbol, probability) in probabilities.enumerated() {
      weights[symbol] =
        symbol == excluded ? 0 : pow(Double(probability) / largest, 1 / options.temperature)
    }
    if options.topK != nil || options.topP != nil { cut() }
    var rest = generator.uniform() * weights.reduce(0, +)
    for (symbol, weight) in weights.enumerated() where weight > 0 {
      rest -= weight
      if rest < 0 { return symbol }
    }
    return likeliest
  }

  /// Sets the weights of those that may not be drawn to zero.
  private mutating func cut() {
    let weights = weights
    order.sort { (weights[$1], $0) < (weights[$0], $1) }
    if let topK = options.topK {
      for symbol in order.dropFirst(topK) { self.weights[symbol] = 0 }
    }
    guard let topP = options.topP else { return }
    let bound = topP * self.weights.reduce(0, +)
    var sum = 0.0
    for symbol in order {
      if sum >= bound { self.weights[symbol] = 0 }
      sum += self.weights[symbol]
    }
  }
}
