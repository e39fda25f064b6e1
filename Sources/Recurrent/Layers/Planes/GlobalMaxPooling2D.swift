import Files
import Kernels

/// `keras.layers.GlobalMaxPooling2D`: ``Reduction`` computes it.
struct GlobalMaxPooling2DDescription: LayerDescription {
  static let className = "GlobalMaxPooling2D"
  static let options: [String: JSONValue] = ["data_format": "channels_last", "keepdims": false]

  private let keepsAxes: Bool
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
    keepsAxes = try options.flag("keepdims")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    let channels = try Plane(input, Self.className).channels
    return keepsAxes
      ? .sequence(timeSteps: 1, axes: [1, channels]) : .vector(features: channels)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Reduction(.maximum, axes: [0, 1], builder)
  }
}
