import Files
import Kernels

/// `keras.layers.Bidirectional`.
struct BidirectionalDescription: LayerDescription {
  static let className = "Bidirectional"
  static let options: [String: JSONValue] = [
    "layer": nil, "backward_layer": nil, "merge_mode": "concat",
  ]

  enum MergeMode: String, Sendable {
    case concat, sum, mul
    case average = "ave"
  }

  let mergeMode: MergeMode
  let forward, backward: any RecurrentDescription
  /// What they were read from.
  private let directions: [LayerConfiguration]
  private let names: (forward: String, backward: String)
  private let returnsSequences: Bool
  private let isTrainable: (forward: Bool, backward: Bool)
  var symbolUse: SymbolUse { .lookUp }
  var needsSequence: Bool { true }
  var isStateful: Bool { forward.isStateful }
  var passesMask: Bool { returnsSequences }
  var joinsSteps: Bool { true }
  var stateNames: [String] {
    forward.stateNames.map { "forward_" + $0 } + backward.stateNames.map { "backward_" + $0 }
  }
  var stateUnits: Int { forward.stateUnits }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard let mode = options["merge_mode"].string, let mergeMode = MergeMode(rawValue: mode) else {
      throw options.error("merge_mode", "is not supported")
    }
    self.mergeMode = mergeMode
    var inner = try options.layer("layer")
    // tf-keras names the layers inside after the one it was given.
    var outer = try options["backward_layer"] == .null ? inner : options.layer("backward_layer")
    if options["backward_layer"] == .null {
      outer.options["go_backwards"] = .bool(inner["go_backwards"] != true)
      let name = inner.name
      inner.name = name.hasPrefix("forward_") ? name : "forward_" + name
      outer.name = name.hasPrefix("forward_") ? "backward_" + name.dropFirst(8) : "backward_" + name
    }
    guard let forward = try inner.described() as? any RecurrentDescription else {
      throw options.error("layer", "is not recurrent")
    }
    guard let backward = try outer.described() as? any RecurrentDescription,
      type(of: forward) == type(of: backward), inner["use_bias"] == outer["use_bias"],
      inner["reset_after"] == outer["reset_after"], inner.name != outer.name,
      inner["go_backwards"] != outer["go_backwards"],
      inner["return_sequences"] == outer["return_sequences"],
      inner["stateful"] == outer["stateful"], inner["units"] == outer["units"]
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

  func parameters(of input: SampleShape) -> [ParameterShape] {
    func inside(
      _ description: any LayerDescription, _ name: String, _ trains: Bool
    ) -> [ParameterShape] {
      description.parameters(of: input).map { trains ? $0.inside(name) : $0.inside(name).frozen }
    }
    return inside(forward, names.forward, isTrainable.forward)
      + inside(backward, names.backward, isTrainable.backward)
  }

  func recurrentLayers(of configuration: LayerConfiguration) -> [LayerConfiguration] { directions }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Bidirectional(self, builder, scopes: names, returnsSequences: returnsSequences)
  }
}

/// A recurrent layer and another that goes through the sequence from its end (Schuster & Paliwal 1997), as
/// `keras.layers.Bidirectional` merges them.
///
/// Shapes: input `[timeSteps, rows, inputs]`, output `[timeSteps or 1, rows, units]`, twice the units if merged
/// by `concat`.
/// Memory: `batch × timeSteps × (4 × units + inputs)` scalars, beside the two layers'.
final class Bidirectional<Scalar: KernelScalar>: SingleInputLayer {
  private let forward, backward: any Layer<Scalar>
  private let mode: BidirectionalDescription.MergeMode
  private let steps, units, inputs, timeSteps: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units or 2 × units]
  /// Each layer's output in time's order, then the gradients of both.
  private let parts: MemoryPlan<Scalar>.Region  // [2, steps, rows, units]
  private let inputGradients: MemoryPlan<Scalar>.Region  // [timeSteps, rows, inputs]

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
    var inner = builder
    inner.output.features = units
    inner.scope = builder.scope + scopes.forward + "/"
    inner.number += 1
    forward = description.forward.makeLayer(inner)
    inner.scope = builder.scope + scopes.backward + "/"
    inner.number += 1
    backward = description.backward.makeLayer(inner)
    output = plan.reserve(steps * builder.batch * builder.output.features)
    parts = plan.reserve(2 * steps * builder.batch * units)
    inputGradients = plan.reserve(timeSteps * builder.batch * inputs)
  }

  var states: [UnsafeMutableBufferPointer<Scalar>] { forward.states + backward.states }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (rows, mask) = (batch.rows, batch.mask)
    let size = rows * units
    let (first, output) = (plan[parts], plan[output])
    let second = first + steps * size
    first.update(from: forward.forward(only: input, in: batch), count: steps * size)
    batch.mask = mask
    let reversed = backward.forward(only: input, in: batch)
    for step in 0..<steps {
      (second + step * size).update(from: reversed + (steps - 1 - step) * size, count: size)
    }
    let count = steps * size
    switch mode {
    case .concat:
      Scalar.copyRows(
        first, step: units, to: output, step: 2 * units, rows: steps * rows, columns: units)
      Scalar.copyRows(
        second, step: units, to: output + units, step: 2 * units, rows: steps * rows,
        columns: units)
    case .sum, .average:
      output.update(from: first, count: count)
      Scalar.add(second, to: output, count: count)
      if mode == .average { Scalar.scale(output, by: 0.5, count: count) }
    case .mul: Scalar.multiplyElements(first, second, into: output, count: count)
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let size = batch.rows * units
    let first = plan[parts]
    let second = first + steps * size
    // The outputs make room for their gradients; those of the second in its own order of steps, which the
    // output, not needed any more, holds meanwhile.
    let reversed = plan[output]
    let count = steps * size
    switch mode {
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
    let other = inputGradient == nil ? nil : plan[inputGradients]
    forward.backward(
      outputGradient: first, onlyInputGradient: inputGradient, in: batch, sink: sink)
    backward.backward(
      outputGradient: reversed, onlyInputGradient: other, in: batch, sink: sink)
    guard let inputGradient, let other else { return }
    Scalar.add(other, to: inputGradient, count: timeSteps * batch.rows * inputs)
  }
}
