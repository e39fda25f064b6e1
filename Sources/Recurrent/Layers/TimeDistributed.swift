import Kernels

/// `keras.layers.TimeDistributed`: a layer that is applied to every step. The engine's layers without a memory
/// do that anyway, so the layer inside takes its place.
struct TimeDistributedDescription: LayerDescription {
  static let className = "TimeDistributed"
  static let options: [String: JSONValue] = ["layer": nil]

  let layer: any LayerDescription
  private let isTrainable: Bool
  var needsSequence: Bool { true }
  var lastActivation: Activation? { layer.lastActivation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let inner = try options.layer("layer")
    layer = try inner.described()
    guard layer.appliesPerStep else { throw options.error("layer", "is not supported") }
    isTrainable = inner["trainable"] == true
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try layer.output(of: input)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let parameters = layer.parameters(of: input)
    return isTrainable ? parameters : parameters.map(\.frozen)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    layer.makeLayer(builder)
  }
}
