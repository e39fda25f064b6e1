import Kernels

/// An output of a model: what the batch under way gives, and where the gradient of its loss goes.
///
/// Memory: `steps × batch × units` scalars from the model's plan.
package final class ModelOutput<Scalar: KernelScalar> {
  /// The steps of the output: 1 if the model answers once for a sequence.
  package let steps: Int
  /// The values of one step.
  package let units: Int
  let source: ValueSource
  let gradientRegion: MemoryPlan<Scalar>.Region  // [steps, rows, units]
  /// The activation of the layer that gives it, where a loss can be fused with it.
  private let activation: Activation?
  /// Whether nothing else takes what the layer gives, so that its gradient can begin before the activation.
  var isLast = true

  private let seesMask: Bool
  /// What measures labels of sequences, made when it is first needed.
  private lazy var alignment = SequenceAlignment<Scalar>(steps: steps)

  private let plan: MemoryPlan<Scalar>
  private var values: UnsafeMutablePointer<Scalar>?
  /// Which rows count, `[steps, rows]`; all if `nil`.
  private(set) var mask: UnsafePointer<UInt8>?
  /// The gradient of the loss, where it is for the batch under way; `nil` if there is no loss of this output.
  private(set) var gradient: UnsafeMutablePointer<Scalar>?
  /// Whether that is the gradient of the values before the activation.
  private(set) var isGradientBeforeActivation = false

  /// - Parameters:
  ///   - number: Which of the model's outputs it is.
  ///   - seesMask: Whether its mask is found there.
  init(
    number: Int, of graph: CallGraph, seesMask: Bool, batch: Int, plan: MemoryPlan<Scalar>
  ) {
    self.seesMask = seesMask
    source = graph.outputs[number]
    let shape = graph.shape(of: source)
    self.plan = plan
    steps = shape.steps
    units = shape.features
    gradientRegion = plan.reserve(steps * batch * units)
    activation = graph.lastActivation(ofOutput: number)
  }

  /// The output of the batch under way.
  var place: UnsafeMutablePointer<Scalar> { values ?? plan[gradientRegion] }

  /// Takes over what the layer has just given.
  func take(_ values: UnsafeMutablePointer<Scalar>?, mask: UnsafePointer<UInt8>?) {
    self.values = values
    self.mask = seesMask ? mask : nil
    gradient = nil
  }

  /// Whether the gradient of a loss is that of the values before the last activation.
  func isFused(with loss: Loss) -> Bool {
    isLast && activation != nil && activation == loss.fusedActivation
  }

  /// Takes a gradient that comes from outside.
  func take(gradient: UnsafeMutablePointer<Scalar>, isBeforeActivation: Bool) {
    self.gradient = gradient
    isGradientBeforeActivation = isBeforeActivation
  }

  /// Notes that no loss is measured on this output in the batch under way.
  func ignore(rows: Int) {
    let gradient = plan[gradientRegion]
    Scalar.fill(gradient, with: 0, count: steps * rows * units)
    self.gradient = gradient
    isGradientBeforeActivation = false
  }

  /// Measures the output against targets, and leaves it as it is.
  func evaluate(
    _ targets: Targets<Scalar>, loss: Loss, rows: Int
  ) -> Sequential<Scalar>.LossSums {
    if loss.isOfSequences { return align(targets, rows: rows, gradient: nil) }
    let sums = Scalar.evaluate(
      loss.ofRows, output: place, targets: targets, classWeights: nil, mask: mask,
      rows: steps * rows, units: units, isFused: isFused(with: loss), gradient: false)
    return (sums.loss, sums.correct, sums.rows)
  }

  /// Makes the gradient of the mean loss, for which the output itself may make room.
  ///
  /// - Parameter weight: What the loss is multiplied by.
  func beginBackward(
    _ targets: Targets<Scalar>, loss: Loss, weight: Scalar,
    classWeights: UnsafePointer<Scalar>?, rows: Int
  ) -> Sequential<Scalar>.LossSums {
    if loss.isOfSequences {
      let gradient = plan[gradientRegion]
      let sums = align(targets, rows: rows, gradient: gradient)
      if weight != 1 { Scalar.scale(gradient, by: weight, count: steps * rows * units) }
      self.gradient = gradient
      isGradientBeforeActivation = false
      return sums
    }
    let isFused = isFused(with: loss)
    var gradient = place
    if !isFused {
      // The layer may need its output for its own gradient.
      gradient = plan[gradientRegion]
      gradient.update(from: place, count: steps * rows * units)
    }
    let sums = Scalar.evaluate(
      loss.ofRows, output: gradient, targets: targets, classWeights: classWeights, mask: mask,
      rows: steps * rows, units: units, isFused: isFused, gradient: true)
    if weight != 1 { Scalar.scale(gradient, by: weight, count: steps * rows * units) }
    self.gradient = gradient
    isGradientBeforeActivation = isFused
    return (sums.loss, sums.correct, sums.rows)
  }

  /// The loss of labels of whole sequences, whatever the mask says.
  private func align(
    _ targets: Targets<Scalar>, rows: Int, gradient: UnsafeMutablePointer<Scalar>?
  ) -> Sequential<Scalar>.LossSums {
    guard case .classes(let labels) = targets else {
      preconditionFailure("labels of a sequence are classes")
    }
    let sum = alignment.evaluate(
      place, labels: labels, rows: rows, units: units, gradient: gradient)
    return (sum, 0, rows)
  }
}
