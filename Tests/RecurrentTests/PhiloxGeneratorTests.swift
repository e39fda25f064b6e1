import Kernels
import Testing

@testable import Recurrent

@Suite struct PhiloxGeneratorTests {
  /// The known answers that the authors publish with their library (Random123, `kat_vectors`).
  @Test func blocksAreThePublishedOnes() {
    #expect(
      Philox.block(counter: (0, 0, 0, 0), key: (0, 0))
        == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      Philox.block(counter: (ones, ones, ones, ones), key: (ones, ones))
        == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.block(
        counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: (0xa409_3822, 0x299f_31d0))
        == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func positionIsAllTheState() {
    var whole = PhiloxGenerator(seed: 7, stream: .shuffle)
    let draws = (0..<20).map { _ in whole.next() }
    #expect(Set(draws).count == 20)
    for position in 0..<20 {
      var resumed = PhiloxGenerator(seed: 7, stream: .shuffle, position: UInt64(position))
      #expect(resumed.next() == draws[position])
    }
    var other = PhiloxGenerator(seed: 7, stream: .trainingData)
    #expect(other.next() != draws[0])
  }

  @Test func boundedDrawsAreUniform() {
    var generator = PhiloxGenerator(seed: 1, stream: .trainingData)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.uniform(below: 7)] += 1 }
    // Standard deviation 93; five of them.
    for count in counts { #expect(abs(count - 10_000) < 465) }
    let mean = (0..<10_000).map { _ in generator.uniform() }.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 0.015)
  }

  @Test func shufflesAreOrdersOfAllSamples() {
    var generator = PhiloxGenerator(seed: 1, stream: .shuffle)
    var order = [Int32](repeating: 0, count: 100)
    var firsts: Set<Int32> = []
    for _ in 0..<200 {
      generator.shuffle(&order)
      #expect(order.sorted() == (0..<100).map { $0 })
      firsts.insert(order[0])
    }
    #expect(firsts.count > 70)
  }
}
