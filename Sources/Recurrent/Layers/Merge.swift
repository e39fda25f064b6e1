import Files
import Kernels

/// `keras.layers.Add` and the other layers that merge several inputs value by value, one for each ``MergeOperation``.
struct MergeDescription<Operation: MergeOperation>: LayerDescription {
  static var className: String { Operation.className }
  static var options: [String: JSONValue] { ["needs_all_masks": false] }

  /// Whether a step counts only if it does for all inputs, and all are merged as they are, as in tf-keras.
  let needsAllMasks: Bool
  var takesList: Bool { true }
  var needsEveryMask: Bool { !needsAllMasks }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    needsAllMasks = try options.flag("needs_all_masks")
  }

  /// Steps of several axes are merged as they are, or two with axes of one place beside every other. Vectors stand beside every step of sequences, one step beside every step, and one feature beside every feature.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    if let count = Operation.inputCount, inputs.count != count {
      throw ConfigurationError("\(Self.className) takes \(count) inputs, not \(inputs.count)")
    }
    guard var joined = inputs.first else {
      throw ConfigurationError("\(Self.className) has no inputs")
    }
    if inputs.contains(where: { $0.axes.count > 1 }) {
      if inputs.allSatisfy({ $0 == joined }) { return joined }
      guard inputs.count == 2, Operation.className != "Average" else {
        throw ConfigurationError("the inputs of \(Self.className) have different axes")
      }
      return try SampleShape.broadcast(inputs.map(\.sizes), Self.className)
    }
    for input in inputs.dropFirst() {
      let (steps, features) = (try steps(joined, input), try features(joined, input))
      joined =
        joined.isSequence || input.isSequence
        ? .sequence(timeSteps: steps, features: features) : .vector(features: features)
    }
    return joined
  }

  private func steps(_ one: SampleShape, _ other: SampleShape) throws(ConfigurationError) -> Int? {
    guard one.isSequence, one.timeSteps != 1 || !other.isSequence else { return other.timeSteps }
    guard other.isSequence, other.timeSteps != 1 else { return one.timeSteps }
    guard one.timeSteps == other.timeSteps else {
      throw ConfigurationError("the inputs of \(Self.className) have different steps")
    }
    return one.timeSteps
  }

  private func features(_ one: SampleShape, _ other: SampleShape) throws(ConfigurationError) -> Int
  {
    guard one.features == other.features || one.features == 1 || other.features == 1 else {
      throw ConfigurationError("the inputs of \(Self.className) have different features")
    }
    return max(one.features, other.features)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    builder.output.axes.count > 1 && builder.inputs.contains { $0 != builder.output }
      ? Arithmetic<Scalar, Operation>([nil, nil], builder)
      : Merge<Scalar, Operation>(self, builder)
  }
}

/// Several inputs merged value by value, as `keras.layers.Add` and its like merge them.
///
/// In Keras 3 a step that does not count is left out of a product, a maximum and a minimum; where none counts, a product
/// is 0.
///
/// Shapes: inputs `[steps or 1, rows, features or 1]`, output `[steps, rows, features]`.
/// Memory: `batch × steps × features` scalars from the model's plan, and as many for each input that is repeated or has
/// steps that are left out; once more for gradients of these, and for those of a maximum or minimum.
final class Merge<Scalar: KernelScalar, Operation: MergeOperation>: Layer {
  private let steps, features: Int
  private let shapes: [SampleShape]
  /// Which inputs are repeated over steps or features.
  private let repeats: [Bool]
  /// Whether steps that do not count are left out.
  private let hides: Bool
  private let seesMasks: [Bool]
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, features]
  /// The inputs that are not merged as they are.
  private let copies: [MemoryPlan<Scalar>.Region?]  // [steps, rows, features]
  private let gradient: MemoryPlan<Scalar>.Region  // [steps, rows, features]
  private let ones: MemoryPlan<Scalar>.Region  // [features]
  private let mask: JoinedMask<Scalar>
  // What is merged in the batch under way.
  private var values: [UnsafePointer<Scalar>]
  private var masks: [UnsafePointer<UInt8>?]

  init(_ description: MergeDescription<Operation>, _ builder: LayerBuilder<Scalar>) {
    let (steps, features) = (builder.output.steps, builder.output.features)
    let plan = builder.plan
    (self.steps, self.features, self.plan) = (steps, features, plan)
    shapes = builder.inputs
    let repeats = builder.inputs.map { $0.steps < steps || $0.features < features }
    let hides = builder.isMasked && Operation.neutral != nil && !description.needsAllMasks
    (self.repeats, self.hides, seesMasks) = (repeats, hides, builder.seesMasks)
    let size = steps * builder.batch * features
    let output = plan.reserve(size)
    self.output = output
    copies = repeats.map { $0 || hides ? plan.reserve(size) : nil }
    gradient = plan.reserve(repeats.contains(true) || Operation.picksOne ? size : 0)
    ones = plan.reserve(repeats.contains(true) ? features : 0)
    mask = JoinedMask(builder, needsAll: description.needsAllMasks)
    values = repeats.map { _ in UnsafePointer(plan[output]) }
    masks = repeats.map { _ in nil }
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, rows) = (plan[output], batch.rows)
    let count = steps * rows * features
    batch.mask = mask.join(inputs, rows: rows)
    for input in 0..<inputs.count {
      masks[input] = seesMasks[input] ? inputs.masks[input] : nil
      values[input] = whole(inputs.values[input], input, rows: rows)
    }
    output.update(from: values[0], count: count)
    for input in 1..<max(1, inputs.count) {
      Operation.merge(values[input], into: output, count: count)
    }
    Operation.finish(output, of: inputs.count, count: count)
    if hides, !Operation.picksOne, batch.mask != nil, !seesMasks.contains(false) {
      for place in 0..<steps * rows where !mask.counts(place) {
        Scalar.fill(output + place * features, with: 0, count: features)
      }
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let rows = batch.rows
    let merged = MergedValues(
      inputs: values, result: UnsafePointer(plan[output]), gradient: outputGradient,
      count: steps * rows * features)
    for input in repeats.indices {
      let to = inputGradients[input]
      // What an input takes of a maximum is no other's, whether anybody asks for it or not.
      guard to != nil || Operation.picksOne else { continue }
      let whole = repeats[input] ? plan[gradient] : to ?? plan[gradient]
      Operation.gradient(of: input, merged, into: whole)
      fillHidden(whole, input, with: 0, rows: rows)
      if let to, repeats[input] { sum(whole, of: input, into: to, rows: rows) }
    }
  }

  /// An input in the shape of the output, as it is merged.
  private func whole(
    _ values: UnsafePointer<Scalar>, _ input: Int, rows: Int
  ) -> UnsafePointer<Scalar> {
    guard let copy = copies[input].map({ plan[$0] }) else { return values }
    let (shape, size) = (shapes[input], rows * features)
    if shape.features < features {
      Scalar.fill(plan[ones], with: 1, count: features)
      Scalar.multiply(
        values, transposeLeft: false, plan[ones], transposeRight: false, rows: shape.steps * rows,
        columns: features, inner: 1, into: copy, accumulate: false)
    } else {
      copy.update(from: values, count: shape.steps * size)
    }
    if shape.steps < steps {
      Scalar.copyRows(
        copy, step: 0, to: copy + size, step: size, rows: steps - 1, columns: size)
    }
    if let neutral = Operation.neutral {
      fillHidden(copy, input, with: Scalar(neutral), rows: rows)
    }
    return UnsafePointer(copy)
  }

  /// The gradient of an input by that of its copy `[steps, rows, features]`, which is written over.
  private func sum(
    _ whole: UnsafeMutablePointer<Scalar>, of input: Int,
    into gradient: UnsafeMutablePointer<Scalar>,
    rows: Int
  ) {
    let (shape, size) = (shapes[input], rows * features)
    if shape.steps < steps {
      Scalar.addRows(of: whole + size, mask: nil, rows: steps - 1, columns: size, to: whole)
    }
    guard shape.features < features else {
      gradient.update(from: whole, count: shape.steps * size)
      return
    }
    Scalar.multiply(
      whole, transposeLeft: false, plan[ones], transposeRight: false, rows: shape.steps * rows,
      columns: 1, inner: features, into: gradient, accumulate: false)
  }

  /// Writes over the steps of an input that are left out.
  private func fillHidden(
    _ values: UnsafeMutablePointer<Scalar>, _ input: Int, with value: Scalar, rows: Int
  ) {
    guard hides, let inputMask = masks[input] else { return }
    for place in 0..<steps * rows where !mask.counts(place, for: input, inputMask, rows: rows) {
      if Operation.picksOne, input == 0, !mask.counts(place) { continue }
      Scalar.fill(values + place * features, with: value, count: features)
    }
  }
}
