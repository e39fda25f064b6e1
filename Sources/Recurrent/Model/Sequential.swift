import Files
import Kernels

/// A model ready to compute on batches of one shape: Keras' `Sequential`, or a functional model.
///
/// Nothing is allocated after `init`. Several models may share one ``ParameterStore``, say to train
/// on one shape and predict on another.
package final class Sequential<Scalar: KernelScalar> {
  package let configuration: ModelConfiguration
  package let parameters: ParameterStore<Scalar>
  /// The most rows of a batch.
  package let batch: Int
  /// Where the inputs of a batch go, and what the model makes of them.
  package let inputs: [ModelInput<Scalar>]
  package let outputs: [ModelOutput<Scalar>]
  /// The working memory, in scalars, beside the parameters.
  package let workingMemory: Int

  private let plan: MemoryPlan<Scalar>
  private let graph: LayerGraph<Scalar>
  private let uses: ParameterUses
  private let stateful: [(call: DescribedCall, layer: any Layer<Scalar>)]
  private let context = BatchContext<Scalar>()

  /// - Parameter timeSteps: The steps of a sequence, in each of the inputs.
  /// - Throws: What ``init(parameters:as:batch:steps:)`` throws.
  package convenience init(
    parameters: ParameterStore<Scalar>, as configuration: ModelConfiguration? = nil, batch: Int,
    timeSteps: Int
  ) throws {
    let inputs = (configuration ?? parameters.configuration).inputs
    try self.init(
      parameters: parameters, as: configuration, batch: batch,
      steps: inputs.map { _ in timeSteps })
  }

  /// - Parameters:
  ///   - configuration: The model, if it is to compute in another way than that of the parameters: with a
  ///     state that is kept, or for another batch; its weights are the same.
  ///   - batch: The most rows of a batch.
  ///   - steps: The time steps of each input.
  /// - Throws: `OutOfMemory`, or ``ConfigurationError`` if the configuration fixes another batch.
  package init(
    parameters: ParameterStore<Scalar>, as configuration: ModelConfiguration? = nil, batch: Int,
    steps: [Int]
  ) throws {
    let configuration = configuration ?? parameters.configuration
    self.configuration = configuration
    self.parameters = parameters
    self.batch = batch
    if configuration.isStateful, let fixed = configuration.batch, fixed != batch {
      throw ConfigurationError("the model's batch is \(fixed), not \(batch)")
    }
    for (input, steps) in zip(configuration.inputs, steps) {
      if let fixed = input.sample.timeSteps, fixed != steps {
        throw ConfigurationError("the model takes \(fixed) time steps, not \(steps)")
      }
    }
    let calls = try configuration.graph(timeSteps: steps)
    try Self.checkSize(of: calls, batch: batch, steps: steps)

    plan = try MemoryPlan()
    uses = ParameterUses(parameters: parameters.parameters.count)
    let built = BuiltModel(
      configuration, calls, batch: batch,
      in: BuiltModel.Place(
        parameters: parameters, uses: uses, plan: plan, owner: nil, number: 0))
    (inputs, outputs, graph) = (built.inputs, built.outputs, built.graph)
    stateful = built.stateful
    workingMemory = plan.size
    try plan.allocate()
  }

  private static func checkSize(
    of graph: CallGraph, batch: Int, steps: [Int]
  ) throws(ConfigurationError) {
    let largest =
      graph.calls.flatMap { ($0.inputs + [$0.input] + $0.outputs).map { $0.steps * $0.features } }
      .max() ?? 1
    let (values, overflow) = batch.multipliedReportingOverflow(by: largest)
    guard !overflow, values <= Int(Int32.max) else {
      throw ConfigurationError(
        "a batch of \(batch) × \(steps.max() ?? 1) steps is too large")
    }
  }

  /// The steps of the first input.
  package var timeSteps: Int { inputs[0].timeSteps }
  /// The steps of the first output: as many as the input has, or 1 if the model answers once for a sequence.
  package var outputSteps: Int { outputs[0].steps }
  /// The values of one step of the first output.
  package var outputUnits: Int { outputs[0].units }

  /// Decides what dropout leaves out.
  package var dropoutSeed: UInt64 {
    get { context.seed }
    set { context.seed = newValue }
  }

  /// Where the first input of a batch goes: `[timeSteps, rows, features]`, time-major.
  package var input: UnsafeMutableBufferPointer<Scalar> { inputs[0].values }

  /// Where it goes if it is symbols: their numbers, `[timeSteps, rows]`, time-major. An `Embedding` takes them as they are;
  /// for other layers each stands for a row of ``input`` that is 1 in that place, and -1 for one of zeros.
  package var symbols: UnsafeMutableBufferPointer<Int32> { inputs[0].symbols }

  /// Whether the first input of the next batches is ``symbols``, not ``input``.
  package var readsSymbols: Bool {
    get { inputs[0].isSymbols }
    set { inputs[0].isSymbols = newValue }
  }

  /// Computes the outputs of what the inputs hold.
  ///
  /// - Parameters:
  ///   - training: Whether the model is to learn from the batch: dropout and normalisation then do what they
  ///     do in training.
  ///   - update: The updates made before it, which with ``dropoutSeed`` decide what dropout leaves out.
  /// - Returns: The first output `[outputSteps, rows, outputUnits]`, valid until the next call.
  @discardableResult
  package func forward(
    rows: Int, training: Bool = false, update: Int = 0
  ) -> UnsafeBufferPointer<Scalar> {
    context.rows = rows
    if context.wrongSymbol != nil { context.wrongSymbol = nil }
    context.activityLoss = 0
    context.isTraining = training
    context.update = update
    for number in 0..<inputs.count { inputs[number].prepare(in: context) }
    graph.forward(in: context)
    return output(0, rows: rows)
  }

  /// What ``forward(rows:training:update:)`` gave last as an output, `[steps, rows, units]`.
  package func output(_ number: Int, rows: Int) -> UnsafeBufferPointer<Scalar> {
    let output = outputs[number]
    return UnsafeBufferPointer(start: output.place, count: output.steps * rows * output.units)
  }

  /// What penalties on outputs of layers added to the loss of the batch that ``forward(rows:training:update:)`` saw last.
  package var activityLoss: Double { context.activityLoss }

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
      timeStep: wrong.timeStep, input: wrong.input)
  }

  /// The likeliest class of each row of the last output step.
  package func likeliestClasses(rows: Int) -> [Int] {
    (0..<rows).map { likeliestClass(row: $0, of: rows) }
  }

  /// The likeliest class of one row of the last output step.
  package func likeliestClass(row: Int, of rows: Int = 1) -> Int {
    let classes = outputUnits
    return Scalar.likeliestClass(
      outputs[0].place + ((outputSteps - 1) * rows + row) * classes, classes: classes)
  }

  /// What a loss makes of an output: the sum over the steps of rows that count, the right answers among them, see
  /// ``Loss/answersPerRow(units:)``, and how many steps of rows count.
  package typealias LossSums = (lossSum: Double, correct: Int, rows: Int)

  /// Measures an output that ``forward(rows:training:update:)`` just gave, and leaves it as it is.
  package func evaluate(
    _ targets: Targets<Scalar>, loss: Loss = .categoricalCrossEntropy, rows: Int, output: Int = 0
  ) -> LossSums {
    outputs[output].evaluate(targets, loss: loss, rows: rows)
  }

  /// Goes back through the batch that ``forward(rows:training:update:)`` just saw by the gradients of the mean loss of
  /// its only output, which is lost.
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
    let sums = beginBackward(targets, loss: loss, classWeights: classWeights, rows: rows)
    goBack(rows: rows, optimizer: optimizer)
    return sums
  }

  /// Makes the gradient of the mean loss of an output, for ``goBack(rows:optimizer:)``.
  ///
  /// - Parameter weight: What the loss of this output is multiplied by.
  /// - Returns: What the output, which may be lost, was like.
  package func beginBackward(
    _ targets: Targets<Scalar>, loss: Loss, weight: Scalar = 1,
    classWeights: UnsafePointer<Scalar>? = nil, rows: Int, output: Int = 0
  ) -> LossSums {
    outputs[output].beginBackward(
      targets, loss: loss, weight: weight, classWeights: classWeights, rows: rows)
  }

  /// Which rows of the first output count, `[outputSteps, rows]`; all if `nil`.
  var outputMask: UnsafePointer<UInt8>? { outputs[0].mask }

  /// The sum of a metric over the rows that count of an output that ``forward(rows:training:update:)`` gave last.
  package func sum(
    _ metric: Metric, _ targets: Targets<Scalar>, rows: Int, output: Int = 0
  ) -> Double {
    let output = outputs[output]
    return Scalar.sum(
      metric.ofRows, output: output.place, targets: targets, mask: output.mask,
      rows: rows * output.steps, units: output.units)
  }

  /// Takes the gradients that ``beginBackward(_:loss:weight:classWeights:rows:output:)`` made back through the layers; an
  /// output without one has no loss.
  ///
  /// - Parameter optimizer: Updates the weights; without one their gradients are kept in the store.
  package func goBack(rows: Int, optimizer: Optimizer<Scalar>? = nil) {
    for number in 0..<outputs.count where outputs[number].gradient == nil {
      outputs[number].ignore(rows: rows)
    }
    optimizer?.beginUpdate(uses)
    if optimizer == nil { parameters.gradients.begin() }
    let sink = optimizer?.sink ?? parameters.gradients
    graph.backward(in: context, sink: sink)
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
      layers: stateful.map { call, layer in
        RecurrentState.Layer(
          name: call.name, units: call.description.stateUnits,
          valueNames: call.description.stateNames, values: layer.states.map { Array($0) })
      })
  }

  /// Goes on from a state.
  ///
  /// - Throws: ``ConfigurationError`` if it is not one of this model's.
  package func restore(_ state: RecurrentState) throws(ConfigurationError) {
    guard state.batch == batch, state.layers.map(\.name) == stateful.map(\.call.name)
    else {
      throw ConfigurationError(
        "the recurrent state is of \(state.batch) rows of \(state.layers.map(\.name)); "
          + "this model has \(batch) rows of \(stateful.map(\.call.name))")
    }
    for ((call, layer), saved) in zip(stateful, state.layers) {
      guard saved.values.map(\.count) == layer.states.map(\.count) else {
        throw ConfigurationError(
          "the recurrent state of layer \(call.name) has the wrong size")
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
