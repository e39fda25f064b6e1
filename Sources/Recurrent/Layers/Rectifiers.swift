import Files
import Kernels

/// `keras.layers.ReLU`.
struct ReLUDescription: LayerDescription {
  static let className = "ReLU"
  static let options: [String: JSONValue] = [
    "max_value": nil, "negative_slope": 0.0, "threshold": 0.0,
  ]

  private let rectifier: Rectifier
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    rectifier = Rectifier(
      slope: try options.size(ofNumber: "negative_slope"),
      threshold: try options.size(ofNumber: "threshold"),
      limit: options["max_value"] == .null ? .infinity : try options.size(ofNumber: "max_value"))
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    rectifier == Rectifier()
      ? ActivationLayer(.relu, builder) : ActivationLayer(.linear, rectifier: rectifier, builder)
  }
}

/// `keras.layers.LeakyReLU`: `x` above 0, `negative_slope · x` below.
struct LeakyReLUDescription: LayerDescription {
  static let className = "LeakyReLU"
  static let options: [String: JSONValue] = ["negative_slope": 0.3]

  private let rectifier: Rectifier
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    // tf-keras takes negative ones too.
    rectifier = Rectifier(slope: try options.number("negative_slope"))
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ActivationLayer(.linear, rectifier: rectifier, builder)
  }
}

/// `keras.layers.ELU`: `x` above 0, `alpha · (eˣ − 1)` below.
struct ELUDescription: LayerDescription {
  static let className = "ELU"
  static let options: [String: JSONValue] = ["alpha": 1.0]

  private let alpha: Double
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) { alpha = try options.number("alpha") }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    // What is negative before is so behind the exponential.
    ActivationLayer(.elu, rectifier: alpha == 1 ? nil : Rectifier(slope: alpha), builder)
  }
}

extension LayerOptions {
  /// A number that is not negative.
  fileprivate func size(ofNumber option: String) throws(ConfigurationError) -> Double {
    let number = try number(option)
    guard number >= 0 else { throw error(option, "is negative") }
    return number
  }
}
