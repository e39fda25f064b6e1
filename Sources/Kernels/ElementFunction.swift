/// A function of each value that no layer of its own computes, as `keras.ops` has them, with its derivative.
package enum ElementFunction: String, CaseIterable, Sendable {
  case absolute
  case negative
  case square
  case sqrt
  case rsqrt
  case reciprocal
  case log
  case log1p
  case log2
  case expm1
  case geluTanh = "gelu_tanh"
  case sign

  private static let logarithmOfTwo = 0.6931471805599453

  /// The function of one value, rounded once.
  package func value(_ x: Double) -> Double {
    switch self {
    case .absolute: abs(x)
    case .negative: -x
    case .square: x * x
    case .sqrt: x.squareRoot()
    case .rsqrt: 1 / x.squareRoot()
    case .reciprocal: 1 / x
    case .log: Elementary.logarithm(x)
    case .log1p: Elementary.logarithmOfOnePlus(x)
    case .log2: Elementary.logarithm(x) / Self.logarithmOfTwo
    case .expm1: Elementary.exponentialLessOne(x)
    case .geluTanh: 0.5 * x * (1 + Elementary.hyperbolicTangent(Self.bend(x)))
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    }
  }

  /// Its derivative where the value is `x`.
  package func derivative(_ x: Double) -> Double {
    switch self {
    case .absolute: return x > 0 ? 1 : x < 0 ? -1 : 0
    case .negative: return -1
    case .square: return 2 * x
    case .sqrt: return 0.5 / x.squareRoot()
    case .rsqrt: return -0.5 / (x * x.squareRoot())
    case .reciprocal: return -1 / (x * x)
    case .log: return 1 / x
    case .log1p: return 1 / (1 + x)
    case .log2: return 1 / (x * Self.logarithmOfTwo)
    case .expm1: return Elementary.exponential(x)
    case .geluTanh:
      let t = Elementary.hyperbolicTangent(Self.bend(x))
      let slope = 0.7978845608028654 * (1 + 3 * 0.044715 * x * x)
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope
    case .sign: return 0
    }
  }

  /// `√(2 / π) · (x + 0.044715 x³)` (Hendrycks & Gimpel 2016).
  private static func bend(_ x: Double) -> Double {
    0.7978845608028654 * (x + 0.044715 * x * x * x)
  }
}
