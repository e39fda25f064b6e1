import Files
import Recurrent

/// Turns tensors into samples that the engine takes.
struct Samples {
  private let configuration: ModelConfiguration
  private let loss: Loss
  private let metrics: [Metric]

  /// Those of a model, which has been compiled.
  init(_ core: ModelCore) {
    configuration = core.configuration
    loss = core.checkpoint.loss
    metrics = core.metrics.computed
  }

  /// Inputs with targets.
  ///
  /// - Throws: `ConfigurationError` that names the shape which does not fit the model, or the target which is not one of
  ///   its classes; `SymbolOutOfRange`.
  func dataset(_ x: Tensor, _ y: Tensor) throws -> SequenceDataset {
    let (samples, timeSteps) = try Self.checkInput(x, configuration, "x has")
    let steps = configuration.outputSizes(timeSteps: timeSteps)
    let units = configuration.outputUnits
    try checkTargets(y, samples: samples, steps: steps, units: units)
    let targetSteps = steps.reduce(1, *)
    let classes = try classes(y, units: units)
    for metric in metrics {
      guard metric.needsClasses == (classes != nil), classes != nil || !loss.takesClasses else {
        throw ConfigurationError(
          "the metric \(metric.rawValue) cannot be measured on these targets with the loss "
            + loss.name)
      }
    }
    if let classes {
      return try SequenceDataset(
        samples: samples, timeSteps: timeSteps, features: configuration.features,
        targetSteps: targetSteps, inputs: x.values, targets: classes)
    }
    return try SequenceDataset(
      samples: samples, timeSteps: timeSteps, features: configuration.features,
      targetSteps: targetSteps, targetUnits: loss.takesClasses ? 1 : units, inputs: x.values,
      targetValues: y.values)
  }

  /// What the loss of each class is multiplied by; none if they all are 1.
  ///
  /// - Throws: `ConfigurationError` if there is no such class, or the targets are not classes.
  func classWeights(
    _ weights: [Int: Float], of data: SequenceDataset
  ) throws(ConfigurationError) -> [Float] {
    guard !weights.isEmpty else { return [] }
    guard data.targetUnits == 0 else {
      throw ConfigurationError(
        "classWeights need targets that are classes, and a model that ends with a softmax")
    }
    var all = [Float](repeating: 1, count: configuration.outputUnits)
    for (number, weight) in weights.sorted(by: { $0.key < $1.key }) {
      guard all.indices.contains(number), weight.isFinite, weight >= 0 else {
        throw ConfigurationError(
          "classWeights gives class \(number) the weight \(weight); there are the classes from 0 to "
            + "\(all.count - 1), and weights are not negative")
      }
      all[number] = weight
    }
    return all
  }

  /// Inputs alone, with targets that nobody looks at.
  ///
  /// - Throws: As ``dataset(_:_:)``.
  static func inputs(
    _ x: Tensor, _ configuration: ModelConfiguration
  ) throws -> SequenceDataset {
    let (samples, timeSteps) = try checkInput(x, configuration, "x has")
    return try SequenceDataset(
      samples: samples, timeSteps: timeSteps, features: configuration.features,
      inputs: x.values, targets: [Int32](repeating: 0, count: samples))
  }

  /// - Returns: The samples and their steps.
  private static func checkInput(
    _ x: Tensor, _ configuration: ModelConfiguration, _ what: String
  ) throws -> (samples: Int, timeSteps: Int) {
    guard configuration.inputs.count == 1, configuration.givenOutputs.count == 1 else {
      throw ConfigurationError(
        "the model has \(configuration.inputs.count) inputs and "
          + "\(configuration.givenOutputs.count) outputs; here it must have one of each")
    }
    try configuration.inputs[0].check(shape: x.shape, what)
    let timeSteps = configuration.input.isSequence ? x.shape[1] : 1
    try configuration.inputSymbols?.check(x.values, timeSteps: timeSteps)
    return (x.shape[0], timeSteps)
  }

  private func checkTargets(
    _ y: Tensor, samples: Int, steps: [Int], units: Int
  ) throws(ConfigurationError) {
    let rows = [samples] + steps
    let values = loss.takesClasses ? 1 : units
    guard y.shape == rows + [values] || values == 1 && y.shape == rows else {
      let what = loss.takesClasses ? "class numbers" : "values"
      throw ConfigurationError(
        "y has shape \(y.shape); the loss \(loss.name) takes \(what) of shape "
          + "\(loss.takesClasses ? rows : rows + [values])")
    }
  }

  /// The class numbers of targets; `nil` if they are not classes that a softmax chooses between.
  private func classes(_ y: Tensor, units: Int) throws(ConfigurationError) -> [Int32]? {
    switch loss {
    case .sparseCategoricalCrossEntropy:
      var classes: [Int32] = []
      for (place, value) in y.values.enumerated() {
        guard let number = Int32(exactly: value), (0..<units).contains(Int(number)) else {
          throw ConfigurationError(
            "target \(place) of y is \(value); classes are whole numbers from 0 to \(units - 1)")
        }
        classes.append(number)
      }
      return endsWithSoftmax ? classes : nil
    // Other metrics measure rows of values.
    case .categoricalCrossEntropy
    where endsWithSoftmax && metrics.allSatisfy(\.needsClasses):
      guard let numbers = y.values.oneHotNumbers(columns: units), !numbers.contains(-1) else {
        return nil
      }
      return numbers
    default: return nil
    }
  }

  private var endsWithSoftmax: Bool {
    guard let last = configuration.layers.last else { return false }
    return last["activation"] == "softmax"
      || last["layer"]["config"]?["activation"] == "softmax"
  }
}
