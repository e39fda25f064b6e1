import Files
import Kernels

/// What the package knows about a class of layers: its options, its shapes, its weights, and how it computes.
/// Each class has a file of its own.
protocol LayerDescription: Sendable {
  /// Keras' class name.
  static var className: String { get }
  /// Whether Keras has this class; files have the others as custom layers.
  static var isOfKeras: Bool { get }
  /// Every option of Keras' constructor that changes numbers, with its default; `trainable` goes without saying.
  static var options: [String: JSONValue] { get }
  /// The axis of channels where they stand before those of a plane, by Keras' numbers, which count the batch.
  static var channelsFirstAxis: Int { get }

  /// - Throws: ``ConfigurationError`` naming the option that cannot be computed.
  init(_ options: LayerOptions) throws(ConfigurationError)

  /// The units of the output, its steps, and whether it has steps.
  ///
  /// - Throws: ``ConfigurationError`` if the layer cannot take such an input.
  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape

  /// One sample of each output behind the first, as `return_state` gives them; none of most layers.
  func furtherOutputs(of input: SampleShape) -> [SampleShape]

  /// The input that several layers make together.
  ///
  /// - Throws: ``ConfigurationError`` if the layer takes one only.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape

  /// The weights in Keras' order.
  func parameters(of input: SampleShape) -> [ParameterShape]
  /// The same of a layer of several inputs, whose sizes they may depend on one by one.
  ///
  /// - Parameter joined: What the inputs make together.
  func parameters(of inputs: [SampleShape], joined: SampleShape) -> [ParameterShape]

  /// The recurrent layers that a layer with this description consists of.
  ///
  /// - Parameter configuration: The one that it was read from.
  func recurrentLayers(of configuration: LayerConfiguration) -> [LayerConfiguration]

  /// How many symbols there are, if the input is numbers of symbols; `nil` if it is values.
  var symbolCount: Int? { get }
  /// How it takes an input of one-hot rows.
  var symbolUse: SymbolUse { get }
  /// Whether the input must have a time axis.
  var needsSequence: Bool { get }
  /// Whether steps of its input may not count.
  var takesMask: Bool { get }
  /// Whether the layer keeps a state from batch to batch.
  var isStateful: Bool { get }
  /// Whether the mask is passed on to the layers above.
  var makesMask: Bool { get }
  /// Whether steps that do not count in its input do not count in its output either.
  var passesMask: Bool { get }
  /// Whether its output has a mask only if all of its inputs have one.
  var needsEveryMask: Bool { get }
  /// Whether its output has the mask of its first input, whatever masks the others have.
  var passesFirstMask: Bool { get }
  /// Whether Keras 3 calls it with the mask of its input; other layers look for it there, see ``SeenMasks``.
  var isCalledWithMask: Bool { get }
  /// Whether it takes the masks off its inputs, so that nobody else finds them there.
  var takesMasksOff: Bool { get }
  /// Whether Keras calls it on a list of inputs.
  var takesList: Bool { get }
  /// How it takes steps of several axes.
  var stepAxes: StepAxes { get }
  /// How many of its outputs, from the first, have the steps of its input, and so its mask.
  var sequenceOutputs: Int { get }
  /// Whether a step of its output needs other steps of the input, which no state keeps, so that a sequence cannot be
  /// fed step by step.
  var joinsSteps: Bool { get }
  /// Whether each step of its output depends on that step of the input alone, so that `TimeDistributed` changes nothing.
  var appliesPerStep: Bool { get }
  /// The activation that the layer ends with, where it can begin its way back before it, see
  /// ``BatchContext/isGradientBeforeActivation``.
  var lastActivation: Activation? { get }
  /// The names of the arrays that a stateful layer keeps, and how many values a row of each has.
  var stateNames: [String] { get }
  var stateUnits: Int { get }
  /// The values of a row of each, which may differ where the layer is not stateful.
  var stateSizes: [Int] { get }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar>
}

extension LayerDescription {
  static var isOfKeras: Bool { true }
  static var channelsFirstAxis: Int { 1 }
  var symbolCount: Int? { nil }
  var symbolUse: SymbolUse { .none }
  var needsSequence: Bool { false }
  var takesMask: Bool { true }
  var isStateful: Bool { false }
  var makesMask: Bool { false }
  var passesMask: Bool { true }
  var needsEveryMask: Bool { false }
  var passesFirstMask: Bool { false }
  var isCalledWithMask: Bool { false }
  var takesMasksOff: Bool { false }
  var takesList: Bool { false }
  var stepAxes: StepAxes { .none }
  var sequenceOutputs: Int { 1 }
  var joinsSteps: Bool { false }
  var appliesPerStep: Bool { false }
  var lastActivation: Activation? { nil }
  var stateNames: [String] { [] }
  var stateUnits: Int { 0 }
  var stateSizes: [Int] { stateNames.map { _ in stateUnits } }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard let input = inputs.first, inputs.count == 1 else {
      throw ConfigurationError("\(Self.className) takes one input, not \(inputs.count)")
    }
    return input
  }

  func furtherOutputs(of input: SampleShape) -> [SampleShape] { [] }

  func parameters(of input: SampleShape) -> [ParameterShape] { [] }

  func parameters(of inputs: [SampleShape], joined: SampleShape) -> [ParameterShape] {
    parameters(of: joined)
  }

  func recurrentLayers(of configuration: LayerConfiguration) -> [LayerConfiguration] { [] }
}

/// What a layer is made from: its weights, the shapes, and the model's memory.
struct LayerBuilder<Scalar: KernelScalar> {
  let name: String
  let parameters: ParameterStore<Scalar>
  /// Counts what the layers of the model use.
  let uses: ParameterUses
  /// One sample of each input, with the real number of steps, and of what they make together.
  var inputs: [SampleShape]
  var input: SampleShape
  /// One sample of its output.
  var output: SampleShape
  /// The most rows of a batch.
  var batch: Int
  let plan: MemoryPlan<Scalar>
  /// Whether steps may come that do not count.
  var isMasked: Bool
  /// The layer's number, by which it draws what it leaves out.
  var number: Int
  /// Whether the mask of each input is found there, see ``SeenMasks``.
  let seesMasks: [Bool]
  /// What the names of the weights begin with, for a layer inside another.
  var scope = ""

  /// A weight array of the layer.
  func matrix(_ name: String) -> ParameterStore<Scalar>.Matrix {
    let matrix = parameters.matrix(layer: self.name, name: scope + name)
    uses.add(matrix.number)
    return matrix
  }
}
