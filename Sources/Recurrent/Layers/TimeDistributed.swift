import Files
import Kernels

/// `keras.layers.TimeDistributed`: a layer that is applied to every step. The engine's layers without a memory
/// do that anyway, so the layer inside takes its place.
struct TimeDistributedDescription: LayerDescription {
  static let className = "TimeDistributed"
  static let options: [String: JSONValue] = ["layer": nil]

  let inner: any LayerDescription
  private let isTrainable: Bool
  var symbolUse: SymbolUse { inner.symbolUse }
  var needsSequence: Bool { true }
  var takesMask: Bool { inner.takesMask }
  var lastActivation: Activation? { inner.lastActivation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let layer = try options.layer("layer")
    inner = try layer.described()
    guard inner.appliesPerStep else { throw options.error("layer", "is not supported") }
    isTrainable = layer["trainable"] == true
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try inner.output(of: input)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let parameters = inner.parameters(of: input)
    return isTrainable ? parameters : parameters.map(\.frozen)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    inner.makeLayer(builder)
  }
}
