import Kernels

/// Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a
/// counter-based generator. A draw is a function of seed, stream and position alone, so the position
/// is all the state there is, and streams of one seed never meet.
public struct PhiloxGenerator: RandomNumberGenerator, Equatable, Sendable {
  /// What the numbers of a stream are for.
  public enum Stream: UInt64, Sendable {
    case initialWeights = 0
    case trainingData = 1
    case shuffle = 2
    case patternChoice = 3
    case dropout = 4
    case sampling = 5
  }

  public let seed: UInt64
  public let stream: UInt64
  /// The number of 64-bit draws made so far.
  public private(set) var position: UInt64

  public init(seed: UInt64, stream: Stream, position: UInt64 = 0) {
    self.seed = seed
    self.stream = stream.rawValue
    self.position = position
  }

  public mutating func next() -> UInt64 {
    let block = Self.block(
      counter: (
        UInt32(truncatingIfNeeded: position >> 1), UInt32(truncatingIfNeeded: position >> 33),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
      ), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    defer { position &+= 1 }
    return position & 1 == 0
      ? UInt64(block.1) << 32 | UInt64(block.0) : UInt64(block.3) << 32 | UInt64(block.2)
  }

  /// A number from 0 up to but not including `bound`, every one equally likely (Lemire 2019).
  ///
  /// - Precondition: `bound > 0`.
  public mutating func uniform(below bound: Int) -> Int {
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
    for index in 0..<count {
      factors[index] = rate > 0 && uniform() < rate ? 0 : Scalar(1 / (1 - rate))
    }
  }

  /// A number in `[0, 1)` with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The numbers from 0 to `count − 1` in random order (Fisher & Yates), written over `order`.
  public mutating func shuffle(_ order: inout [Int32]) {
    for index in order.indices { order[index] = Int32(index) }
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, uniform(below: last + 1))
    }
  }

  /// One block of four 32-bit words: ten rounds over the counter.
  static func block(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = UInt32(0xD251_1F53).multipliedFullWidth(by: c.0)
      let second = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c.2)
      c = (second.high ^ c.1 ^ k.0, second.low, first.high ^ c.3 ^ k.1, first.low)
      k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
    }
    return c
  }
}
