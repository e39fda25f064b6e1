import Files
import Kernels

/// `keras.layers.MultiHeadAttention`.
struct MultiHeadAttentionDescription: LayerDescription {
  static let className = "MultiHeadAttention"
  static let options: [String: JSONValue] = [
    "num_heads": 1, "key_dim": 1, "value_dim": nil, "dropout": 0.0, "use_bias": true,
    "output_shape": nil, "attention_axes": [1], "use_causal_mask": false,
    // tf-keras' alone.
    "softmax_robust_masking": nil,
  ].merging(WeightOptions.defaults(["kernel": "GlorotUniform", "bias": "Zeros"])) { _, new in new }

  let heads, keyUnits, valueUnits: Int
  let usesBias: Bool
  let common: AttentionOptions
  let hiding: Hiding
  /// The units of the output; those of the query if `nil`.
  private let units: Int?
  private let kernel, bias: WeightOptions
  var needsSequence: Bool { true }
  var joinsSteps: Bool { true }
  var passesFirstMask: Bool { true }

  /// How Keras hides scores, see ``AttentionWeights/Hiding``.
  enum Hiding: Sendable {
    case three
    case two(isRobust: Bool)
  }

  var takesMasksOff: Bool { if case .three = hiding { true } else { false } }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    heads = try options.size("num_heads")
    keyUnits = try options.size("key_dim")
    valueUnits = options["value_dim"] == nil ? keyUnits : try options.size("value_dim")
    units = options["output_shape"] == nil ? nil : try options.size("output_shape")
    let axes: [JSONValue] = [nil, 1, [1]]
    guard axes.contains(options["attention_axes"]) else {
      throw options.error("attention_axes", "is not supported")
    }
    for size in [keyUnits, valueUnits] where heads * size > ModelConfiguration.largestAxis {
      throw options.error(
        "num_heads", "of \(size) units are more than \(ModelConfiguration.largestAxis)")
    }
    usesBias = try options.flag("use_bias")
    common = try AttentionOptions(options)
    hiding =
      options["softmax_robust_masking"] == nil
      ? .three : .two(isRobust: try options.flag("softmax_robust_masking"))
    kernel = try options.weight("kernel", axes: 3)
    bias = try options.weight("bias")
  }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    let query = try AttentionOptions.sequences(inputs, className: Self.className).query
    return .sequence(timeSteps: query.timeSteps, features: units ?? query.features)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func parameters(of inputs: [SampleShape], joined: SampleShape) -> [ParameterShape] {
    let (value, key) = (inputs[1], inputs[inputs.count - 1])
    let arrays: [(String, kernel: [Int], bias: [Int])] = [
      ("query", [inputs[0].features, heads, keyUnits], [heads, keyUnits]),
      ("key", [key.features, heads, keyUnits], [heads, keyUnits]),
      ("value", [value.features, heads, valueUnits], [heads, valueUnits]),
      ("attention_output", [heads, valueUnits, joined.features], [joined.features]),
    ]
    return arrays.flatMap { scope, kernel, bias in
      [ParameterShape("kernel", kernel, self.kernel).inside(scope)]
        + (usesBias ? [ParameterShape("bias", bias, self.bias).inside(scope)] : [])
    }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    MultiHeadAttention(self, builder)
  }
}

/// Attention of several heads (Vaswani et al. 2017), as `keras.layers.MultiHeadAttention` computes it: each head has
/// linear maps of its own of query, key and value, and takes the mean of the values by the softmax of
/// `query · key / √keyUnits`; another linear map of all heads' means is the output.
///
/// What a mask of the value, or of a key, leaves out is not looked at; what one of the query leaves out looks at nothing.
/// Such a query gives the mean of all steps; with dropout, in Keras 3, zeros.
///
/// Shapes: query `[queries, rows, inputs]`, value and key `[steps, rows, inputs]`, output `[queries, rows, units]`.
/// Memory: `batch × heads × (queries × (2 × keyUnits + 3 × valueUnits) + steps × 2 × (keyUnits + valueUnits))` scalars
/// from the model's plan, one more of the largest of these arrays, the output, and those of ``AttentionWeights``.
final class MultiHeadAttention<Scalar: KernelScalar>: Layer {
  private let heads, queries, steps, units: Int
  private let valueUnits: Int
  private let hasKey: Bool
  private let seesMasks: [Bool]
  private let query, key, value: HeadProjection<Scalar>
  private let kernel: ParameterStore<Scalar>.Matrix
  private let bias: ParameterStore<Scalar>.Matrix?
  private let scores: DotScores<Scalar>
  private let weights: AttentionWeights<Scalar>
  private let plan: MemoryPlan<Scalar>
  private let answer: MemoryPlan<Scalar>.Region  // [rows × heads, queries, valueUnits]
  private let answers: MemoryPlan<Scalar>.Region  // [queries, rows, heads × valueUnits]
  private let output: MemoryPlan<Scalar>.Region  // [queries, rows, units]

  init(_ description: MultiHeadAttentionDescription, _ builder: LayerBuilder<Scalar>) {
    let (inputs, batch, plan) = (builder.inputs, builder.batch, builder.plan)
    let (heads, keyUnits) = (description.heads, description.keyUnits)
    let (queries, steps, units) = (inputs[0].steps, inputs[1].steps, builder.output.features)
    (self.heads, self.queries, self.steps, self.units) = (heads, queries, steps, units)
    let valueUnits = description.valueUnits
    (self.valueUnits, self.plan) = (valueUnits, plan)
    hasKey = inputs.count == 3
    seesMasks = builder.seesMasks
    let scratch = plan.reserve(
      max(queries * keyUnits, steps * max(keyUnits, valueUnits)) * batch * heads)
    func projection(_ name: String, _ input: SampleShape, _ size: Int) -> HeadProjection<Scalar> {
      HeadProjection(
        name, inputs: input.features, steps: input.steps, heads: heads, units: size,
        usesBias: description.usesBias, scratch: scratch, builder)
    }
    query = projection("query", inputs[0], keyUnits)
    key = projection("key", inputs[inputs.count - 1], keyUnits)
    value = projection("value", inputs[1], valueUnits)
    kernel = builder.matrix("attention_output/kernel").reshaped(
      rows: heads * valueUnits, columns: units)
    bias = description.usesBias ? builder.matrix("attention_output/bias") : nil
    let shape = AttentionShape(queries: queries, steps: steps, units: keyUnits, heads: heads)
    scores = DotScores(shape, factor: 1 / Double(keyUnits).squareRoot(), plan: plan)
    let (rate, isCausal) = (description.common.rate, description.common.isCausal)
    let hiding: AttentionWeights<Scalar>.Hiding =
      switch description.hiding {
      case .three: rate > 0 ? .leavesOut : .replacesScores
      case .two(let isRobust): isRobust ? .replacesScores : .lowersScores
      }
    weights = AttentionWeights(
      shape, width: valueUnits, isCausal: isCausal, hiding: hiding, rate: rate, builder)
    answer = plan.reserve(queries * batch * heads * valueUnits)
    answers = plan.reserve(queries * batch * heads * valueUnits)
    output = plan.reserve(queries * batch * units)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (rows, blocks, output) = (batch.rows, batch.rows * heads, plan[output])
    batch.mask = inputs.masks[0]
    query.forward(inputs.values[0], rows: rows)
    value.forward(inputs.values[1], rows: rows)
    key.forward(inputs.values[hasKey ? 2 : 1], rows: rows)
    scores.forward(
      query: query.values, key: key.values, blocks: blocks, into: weights.scores)
    func mask(_ input: Int) -> UnsafePointer<UInt8>? {
      seesMasks[input] ? inputs.masks[input] : nil
    }
    let masks = AttentionMasks(query: mask(0), value: mask(1), key: mask(hasKey ? 2 : 1))
    weights.forward(values: value.values, into: plan[answer], masks: masks, in: batch)
    swapAxes(
      plan[answer], first: blocks, second: queries, columns: valueUnits, into: plan[answers])
    fillRows(output, with: bias?.values, rows: queries * rows, columns: units)
    Scalar.multiply(
      plan[answers], transposeLeft: false, kernel.values, transposeRight: false,
      rows: queries * rows, columns: units, inner: kernel.rows, into: output, accumulate: true)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let (rows, blocks, all) = (batch.rows, batch.rows * heads, queries * batch.rows)
    Scalar.multiply(
      outputGradient, transposeLeft: false, kernel.values, transposeRight: true, rows: all,
      columns: kernel.rows, inner: units, into: plan[answer], accumulate: false)
    sink.add(kernel, left: plan[answers], right: outputGradient, inner: all)
    if let bias { sink.add(bias, left: nil, right: outputGradient, inner: all) }
    swapAxes(plan[answer], first: queries, second: blocks, columns: valueUnits, into: plan[answers])
    let scoreGradient = weights.backward(
      outputGradient: plan[answers], values: value.values, valueGradient: value.gradient,
      in: batch)
    scores.backward(
      scoreGradient: scoreGradient, query: query.values, key: key.values, blocks: blocks,
      queryGradient: query.gradient, keyGradient: key.gradient, sink: sink)
    query.backward(into: inputGradients[0], rows: rows, sink: sink)
    value.backward(into: inputGradients[1], rows: rows, sink: sink)
    key.backward(
      into: inputGradients[hasKey ? 2 : 1], accumulate: !hasKey, rows: rows, sink: sink)
  }
}

/// `x · kernel + bias`, split into heads.
///
/// Shapes: input `[steps, rows, inputs]`, values `[rows × heads, steps, units]`.
/// Memory: `batch × steps × heads × units × 2` scalars from the model's plan.
private final class HeadProjection<Scalar: KernelScalar> {
  private let inputs, steps, heads, units: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [inputs, heads × units]
  private let bias: ParameterStore<Scalar>.Matrix?  // [1, heads × units]
  private let plan: MemoryPlan<Scalar>
  private let projected, projectedGradient: MemoryPlan<Scalar>.Region
  private let scratch: MemoryPlan<Scalar>.Region  // [steps, rows, heads × units]
  private var input: UnsafePointer<Scalar>?

  /// - Parameter scratch: Room for the values, which nobody else needs between calls.
  init(
    _ name: String, inputs: Int, steps: Int, heads: Int, units: Int, usesBias: Bool,
    scratch: MemoryPlan<Scalar>.Region, _ builder: LayerBuilder<Scalar>
  ) {
    (self.inputs, self.steps, self.heads, self.units) = (inputs, steps, heads, units)
    kernel = builder.matrix(name + "/kernel").reshaped(rows: inputs, columns: heads * units)
    bias =
      usesBias ? builder.matrix(name + "/bias").reshaped(rows: 1, columns: heads * units) : nil
    plan = builder.plan
    self.scratch = scratch
    projected = plan.reserve(builder.batch * steps * heads * units)
    projectedGradient = plan.reserve(builder.batch * steps * heads * units)
  }

  var values: UnsafeMutablePointer<Scalar> { plan[projected] }
  /// Where the gradient of the values goes before ``backward(into:accumulate:rows:sink:)``.
  var gradient: UnsafeMutablePointer<Scalar> { plan[projectedGradient] }

  func forward(_ input: UnsafePointer<Scalar>, rows: Int) {
    self.input = input
    let scratch = plan[scratch]
    fillRows(scratch, with: bias?.values, rows: steps * rows, columns: kernel.columns)
    Scalar.multiply(
      input, transposeLeft: false, kernel.values, transposeRight: false, rows: steps * rows,
      columns: kernel.columns, inner: inputs, into: scratch, accumulate: true)
    swapAxes(scratch, first: steps, second: rows * heads, columns: units, into: values)
  }

  func backward(
    into inputGradient: UnsafeMutablePointer<Scalar>?, accumulate: Bool = false, rows: Int,
    sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let scratch = plan[scratch]
    swapAxes(gradient, first: rows * heads, second: steps, columns: units, into: scratch)
    if let inputGradient {
      Scalar.multiply(
        scratch, transposeLeft: false, kernel.values, transposeRight: true, rows: steps * rows,
        columns: inputs, inner: kernel.columns, into: inputGradient, accumulate: accumulate)
    }
    sink.add(kernel, left: input, right: scratch, inner: steps * rows)
    if let bias { sink.add(bias, left: nil, right: scratch, inner: steps * rows) }
  }
}
