import Files
import Kernels

/// `keras.layers.AdditiveAttention`.
struct AdditiveAttentionDescription: LayerDescription {
  static let className = "AdditiveAttention"
  static let options: [String: JSONValue] = ["use_scale": true, "dropout": 0.0]

  let usesScale: Bool
  var needsSequence: Bool { true }
  var takesList: Bool { true }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    usesScale = try options.flag("use_scale")
    guard try options.rate("dropout") == 0 else {
      throw options.error("dropout", "is not supported")
    }
  }

  /// Query and value, or query, value and key.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard inputs.count == 2 || inputs.count == 3, inputs.allSatisfy(\.isSequence) else {
      throw ConfigurationError(
        "AdditiveAttention takes two or three sequences: query, value and perhaps key")
    }
    guard inputs.allSatisfy({ $0.features == inputs[0].features }),
      inputs[1].timeSteps == inputs[inputs.count - 1].timeSteps
    else {
      throw ConfigurationError(
        "the inputs of AdditiveAttention must have the same features, value and key the same steps")
    }
    return inputs[0]
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let initial = WeightOptions(initializer: Initializer("GlorotUniform"))
    return usesScale ? [ParameterShape("scale", [input.features], initial)] : []
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    AdditiveAttention(self, builder)
  }
}

/// Additive attention (Bahdanau, Cho & Bengio 2015), as `keras.layers.AdditiveAttention` computes it: the score of step
/// t for step q is `Σ scale ∘ tanh(query[q] + key[t])`, the weights of the steps are the softmax of their scores, and
/// output q is the mean of the values by these weights.
///
/// A step of the value that does not count has the score −10⁹ less, as in Keras; for one of the query the output is 0.
///
/// Shapes: query and output `[queries, rows, units]`, value and key `[steps, rows, units]`.
/// Memory: `batch × (queries × steps × (units + 3) + queries × units + steps × 3 × units)` scalars from the model's plan.
final class AdditiveAttention<Scalar: KernelScalar>: Layer {
  private let queries, steps, units: Int
  private let hasKey: Bool
  private let scale: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [queries, rows, units]
  private let sums: MemoryPlan<Scalar>.Region  // [queries, steps, rows, units], after tanh
  private let scores: MemoryPlan<Scalar>.Region  // [queries, steps, rows], then their gradient
  private let weights: MemoryPlan<Scalar>.Region  // [queries, rows, steps]
  private let weightGradient: MemoryPlan<Scalar>.Region  // [rows, steps]
  private let values: MemoryPlan<Scalar>.Region  // [rows, steps, units]
  private let valueGradient: MemoryPlan<Scalar>.Region  // [rows, steps, units]
  private let sumGradient: MemoryPlan<Scalar>.Region  // [steps, rows, units]
  private let ones: MemoryPlan<Scalar>.Region  // [units], in the place of a scale
  private var queryMask: UnsafePointer<UInt8>?

  init(_ description: AdditiveAttentionDescription, _ builder: LayerBuilder<Scalar>) {
    queries = builder.inputs[0].steps
    steps = builder.inputs[1].steps
    units = builder.input.features
    hasKey = builder.inputs.count == 3
    scale = description.usesScale ? builder.matrix("scale") : nil
    plan = builder.plan
    let batch = builder.batch
    output = plan.reserve(queries * batch * units)
    sums = plan.reserve(queries * steps * batch * units)
    scores = plan.reserve(queries * steps * batch)
    weights = plan.reserve(queries * steps * batch)
    weightGradient = plan.reserve(steps * batch)
    values = plan.reserve(steps * batch * units)
    valueGradient = plan.reserve(steps * batch * units)
    sumGradient = plan.reserve(steps * batch * units)
    ones = plan.reserve(description.usesScale ? 0 : units)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (rows, output, values) = (batch.rows, plan[output], plan[values])
    let (query, value, key) = (
      inputs.values[0], inputs.values[1], inputs.values[hasKey ? 2 : 1]
    )
    queryMask = inputs.masks[0]
    batch.mask = queryMask
    for row in 0..<rows {
      Scalar.copyRows(
        value + row * units, step: rows * units, to: values + row * steps * units, step: units,
        rows: steps, columns: units)
    }
    for number in 0..<queries {
      let sums = plan[sums] + number * steps * rows * units
      let scores = plan[scores] + number * steps * rows
      let weights = plan[weights] + number * steps * rows
      Scalar.copyRows(
        query + number * rows * units, step: 0, to: sums, step: rows * units, rows: steps,
        columns: rows * units)
      Scalar.add(key, to: sums, count: steps * rows * units)
      Scalar.activate(sums, by: .tanh, rows: steps * rows, columns: units)
      Scalar.multiply(
        sums, transposeLeft: false, factors, transposeRight: false, rows: steps * rows, columns: 1,
        inner: units, into: scores, accumulate: false)
      turn(scores, rows: steps, columns: rows, into: weights)
      if let mask = inputs.masks[1] {
        for row in 0..<rows {
          for step in 0..<steps where mask[step * rows + row] == 0 {
            weights[row * steps + step] -= 1e9
          }
        }
      }
      Scalar.activate(weights, by: .softmax, rows: rows, columns: steps)
      for row in 0..<rows {
        Scalar.multiply(
          weights + row * steps, transposeLeft: false, values + row * steps * units,
          transposeRight: false, rows: 1, columns: units, inner: steps,
          into: output + (number * rows + row) * units, accumulate: false)
      }
    }
    clearUncounted(output, rows: rows)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let (rows, size) = (batch.rows, batch.rows * units)
    let (sumGradient, valueGradient) = (plan[sumGradient], plan[valueGradient])
    let keyGradient = inputGradients[hasKey ? 2 : 1]
    clearUncounted(outputGradient, rows: rows)
    Scalar.fill(valueGradient, with: 0, count: steps * size)
    if let keyGradient { Scalar.fill(keyGradient, with: 0, count: steps * size) }
    for number in 0..<queries {
      let scoreGradient = plan[scores] + number * steps * rows
      addValueGradient(outputGradient + number * size, number, rows: rows)
      // The gradient of the weights, then that of the scores.
      turn(plan[weightGradient], rows: rows, columns: steps, into: scoreGradient)
      Scalar.multiply(
        scoreGradient, transposeLeft: false, factors, transposeRight: false, rows: steps * rows,
        columns: units, inner: 1, into: sumGradient, accumulate: false)
      let sums = plan[sums] + number * steps * size
      Scalar.activationGradient(
        sumGradient, of: .tanh, before: sums, after: sums, rows: steps * rows, columns: units)
      if let keyGradient { Scalar.add(sumGradient, to: keyGradient, count: steps * size) }
      guard let gradient = inputGradients[0].map({ $0 + number * size }) else { continue }
      Scalar.fill(gradient, with: 0, count: size)
      Scalar.addRows(of: sumGradient, mask: nil, rows: steps, columns: size, to: gradient)
    }
    if let to = inputGradients[1] {
      if hasKey { Scalar.fill(to, with: 0, count: steps * size) }
      for row in 0..<rows {
        for step in 0..<steps {
          Scalar.add(
            valueGradient + (row * steps + step) * units, to: to + (step * rows + row) * units,
            count: units)
        }
      }
    }
    if let scale {
      sink.add(scale, left: plan[scores], right: plan[sums], inner: queries * steps * rows)
    }
  }

  /// Adds the gradient of the values that a query's output gives, and takes that of its weights back to its scores.
  private func addValueGradient(
    _ outputGradient: UnsafePointer<Scalar>, _ number: Int, rows: Int
  ) {
    let weights = plan[weights] + number * steps * rows
    let (values, weightGradient) = (plan[values], plan[weightGradient])
    for row in 0..<rows {
      let (gradient, place) = (outputGradient + row * units, row * steps * units)
      Scalar.multiply(
        gradient, transposeLeft: false, values + place, transposeRight: true, rows: 1,
        columns: steps, inner: units, into: weightGradient + row * steps, accumulate: false)
      Scalar.multiply(
        weights + row * steps, transposeLeft: false, gradient, transposeRight: false, rows: steps,
        columns: units, inner: 1, into: plan[valueGradient] + place, accumulate: true)
    }
    Scalar.activationGradient(
      weightGradient, of: .softmax, before: weights, after: weights, rows: rows, columns: steps)
  }

  /// What the sums are multiplied by, `[units]`.
  private var factors: UnsafePointer<Scalar> {
    if let scale { return UnsafePointer(scale.values) }
    Scalar.fill(plan[ones], with: 1, count: units)
    return UnsafePointer(plan[ones])
  }

  /// `result = matrixᵀ`, of a matrix `[rows, columns]`.
  private func turn(
    _ matrix: UnsafePointer<Scalar>, rows: Int, columns: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    for column in 0..<columns {
      Scalar.copyRows(
        matrix + column, step: columns, to: result + column * rows, step: 1, rows: rows, columns: 1)
    }
  }

  /// Puts zeros where a step of the query does not count.
  private func clearUncounted(_ values: UnsafeMutablePointer<Scalar>, rows: Int) {
    guard let queryMask else { return }
    for place in 0..<queries * rows where queryMask[place] == 0 {
      Scalar.fill(values + place * units, with: 0, count: units)
    }
  }
}
