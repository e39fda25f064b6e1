import Files
import Kernels

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
  case varianceScaling(scale: Double, mode: FanMode, Distribution)
  /// A random orthogonal matrix (Saxe et al. 2014).
  case orthogonal(gain: Double)
  case identity(gain: Double)
  /// One that we cannot draw from, by its name: weights that are read from a file need none.
  case unknown(String)

  var isOrthogonal: Bool { if case .orthogonal = self { true } else { false } }

  enum FanMode: String, Sendable {
    case fanIn = "fan_in"
    case fanOut = "fan_out"
    case fanAverage = "fan_avg"
  }

  /// What variance scaling draws from.
  enum Distribution: String, Sendable {
    case uniform
    /// Without what is more than two deviations away.
    case truncatedNormal = "truncated_normal"
    case normal = "untruncated_normal"
  }

  /// The initializer that an option of Keras names.
  init(_ option: JSONValue) {
    let name = option.string ?? option["class_name"]?.string ?? option.shortText
    let config = option["config"] ?? .null
    func number(_ key: String, _ value: Double) -> Double { config[key]?.double ?? value }
    switch name {
    case "Zeros", "zeros", "zero": self = .zeros
    case "Ones", "ones", "one": self = .ones
    case "Constant", "constant": self = .constant(number("value", 0))
    case "RandomUniform", "random_uniform", "uniform":
      self = .uniform(least: number("minval", -0.05), most: number("maxval", 0.05))
    case "RandomNormal", "random_normal", "normal":
      self = .normal(mean: number("mean", 0), deviation: number("stddev", 0.05))
    case "TruncatedNormal", "truncated_normal":
      self = .truncatedNormal(mean: number("mean", 0), deviation: number("stddev", 0.05))
    case "GlorotUniform", "glorot_uniform":
      // ±√(6 / (inputs + outputs)) (Glorot & Bengio 2010).
      self = .varianceScaling(scale: 1, mode: .fanAverage, .uniform)
    case "GlorotNormal", "glorot_normal":
      self = .varianceScaling(scale: 1, mode: .fanAverage, .truncatedNormal)
    case "HeUniform", "he_uniform": self = .varianceScaling(scale: 2, mode: .fanIn, .uniform)
    case "HeNormal", "he_normal": self = .varianceScaling(scale: 2, mode: .fanIn, .truncatedNormal)
    case "LecunUniform", "lecun_uniform":
      self = .varianceScaling(scale: 1, mode: .fanIn, .uniform)
    case "LecunNormal", "lecun_normal":
      self = .varianceScaling(scale: 1, mode: .fanIn, .truncatedNormal)
    case "VarianceScaling", "variance_scaling":
      guard let mode = FanMode(rawValue: config["mode"]?.string ?? "fan_in"),
        let distribution = Distribution(
          // "normal" is its name from before there were two.
          rawValue: config["distribution"]?.string.map { $0 == "normal" ? "truncated_normal" : $0 }
            ?? "truncated_normal")
      else {
        self = .unknown(name)
        return
      }
      self = .varianceScaling(scale: number("scale", 1), mode: mode, distribution)
    case "Orthogonal", "OrthogonalInitializer", "orthogonal":
      self = .orthogonal(gain: number("gain", 1))
    case "Identity", "IdentityInitializer", "identity":
      self = .identity(gain: number("gain", 1))
    default: self = .unknown(name)
    }
  }

  /// Fills weights of a shape; `[inputs, outputs]` for a kernel, `[kernel_size, inputs, outputs]` for a convolution's.
  func fill<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, shape: [Int],
    using generator: inout PhiloxGenerator
  ) {
    let outputs = shape.last ?? 1
    // Of a vector both are its size, `keras.src.initializers.random_initializers.compute_fans`.
    let inputs = shape.count > 1 ? weights.count / outputs : outputs
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
        weights[index] = Scalar(mean + deviation * generator.normal())
      }
    case .truncatedNormal(let mean, let deviation):
      for index in weights.indices {
        weights[index] = Scalar(mean + deviation * Self.truncatedNormal(using: &generator))
      }
    case .varianceScaling(let scale, let mode, let distribution):
      // A step of a convolution's input goes into the outputs of as many steps.
      let fanOut = shape.dropLast(2).reduce(outputs, *)
      let fan: Double =
        switch mode {
        case .fanIn: Double(inputs)
        case .fanOut: Double(fanOut)
        case .fanAverage: Double(inputs + fanOut) / 2
        }
      let limit = (3 * scale / max(1, fan)).squareRoot()
      let deviation = (scale / max(1, fan)).squareRoot()
      // What truncation leaves of the deviation of a normal distribution.
      let truncated = deviation / 0.87962566103423978
      for index in weights.indices {
        let value: Double =
          switch distribution {
          case .uniform: (2 * generator.uniform() - 1) * limit
          case .truncatedNormal: truncated * Self.truncatedNormal(using: &generator)
          case .normal: deviation * generator.normal()
          }
        weights[index] = Scalar(value)
      }
    case .orthogonal(let gain):
      Self.orthogonal(weights, inputs: inputs, outputs: outputs, using: &generator)
      if gain != 1 { for index in weights.indices { weights[index] *= Scalar(gain) } }
    case .identity(let gain):
      for index in weights.indices {
        weights[index] = index / outputs == index % outputs ? Scalar(gain) : 0
      }
    case .unknown: break
    }
  }

  /// Rows of a random orthogonal matrix, `[inputs, outputs]`, row-major.
  private static func orthogonal<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, inputs: Int, outputs: Int,
    using generator: inout PhiloxGenerator
  ) {
    let (rows, columns) = (max(inputs, outputs), min(inputs, outputs))
    let count = rows * columns
    var matrix = [Float](unsafeUninitializedCapacity: count) { numbers, initialized in
      guard let base = numbers.baseAddress else { return }
      generator.drawNormals(base, count: count, mean: 0, deviation: 1)
      initialized = count
    }
    OrthogonalMatrix.factor(&matrix, rows: rows, columns: columns)
    for index in weights.indices {
      // The factor's column j is row j of `matrix`; a wide weight matrix is its transpose.
      let (row, column) = (index / outputs, index % outputs)
      let at = inputs <= outputs ? row * rows + column : column * rows + row
      weights[index] = Scalar(matrix[at])
    }
  }

  private static func truncatedNormal(using generator: inout PhiloxGenerator) -> Double {
    while true {
      let value = generator.normal()
      if abs(value) <= 2 { return value }
    }
  }
}
