/// Functions of numbers in double precision, the same bits on every machine: sums, products, quotients and roots as
/// IEEE 754 has them, never the system's library. Each is within two units in the last place where it is not said
/// otherwise.
package enum Elementary {
  /// e^x = 2^n · e^r, |r| ≤ ln 2 / 2, and e^r by its Taylor series.
  package static func exponential(_ x: Double) -> Double {
    guard x == x else { return x }
    if x > 709.782712893384 { return .infinity }
    if x < -745.2 { return 0 }
    let n = (x * 1.4426950408889634).rounded(.toNearestOrEven)
    let r = (x - n * logarithmOfTwo.high) - n * logarithmOfTwo.low
    var sum = 0.0
    for coefficient in inverseFactorials.reversed() { sum = sum * r + coefficient }
    // In two steps, since 2^n may be no normal number.
    let half = Int(n) / 2
    return sum * powerOfTwo(half) * powerOfTwo(Int(n) - half)
  }

  /// e^x − 1, exact near zero.
  package static func exponentialLessOne(_ x: Double) -> Double {
    guard abs(x) < 0.35 else { return exponential(x) - 1 }
    var sum = 0.0
    for coefficient in inverseFactorials.dropFirst().reversed() { sum = sum * x + coefficient }
    return sum * x
  }

  /// The natural logarithm: x = 2^n · m, and ln m = 2 · artanh((m − 1) / (m + 1)).
  package static func logarithm(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x == 0 ? -.infinity : x > 0 ? x : .nan }
    var (n, m) = (Double(x.exponent), x.significand)
    if m > 1.4142135623730951 { (n, m) = (n + 1, m / 2) }
    return n * logarithmOfTwo.high
      + (twiceAreaTangent((m - 1) / (m + 1)) + n * logarithmOfTwo.low)
  }

  /// ln(1 + x), exact near zero.
  package static func logarithmOfOnePlus(_ x: Double) -> Double {
    abs(x) < 0.4 ? twiceAreaTangent(x / (2 + x)) : logarithm(1 + x)
  }

  package static func hyperbolicTangent(_ x: Double) -> Double {
    guard abs(x) < 20 else { return x != x ? x : x > 0 ? 1 : -1 }
    let t = exponentialLessOne(2 * abs(x))
    return x < 0 ? -(t / (t + 2)) : t / (t + 2)
  }

  /// 1 / (1 + e^−x).
  package static func sigmoid(_ x: Double) -> Double {
    guard x < 0 else { return 1 / (1 + exponential(-x)) }
    let e = exponential(x)
    return e / (1 + e)
  }

  /// ln(1 + e^x).
  package static func softplus(_ x: Double) -> Double {
    max(x, 0) + logarithmOfOnePlus(exponential(-abs(x)))
  }

  /// The error function, 2 / √π · ∫₀ˣ e^−t² dt, by its series of positive terms (Abramowitz & Stegun 7.1.6).
  package static func errorFunction(_ x: Double) -> Double {
    guard abs(x) < 6 else { return x != x ? x : x > 0 ? 1 : -1 }
    let twice = 2 * x * x
    var (term, sum, odd) = (x, x, 1.0)
    while abs(term) > abs(sum) * 0x1p-54 {
      odd += 2
      term = term * twice / odd
      sum += term
    }
    return 1.1283791670955126 * exponential(-x * x) * sum
  }

  /// `base` to a whole power, by squares; within as many units in the last place as the power is.
  package static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, left) = (1.0, base, exponent.magnitude)
    while left > 0 {
      if left & 1 == 1 { result *= square }
      square *= square
      left >>= 1
    }
    return exponent < 0 ? 1 / result : result
  }

  /// `base`, which is not negative, to any power; the error grows with the size of the result's logarithm.
  package static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 { return 1 }
    return exponential(exponent * logarithm(base))
  }

  /// cos 2πx for x from 0 to 1: of so many turns, since a part of a turn is folded without rounding.
  package static func cosine(ofTurns x: Double) -> Double {
    let half = x > 0.5 ? 1 - x : x
    let quarter = half > 0.25 ? 0.5 - half : half
    let value =
      quarter <= 0.125
      ? alternating(from: 0, angle: 2 * Double.pi * quarter)
      : alternating(from: 1, angle: 2 * Double.pi * (0.25 - quarter))
    return half > 0.25 ? -value : value
  }

  /// Σ (−1)^k · angle^(2k + first) / (2k + first)! for an angle up to π / 4: cosine from 0, sine from 1.
  private static func alternating(from first: Int, angle: Double) -> Double {
    let square = -angle * angle
    var sum = 0.0
    for index in stride(from: 16 + first, through: first, by: -2) {
      sum = sum * square + inverseFactorials[index]
    }
    return first == 0 ? sum : sum * angle
  }

  /// 2 · artanh f for |f| up to 0.172.
  private static func twiceAreaTangent(_ f: Double) -> Double {
    let square = f * f
    var sum = 0.0
    for odd in stride(from: 23, through: 3, by: -2) { sum = sum * square + 1 / Double(odd) }
    return 2 * f + 2 * f * (sum * square)
  }

  private static func powerOfTwo(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(exponent + 1023) << 52)
  }

  /// ln 2 in two parts; the first has so few digits that a whole number of them is exact.
  private static let logarithmOfTwo = (high: 0x1.62e42feep-1, low: 0x1.a39ef35793c76p-33)

  /// 1 / n!.
  private static let inverseFactorials: [Double] = {
    var (values, factorial) = ([1.0], 1.0)
    for number in 1...17 {
      factorial *= Double(number)
      values.append(1 / factorial)
    }
    return values
  }()
}
