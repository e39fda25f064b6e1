import Files
import Kernels

/// `keras.ops.matmul` of matrices, one of each sample: ``Dot`` computes it.
struct MatrixProductDescription: LayerDescription {
  static let className = "ops.Matmul"
  static let options: [String: JSONValue] = ["transpose_a": false, "transpose_b": false]

  private let dot: DotDescription
  var passesMask: Bool { false }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    dot = DotDescription(axes: [
      try options.flag("transpose_a") ? 1 : 2, try options.flag("transpose_b") ? 2 : 1,
    ])
  }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard inputs.count == 2, inputs.allSatisfy({ $0.sizes.count == 2 }) else {
      throw ConfigurationError("\(Self.className) takes two inputs of matrices")
    }
    return try dot.joined(inputs)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Dot(dot, builder)
  }
}
