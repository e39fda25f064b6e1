import Files
import Kernels

/// The options that convolutions have in common beside their windows.
struct ConvolutionOptions: Sendable {
  /// They and those of the windows, with Keras' defaults.
  static func defaults(_ windows: [String: JSONValue]) -> [String: JSONValue] {
    windows
      .merging(["filters": 1, "activation": "linear", "use_bias": true]) { _, new in new }
      .merging(WeightOptions.defaults(["kernel": "GlorotUniform", "bias": "Zeros"])) { _, new in new
      }
  }

  let filters: Int
  let activation: Activation
  let usesBias: Bool
  private let kernel, bias: WeightOptions

  /// - Parameter axes: Those of the windows.
  init(_ options: LayerOptions, axes: Int) throws(ConfigurationError) {
    filters = try options.size("filters")
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    kernel = try options.weight("kernel", axes: axes + 2)
    bias = try options.weight("bias")
  }

  /// A kernel of these sizes, and a bias of each filter.
  func parameters(kernel sizes: [Int]) -> [ParameterShape] {
    [ParameterShape("kernel", sizes, kernel)]
      + (usesBias ? [ParameterShape("bias", [filters], bias)] : [])
  }
}

extension LayerOptions {
  /// Checks that each filter sees all channels.
  func checkNoGroups() throws(ConfigurationError) {
    guard try size("groups") == 1 else { throw error("groups", "is not supported") }
  }
}
