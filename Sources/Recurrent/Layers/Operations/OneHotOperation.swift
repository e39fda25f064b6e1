import Files
import Kernels

/// `keras.ops.one_hot`: a row for each number of a symbol. No gradient goes through.
struct OneHotDescription: LayerDescription {
  static let className = "ops.OneHot"
  static let options: [String: JSONValue] = ["num_classes": 1, "axis": -1]

  private let count: Int
  var symbolCount: Int? { count }
  var takesMask: Bool { false }
  var passesMask: Bool { false }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    count = try options.size("num_classes")
    guard options["axis"].integer == -1 else { throw options.error("axis", "is not supported") }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try Encoding.one.output(of: input, count: count, Self.className)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let range = SymbolRange(layer: builder.name, count: count)
    return EncodingLayer(.one, range: range, builder) { range.number($0) }
  }
}
