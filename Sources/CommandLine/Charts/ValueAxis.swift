import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The axis of values: round numbers, about as many as there is room for.
struct ValueAxis {
  let marks: [Double]
  let labels: [String]
  /// `×10⁶` where labels are in such units; empty where they are not.
  let unit: String
  private let least: Double
  private let range: Double

  /// - Parameters:
  ///   - values: Finite.
  ///   - most: The most distances between marks.
  init(_ values: some Sequence<Double>, most: Int) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    // A constant is in the middle.
    let size = max(abs(low), abs(high))
    if high - low <= size * 1e-12 {
      let room = size > 0 ? size * 0.1 : 1
      (low, high) = (low - room, high + room)
    }
    // Halves do not overflow.
    let rough = max(
      (high / 2 - low / 2) * 2 / Double(max(1, most)), Double.leastNormalMagnitude * 1e10)
    let step = Self.round(rough.isFinite ? rough : Double.greatestFiniteMagnitude / 10)
    let first = (low / step).rounded(.down)
    let count = min(max((high / step).rounded(.up) - first, 1), 1000)
    least = first * step
    range = count * step
    marks = (0...Int(count)).map { (first + Double($0)) * step }
    let power = Self.power(of: max(abs(least), abs(least + range)), step: step)
    let digits = Int(max(0, Double(power) - log10(step) - 1e-9).rounded(.up))
    let factor = pow(10, Double(power))
    labels = marks.map { mark in
      let label = fixed(mark / factor, min(digits, 17))
      return label.contains { ("1"..."9").contains($0) } ? label : fixed(0, min(digits, 17))
    }
    unit = power == 0 ? "" : "×10" + Self.superscript(power)
  }

  /// 1, 2 or 5 times a power of ten, at least as large.
  private static func round(_ rough: Double) -> Double {
    let power = pow(10, log10(rough).rounded(.down))
    return ([1, 2, 5, 10].first { $0 * power >= rough * (1 - 1e-9) } ?? 10) * power
  }

  /// The power of ten that labels leave out, so that large and small numbers are short.
  private static func power(of size: Double, step: Double) -> Int {
    let isLarge = size >= 1e5 && step >= 1000
    guard isLarge || size < 1e-2, size > 0, size.isFinite else { return 0 }
    return Int((log10(size) / 3).rounded(.down)) * 3
  }

  private static func superscript(_ number: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (number < 0 ? "⁻" : "")
      + String(String(abs(number)).compactMap { $0.wholeNumberValue }.map { digits[$0] })
  }

  /// Where a value is, from 0 at the bottom to 1 at the top.
  func fraction(_ value: Double) -> Double { min(max((value - least) / range, 0), 1) }
}
