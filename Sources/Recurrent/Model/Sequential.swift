import Files
import Kernels

/// A model ready to compute on batches of one shape: Keras' `Sequential`, or a functional model of one input and
/// one output.
///
/// Nothing is allocated after `init`. Several models may share one ``ParameterStore``, say to train
/// on one shape and predict on another.
package final class Sequential<Scalar: KernelScalar> {
  package let configuration: ModelConfiguration
  package let parameters: ParameterStore<Scalar>
  /// The most rows of a batch.
  package let batch: Int
  package let timeSteps: Int
  /// The steps of the output: `timeSteps`, or 1 if the model answers once for a sequence.
  package let outputSteps: Int
  /// The values of one step of the output.
  package let outputUnits: Int
  /// The working memory, in scalars, beside the parameters.
  package let workingMemory: Int

  private let plan: MemoryPlan<Scalar>
  private let graph: LayerGraph<Scalar>
  private let uses: ParameterUses
  /// The activation of the last layer, where a loss can be fused with it.
  private let lastActivation: Activation?
  private let stateful: [(described: ModelConfiguration.DescribedLayer, layer: any Layer<Scalar>)]
  private let context = BatchContext<Scalar>()
  private let modelInput: ModelInput<Scalar>
  private let outputGradient: MemoryPlan<Scalar>.Region  // [outputSteps, rows, outputUnits]
  private var output: UnsafeMutablePointer<Scalar>

  /// - Parameters:
  ///   - configuration: The model, if it is to compute in another way than that of the parameters: with a
  ///     state that is kept, or for another batch; its weights are the same.
  ///   - batch: The most rows of a batch.
  ///   - timeSteps: The steps of a sequence.
  /// - Throws: `OutOfMemory`, or ``ConfigurationError`` if the configuration fixes another batch.
  package init(
    parameters: ParameterStore<Scalar>, as configuration: ModelConfiguration? = nil, batch: Int,
    timeSteps: Int
  ) throws {
    let configuration = configuration ?? parameters.configuration
    self.configuration = configuration
    self.parameters = parameters
    self.batch = batch
    self.timeSteps = timeSteps
    if configuration.isStateful, let fixed = configuration.batch, fixed != batch {
      throw ConfigurationError("the model's batch is \(fixed), not \(batch)")
    }
    if let fixed = configuration.timeSteps, fixed != timeSteps {
      throw ConfigurationError("the model takes \(fixed) time steps, not \(timeSteps)")
    }
    let described = try configuration.described(timeSteps: timeSteps)
    let largest =
      described.map {
        max($0.input.steps * $0.input.features, $0.output.steps * $0.output.features)
      }.max() ?? 1
    let (values, overflow) = batch.multipliedReportingOverflow(by: largest)
    guard !overflow, values <= Int(Int32.max) else {
      throw ConfigurationError("a batch of \(batch) × \(timeSteps) steps is too large")
    }

    plan = try MemoryPlan()
    uses = ParameterUses(parameters: parameters.parameters.count)
    modelInput = ModelInput(
      configuration, described, batch: batch, timeSteps: timeSteps, plan: plan)
    var layers: [any Layer<Scalar>] = []
    var input = configuration.input
    if input.isSequence { input.timeSteps = timeSteps }
    for (index, layer) in described.enumerated() {
      layers.append(
        layer.description.makeLayer(
          LayerBuilder(
            name: layer.name, parameters: parameters, uses: uses,
            inputs: layer.sources.map { $0.map { described[$0].output } ?? input },
            input: layer.input, output: layer.output, batch: batch, plan: plan,
            isMasked: layer.isInputMasked, number: 3 * index)))
    }
    graph = LayerGraph(
      layers, of: described, takesSymbols: modelInput.takesSymbols, batch: batch, plan: plan)
    stateful = zip(described, layers).compactMap { described, layer in
      described.description.isStateful ? (described, layer) : nil
    }
    lastActivation = described.last?.description.lastActivation
    outputUnits = described.last?.output.features ?? configuration.features
    outputGradient = plan.reserve(
      (described.last?.output.steps ?? 0) * batch * (described.last?.output.features ?? 0))
    outputSteps = described.last?.output.steps ?? timeSteps
    workingMemory = plan.size
    try plan.allocate()
    output = plan[outputGradient]
  }

  /// Decides what dropout leaves out.
  package var dropoutSeed: UInt64 {
    get { context.seed }
    set { context.seed = newValue }
  }

  /// Where the input of a batch goes: `[timeSteps, rows, features]`, time-major.
  package var input: UnsafeMutableBufferPointer<Scalar> { modelInput.values }

  /// Where it goes if it is symbols: their numbers, `[timeSteps, rows]`, time-major. An `Embedding` takes them as they are;
  /// for other layers each stands for a row of ``input`` that is 1 in that place, and -1 for one of zeros.
  package var symbols: UnsafeMutableBufferPointer<Int32> { modelInput.symbols.values }

  /// Whether the input of the next batches is ``symbols``, not ``input``.
  package var readsSymbols: Bool {
    get { modelInput.isSymbols }
    set { modelInput.isSymbols = newValue }
  }

  /// Computes the output of ``input``, or of ``symbols``.
  ///
  /// - Parameters:
  ///   - training: Whether the model is to learn from the batch: dropout and normalisation then do what they
  ///     do in training.
  ///   - update: The updates made before it, which with ``dropoutSeed`` decide what dropout leaves out.
  /// - Returns: `[outputSteps, rows, outputUnits]`, valid until the next call.
  @discardableResult
  package func forward(
    rows: Int, training: Bool = false, update: Int = 0
  ) -> UnsafeBufferPointer<Scalar> {
    context.rows = rows
    context.mask = nil
    if context.wrongSymbol != nil { context.wrongSymbol = nil }
    context.isTraining = training
    context.update = update
    let symbols = modelInput.prepare(in: context)
    guard let values = modelInput.values.baseAddress else {
      preconditionFailure("no place for the input")
    }
    output = graph.forward(values, symbols: symbols, in: context)
    return UnsafeBufferPointer(start: output, count: outputSteps * rows * outputUnits)
  }

  /// Checks that each `Embedding` had a vector for every value that ``forward(rows:training:update:)`` gave it, and that
  /// other layers know every one of ``symbols``.
  ///
  /// - Parameter sample: The number of a row's sample, for the error.
  /// - Throws: ``SymbolOutOfRange``; the output then means nothing.
  package func checkSymbols(
    sample: (_ row: Int) -> Int = { $0 }
  ) throws(SymbolOutOfRange) {
    guard let wrong = context.wrongSymbol else { return }
    throw SymbolOutOfRange(
      range: wrong.range, value: wrong.value, sample: sample(wrong.sample),
      timeStep: wrong.timeStep)
  }

  /// The likeliest class of each row of the last output step.
  package func likeliestClasses(rows: Int) -> [Int] {
    (0..<rows).map { likeliestClass(row: $0, of: rows) }
  }

  /// The likeliest class of one row of the last output step.
  package func likeliestClass(row: Int, of rows: Int = 1) -> Int {
    let classes = outputUnits
    return Scalar.likeliestClass(
      output + ((outputSteps - 1) * rows + row) * classes, classes: classes)
  }

  /// What a loss makes of an output: the sum over the steps of rows that count, the right answers among them, see
  /// ``Loss/answersPerRow(units:)``, and how many steps of rows count.
  package typealias LossSums = (lossSum: Double, correct: Int, rows: Int)

  /// Measures the output that ``forward(rows:training:update:)`` just gave, and leaves it as it is.
  package func evaluate(
    _ targets: Targets<Scalar>, loss: Loss = .categoricalCrossEntropy, rows: Int
  ) -> LossSums {
    let sums = Scalar.evaluate(
      loss.ofRows, output: output, targets: targets, classWeights: nil, mask: context.mask,
      rows: outputSteps * rows, units: outputUnits, isFused: isFused(with: loss),
      gradient: false)
    return (sums.loss, sums.correct, sums.rows)
  }

  /// Goes back through the batch that ``forward(rows:training:update:)`` just saw by the gradients of its mean loss;
  /// its output is lost.
  ///
  /// - Parameters:
  ///   - classWeights: What the losses of each class are multiplied by; 1 if `nil`.
  ///   - optimizer: Updates the weights; without one their gradients are kept in the store.
  /// - Returns: What the output was like before the update.
  @discardableResult
  package func backward(
    _ targets: Targets<Scalar>, loss: Loss = .categoricalCrossEntropy,
    classWeights: UnsafePointer<Scalar>? = nil, rows: Int, optimizer: Optimizer<Scalar>? = nil
  ) -> LossSums {
    let isFused = isFused(with: loss)
    var gradient = output
    if !isFused {
      // The last layer may need its output for its own gradient.
      gradient = plan[outputGradient]
      gradient.update(from: output, count: outputSteps * rows * outputUnits)
    }
    let sums = Scalar.evaluate(
      loss.ofRows, output: gradient, targets: targets, classWeights: classWeights,
      mask: context.mask,
      rows: outputSteps * rows, units: outputUnits, isFused: isFused, gradient: true)
    goBack(from: gradient, isFused: isFused, optimizer: optimizer)
    return (sums.loss, sums.correct, sums.rows)
  }

  /// Which rows of the output count, `[outputSteps, rows]`; all if `nil`.
  var outputMask: UnsafePointer<UInt8>? { context.mask }

  /// The sum of a metric over the rows that count of the output that ``forward(rows:training:update:)`` gave last.
  package func sum(_ metric: Metric, _ targets: Targets<Scalar>, rows: Int) -> Double {
    Scalar.sum(
      metric.ofRows, output: output, targets: targets, mask: context.mask,
      rows: rows * outputSteps, units: outputUnits)
  }

  /// Whether the gradient of a loss is that of the values before the last activation.
  private func isFused(with loss: Loss) -> Bool {
    lastActivation != nil && lastActivation == loss.fusedActivation
  }

  /// Takes the gradient of the output back through the layers.
  @inline(__always)
  private func goBack(
    from outputGradient: UnsafeMutablePointer<Scalar>, isFused: Bool, optimizer: Optimizer<Scalar>?
  ) {
    optimizer?.beginUpdate(uses)
    if optimizer == nil { parameters.gradients.begin() }
    let sink = optimizer?.sink ?? parameters.gradients
    context.isGradientBeforeActivation = isFused
    graph.backward(outputGradient, in: context, sink: sink)
    optimizer?.endUpdate()
  }

  /// Sets the state of stateful layers to zero, as Keras' `reset_states` does.
  package func resetStates() {
    for (_, layer) in stateful {
      for state in layer.states {
        if let base = state.baseAddress { Scalar.fill(base, with: 0, count: state.count) }
      }
    }
  }

  /// The states of stateful layers, as they are in memory.
  package lazy var states = stateful.flatMap { $0.layer.states }
}

extension Sequential where Scalar == Float {
  /// The state of all stateful layers; `nil` if there are none.
  package var recurrentState: RecurrentState? {
    guard !stateful.isEmpty else { return nil }
    return RecurrentState(
      batch: batch,
      layers: stateful.map { described, layer in
        RecurrentState.Layer(
          name: described.name, units: described.description.stateUnits,
          valueNames: described.description.stateNames, values: layer.states.map { Array($0) })
      })
  }

  /// Goes on from a state.
  ///
  /// - Throws: ``ConfigurationError`` if it is not one of this model's.
  package func restore(_ state: RecurrentState) throws(ConfigurationError) {
    guard state.batch == batch, state.layers.map(\.name) == stateful.map(\.described.name)
    else {
      throw ConfigurationError(
        "the recurrent state is of \(state.batch) rows of \(state.layers.map(\.name)); "
          + "this model has \(batch) rows of \(stateful.map(\.described.name))")
    }
    for ((described, layer), saved) in zip(stateful, state.layers) {
      guard saved.values.map(\.count) == layer.states.map(\.count) else {
        throw ConfigurationError(
          "the recurrent state of layer \(described.name) has the wrong size")
      }
      for (place, values) in zip(layer.states, saved.values) {
        _ = place.update(fromContentsOf: values)
      }
    }
  }
}

extension Sequential {
  /// Measures the output against class numbers, `[outputSteps, rows]`.
  package func evaluate(
    targets: [Int32], loss: Loss = .categoricalCrossEntropy, rows: Int
  ) -> LossSums {
    targets.withUnsafeBufferPointer { targets in
      targets.baseAddress.map { evaluate(.classes($0), loss: loss, rows: rows) } ?? (0, 0, 0)
    }
  }

  /// Goes back by class numbers, `[outputSteps, rows]`.
  @discardableResult
  package func backward(
    targets: [Int32], loss: Loss = .categoricalCrossEntropy,
    classWeights: UnsafePointer<Scalar>? = nil, rows: Int, optimizer: Optimizer<Scalar>? = nil
  ) -> LossSums {
    targets.withUnsafeBufferPointer { targets in
      targets.baseAddress.map {
        backward(
          .classes($0), loss: loss, classWeights: classWeights, rows: rows, optimizer: optimizer)
      } ?? (0, 0, 0)
    }
  }

  /// Goes back by values, `[outputSteps, rows, outputUnits]`.
  @discardableResult
  package func backward(
    targetValues: [Scalar], loss: Loss, rows: Int, optimizer: Optimizer<Scalar>? = nil
  ) -> LossSums {
    targetValues.withUnsafeBufferPointer { values in
      values.baseAddress.map {
        backward(.values($0), loss: loss, rows: rows, optimizer: optimizer)
      } ?? (0, 0, 0)
    }
  }
}
