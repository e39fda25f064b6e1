import Files
import Kernels

/// What all recurrent layers have in common: options of `keras.layers.RNN` and of every cell.
struct RecurrentOptions: Sendable {
  static let defaults: [String: JSONValue] = [
    "units": 1, "activation": "tanh", "use_bias": true, "dropout": 0.0, "recurrent_dropout": 0.0,
  ].merging(sequence) { own, _ in own }.merging(
    WeightOptions.defaults([
      "kernel": "GlorotUniform", "recurrent": "Orthogonal", "bias": "Zeros",
    ])
  ) { _, new in new }

  /// Those that say how the layer goes over its steps, whatever the cell.
  static let sequence: [String: JSONValue] = [
    "return_sequences": false, "return_state": false, "go_backwards": false, "stateful": false,
    "zero_output_for_mask": false, "ignores_mask": false,
  ]

  let units: Int
  let activation: Activation
  let usesBias: Bool
  let returnsSequences: Bool
  /// Whether the states after the last step are outputs too.
  let returnsState: Bool
  let goesBackwards: Bool
  let isStateful: Bool
  /// The fraction of the inputs, and of the hidden state, that is left out of each sequence in training.
  let dropout, recurrentDropout: Double
  /// The output of a step that does not count is zero, not that of the step before.
  let zeroOutputForMask: Bool
  /// Whether all steps count whatever the mask says, as Keras 3 has it where the states to begin with are given.
  let ignoresMask: Bool
  let kernel, recurrentKernel, bias: WeightOptions

  /// - Parameter hasRecurrentKernel: Whether there are options of a recurrent kernel.
  init(_ options: LayerOptions, hasRecurrentKernel: Bool = true) throws(ConfigurationError) {
    units = try options.size("units")
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    returnsSequences = try options.flag("return_sequences")
    returnsState = try options.flag("return_state")
    goesBackwards = try options.flag("go_backwards")
    isStateful = try options.flag("stateful")
    dropout = try options.rate("dropout")
    recurrentDropout = hasRecurrentKernel ? try options.rate("recurrent_dropout") : 0
    zeroOutputForMask = try options.flag("zero_output_for_mask")
    ignoresMask = try options.flag("ignores_mask")
    kernel = try options.weight("kernel")
    recurrentKernel = try options.weight("recurrent")
    bias = try options.weight("bias")
  }
}

/// A layer that runs a cell over the steps.
protocol RecurrentDescription: LayerDescription {
  var recurrent: RecurrentOptions { get }
}

extension RecurrentDescription {
  func recurrentLayers(of configuration: LayerConfiguration) -> [LayerConfiguration] {
    [configuration]
  }

  var symbolUse: SymbolUse { .lookUp }
  var needsSequence: Bool { true }
  var isCalledWithMask: Bool { !recurrent.ignoresMask }
  var isStateful: Bool { recurrent.isStateful }
  var passesMask: Bool { recurrent.returnsSequences }
  var joinsSteps: Bool { recurrent.goesBackwards }
  var stateUnits: Int { recurrent.units }

  /// A sequence, and perhaps the states that it begins with.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    try joined(inputs, states: stateSizes)
  }

  /// The same for states of these sizes.
  func joined(_ inputs: [SampleShape], states: [Int]) throws(ConfigurationError) -> SampleShape {
    guard let sequence = inputs.first,
      inputs.count == 1 || inputs.dropFirst() == states.map({ .vector(features: $0) })[...]
    else {
      throw ConfigurationError(
        "\(Self.className) takes a sequence, and as initial_state \(states.count) states of "
          + "\(states.map(String.init).joined(separator: ", ")) values")
    }
    return sequence
  }

  func furtherOutputs(of input: SampleShape) -> [SampleShape] {
    recurrent.returnsState ? stateSizes.map { .vector(features: $0) } : []
  }

  func output(of input: SampleShape) -> SampleShape { hiddens(of: input) }

  /// The hidden states that it gives, of every step or of the last.
  func hiddens(of input: SampleShape) -> SampleShape {
    recurrent.returnsSequences
      ? .sequence(timeSteps: input.timeSteps, features: recurrent.units)
      : .vector(features: recurrent.units)
  }
}
