import Files
import Kernels

/// `keras.layers.CategoryEncoding`: which of the numbers from 0 to below `num_tokens` a sample or a step has.
struct CategoryEncodingDescription: LayerDescription {
  static let className = "CategoryEncoding"
  static let options: [String: JSONValue] = [
    "num_tokens": 1, "output_mode": "multi_hot", "sparse": false,
  ]

  let count: Int
  let encoding: Encoding
  var takesMask: Bool { false }
  var passesMask: Bool { false }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    count = try options.size("num_tokens")
    encoding = try Encoding(options)
    guard encoding != .number else { throw options.error("output_mode", "is not supported") }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try encoding.output(of: input, count: count, Self.className)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let range = SymbolRange(layer: builder.name, count: count)
    return EncodingLayer(encoding, range: range, builder) { range.number($0) }
  }
}

/// `keras.layers.IntegerLookup`: the place of whole numbers in a vocabulary, which `adapt` found or which is an option.
struct IntegerLookupDescription: LayerDescription {
  static let className = "IntegerLookup"
  static let options: [String: JSONValue] = [
    "max_tokens": nil, "num_oov_indices": 1, "mask_token": nil, "oov_token": -1, "vocabulary": nil,
    "vocabulary_dtype": "int64", "idf_weights": nil, "invert": false, "output_mode": "int",
    "sparse": false, "pad_to_max_tokens": false, "vocabulary_size": nil,
    "oov_method": "floormod", "salt": nil,
  ]

  private let count: Int
  private let encoding: Encoding
  private let numbers: [Int: Int]
  private let mask: Int?
  /// The numbers of those that are not in the vocabulary.
  private let unknown: Range<Int>
  var takesMask: Bool { false }
  var passesMask: Bool { false }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    encoding = try Encoding(options)
    guard try !options.flag("invert"), options["oov_method"] == "floormod",
      let unknownCount = options["num_oov_indices"].integer, unknownCount >= 0
    else { throw options.error("invert", "or another option is not supported") }
    guard let given = options["vocabulary"].array?.map(\.integer), !given.contains(nil) else {
      throw options.error("vocabulary", "is not one of whole numbers in the file")
    }
    mask = options["mask_token"].integer
    let first = mask != nil && encoding == .number ? 1 : 0
    let special =
      (first > 0 ? [mask] : [])
      + [Int?](repeating: options["oov_token"].integer, count: unknownCount)
    let tokens =
      (Array(given.prefix(special.count)) == special ? given.dropFirst(special.count) : given[...])
      .compactMap { $0 }
    unknown = first..<first + unknownCount
    numbers = Dictionary(tokens.enumerated().map { ($1, first + unknownCount + $0) }) { one, _ in
      one
    }
    let size = first + unknownCount + tokens.count
    count =
      try options.flag("pad_to_max_tokens") ? max(size, options.size("max_tokens")) : size
    guard (1...ModelConfiguration.largestAxis).contains(count) else {
      throw options.error("vocabulary", "is too large")
    }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try encoding.output(of: input, count: count, Self.className)
  }

  private func number(_ value: some BinaryFloatingPoint) -> Int? {
    guard let value = Int(exactly: value.rounded(.towardZero)) else { return nil }
    if value == mask { return encoding == .number ? 0 : Encoding.nothing }
    if let known = numbers[value] { return known }
    guard !unknown.isEmpty else { return nil }
    let rest = value % unknown.count
    return unknown.lowerBound + (rest < 0 ? rest + unknown.count : rest)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    EncodingLayer(
      encoding, range: SymbolRange(layer: builder.name, count: count), builder
    ) { number($0) }
  }
}

/// How layers give categories: Keras' `output_mode`.
enum Encoding: Sendable {
  /// A number for each value.
  case number
  /// A value for each category: whether it is there, or how often; of one value alone, a one-hot row.
  case one, presence, count

  /// What stands for no category.
  static let nothing = -1

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard try !options.flag("sparse") else { throw options.error("sparse", "is not supported") }
    switch options["output_mode"] {
    case "int": self = .number
    case "one_hot": self = .one
    case "multi_hot": self = .presence
    case "count": self = .count
    default: throw options.error("output_mode", "is not supported")
    }
  }

  func output(
    of input: SampleShape, count: Int, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    guard self != .number else { return input }
    guard self != .one || input.features == 1 else {
      throw ConfigurationError("\(className) as one_hot takes one feature, not \(input.features)")
    }
    var output = input
    output.features = count
    return output
  }
}

/// The categories of values, see ``Encoding``. A value without one is reported as a wrong symbol. No gradient goes through.
///
/// Shapes: input `[steps, rows, inputs]`, output the same, or `[steps, rows, categories]`.
/// Memory: `batch × steps × units` scalars from the model's plan.
final class EncodingLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let encoding: Encoding
  private let range: SymbolRange
  private let number: (Scalar) -> Int?
  private let steps, inputs, units: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units]

  /// - Parameter number: The category of a value; `nil` if it has none.
  init(
    _ encoding: Encoding, range: SymbolRange, _ builder: LayerBuilder<Scalar>,
    number: @escaping (Scalar) -> Int?
  ) {
    (self.encoding, self.range, self.number) = (encoding, range, number)
    steps = builder.input.steps
    inputs = builder.input.features
    units = builder.output.features
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * units)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    let rows = steps * batch.rows
    Scalar.fill(output, with: 0, count: rows * units)
    for row in 0..<rows {
      for place in row * inputs..<(row + 1) * inputs {
        guard let number = number(input[place]) else {
          batch.report(input[place], row: row, of: range)
          continue
        }
        if encoding == .number {
          output[place] = Scalar(number)
        } else if number != Encoding.nothing {
          let at = row * units + number
          output[at] = encoding == .count ? output[at] + 1 : 1
        }
      }
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    Scalar.fill(inputGradient, with: 0, count: steps * batch.rows * inputs)
  }
}
