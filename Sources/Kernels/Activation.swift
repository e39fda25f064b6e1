/// A function of each value, or of each row: an activation of Keras.
///
/// Formulas and constants as in `keras.activations`.
public enum Activation: String, CaseIterable, Sendable {
  /// `x`.
  case linear
  /// `max(x, 0)`.
  case relu
  /// `min(max(x, 0), 6)`.
  case relu6
  /// `x` above 0, `eˣ − 1` below.
  case elu
  /// `1.0507 x` above 0, `1.7581 (eˣ − 1)` below.
  case selu
  /// `x` above 0, `eˣ − 1` below.
  case celu
  /// `x Φ(x)`, with the distribution function `Φ` of the normal distribution.
  case gelu
  /// `x σ(x)`.
  case silu
  /// Another name for ``silu``.
  case swish
  /// `x tanh(softplus(x))`.
  case mish
  /// `ln(1 + eˣ)`.
  case softplus
  /// `x / (1 + |x|)`.
  case softsign
  /// The hyperbolic tangent.
  case tanh
  /// `1 / (1 + e⁻ˣ)`.
  case sigmoid
  /// `eˣ`.
  case exponential
  /// `eˣ` of each value of a row, divided by their sum.
  case softmax
  /// `x` above 0, `0.2 x` below.
  case leakyRelu = "leaky_relu"
  /// `x / 6 + 0.5`, limited to 0…1.
  case hardSigmoid = "hard_sigmoid"
  /// That of Keras 2: `0.2 x + 0.5`, limited to 0…1.
  case hardSigmoid2 = "hard_sigmoid_keras2"
  /// `x` times ``hardSigmoid``.
  case hardSilu = "hard_silu"
  /// Another name for ``hardSilu``.
  case hardSwish = "hard_swish"
  /// `x`, limited to −1…1.
  case hardTanh = "hard_tanh"
  /// `x` if `|x| > 0.5`, otherwise 0.
  case hardShrink = "hard_shrink"
  /// `x`, moved towards 0 by 0.5; 0 between −0.5 and 0.5.
  case softShrink = "soft_shrink"
  /// `x − tanh(x)`.
  case tanhShrink = "tanh_shrink"
  /// `ln σ(x)`.
  case logSigmoid = "log_sigmoid"
  /// The logarithm of ``softmax``.
  case logSoftmax = "log_softmax"
  /// `(x + √(x² + 4)) / 2`.
  case squareplus
  /// `x` above 0.5, otherwise 0.5.
  case threshold
  /// 0 below −1, `(x + 1)² / 4` up to 1, then `x`.
  case sparsePlus = "sparse_plus"
  /// `(x + 1) / 2`, limited to 0…1.
  case sparseSigmoid = "sparse_sigmoid"

  /// Whether the gradient needs the values before the activation; softmax and those that a layer computes most often do
  /// without.
  public var needsValuesBefore: Bool {
    switch self {
    case .linear, .softmax, .logSoftmax, .tanh, .sigmoid, .exponential: false
    default: true
    }
  }

  private static let seluAlpha = 1.6732632423543772848170429916717
  private static let seluScale = 1.0507009873554804934193349852946

  /// The activation of one value.
  func value(_ x: Double) -> Double {
    switch self {
    case .linear, .softmax, .logSoftmax: x
    case .relu: max(x, 0)
    case .relu6: min(max(x, 0), 6)
    case .leakyRelu: x >= 0 ? x : 0.2 * x
    case .elu, .celu: x > 0 ? x : Elementary.exponentialLessOne(x)
    case .selu: Self.seluScale * (x > 0 ? x : Self.seluAlpha * Elementary.exponentialLessOne(x))
    case .gelu: 0.5 * x * (1 + Elementary.errorFunction(x / 2.0.squareRoot()))
    case .silu, .swish: x * Elementary.sigmoid(x)
    case .mish: x * Elementary.hyperbolicTangent(Elementary.softplus(x))
    case .softplus: Elementary.softplus(x)
    case .softsign: x / (1 + abs(x))
    case .tanh: Elementary.hyperbolicTangent(x)
    case .sigmoid: Elementary.sigmoid(x)
    case .exponential: Elementary.exponential(x)
    case .hardSigmoid: min(max(x / 6 + 0.5, 0), 1)
    case .hardSigmoid2: min(max(0.2 * x + 0.5, 0), 1)
    case .hardSilu, .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .hardTanh: min(max(x, -1), 1)
    case .hardShrink: abs(x) > 0.5 ? x : 0
    case .softShrink: x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0
    case .tanhShrink: x - Elementary.hyperbolicTangent(x)
    case .logSigmoid: -Elementary.softplus(-x)
    case .squareplus: (x + (x * x + 4).squareRoot()) / 2
    case .threshold: x > 0.5 ? x : 0.5
    case .sparsePlus: x <= -1 ? 0 : x < 1 ? (x + 1) * (x + 1) / 4 : x
    case .sparseSigmoid: x <= -1 ? 0 : x < 1 ? 0.5 * (x + 1) : 1
    }
  }

  /// The derivative where the value is `x` and the activation `y`.
  func slope(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .linear, .softmax, .logSoftmax: return 1
    case .relu: return x > 0 ? 1 : 0
    case .relu6: return x > 0 && x < 6 ? 1 : 0
    case .leakyRelu: return x >= 0 ? 1 : 0.2
    case .elu, .celu: return x > 0 ? 1 : y + 1
    case .selu: return x > 0 ? Self.seluScale : y + Self.seluScale * Self.seluAlpha
    case .gelu:
      return 0.5 * (1 + Elementary.errorFunction(x / 2.0.squareRoot())) + x
        * Elementary.exponential(-x * x / 2) / (2 * .pi).squareRoot()
    case .silu, .swish: return y + Elementary.sigmoid(x) * (1 - y)
    case .mish:
      let t = Elementary.hyperbolicTangent(Elementary.softplus(x))
      return t + x * (1 - t * t) * Elementary.sigmoid(x)
    case .softplus: return Elementary.sigmoid(x)
    case .softsign: return 1 / ((1 + abs(x)) * (1 + abs(x)))
    case .tanh: return 1 - y * y
    case .sigmoid: return y * (1 - y)
    case .exponential: return y
    case .hardSigmoid: return abs(x) < 3 ? 1.0 / 6 : 0
    case .hardSigmoid2: return abs(x) < 2.5 ? 0.2 : 0
    case .hardSilu, .hardSwish: return x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1
    case .hardTanh: return abs(x) < 1 ? 1 : 0
    case .hardShrink: return abs(x) > 0.5 ? 1 : 0
    case .softShrink: return abs(x) > 0.5 ? 1 : 0
    case .tanhShrink:
      let t = Elementary.hyperbolicTangent(x)
      return t * t
    case .logSigmoid: return Elementary.sigmoid(-x)
    case .squareplus: return 0.5 + 0.5 * x / (x * x + 4).squareRoot()
    case .threshold: return x > 0.5 ? 1 : 0
    case .sparsePlus: return x <= -1 ? 0 : x < 1 ? (x + 1) / 2 : 1
    case .sparseSigmoid: return abs(x) < 1 ? 0.5 : 0
    }
  }
}
