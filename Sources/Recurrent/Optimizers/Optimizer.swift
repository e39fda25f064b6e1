import Kernels

/// An optimizer with what it keeps for each weight: Keras' `Optimizer`.
///
/// Memory: as many scalars as the weights for each slot, laid out as ``ParameterStore`` lays them out.
public class Optimizer<Scalar: KernelScalar> {
  public private(set) var configuration: OptimizerConfiguration
  /// The updates made so far.
  public var iterations = 0
  let parameters: ParameterStore<Scalar>
  /// The names of the arrays, in the order of Keras' files.
  public let slotNames: [String]
  let slots: [AlignedMemory<Scalar>]

  init(_ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>) throws {
    self.configuration = configuration
    self.parameters = parameters
    slotNames = configuration.slotGroups.flatMap { $0 }
    slots = try slotNames.map { _ in try AlignedMemory(count: parameters.values.count) }
  }

  init(
    _ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>,
    slots: [AlignedMemory<Scalar>]
  ) {
    self.configuration = configuration
    self.parameters = parameters
    slotNames = configuration.slotGroups.flatMap { $0 }
    self.slots = slots
  }

  /// An optimizer that has made no update yet.
  ///
  /// - Throws: `OutOfMemory`.
  public static func make(
    _ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>
  ) throws -> Optimizer<Scalar> {
    configuration.className == "Adam" && configuration.takesGradientsAsTheyAre
      && parameters.areGradientsAll
      && !configuration.flag("amsgrad")
      ? try Adam(configuration, parameters: parameters)
      : try RuleOptimizer(configuration, parameters: parameters)
  }

  /// The learning rate of the next update.
  public var learningRate: Float {
    get { configuration.learningRate }
    set { if newValue != configuration.learningRate { configuration.learningRate = newValue } }
  }

  /// Takes over the updates and arrays of an optimizer of the same class.
  public func goOn(from other: Optimizer<Scalar>) {
    iterations = other.iterations
    for (slot, values) in zip(slots, other.slots) {
      slot.base.update(from: values.base, count: slot.count)
    }
  }

  /// An array of a parameter, in the parameter's shape; empty if the optimizer keeps none of that name.
  public func slot(
    _ name: String, of parameter: ParameterStore<Scalar>.Parameter
  ) -> UnsafeMutableBufferPointer<Scalar> {
    guard let index = slotNames.firstIndex(of: name) else {
      return UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    return UnsafeMutableBufferPointer(
      start: slots[index].base + parameter.offset, count: parameter.count)
  }

  /// What Keras 3 keeps beside slots: Nadam's product of momentum factors; `nil` for the others.
  public var momentumProduct: Float? {
    configuration.className == "Nadam"
      ? Float(NadamRule(configuration).momentumProduct(updates: iterations)) : nil
  }

  /// This optimizer, if layers can have it update their weights as they compute the gradients.
  var fused: Adam<Scalar>? { nil }

  /// Counts one more update; call before the weights of a model are updated.
  func beginUpdate() { iterations += 1 }

  /// Updates all weights by the gradients in the store, where layers have not done so.
  func applyGradients() {}
}

/// An optimizer by an ``OptimizerRule``, with regularizers, clipped gradients, weight decay and constraints as
/// `keras.optimizers.Optimizer` applies them.
final class RuleOptimizer<Scalar: KernelScalar>: Optimizer<Scalar> {
  private let rule: any OptimizerRule
  private let trainable: [ParameterStore<Scalar>.Parameter]

  override init(
    _ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>
  ) throws {
    guard let rule = OptimizerCatalog.classes[configuration.className] else {
      throw ConfigurationError("optimizer \(configuration.className) is not supported")
    }
    self.rule = rule.init(configuration)
    trainable = parameters.parameters.filter(\.description.isTrainable)
    try super.init(configuration, parameters: parameters)
    guard self.rule.initialSlot != 0 else { return }
    for slot in slots {
      for index in 0..<slot.count { slot.base[index] = Scalar(self.rule.initialSlot) }
    }
  }

  override func applyGradients() {
    for parameter in trainable {
      parameter.description.options.regularizer?.addGradient(
        parameters[parameter], to: parameters.gradients.base + parameter.offset)
    }
    clip()
    let rate = Scalar(configuration.learningRate)
    let decay = Scalar(configuration.number("weight_decay"))
    let unused = parameters.gradients.base
    for parameter in trainable {
      let weights = parameters.values.base + parameter.offset
      if decay != 0 {
        for index in 0..<parameter.count { weights[index] -= weights[index] * decay * rate }
      }
      func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> {
        (index < slots.count ? slots[index].base : unused) + parameter.offset
      }
      rule.update(
        weights, gradients: parameters.gradients.base + parameter.offset,
        slots: SlotPointers(first: slot(0), second: slot(1), third: slot(2)),
        count: parameter.count, learningRate: rate, update: iterations)
      parameter.description.options.constraint?.apply(
        to: parameters[parameter], shape: parameter.shape)
    }
  }

  /// The first of `clipnorm`, `global_clipnorm` and `clipvalue` that is given.
  private func clip() {
    let norm = configuration.number("clipnorm")
    let globalNorm = configuration.number("global_clipnorm")
    let value = Scalar(configuration.number("clipvalue"))
    if norm > 0 {
      for parameter in trainable {
        scale(parameter, by: norm / max(norm, squares(of: parameter).squareRoot()))
      }
    } else if globalNorm > 0 {
      let all = trainable.reduce(0) { $0 + squares(of: $1) }.squareRoot()
      for parameter in trainable { scale(parameter, by: globalNorm / max(globalNorm, all)) }
    } else if value > 0 {
      for parameter in trainable {
        let gradients = parameters.gradients.base + parameter.offset
        for index in 0..<parameter.count {
          gradients[index] = min(max(gradients[index], -value), value)
        }
      }
    }
  }

  @specialized(where Scalar == Float)
  private func squares(of parameter: ParameterStore<Scalar>.Parameter) -> Double {
    let gradients = parameters.gradients.base + parameter.offset
    var sum = 0.0
    for index in 0..<parameter.count { sum += Double(gradients[index] * gradients[index]) }
    return sum
  }

  @specialized(where Scalar == Float)
  private func scale(_ parameter: ParameterStore<Scalar>.Parameter, by factor: Double) {
    let gradients = parameters.gradients.base + parameter.offset
    for index in 0..<parameter.count { gradients[index] *= Scalar(factor) }
  }
}
