import Files
import Kernels

/// `keras.layers.Bidirectional`.
struct BidirectionalDescription: LayerDescription {
  static let className = "Bidirectional"
  static let options: [String: JSONValue] = [
    "layer": nil, "backward_layer": nil, "merge_mode": "concat", "ignores_mask": false,
  ]

  enum MergeMode: String, Sendable {
    case concat, sum, mul
    case average = "ave"
    /// Both outputs by themselves, one behind the other.
    case none
  }

  let mergeMode: MergeMode
  /// See ``RecurrentOptions/ignoresMask``.
  let ignoresMask: Bool
  let forward, backward: any RecurrentDescription
  /// What they were read from.
  let directions: [LayerConfiguration]
  private let names: (forward: String, backward: String)
  private let returnsSequences: Bool
  private let isTrainable: (forward: Bool, backward: Bool)
  var symbolUse: SymbolUse { .lookUp }
  var needsSequence: Bool { true }
  var isCalledWithMask: Bool { !ignoresMask }
  var isStateful: Bool { forward.isStateful }
  var passesMask: Bool { returnsSequences }
  var joinsSteps: Bool { true }
  var sequenceOutputs: Int { mergeMode == .none ? 2 : 1 }
  var stateNames: [String] {
    forward.stateNames.map { "forward_" + $0 } + backward.stateNames.map { "backward_" + $0 }
  }
  var stateUnits: Int { forward.stateUnits }
  var stateSizes: [Int] { forward.stateSizes + backward.stateSizes }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let mode =
      options["merge_mode"] == .null ? MergeMode.none.rawValue : options["merge_mode"].string
    guard let mode, let mergeMode = MergeMode(rawValue: mode) else {
      throw options.error("merge_mode", "is not supported")
    }
    self.mergeMode = mergeMode
    ignoresMask = try options.flag("ignores_mask")
    var inner = try options.layer("layer")
    let hasOwnBackward = options["backward_layer"] != .null
    var outer = hasOwnBackward ? try options.layer("backward_layer") : inner
    if !hasOwnBackward { outer.options["go_backwards"] = .bool(inner["go_backwards"] != true) }
    // tf-keras names the layers inside after those it was given; Keras 3 has named them in its files.
    if !inner.name.hasPrefix("forward_") {
      inner.name = "forward_" + inner.name
      outer.name = "backward_" + outer.name
    } else if !hasOwnBackward {
      outer.name = "backward_" + inner.name.dropFirst(8)
    }
    guard let forward = try inner.described() as? any RecurrentDescription else {
      throw options.error("layer", "is not recurrent")
    }
    guard let backward = try outer.described() as? any RecurrentDescription,
      inner.name != outer.name, forward.recurrent.units == backward.recurrent.units,
      forward.recurrent.goesBackwards != backward.recurrent.goesBackwards,
      forward.recurrent.returnsSequences == backward.recurrent.returnsSequences,
      forward.recurrent.returnsState == backward.recurrent.returnsState,
      forward.isStateful == backward.isStateful,
      !forward.isStateful || Set(forward.stateSizes + backward.stateSizes).count == 1
    else { throw options.error("backward_layer", "does not go with the layer") }
    (self.forward, self.backward) = (forward, backward)
    directions = [inner, outer]
    names = (inner.name, outer.name)
    returnsSequences = inner["return_sequences"] == true
    isTrainable = (inner["trainable"] == true, outer["trainable"] == true)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    var output = try forward.output(of: input)
    if mergeMode == .concat { output.features *= 2 }
    return output
  }

  /// A sequence, and perhaps the states that each direction begins with.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    // Keras gives each direction half of them.
    guard inputs.count == 1 || forward.stateSizes == backward.stateSizes else {
      throw ConfigurationError("Bidirectional takes no states for directions that keep others")
    }
    return try forward.joined(inputs, states: stateSizes)
  }

  /// The output of the backward layer if they are not merged, then the states of both.
  func furtherOutputs(of input: SampleShape) -> [SampleShape] {
    (mergeMode == .none ? [backward.hiddens(of: input)] : [])
      + forward.furtherOutputs(of: input) + backward.furtherOutputs(of: input)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    func inside(
      _ description: any LayerDescription, _ name: String, _ trains: Bool
    ) -> [ParameterShape] {
      description.parameters(of: input).map { trains ? $0.inside(name) : $0.inside(name).frozen }
    }
    return inside(forward, names.forward, isTrainable.forward)
      + inside(backward, names.backward, isTrainable.backward)
  }

  func recurrentLayers(of configuration: LayerConfiguration) -> [LayerConfiguration] {
    forward.recurrentLayers(of: directions[0]) + backward.recurrentLayers(of: directions[1])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Bidirectional(self, builder, scopes: names, returnsSequences: returnsSequences)
  }
}

/// A recurrent layer and another that goes through the sequence from its end (Schuster & Paliwal 1997), as
/// `keras.layers.Bidirectional` merges them.
///
/// Shapes: input `[timeSteps, rows, inputs]`, output `[timeSteps or 1, rows, units]`, twice the units if merged
/// by `concat`; states, those of the forward layer first, `[rows, units]`.
/// Memory: `batch × timeSteps × (4 × units + inputs)` scalars, beside the two layers'.
final class Bidirectional<Scalar: KernelScalar>: Layer {
  private let forward, backward: any Layer<Scalar>
  private let mode: BidirectionalDescription.MergeMode
  private let steps, units, inputs, timeSteps: Int
  /// The states of each direction, and whether they are given.
  private let stateCount: Int
  private let hasInitialStates: Bool
  private let ignoresMask, returnsSequences: Bool
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units or 2 × units]
  /// Each layer's output in time's order, then the gradients of both.
  private let parts: MemoryPlan<Scalar>.Region  // [2, steps, rows, units]
  private let ownInputGradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, inputs]
  /// What the backward layer is given in the batch under way, and where its gradients go.
  private let backwardValues: UnsafeMutablePointer<UnsafePointer<Scalar>>
  private let backwardGradients: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>

  init(
    _ description: BidirectionalDescription, _ builder: LayerBuilder<Scalar>,
    scopes: (forward: String, backward: String), returnsSequences: Bool
  ) {
    mode = description.mergeMode
    plan = builder.plan
    steps = builder.output.steps
    units = builder.output.features / (mode == .concat ? 2 : 1)
    inputs = builder.input.features
    timeSteps = builder.input.steps
    stateCount = description.forward.stateNames.count
    hasInitialStates = builder.inputs.count > 1
    ignoresMask = description.ignoresMask
    self.returnsSequences = returnsSequences
    var inner = builder
    if hasInitialStates { inner.inputs.removeLast(stateCount) }
    inner.output.features = units
    inner.scope = builder.scope + scopes.forward + "/"
    inner.number += 1
    forward = description.forward.makeLayer(inner)
    inner.scope = builder.scope + scopes.backward + "/"
    inner.number += 1
    backward = description.backward.makeLayer(inner)
    output = plan.reserve(steps * builder.batch * builder.output.features)
    parts = plan.reserve(2 * steps * builder.batch * units)
    ownInputGradient = plan.reserve(timeSteps * builder.batch * inputs)
    backwardValues = .allocate(capacity: 1 + stateCount)
    backwardValues.initialize(repeating: UnsafePointer(plan[output]), count: 1 + stateCount)
    backwardGradients = .allocate(capacity: 1 + stateCount)
    backwardGradients.initialize(repeating: nil, count: 1 + stateCount)
  }

  deinit {
    backwardValues.deallocate()
    backwardGradients.deallocate()
  }

  var states: [UnsafeMutableBufferPointer<Scalar>] { forward.states + backward.states }

  /// The backward layer's output if it is not merged, then the states of both.
  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? {
    if mode == .none, index == 1 { return plan[parts] + steps * batch.rows * units }
    let state = mode == .none ? index - 1 : index
    return state > stateCount
      ? backward.furtherOutput(state - stateCount, in: batch)
      : forward.furtherOutput(state, in: batch)
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (rows, mask) = (batch.rows, ignoresMask ? nil : batch.mask)
    let passed = returnsSequences ? batch.mask : nil
    batch.mask = mask
    defer { batch.mask = passed }
    let size = rows * units
    let (first, output) = (plan[parts], plan[output])
    let second = first + steps * size
    let count = hasInitialStates ? 1 + stateCount : 1
    let own = LayerInputs(count: count, values: inputs.values, masks: inputs.masks)
    first.update(from: forward.forward(own, in: batch), count: steps * size)
    batch.mask = mask
    let reversed = backward.forward(backwardInputs(inputs, count: count), in: batch)
    for step in 0..<steps {
      (second + step * size).update(from: reversed + (steps - 1 - step) * size, count: size)
    }
    let all = steps * size
    switch mode {
    case .none: return first
    case .concat:
      Scalar.copyRows(
        first, step: units, to: output, step: 2 * units, rows: steps * rows, columns: units)
      Scalar.copyRows(
        second, step: units, to: output + units, step: 2 * units, rows: steps * rows,
        columns: units)
    case .sum, .average:
      output.update(from: first, count: all)
      Scalar.add(second, to: output, count: all)
      if mode == .average { Scalar.scale(output, by: 0.5, count: all) }
    case .mul: Scalar.multiplyElements(first, second, into: output, count: all)
    }
    return output
  }

  /// The sequence and the states of the backward layer, which stand behind those of the forward one.
  private func backwardInputs(_ inputs: LayerInputs<Scalar>, count: Int) -> LayerInputs<Scalar> {
    backwardValues[0] = inputs.values[0]
    for state in 1..<max(1, count) { backwardValues[state] = inputs.values[stateCount + state] }
    return LayerInputs(
      count: count, values: UnsafePointer(backwardValues), masks: inputs.masks)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let size = batch.rows * units
    let first = plan[parts]
    let second = first + steps * size
    // The outputs make room for their gradients; those of the second in its own order of steps, which the
    // output, not needed any more, holds meanwhile.
    let reversed = plan[output]
    let count = steps * size
    let furtherGradients = batch.furtherGradients
    switch mode {
    case .none:
      first.update(from: outputGradient, count: count)
      if let gradient = furtherGradients?[0] {
        second.update(from: gradient, count: count)
      } else {
        Scalar.fill(second, with: 0, count: count)
      }
    case .concat:
      let rows = steps * batch.rows
      Scalar.copyRows(
        outputGradient, step: 2 * units, to: first, step: units, rows: rows, columns: units)
      Scalar.copyRows(
        outputGradient + units, step: 2 * units, to: second, step: units, rows: rows,
        columns: units)
    case .sum, .average:
      if mode == .average { Scalar.scale(outputGradient, by: 0.5, count: count) }
      first.update(from: outputGradient, count: count)
      second.update(from: outputGradient, count: count)
    case .mul:
      // Each half's is the gradient times the other half, which `reversed` keeps meanwhile.
      reversed.update(from: first, count: count)
      Scalar.multiplyElements(outputGradient, second, into: first, count: count)
      Scalar.multiplyElements(outputGradient, reversed, into: second, count: count)
    }
    for step in 0..<steps {
      (reversed + step * size).update(from: second + (steps - 1 - step) * size, count: size)
    }
    let states = mode == .none ? furtherGradients.map { $0 + 1 } : furtherGradients
    batch.furtherGradients = states
    forward.backward(
      outputGradient: first, inputGradients: inputGradients, in: batch, sink: sink)
    let inputGradient = inputGradients[0]
    let other = inputGradient == nil ? nil : plan[ownInputGradient]
    backwardGradients[0] = other
    if hasInitialStates {
      for state in 1...stateCount {
        backwardGradients[state] = inputGradients[stateCount + state]
      }
    }
    batch.furtherGradients = states.map { $0 + stateCount }
    backward.backward(
      outputGradient: reversed, inputGradients: UnsafePointer(backwardGradients), in: batch,
      sink: sink)
    guard let inputGradient, let other else { return }
    Scalar.add(other, to: inputGradient, count: timeSteps * batch.rows * inputs)
  }
}
