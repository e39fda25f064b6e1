/// Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter-based generator,
/// whose draws of 64 bits are numbered.
package struct Philox: Equatable, Sendable {
  package let seed, stream: UInt64
  /// The number of the next draw.
  package var position: UInt64

  package init(seed: UInt64, stream: UInt64, position: UInt64) {
    self.seed = seed
    self.stream = stream
    self.position = position
  }

  /// The draw of a number. Each block is two of them.
  package func draw(_ position: UInt64) -> UInt64 {
    let block = Self.block(
      counter: (
        UInt32(truncatingIfNeeded: position >> 1), UInt32(truncatingIfNeeded: position >> 33),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
      ), key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    return position & 1 == 0
      ? UInt64(block.1) << 32 | UInt64(block.0) : UInt64(block.3) << 32 | UInt64(block.2)
  }

  /// The draws that a normally distributed number takes.
  package static var drawsOfNormal: UInt64 { 2 }

  /// A normally distributed number of two draws, from that number on (Box & Muller 1958).
  package func normal(_ position: UInt64) -> Double {
    let radius = (-2 * Elementary.logarithm(1 - uniform(position))).squareRoot()
    return radius * Elementary.cosine(ofTurns: uniform(position &+ 1))
  }

  /// A number in `[0, 1)` with 53 random bits.
  package func uniform(_ position: UInt64) -> Double { Double(draw(position) >> 11) * 0x1p-53 }

  /// One block of four 32-bit words: ten rounds over the counter.
  package static func block(
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

  /// How many numbers of 53 bits are below the part `rate` of them.
  static func drawsBelow(_ rate: Double) -> UInt64 { UInt64((rate * 0x1p53).rounded(.up)) }
}
