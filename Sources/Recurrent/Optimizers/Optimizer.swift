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
