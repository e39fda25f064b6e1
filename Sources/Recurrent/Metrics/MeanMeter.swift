import Files
import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The mean over outputs of a function of output and target: `keras.metrics.MeanMetricWrapper`.
struct MeanMeter: OutputMeter {
  private typealias Function = (MeasuredOutput) -> Double

  private let function: Function
  private let isRoot: Bool
  private var sum = 0.0
  private var count = 0

  init?(function name: String, options: [String: JSONValue]) {
    let name = Self.shortNames[name.lowercased()] ?? name
    isRoot = name == "root_mean_squared_error"
    if name == "binary_accuracy" {
      let threshold = options["threshold"]?.double ?? 0.5
      guard areUnset(options, except: ["threshold"]) else { return nil }
      function = { output in
        output.mean { target, value in target == (value > threshold ? 1 : 0) ? 1 : 0 }
      }
    } else if ["top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"].contains(name) {
      let k = options["k"]?.integer ?? 5
      let isUnset = areUnset(options, except: ["k", "from_sorted_ids"])
      guard isUnset, options["from_sorted_ids"] != true else { return nil }
      function = { output in
        let right = output.classNumber
        guard output.output.indices.contains(right) else { return 0 }
        return output.output.count { $0 > output.output[right] } < k ? 1 : 0
      }
    } else if name == "huber" {
      let delta = options["delta"]?.double ?? 1
      guard areUnset(options, except: ["delta"]) else { return nil }
      function = { output in
        output.mean { target, value in
          let size = abs(target - value)
          return size <= delta ? size * size / 2 : delta * (size - delta / 2)
        }
      }
    } else {
      guard areUnset(options, except: []), let function = Self.functions[name] else { return nil }
      self.function = function
    }
  }

  mutating func add(_ output: MeasuredOutput) {
    sum += function(output)
    count += 1
  }

  var value: Double {
    let mean = count == 0 ? 0 : sum / Double(count)
    return isRoot ? mean.squareRoot() : mean
  }

  private static let shortNames = [
    "mse": "mean_squared_error", "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error", "msle": "mean_squared_logarithmic_error",
    "rmse": "root_mean_squared_error", "logcosh": "log_cosh", "log_cosh_error": "log_cosh",
    "kld": "kl_divergence",
    "bce": "binary_crossentropy",
  ]

  /// Keras' smallest number that is not zero to it.
  private static let epsilon = 1e-7

  private static func clipped(_ value: Double, to most: Double = 1) -> Double {
    min(max(value, epsilon), most)
  }

  /// Keras' functions without settings, by name.
  nonisolated(unsafe) private static let functions: [String: Function] = [
    "mean_squared_error": { $0.mean { ($0 - $1) * ($0 - $1) } },
    "root_mean_squared_error": { $0.mean { ($0 - $1) * ($0 - $1) } },
    "mean_absolute_error": { $0.mean { abs($0 - $1) } },
    "mean_absolute_percentage_error": {
      $0.mean { 100 * abs(($0 - $1) / max(abs($0), epsilon)) }
    },
    "mean_squared_logarithmic_error": {
      $0.mean { target, value in
        let difference = log(max(target, epsilon) + 1) - log(max(value, epsilon) + 1)
        return difference * difference
      }
    },
    "log_cosh": {
      $0.mean { target, value in
        let size = abs(value - target)
        return size + log1p(exp(-2 * size)) - log(2)
      }
    },
    "cosine_similarity": { output in
      var (product, targets, values) = (0.0, 0.0, 0.0)
      for unit in output.output.indices {
        let (target, value) = (output.target(unit), Double(output.output[unit]))
        product += target * value
        targets += target * target
        values += value * value
      }
      return product / max(targets * values, epsilon * epsilon * epsilon).squareRoot()
    },
    "categorical_accuracy": { $0.likeliest == $0.classNumber ? 1 : 0 },
    "sparse_categorical_accuracy": { $0.likeliest == $0.classNumber ? 1 : 0 },
    "categorical_crossentropy": crossEntropy, "sparse_categorical_crossentropy": crossEntropy,
    "binary_crossentropy": {
      $0.mean { target, value in
        let probability = clipped(value, to: 1 - epsilon)
        return -target * log(probability) - (1 - target) * log(1 - probability)
      }
    },
    "kl_divergence": { output in
      output.output.indices.reduce(0) { sum, unit in
        let target = clipped(output.target(unit))
        return sum + target * log(target / clipped(Double(output.output[unit])))
      }
    },
    "poisson": { $0.mean { $1 - $0 * log($1 + epsilon) } },
    "hinge": { output in output.mean { max(1 - output.sign($0) * $1, 0) } },
    "squared_hinge": { output in
      output.mean { target, value in
        let distance = max(1 - output.sign(target) * value, 0)
        return distance * distance
      }
    },
    "categorical_hinge": { output in
      var (positive, negative) = (0.0, -Double.infinity)
      for unit in output.output.indices {
        let (target, value) = (output.target(unit), Double(output.output[unit]))
        positive += target * value
        negative = max(negative, (1 - target) * value)
      }
      return max(negative - positive + 1, 0)
    },
  ]

  private static let crossEntropy: @Sendable (MeasuredOutput) -> Double = { output in
    let sum = output.output.reduce(0) { $0 + Double($1) }
    return output.output.indices.reduce(0) { loss, unit in
      let target = output.target(unit)
      guard target != 0 else { return loss }
      return loss - target * log(clipped(Double(output.output[unit]) / sum, to: 1 - epsilon))
    }
  }
}

extension MeasuredOutput {
  /// The mean over units of a function of target and output.
  @inline(__always)
  fileprivate func mean(_ function: (_ target: Double, _ value: Double) -> Double) -> Double {
    output.indices.reduce(0) { $0 + function(target($1), Double(output[$1])) }
      / Double(max(1, output.count))
  }

  /// A target as hinges take it: -1 or 1 where targets are 0 or 1.
  fileprivate func sign(_ target: Double) -> Double {
    let areBinary = output.indices.allSatisfy { self.target($0) == 0 || self.target($0) == 1 }
    return areBinary ? 2 * target - 1 : target
  }
}
