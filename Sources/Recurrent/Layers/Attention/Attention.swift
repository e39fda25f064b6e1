import Files
import Kernels

/// `keras.layers.Attention`.
struct AttentionDescription: LayerDescription {
  static let className = "Attention"
  static let options: [String: JSONValue] = [
    "use_scale": false, "score_mode": "dot", "dropout": 0.0, "use_causal_mask": false,
  ]

  private let usesScale, isConcat: Bool
  private let common: AttentionOptions
  var needsSequence: Bool { true }
  var takesList: Bool { true }
  var passesFirstMask: Bool { true }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    usesScale = try options.flag("use_scale")
    guard ["dot", "concat"].contains(options["score_mode"]) else {
      throw options.error("score_mode", "is neither dot nor concat")
    }
    isConcat = options["score_mode"] == "concat"
    common = try AttentionOptions(options)
  }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    try AttentionOptions.joined(inputs, className: Self.className)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let initial = WeightOptions(initializer: .ones)
    return (usesScale ? [ParameterShape("scale", [], initial)] : [])
      + (isConcat ? [ParameterShape("concat_score_weight", [], initial)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let (shape, plan) = (AttentionOptions.shape(builder), builder.plan)
    let scale = usesScale ? builder.matrix("scale") : nil
    let scores: any AttentionScores<Scalar> =
      isConcat
      ? TanhScores(
        shape, factor: builder.matrix("concat_score_weight"), scale: scale, blocks: builder.batch,
        plan: plan)
      : DotScores(shape, scale: scale, plan: plan)
    return Attention(scores, common, builder)
  }
}

/// `keras.layers.AdditiveAttention`.
struct AdditiveAttentionDescription: LayerDescription {
  static let className = "AdditiveAttention"
  static let options: [String: JSONValue] = [
    "use_scale": true, "dropout": 0.0, "use_causal_mask": false,
  ]

  private let usesScale: Bool
  private let common: AttentionOptions
  var needsSequence: Bool { true }
  var takesList: Bool { true }
  var passesFirstMask: Bool { true }
  var joinsSteps: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    usesScale = try options.flag("use_scale")
    common = try AttentionOptions(options)
  }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    try AttentionOptions.joined(inputs, className: Self.className)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func parameters(of inputs: [SampleShape], joined: SampleShape) -> [ParameterShape] {
    let initial = WeightOptions(initializer: Initializer("GlorotUniform"))
    return usesScale ? [ParameterShape("scale", [inputs[0].features], initial)] : []
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let scores = TanhScores(
      AttentionOptions.shape(builder), factor: usesScale ? builder.matrix("scale") : nil,
      blocks: builder.batch, plan: builder.plan)
    return Attention(scores, common, builder)
  }
}

/// What Keras' classes of attention have in common.
struct AttentionOptions: Sendable {
  /// The fraction of the weights that dropout leaves out.
  let rate: Double
  /// Whether a query sees no step after its own.
  let isCausal: Bool

  init(_ options: LayerOptions) throws(ConfigurationError) {
    rate = try options.rate("dropout")
    isCausal = try options.flag("use_causal_mask")
  }

  /// Checks query and value, or query, value and key.
  ///
  /// - Returns: A step of the value for each query.
  static func joined(
    _ inputs: [SampleShape], className: String
  ) throws(ConfigurationError) -> SampleShape {
    let (query, value, key) = try sequences(inputs, className: className)
    guard key.features == query.features else {
      throw ConfigurationError(
        "\(className) compares query and key, which must have the same features")
    }
    return .sequence(timeSteps: query.timeSteps, features: value.features)
  }

  /// Query, value and key, which is the value if it is not given.
  static func sequences(
    _ inputs: [SampleShape], className: String
  ) throws(ConfigurationError) -> (query: SampleShape, value: SampleShape, key: SampleShape) {
    guard inputs.count == 2 || inputs.count == 3, inputs.allSatisfy(\.isSequence) else {
      throw ConfigurationError(
        "\(className) takes two or three sequences: query, value and perhaps key")
    }
    let (value, key) = (inputs[1], inputs[inputs.count - 1])
    guard value.timeSteps == key.timeSteps else {
      throw ConfigurationError("value and key of \(className) must have the same steps")
    }
    return (inputs[0], value, key)
  }

  static func shape<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> AttentionShape {
    AttentionShape(
      queries: builder.inputs[0].steps, steps: builder.inputs[1].steps,
      units: builder.inputs[0].features)
  }
}

/// The mean of the values by how well their keys fit a query, as `keras.layers.Attention` and
/// `keras.layers.AdditiveAttention` compute it: the weights of the steps are the softmax of their scores, which are
/// ``DotScores`` or ``TanhScores``.
///
/// A step of the value that does not count has the score −10⁹ less, as in Keras; for one of the query the output is 0.
///
/// Shapes: query `[queries, rows, units]`, key `[steps, rows, units]`, value `[steps, rows, width]`, output
/// `[queries, rows, width]`.
/// Memory: `batch × 2 × (queries × (units + 1.5 × width) + steps × (units + width))` scalars from the model's plan, and
/// those of scores and weights.
final class Attention<Scalar: KernelScalar>: Layer {
  private let queries, steps, units, width: Int
  private let hasKey: Bool
  private let scores: any AttentionScores<Scalar>
  private let weights: AttentionWeights<Scalar>
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [queries, rows, width]
  // Inputs and output with the rows first, and their gradients.
  private let query, queryGradient: MemoryPlan<Scalar>.Region  // [rows, queries, units]
  private let key, keyGradient: MemoryPlan<Scalar>.Region  // [rows, steps, units]
  private let value, valueGradient: MemoryPlan<Scalar>.Region  // [rows, steps, width]
  private let answer: MemoryPlan<Scalar>.Region  // [rows, queries, width]
  private let seesMasks: [Bool]
  private var queryMask: UnsafePointer<UInt8>?

  init(
    _ scores: any AttentionScores<Scalar>, _ options: AttentionOptions,
    _ builder: LayerBuilder<Scalar>
  ) {
    let shape = AttentionOptions.shape(builder)
    (queries, steps, units) = (shape.queries, shape.steps, shape.units)
    width = builder.inputs[1].features
    hasKey = builder.inputs.count == 3
    self.scores = scores
    (plan, seesMasks) = (builder.plan, builder.seesMasks)
    weights = AttentionWeights(
      shape, width: width, isCausal: options.isCausal, hiding: .lowersScores, rate: options.rate,
      builder)
    let batch = builder.batch
    output = plan.reserve(batch * queries * width)
    query = plan.reserve(batch * queries * units)
    queryGradient = plan.reserve(batch * queries * units)
    value = plan.reserve(batch * steps * width)
    valueGradient = plan.reserve(batch * steps * width)
    key = hasKey ? plan.reserve(batch * steps * units) : value
    keyGradient = plan.reserve(batch * steps * units)
    answer = plan.reserve(batch * queries * width)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let rows = batch.rows
    queryMask = seesMasks[0] ? inputs.masks[0] : nil
    batch.mask = inputs.masks[0]
    swapAxes(inputs.values[0], first: queries, second: rows, columns: units, into: plan[query])
    swapAxes(inputs.values[1], first: steps, second: rows, columns: width, into: plan[value])
    if hasKey {
      swapAxes(inputs.values[2], first: steps, second: rows, columns: units, into: plan[key])
    }
    scores.forward(query: plan[query], key: plan[key], blocks: rows, into: weights.scores)
    weights.forward(
      values: plan[value], into: plan[answer],
      masks: AttentionMasks(value: seesMasks[1] ? inputs.masks[1] : nil),
      in: batch)
    swapAxes(plan[answer], first: rows, second: queries, columns: width, into: plan[output])
    clearUncounted(plan[output], rows: rows)
    return plan[output]
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let rows = batch.rows
    clearUncounted(outputGradient, rows: rows)
    swapAxes(outputGradient, first: queries, second: rows, columns: width, into: plan[answer])
    let scoreGradient = weights.backward(
      outputGradient: plan[answer], values: plan[value], valueGradient: plan[valueGradient],
      in: batch)
    scores.backward(
      scoreGradient: scoreGradient, query: plan[query], key: plan[key], blocks: rows,
      queryGradient: plan[queryGradient], keyGradient: plan[keyGradient], sink: sink)
    if !hasKey {
      Scalar.add(plan[keyGradient], to: plan[valueGradient], count: rows * steps * width)
    }
    if let to = inputGradients[0] {
      swapAxes(plan[queryGradient], first: rows, second: queries, columns: units, into: to)
    }
    if let to = inputGradients[1] {
      swapAxes(plan[valueGradient], first: rows, second: steps, columns: width, into: to)
    }
    if hasKey, let to = inputGradients[2] {
      swapAxes(plan[keyGradient], first: rows, second: steps, columns: units, into: to)
    }
  }

  /// Puts zeros where a step of the query does not count.
  private func clearUncounted(_ values: UnsafeMutablePointer<Scalar>, rows: Int) {
    guard let queryMask else { return }
    for place in 0..<queries * rows where queryMask[place] == 0 {
      Scalar.fill(values + place * width, with: 0, count: width)
    }
  }
}
