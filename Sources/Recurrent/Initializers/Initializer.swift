import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the weights of a parameter begin: Keras' initializers, drawn from our generator.
enum Initializer: Equatable, Sendable {
  case zeros
  case ones
  case constant(Double)
  /// Zeros, and ones for the forget gate of an LSTM (Jozefowicz et al. 2015).
  case unitForgetBias
  case uniform(least: Double, most: Double)
  case normal(mean: Double, deviation: Double)
  /// Normal without what is more than two deviations away.
  case truncatedNormal(mean: Double, deviation: Double)
  /// `keras.initializers.VarianceScaling`: Glorot's, He's and LeCun's are cases of it.
  case varianceScaling(scale: Double, mode: FanMode, isUniform: Bool)
  /// A random orthogonal matrix (Saxe et al. 2014).
  case orthogonal(gain: Double)
  case identity(gain: Double)

  enum FanMode: String, Sendable {
    case fanIn = "fan_in"
    case fanOut = "fan_out"
    case fanAverage = "fan_avg"
  }

  /// Uniform in ±√(6 / (inputs + outputs)) (Glorot & Bengio 2010).
  static let glorotUniform = varianceScaling(scale: 1, mode: .fanAverage, isUniform: true)

  /// The initializer that an option of Keras names; Glorot's uniform one if it is none that we know: what is
  /// read from a file has its weights already.
  init(_ option: JSONValue) {
    let name = option.string ?? option["class_name"]?.string ?? ""
    let config = option["config"] ?? .null
    func number(_ key: String, _ value: Double) -> Double { config[key]?.double ?? value }
    switch name {
    case "Zeros", "zeros": self = .zeros
    case "Ones", "ones": self = .ones
    case "Constant": self = .constant(number("value", 0))
    case "RandomUniform", "uniform":
      self = .uniform(least: number("minval", -0.05), most: number("maxval", 0.05))
    case "RandomNormal", "normal":
      self = .normal(mean: number("mean", 0), deviation: number("stddev", 0.05))
    case "TruncatedNormal":
      self = .truncatedNormal(mean: number("mean", 0), deviation: number("stddev", 0.05))
    case "GlorotNormal", "glorot_normal":
      self = .varianceScaling(scale: 1, mode: .fanAverage, isUniform: false)
    case "HeUniform", "he_uniform":
      self = .varianceScaling(scale: 2, mode: .fanIn, isUniform: true)
    case "HeNormal", "he_normal": self = .varianceScaling(scale: 2, mode: .fanIn, isUniform: false)
    case "LecunUniform": self = .varianceScaling(scale: 1, mode: .fanIn, isUniform: true)
    case "LecunNormal": self = .varianceScaling(scale: 1, mode: .fanIn, isUniform: false)
    case "Orthogonal", "orthogonal": self = .orthogonal(gain: number("gain", 1))
    case "Identity", "IdentityInitializer": self = .identity(gain: number("gain", 1))
    default: self = .glorotUniform
    }
  }

  /// Fills weights of a shape; `[inputs, outputs]` for a kernel.
  func fill<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, shape: [Int],
    using generator: inout PhiloxGenerator
  ) {
    let outputs = shape.last ?? 1
    let inputs = shape.count > 1 ? weights.count / outputs : 1
    switch self {
    case .zeros: weights.update(repeating: 0)
    case .ones: weights.update(repeating: 1)
    case .constant(let value): weights.update(repeating: Scalar(value))
    case .unitForgetBias:
      weights.update(repeating: 0)
      weights.extracting(weights.count / 4..<weights.count / 2).update(repeating: 1)
    case .uniform(let least, let most):
      for index in weights.indices {
        weights[index] = Scalar(least + (most - least) * generator.uniform())
      }
    case .normal(let mean, let deviation):
      for index in weights.indices {
        weights[index] = Scalar(mean + deviation * Self.normal(using: &generator))
      }
    case .truncatedNormal(let mean, let deviation):
      for index in weights.indices {
        weights[index] = Scalar(mean + deviation * Self.truncatedNormal(using: &generator))
      }
    case .varianceScaling(let scale, let mode, let isUniform):
      let fan: Double =
        switch mode {
        case .fanIn: Double(inputs)
        case .fanOut: Double(outputs)
        case .fanAverage: Double(inputs + outputs) / 2
        }
      let limit = (3 * scale / max(1, fan)).squareRoot()
      // What truncation leaves of the deviation of a normal distribution.
      let deviation = (scale / max(1, fan)).squareRoot() / 0.87962566103423978
      for index in weights.indices {
        weights[index] = Scalar(
          isUniform
            ? (2 * generator.uniform() - 1) * limit
            : deviation * Self.truncatedNormal(using: &generator))
      }
    case .orthogonal(let gain):
      Self.orthogonal(weights, inputs: inputs, outputs: outputs, using: &generator)
      if gain != 1 { for index in weights.indices { weights[index] *= Scalar(gain) } }
    case .identity(let gain):
      for index in weights.indices {
        weights[index] = index / outputs == index % outputs ? Scalar(gain) : 0
      }
    }
  }

  /// Rows of a random orthogonal matrix, `[inputs, outputs]`, row-major.
  private static func orthogonal<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, inputs: Int, outputs: Int,
    using generator: inout PhiloxGenerator
  ) {
    let (rows, columns) = (max(inputs, outputs), min(inputs, outputs))
    var matrix = (0..<rows * columns).map { _ in normal(using: &generator) }
    OrthogonalMatrix.factor(&matrix, rows: rows, columns: columns)
    for index in weights.indices {
      // The factor's column j is row j of `matrix`; a wide weight matrix is its transpose.
      let (row, column) = (index / outputs, index % outputs)
      let at = inputs <= outputs ? row * rows + column : column * rows + row
      weights[index] = Scalar(matrix[at])
    }
  }

  /// A normally distributed number (Box & Muller 1958).
  private static func normal(using generator: inout PhiloxGenerator) -> Double {
    let radius = (-2 * log(1 - generator.uniform())).squareRoot()
    return radius * cos(2 * .pi * generator.uniform())
  }

  private static func truncatedNormal(using generator: inout PhiloxGenerator) -> Double {
    while true {
      let value = normal(using: &generator)
      if abs(value) <= 2 { return value }
    }
  }
}
