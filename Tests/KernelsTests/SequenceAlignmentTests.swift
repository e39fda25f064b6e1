import Testing

@testable import Kernels

/// The loss of labels of sequences, in double precision.
@Suite struct SequenceAlignmentTests {
  private let steps = 4
  private let rows = 3
  private let units = 3
  /// Two labels, twice the same one, and none.
  private let labels: [Int32] = [1, 2, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0]

  private func values() -> [Double] {
    (0..<steps * rows * units).map { Double(($0 * 7 + 3) % 11) / 5 - 1 }
  }

  private func loss(_ values: [Double], gradient: UnsafeMutablePointer<Double>? = nil) -> Double {
    let alignment = SequenceAlignment<Double>(steps: steps)
    return alignment.evaluate(
      values, labels: labels, rows: rows, units: units, gradient: gradient)
  }

  /// All paths of classes through the steps, one by one.
  @Test func lossIsThatOfAllPaths() {
    let values = values()
    var expected = 0.0
    for row in 0..<rows {
      let wanted = (0..<steps).map { labels[$0 * rows + row] }.filter { $0 != 0 }
      var probability = 0.0
      for path in 0..<81 {
        let classes = [path % 3, path / 3 % 3, path / 9 % 3, path / 27]
        var (product, found, last) = (1.0, [Int32](), -1)
        for (step, number) in classes.enumerated() {
          let place = (step * rows + row) * units
          let all = (0..<units).map { Elementary.exponential(values[place + $0]) }
          product *= all[number] / all.reduce(0, +)
          if number != last, number != 0 { found.append(Int32(number)) }
          last = number
        }
        if found == wanted { probability += product }
      }
      expected -= Elementary.logarithm(probability)
    }
    #expect(abs(loss(values) - expected) < 1e-12)
  }

  @Test func gradientEqualsFiniteDifferences() {
    var values = values()
    var gradient = [Double](repeating: 0, count: values.count)
    gradient.withUnsafeMutableBufferPointer { _ = loss(values, gradient: $0.baseAddress) }
    let h = 1e-6
    for index in values.indices {
      let value = values[index]
      values[index] = value + h
      let above = loss(values)
      values[index] = value - h
      let below = loss(values)
      values[index] = value
      #expect(abs((above - below) / (2 * h) / Double(rows) - gradient[index]) < 1e-8)
    }
  }
}
