import Files
import Recurrent

/// How the weights of a layer begin: `keras.initializers`. Random ones are drawn from the model's random seed by a
/// generator of the library's own, not by Keras'.
public enum Initializer: Equatable, Sendable {
  /// All zero.
  case zeros
  /// All one.
  case ones
  /// All the same value.
  case constant(Double)
  /// Evenly between two values.
  case randomUniform(minimum: Double = -0.05, maximum: Double = 0.05)
  /// Normally distributed.
  case randomNormal(mean: Double = 0, standardDeviation: Double = 0.05)
  /// Normally distributed, without values more than two standard deviations from the mean.
  case truncatedNormal(mean: Double = 0, standardDeviation: Double = 0.05)
  /// Evenly within `±√(6 / (fanIn + fanOut))` (Glorot & Bengio 2010).
  case glorotUniform
  /// Truncated normal with the variance `2 / (fanIn + fanOut)`.
  case glorotNormal
  /// Evenly within `±√(6 / fanIn)` (He et al. 2015).
  case heUniform
  /// Truncated normal with the variance `2 / fanIn`.
  case heNormal
  /// Evenly within `±√(3 / fanIn)` (LeCun et al. 1998).
  case lecunUniform
  /// Truncated normal with the variance `1 / fanIn`.
  case lecunNormal
  /// `keras.initializers.VarianceScaling`.
  case varianceScaling(
    scale: Double = 1, mode: FanMode = .fanIn, distribution: Distribution = .truncatedNormal)
  /// A random orthogonal matrix (Saxe et al. 2014).
  case orthogonal(gain: Double = 1)
  /// `gain` on the diagonal, 0 elsewhere.
  case identity(gain: Double = 1)

  /// Which sizes variance scaling divides by.
  public enum FanMode: String, Sendable {
    /// The number of inputs.
    case fanIn = "fan_in"
    /// The number of outputs.
    case fanOut = "fan_out"
    /// The mean of the two.
    case fanAverage = "fan_avg"
  }

  /// What variance scaling draws from.
  public enum Distribution: String, Sendable {
    /// Evenly between two values.
    case uniform
    /// Normal, within two standard deviations.
    case truncatedNormal = "truncated_normal"
    /// Normal.
    case untruncatedNormal = "untruncated_normal"
  }

  /// As Keras writes it: by its name alone where its settings are the defaults.
  var json: JSONValue {
    switch self {
    case .zeros: "Zeros"
    case .ones: "Ones"
    case .constant(let value): object("Constant", ["value": value])
    case .randomUniform(let minimum, let maximum):
      self == .randomUniform()
        ? "RandomUniform" : object("RandomUniform", ["minval": minimum, "maxval": maximum])
    case .randomNormal(let mean, let deviation):
      self == .randomNormal()
        ? "RandomNormal" : object("RandomNormal", ["mean": mean, "stddev": deviation])
    case .truncatedNormal(let mean, let deviation):
      self == .truncatedNormal()
        ? "TruncatedNormal" : object("TruncatedNormal", ["mean": mean, "stddev": deviation])
    case .glorotUniform: "GlorotUniform"
    case .glorotNormal: "GlorotNormal"
    case .heUniform: "HeUniform"
    case .heNormal: "HeNormal"
    case .lecunUniform: "LecunUniform"
    case .lecunNormal: "LecunNormal"
    case .varianceScaling(let scale, let mode, let distribution):
      [
        "class_name": "VarianceScaling",
        "config": [
          "scale": .number(scale), "mode": .string(mode.rawValue),
          "distribution": .string(distribution.rawValue),
        ],
      ]
    case .orthogonal(let gain):
      gain == 1 ? "Orthogonal" : object("Orthogonal", ["gain": gain])
    case .identity(let gain): gain == 1 ? "Identity" : object("Identity", ["gain": gain])
    }
  }
}

/// A penalty on weights that is added to the loss, `keras.regularizers`: on their size, `l1 · Σ|w| + l2 · Σw²`, or on the
/// angles between them.
public enum Regularizer: Equatable, Sendable {
  /// `l1 · Σ|w|`.
  case l1(Double = 0.01)
  /// `l2 · Σw²`.
  case l2(Double = 0.01)
  /// The sum of both.
  case l1l2(l1: Double, l2: Double)
  /// `factor` times the mean of `|nᵢ · nⱼ|` over pairs of the rows or columns of a matrix, each divided by its norm.
  case orthogonal(_ factor: Double = 0.01, between: Vectors = .rows)

  /// The vectors of a matrix.
  public enum Vectors: String, Sendable {
    /// One for each input.
    case rows
    /// One for each output.
    case columns
  }

  var json: JSONValue {
    switch self {
    case .l1(let l1): object("L1", ["l1": l1])
    case .l2(let l2): object("L2", ["l2": l2])
    case .l1l2(let l1, let l2): object("L1L2", ["l1": l1, "l2": l2])
    case .orthogonal(let factor, let vectors):
      [
        "class_name": "OrthogonalRegularizer",
        "config": ["factor": .number(factor), "mode": .string(vectors.rawValue)],
      ]
    }
  }
}

/// What weights are put back into after every update: `keras.constraints`. Norms are those of the vectors along an axis.
public enum Constraint: Equatable, Sendable {
  /// Negative weights become zero.
  case nonNegative
  /// Every norm is 1.
  case unitNorm(axis: Int = 0)
  /// No norm is larger than this.
  case maxNorm(Double = 2, axis: Int = 0)
  /// Norms are moved towards the range, by the fraction `rate` of the distance.
  case minMaxNorm(minimum: Double = 0, maximum: Double = 1, rate: Double = 1, axis: Int = 0)

  var json: JSONValue {
    switch self {
    case .nonNegative: "NonNeg"
    case .unitNorm(let axis):
      ["class_name": "UnitNorm", "config": ["axis": .integer(axis)]]
    case .maxNorm(let maximum, let axis):
      [
        "class_name": "MaxNorm",
        "config": ["max_value": .number(maximum), "axis": .integer(axis)],
      ]
    case .minMaxNorm(let minimum, let maximum, let rate, let axis):
      [
        "class_name": "MinMaxNorm",
        "config": [
          "min_value": .number(minimum), "max_value": .number(maximum), "rate": .number(rate),
          "axis": .integer(axis),
        ],
      ]
    }
  }
}

/// An object of Keras' with numbers for settings.
private func object(_ className: String, _ numbers: [String: Double]) -> JSONValue {
  ["class_name": .string(className), "config": .object(numbers.mapValues { .number($0) })]
}

/// The options of one weight array, under Keras' names.
func weightOptions(
  _ name: String, _ initializer: Initializer, _ regularizer: Regularizer?, _ constraint: Constraint?
) -> [String: JSONValue] {
  [
    "\(name)_initializer": initializer.json,
    "\(name)_regularizer": regularizer?.json ?? .null,
    "\(name)_constraint": constraint?.json ?? .null,
  ]
}

extension [String: JSONValue] {
  /// The options of both.
  static func + (one: Self, other: Self) -> Self { one.merging(other) { _, last in last } }
}
