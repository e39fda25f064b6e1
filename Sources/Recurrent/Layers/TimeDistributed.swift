import Files
import Kernels

/// `keras.layers.TimeDistributed`: a layer, or a model, that is applied to every step. As in Keras 3, a mask that the layer
/// makes is not seen outside.
struct TimeDistributedDescription: LayerDescription {
  static let className = "TimeDistributed"
  static let options: [String: JSONValue] = ["layer": nil]

  /// What is applied: a layer, or a model of one input and one output.
  private enum Inner: Sendable {
    case layer(any LayerDescription)
    case model(ModelConfiguration)
  }

  private let inner: Inner
  private let isTrainable: Bool
  /// Whether the engine's layer does the same to all steps at once, and takes the wrapper's place.
  private var isPerStep: Bool {
    if case .layer(let layer) = inner { layer.appliesPerStep } else { false }
  }
  private var layer: (any LayerDescription)? {
    if case .layer(let layer) = inner { layer } else { nil }
  }

  var symbolUse: SymbolUse { isPerStep ? layer?.symbolUse ?? .none : .none }
  var needsSequence: Bool { true }
  var takesMask: Bool { isPerStep && layer?.takesMask ?? false }
  var lastActivation: Activation? { isPerStep ? layer?.lastActivation : nil }
  var stepAxes: StepAxes { .own }
  var isCalledWithMask: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    if let model = options.model {
      guard model.inputs.count == 1, model.givenOutputs.count == 1, !model.isStateful else {
        throw options.error("layer", "is not a model of one input and one output without a state")
      }
      guard !model.hasActivityRegularizers else {
        throw options.error("layer", "with an activity_regularizer inside is not supported")
      }
      inner = .model(model)
      isTrainable = true
      return
    }
    let layer = try options.layer("layer")
    let description = try layer.described()
    guard !description.isStateful else { throw options.error("layer", "is not supported") }
    inner = .layer(description)
    isTrainable = layer["trainable"] == true
  }

  /// One step as the inner layer or model takes it.
  private func step(of input: SampleShape) -> SampleShape {
    let isEmbedding =
      switch inner {
      case .layer(let layer): layer.symbolCount != nil
      case .model(let model): model.inputIsSymbols
      }
    // Numbers of symbols are a sequence of one feature.
    if isEmbedding, input.axes.count == 1 {
      return .sequence(timeSteps: input.axes[0], features: 1)
    }
    return input.step
  }

  /// The calls of the model for one step.
  private func calls(
    _ model: ModelConfiguration, _ step: SampleShape
  ) throws(ConfigurationError) -> CallGraph {
    var model = model
    model.inputs[0].sample = step
    return try CallGraph(model, timeSteps: [step.timeSteps])
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    if let layer, isPerStep, input.axes.count == 1 { return try layer.output(of: input) }
    let step = step(of: input)
    let output: SampleShape
    switch inner {
    case .layer(let layer):
      guard step.isSequence || !layer.needsSequence else {
        throw ConfigurationError(
          "TimeDistributed of \(type(of: layer).className) needs steps that are sequences")
      }
      guard step.axes.count == 1 || layer.stepAxes != .none else {
        throw ConfigurationError(
          "\(type(of: layer).className) cannot take steps of the axes \(step.axes)")
      }
      output = try layer.outputOfAxes(step)
    case .model(let model):
      let graph = try calls(model, step)
      output = graph.shape(of: graph.outputs[0])
    }
    let sizes = output.sizes.compactMap { $0 }
    guard sizes.count == output.sizes.count else {
      throw ConfigurationError("TimeDistributed needs steps of known sizes")
    }
    return .sequence(timeSteps: input.timeSteps, axes: sizes)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let parameters: [ParameterShape]
    switch inner {
    case .layer(let layer):
      parameters = layer.parameters(
        of: isPerStep && input.axes.count == 1 ? input : layer.weightedShape(of: step(of: input)))
    case .model(let model):
      var own = model
      own.inputs[0].sample = step(of: input)
      parameters = ((try? own.layerParameters()) ?? []).flatMap { layer, shapes in
        shapes.map { $0.inside(layer) }
      }
    }
    return isTrainable ? parameters : parameters.map(\.frozen)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    if let layer, isPerStep, builder.input.axes.count == 1 { return layer.makeLayer(builder) }
    var one = builder
    one.input = step(of: builder.input)
    one.inputs = [one.input]
    one.output = builder.output.step
    one.batch = builder.batch * builder.input.steps
    one.isMasked = false
    switch inner {
    case .layer(let layer): return TimeDistributed(layer.makeCall(one), builder, step: one.input)
    case .model(let model):
      guard let calls = try? calls(model, one.input) else {
        preconditionFailure("a model that was described cannot be built")
      }
      return TimeDistributed(ModelLayer(model, calls, one), builder, step: one.input)
    }
  }
}

/// A layer whose rows are the steps of all rows: what is a step outside is a sample inside.
///
/// Shapes: input `[steps, rows, …]`, output `[steps, rows, …]`, where a sample may be a sequence itself.
/// Memory: `2 × batch × steps` samples of input and of output from the model's plan, where these are sequences.
final class TimeDistributed<Scalar: KernelScalar>: SingleInputLayer {
  private let layer: any Layer<Scalar>
  private let steps: Int
  private let context = BatchContext<Scalar>()
  private let plan: MemoryPlan<Scalar>
  private let input, output: Turned

  /// Samples that lie one behind the other outside, and step by step inside.
  private struct Turned {
    let steps, features: Int
    let region, gradient: MemoryRegion  // [steps, samples, features]

    init(_ sample: SampleShape, samples: Int, plan: MemoryPlan<Scalar>) {
      steps = sample.steps
      features = sample.features
      // One step lies as it is.
      let count = steps > 1 ? samples * steps * features : 0
      (region, gradient) = (plan.reserve(count), plan.reserve(count))
    }

    /// Puts samples that lie one behind the other step by step.
    func turn(
      _ values: UnsafePointer<Scalar>, into turned: UnsafeMutablePointer<Scalar>, samples: Int
    ) {
      for step in 0..<steps {
        Scalar.copyRows(
          values + step * features, step: steps * features,
          to: turned + step * samples * features, step: features, rows: samples,
          columns: features)
      }
    }

    func turnBack(
      _ turned: UnsafePointer<Scalar>, into values: UnsafeMutablePointer<Scalar>, samples: Int
    ) {
      for step in 0..<steps {
        Scalar.copyRows(
          turned + step * samples * features, step: features, to: values + step * features,
          step: steps * features, rows: samples, columns: features)
      }
    }
  }

  /// - Parameters:
  ///   - builder: The wrapper's.
  ///   - step: One step of the input as the layer takes it.
  init(_ layer: any Layer<Scalar>, _ builder: LayerBuilder<Scalar>, step: SampleShape) {
    self.layer = layer
    plan = builder.plan
    steps = builder.input.steps
    let samples = steps * builder.batch
    input = Turned(step, samples: samples, plan: plan)
    output = Turned(builder.output.step, samples: samples, plan: plan)
  }

  func forward(
    _ values: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let samples = steps * batch.rows
    context.begin(rows: samples, as: batch)
    var inside = values
    if input.steps > 1 {
      input.turn(values, into: plan[input.region], samples: samples)
      inside = UnsafePointer(plan[input.region])
    }
    let answer = layer.forward(only: inside, in: context)
    batch.takeWrongSymbol(of: context)
    guard output.steps > 1 else { return answer }
    output.turnBack(answer, into: plan[output.region], samples: samples)
    return plan[output.region]
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let samples = steps * batch.rows
    var gradient = outputGradient
    if output.steps > 1 {
      output.turn(outputGradient, into: plan[output.gradient], samples: samples)
      gradient = plan[output.gradient]
    }
    let inside =
      inputGradient.map { input.steps > 1 ? plan[input.gradient] : $0 }
    layer.backward(
      outputGradient: gradient, onlyInputGradient: inside, in: context, sink: sink)
    if let inputGradient, let inside, input.steps > 1 {
      input.turnBack(inside, into: inputGradient, samples: samples)
    }
  }
}
