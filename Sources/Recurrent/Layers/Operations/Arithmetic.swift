import Files
import Kernels

/// `x + y` and the other operators of `keras.ops` that merge two values, one for each ``MergeOperation``; either may be a
/// number or an array of the model's.
struct ArithmeticDescription<Operation: MergeOperation>: LayerDescription {
  static var className: String { "ops." + Operation.className }
  static var options: [String: JSONValue] { ["operands": [nil, nil]] }

  /// The constants at their places; `nil` is an input.
  let operands: [ArithmeticConstant?]
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let values = options["operands"].array ?? []
    operands = values.map { $0 == .null ? nil : ArithmeticConstant($0) }
    guard values.count == 2, operands.contains(where: { $0 == nil }),
      zip(values, operands).allSatisfy({ $0 == .null || $1 != nil })
    else { throw options.error("operands", "is not supported") }
  }

  /// Axes of size 1 stand beside every place of the other's.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    let count = operands.filter { $0 == nil }.count
    guard let first = inputs.first, inputs.count == count else {
      throw ConfigurationError("\(Self.className) takes \(count) inputs, not \(inputs.count)")
    }
    guard inputs.allSatisfy({ $0.sizes.count == first.sizes.count }) else {
      throw ConfigurationError("\(Self.className) takes inputs of as many axes")
    }
    let constants: [[Int?]] = operands.compactMap { operand in
      operand?.sizes(beside: first.sizes.count)
    }
    return try SampleShape.broadcast(inputs.map(\.sizes) + constants, Self.className)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Arithmetic<Scalar, Operation>(operands, builder)
  }
}

extension SampleShape {
  /// The shape in which samples are merged place by place: axes of one place stand beside every place of the others'.
  ///
  /// - Parameter samples: Their sizes, one at least.
  static func broadcast(
    _ samples: [[Int?]], _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    var sizes = samples[0]
    for other in samples.dropFirst() {
      guard other.count == sizes.count else {
        throw ConfigurationError("\(className) takes values of as many axes")
      }
      for axis in sizes.indices where sizes[axis] != other[axis] {
        guard sizes[axis] == 1 || other[axis] == 1 else {
          throw ConfigurationError(
            "\(className) cannot take axes of \(sizes[axis] ?? 0) and \(other[axis] ?? 0)")
        }
        if sizes[axis] == 1 { sizes[axis] = other[axis] }
      }
    }
    guard let shape = SampleShape(sizes: sizes) else {
      throw ConfigurationError("\(className) needs a fixed number of time steps")
    }
    return shape
  }
}

/// A number or an array that is part of a model.
struct ArithmeticConstant: Sendable {
  /// None for a number.
  let sizes: [Int]
  let values: [Double]

  private static let mostValues = 1 << 20

  /// - Parameter json: A number, or numbers in lists.
  /// - Returns: `nil` if it is something else.
  init?(_ json: JSONValue) {
    if let number = json.double ?? json.bool.map({ $0 ? 1 : 0 }) {
      (sizes, values) = ([], [number])
      return
    }
    guard let elements = json.array, !elements.isEmpty, elements.count <= Self.mostValues else {
      return nil
    }
    let parts = elements.compactMap(ArithmeticConstant.init)
    guard parts.count == elements.count, parts.allSatisfy({ $0.sizes == parts[0].sizes }),
      parts[0].sizes.count < 6
    else { return nil }
    (sizes, values) = ([elements.count] + parts[0].sizes, parts.flatMap(\.values))
  }

  /// The sizes beside a sample of so many axes: of 1 where it has none, and without one place for all of the batch.
  fileprivate func sizes(beside axes: Int) -> [Int] {
    let own = sizes.count == axes + 1 && sizes[0] == 1 ? sizes.dropFirst() : sizes[...]
    return [Int](repeating: 1, count: max(0, axes - own.count)) + own
  }
}

/// Two values merged place by place, each repeated where the other has more places on an axis.
///
/// Shapes: inputs `[steps or 1, rows, features]`, output `[steps, rows, features]`.
/// Memory: `batch × values of the output` scalars from the model's plan, once more for each operand that is repeated or a
/// constant, and for gradients.
final class Arithmetic<Scalar: KernelScalar, Operation: MergeOperation>: Layer {
  /// Where an operand comes from.
  private enum Operand {
    /// An input as it is.
    case whole(input: Int)
    /// An input that is repeated.
    case repeated(input: Int, SampleMap, size: Int, copy: MemoryRegion)
    /// The values of a sample.
    case constant([Scalar], copy: MemoryRegion)
  }

  private let operands: [Operand]
  private let steps, features: Int
  private let plan: MemoryPlan<Scalar>
  private let output, gradient: MemoryPlan<Scalar>.Region  // [steps, rows, features]
  // The operands of the batch under way.
  private var values: [UnsafePointer<Scalar>]

  init(_ constants: [ArithmeticConstant?], _ builder: LayerBuilder<Scalar>) {
    let (plan, shape) = (builder.plan, builder.output)
    (steps, features, self.plan) = (shape.steps, shape.features, plan)
    let size = shape.steps * shape.features * builder.batch
    var input = 0
    operands = constants.map { constant in
      if let constant {
        return .constant(
          constant.spread(over: shape.knownSizes).map { Scalar($0) }, copy: plan.reserve(size))
      }
      defer { input += 1 }
      let own = builder.inputs[input]
      guard own != shape else { return .whole(input: input) }
      var view = SampleView(own.knownSizes)
      for (axis, wanted) in shape.knownSizes.enumerated() where view.sizes[axis] < wanted {
        view = view.repeated(axis: axis, count: wanted)
      }
      return .repeated(
        input: input, SampleMap(view, from: own, to: shape), size: own.steps * own.features,
        copy: plan.reserve(size))
    }
    output = plan.reserve(size)
    gradient = plan.reserve(size)
    values = constants.map { [output] _ in UnsafePointer(plan[output]) }
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, rows) = (plan[output], batch.rows)
    let count = steps * rows * features
    for number in 0..<operands.count {
      switch operands[number] {
      case .whole(let input): values[number] = inputs.values[input]
      case .repeated(let input, let map, _, let copy):
        map.copy(inputs.values[input], to: plan[copy], rows: rows)
        values[number] = UnsafePointer(plan[copy])
      case .constant(let constant, let copy):
        spread(constant, into: plan[copy], rows: rows)
        values[number] = UnsafePointer(plan[copy])
      }
    }
    output.update(from: values[0], count: count)
    Operation.merge(values[1], into: output, count: count)
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let count = steps * batch.rows * features
    for number in 0..<operands.count {
      // What an operand takes of a maximum is no other's, so each sees the gradient as it is left.
      let merged = MergedValues(
        inputs: values, result: UnsafePointer(plan[output]), gradient: outputGradient,
        count: count)
      let own = plan[gradient]
      Operation.gradient(of: number, merged, into: own)
      switch operands[number] {
      case .whole(let input): inputGradients[input]?.update(from: own, count: count)
      case .repeated(let input, let map, let size, _):
        guard let to = inputGradients[input] else { continue }
        Scalar.fill(to, with: 0, count: size * batch.rows)
        map.addBack(own, to: to, rows: batch.rows)
      case .constant: break
      }
    }
  }

  /// A sample's values for all rows.
  private func spread(_ sample: [Scalar], into copy: UnsafeMutablePointer<Scalar>, rows: Int) {
    sample.withUnsafeBufferPointer { sample in
      guard let values = sample.baseAddress else { return }
      for step in 0..<steps {
        Scalar.copyRows(
          values + step * features, step: 0, to: copy + step * rows * features, step: features,
          rows: rows, columns: features)
      }
    }
  }
}

extension ArithmeticConstant {
  /// The values that stand beside those of a sample.
  fileprivate func spread(over sample: [Int]) -> [Double] {
    var view = SampleView(sizes(beside: sample.count))
    for (axis, wanted) in sample.enumerated() where view.sizes[axis] < wanted {
      view = view.repeated(axis: axis, count: wanted)
    }
    return view.places.map { values[$0] }
  }
}
