import Kernels

/// The draws of ``Philox`` one after the other: a draw is a function of seed, stream and position alone, so the position
/// is all the state there is, and streams of one seed never meet.
package struct PhiloxGenerator: RandomNumberGenerator, Equatable, Sendable {
  /// What the numbers of a stream are for.
  package enum Stream: UInt64, Sendable {
    case initialWeights = 0
    case trainingData = 1
    case shuffle = 2
    case patternChoice = 3
    case dropout = 4
    case sampling = 5
  }

  private var draws: Philox

  package init(seed: UInt64, stream: Stream, position: UInt64 = 0) {
    draws = Philox(seed: seed, stream: stream.rawValue, position: position)
  }

  package var seed: UInt64 { draws.seed }
  package var stream: UInt64 { draws.stream }
  /// The number of 64-bit draws made so far.
  package var position: UInt64 { draws.position }

  package mutating func next() -> UInt64 {
    defer { draws.position &+= 1 }
    return draws.draw(draws.position)
  }

  /// A number from 0 up to but not including `bound`, every one equally likely (Lemire 2019).
  ///
  /// - Precondition: `bound > 0`.
  package mutating func uniform(below bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Fills `factors` with what dropout multiplies by: 0 for a random part `rate`, 1 / (1 − rate) for the rest.
  mutating func dropOut<Scalar: KernelScalar>(
    _ factors: UnsafeMutablePointer<Scalar>, count: Int, rate: Double
  ) {
    guard rate > 0 else { return Scalar.fill(factors, with: 1, count: count) }
    Scalar.drawFactors(draws, rate: rate, into: factors, count: count)
    draws.position &+= UInt64(count)
  }

  /// Fills `values` with normally distributed numbers, the same ones on any number of threads.
  mutating func drawNormals<Scalar: KernelScalar>(
    _ values: UnsafeMutablePointer<Scalar>, count: Int, mean: Double, deviation: Double
  ) {
    Scalar.drawNormals(draws, mean: mean, deviation: deviation, into: values, count: count)
    draws.position &+= UInt64(count) * Philox.drawsOfNormal
  }

  /// A number in `[0, 1)` with 53 random bits.
  package mutating func uniform() -> Double {
    defer { draws.position &+= 1 }
    return draws.uniform(draws.position)
  }

  /// A normally distributed number.
  mutating func normal() -> Double {
    defer { draws.position &+= Philox.drawsOfNormal }
    return draws.normal(draws.position)
  }

  /// The numbers from 0 to `count − 1` in random order (Fisher & Yates), written over `order`.
  package mutating func shuffle(_ order: inout [Int32]) {
    for index in order.indices { order[index] = Int32(index) }
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, uniform(below: last + 1))
    }
  }
}
