import Files
import Kernels

/// `keras.layers.Dot`.
struct DotDescription: LayerDescription {
  static let className = "Dot"
  static let options: [String: JSONValue] = ["axes": -1, "normalize": false]

  /// The axis of each input, as Keras counts it.
  private let axes: [Int]
  let normalizes: Bool
  var passesMask: Bool { false }
  var takesList: Bool { true }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let axes = options["axes"].integer.map { [$0, $0] } ?? options["axes"].array?.map(\.integer)
    self.axes = axes?.compactMap(\.self) ?? []
    guard axes?.count == 2, self.axes.count == 2,
      self.axes.allSatisfy({ (-2...2).contains($0) && $0 != 0 })
    else { throw options.error("axes", "is not supported") }
    normalizes = try options.flag("normalize")
  }

  /// - Parameter axes: That of each input, as Keras counts it.
  init(axes: [Int]) { (self.axes, normalizes) = (axes, false) }

  /// Vectors of an input that are multiplied: how many there are of a row of a batch, and how long.
  struct Vectors: Sendable {
    /// Whether they go through the steps, one for each feature.
    let alongSteps: Bool
    let count, length: Int?
  }

  func vectors(_ inputs: [SampleShape]) throws(ConfigurationError) -> [Vectors] {
    guard inputs.count == 2 else {
      throw ConfigurationError("Dot takes two inputs, not \(inputs.count)")
    }
    var vectors: [Vectors] = []
    for (input, given) in zip(inputs, axes) {
      let axis = given < 0 ? given + input.sizes.count + 1 : given
      guard (1...input.sizes.count).contains(axis) else {
        throw ConfigurationError("an input of Dot has no axis \(given)")
      }
      let alongSteps = input.isSequence && axis == 1
      vectors.append(
        Vectors(
          alongSteps: alongSteps,
          count: alongSteps ? input.features : input.isSequence ? input.timeSteps : 1,
          length: alongSteps ? input.timeSteps : input.features))
    }
    return vectors
  }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    let vectors = try vectors(inputs)
    if let one = vectors[0].length, let other = vectors[1].length, one != other {
      throw ConfigurationError("the axes that Dot multiplies have \(one) and \(other) values")
    }
    let isSequence = inputs[0].isSequence && inputs[1].isSequence
    let counts = isSequence ? [vectors[1].count] : vectors.map(\.count)
    guard let features = counts.reduce(1, { product, count in product.map { $0 * (count ?? 0) } }),
      features > 0
    else { throw ConfigurationError("Dot needs a fixed number of time steps") }
    return isSequence
      ? .sequence(timeSteps: vectors[0].count, features: features) : .vector(features: features)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Dot(self, builder)
  }
}

/// The products of all vectors of one input with all of another, as `keras.layers.Dot` computes them; of vectors of length
/// 1 if it normalizes.
///
/// Shapes: inputs `[steps, rows, features]` each; output `[vectors of the first, rows, vectors of the second]`, and
/// `[rows, products]` if one input has no steps.
/// Memory: `batch × (2 × the values of the inputs + 2 × the values of the output)` scalars from the model's plan.
final class Dot<Scalar: KernelScalar>: Layer {
  private let left, right: DotOperand<Scalar>
  private let steps, features: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, features]
  private let products: MemoryPlan<Scalar>.Region  // [rows, left vectors, right vectors]

  init(_ description: DotDescription, _ builder: LayerBuilder<Scalar>) {
    let inputs = builder.inputs
    let alongSteps = (try? description.vectors(inputs))?.map(\.alongSteps) ?? [false, false]
    left = DotOperand(
      inputs[0], alongSteps: alongSteps[0], normalizes: description.normalizes, builder)
    right = DotOperand(
      inputs[1], alongSteps: alongSteps[1], normalizes: description.normalizes, builder)
    (steps, features, plan) = (builder.output.steps, builder.output.features, builder.plan)
    output = plan.reserve(steps * builder.batch * features)
    products = plan.reserve(steps * builder.batch * features)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (rows, products, length) = (batch.rows, plan[products], left.length)
    batch.mask = nil
    left.take(inputs.values[0], rows: rows)
    right.take(inputs.values[1], rows: rows)
    let (one, other) = (left.values, right.values)
    shareBlocks(rows, multiplications: left.count * right.count * length) { row in
      Scalar.multiply(
        one + row * left.count * length, transposeLeft: false,
        other + row * right.count * length, transposeRight: true, rows: left.count,
        columns: right.count, inner: length, into: products + row * left.count * right.count,
        accumulate: false)
    }
    swapAxes(products, first: rows, second: steps, columns: features, into: plan[output])
    return plan[output]
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let (rows, products, length) = (batch.rows, plan[products], left.length)
    swapAxes(outputGradient, first: steps, second: rows, columns: features, into: products)
    let (one, other) = (left.gradient, right.gradient)
    shareBlocks(rows, multiplications: 2 * left.count * right.count * length) { row in
      let gradient = products + row * left.count * right.count
      Scalar.multiply(
        gradient, transposeLeft: false, right.values + row * right.count * length,
        transposeRight: false, rows: left.count, columns: length, inner: right.count,
        into: one + row * left.count * length, accumulate: false)
      Scalar.multiply(
        gradient, transposeLeft: true, left.values + row * left.count * length,
        transposeRight: false, rows: right.count, columns: length, inner: left.count,
        into: other + row * right.count * length, accumulate: false)
    }
    if let to = inputGradients[0] { left.giveGradient(to: to, rows: rows) }
    if let to = inputGradients[1] { right.giveGradient(to: to, rows: rows) }
  }
}

/// One input of a ``Dot`` as vectors, `[rows, count, length]`.
private final class DotOperand<Scalar: KernelScalar> {
  let count, length: Int
  private let alongSteps, normalizes: Bool
  private let plan: MemoryPlan<Scalar>
  private let vectors, vectorGradient: MemoryPlan<Scalar>.Region  // [rows, count, length]
  /// What each vector was multiplied by.
  private let factors: MemoryPlan<Scalar>.Region  // [rows, count]
  private let product: MemoryPlan<Scalar>.Region  // [1]

  /// The largest factor, so that nothing is divided by zero: `1 / keras.backend.epsilon()`.
  private static var largest: Scalar { 1e7 }

  init(
    _ input: SampleShape, alongSteps: Bool, normalizes: Bool, _ builder: LayerBuilder<Scalar>
  ) {
    (self.alongSteps, self.normalizes, plan) = (alongSteps, normalizes, builder.plan)
    (count, length) =
      alongSteps ? (input.features, input.steps) : (input.steps, input.features)
    vectors = plan.reserve(builder.batch * count * length)
    vectorGradient = plan.reserve(builder.batch * count * length)
    factors = plan.reserve(normalizes ? builder.batch * count : 0)
    product = plan.reserve(1)
  }

  var values: UnsafeMutablePointer<Scalar> { plan[vectors] }
  var gradient: UnsafeMutablePointer<Scalar> { plan[vectorGradient] }

  func take(_ input: UnsafePointer<Scalar>, rows: Int) {
    if alongSteps {
      swapAxes(input, first: length, second: rows * count, columns: 1, into: values)
    } else {
      swapAxes(input, first: count, second: rows, columns: length, into: values)
    }
    guard normalizes else { return }
    for number in 0..<rows * count {
      let vector = values + number * length
      let square = product(vector, vector)
      let factor = square > 0 ? min(1 / square.squareRoot(), Self.largest) : Self.largest
      plan[factors][number] = factor
      Scalar.scale(vector, by: factor, count: length)
    }
  }

  func giveGradient(to result: UnsafeMutablePointer<Scalar>, rows: Int) {
    if normalizes {
      for number in 0..<rows * count {
        let (gradient, vector) = (gradient + number * length, values + number * length)
        let factor = plan[factors][number]
        if factor < Self.largest {
          // What would make the vector longer has no effect.
          Scalar.add(
            vector, times: -product(gradient, vector), to: gradient, count: length)
        }
        Scalar.scale(gradient, by: factor, count: length)
      }
    }
    if alongSteps {
      swapAxes(gradient, first: rows * count, second: length, columns: 1, into: result)
    } else {
      swapAxes(gradient, first: rows, second: count, columns: length, into: result)
    }
  }

  private func product(_ one: UnsafePointer<Scalar>, _ other: UnsafePointer<Scalar>) -> Scalar {
    Scalar.multiply(
      one, transposeLeft: false, other, transposeRight: false, rows: 1, columns: 1, inner: length,
      into: plan[product], accumulate: false)
    return plan[product][0]
  }
}
