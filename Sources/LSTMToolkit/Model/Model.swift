import Checkpoints
import Recurrent

/// A recurrent network: Keras' `Sequential`, or a functional model of one input and one output.
///
/// ```swift
/// let model = try Model(timeSteps: nil, features: 1, batch: 1) {
///   LSTM(50, stateful: true)
///   Dense(26, activation: .softmax)
/// }
/// try model.compile(optimizer: .adam(), loss: .categoricalCrossEntropy, metrics: [.accuracy])
/// try model.fit(x, y, epochs: 300, shuffle: false)
/// try model.save("alphabet.h5")
/// ```
///
/// A model is a reference: whoever holds it sees the same weights. It can be used from several threads and tasks; they wait
/// for each other, while it is trained from one update to the next.
///
/// What its methods throw:
/// - `ConfigurationError`: an argument, a shape or an option that does not fit; nothing has happened then.
/// - `ShapeError`: a `Tensor` whose values do not fill its shape.
/// - `SymbolOutOfRange`: a value of the input that is not a symbol of the model's ``Embedding``.
/// - `TrainingDiverged`: the loss is no longer a number, and neither are the weights.
/// - `OutOfMemory`: the machine has not that much memory.
/// - `FileError`: a file that cannot be read or written.
/// - `CancellationError`: the task was cancelled while it trained the model.
public final class Model: Sendable {
  let core: ModelCore

  /// The random seed of a model that is given none.
  public static let standardRandomSeed: UInt64 = 7

  init(_ core: ModelCore) { self.core = core }

  /// Layers one above the other that read sequences.
  ///
  /// - Parameters:
  ///   - timeSteps: The steps of a sequence; any number if `nil`.
  ///   - features: The values of a step.
  ///   - batch: The sequences of every batch if that is fixed, as stateful layers need it.
  ///   - name: The model's name in its file.
  ///   - randomSeed: Decides the weights that it begins with, what dropout leaves out, and how samples are shuffled.
  ///   - layers: From input to output.
  /// - Throws: `ConfigurationError` naming the layer and the option that cannot be computed, or `OutOfMemory`.
  public convenience init(
    timeSteps: Int?, features: Int, batch: Int? = nil, name: String = "sequential",
    randomSeed: UInt64 = Model.standardRandomSeed, @LayersBuilder layers: () throws -> [any Layer]
  ) throws {
    try self.init(
      Input(timeSteps: timeSteps, features: features, batch: batch), name: name,
      randomSeed: randomSeed, layers: layers)
  }

  /// Layers one above the other on any ``Input``: of sequences, of vectors, or of symbols.
  ///
  /// - Throws: `ConfigurationError` naming the layer and the option that cannot be computed, or `OutOfMemory`.
  public convenience init(
    _ input: Input, name: String = "sequential", randomSeed: UInt64 = Model.standardRandomSeed,
    @LayersBuilder layers: () throws -> [any Layer]
  ) throws {
    let settings = try layers().map(\.settings)
    var names = LayerNames(given: settings.compactMap(\.name))
    try self.init(
      ModelConfiguration(
        name: name, batch: input.batch, input: input.sample, inputIsSymbols: input.isSymbols,
        layers: settings.map { names.configuration($0) }), randomSeed: randomSeed)
  }

  /// A functional model: the layers between an input and an output that they were called for.
  ///
  /// - Throws: `ConfigurationError` if the output does not come from that input alone, or a layer cannot be computed;
  ///   `OutOfMemory`.
  public convenience init(
    input: Input, output: any GraphValue, name: String = "functional",
    randomSeed: UInt64 = Model.standardRandomSeed
  ) throws {
    let order = try GraphOrder(from: input, to: output.node)
    try self.init(
      ModelConfiguration(
        name: name, batch: input.batch, input: input.sample, inputIsSymbols: input.isSymbols,
        layers: order.layers, functionalInput: input.name), randomSeed: randomSeed)
  }

  private convenience init(_ configuration: ModelConfiguration, randomSeed: UInt64) throws {
    try configuration.checkSymbolInput()
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: randomSeed)
    let checkpoint = Checkpoint(
      parameters: parameters, optimizer: nil, recurrentState: RecurrentState.zero(configuration))
    self.init(ModelCore(checkpoint, randomSeed: randomSeed))
  }

  /// Its name in its file.
  public var name: String { core.configuration.name }

  /// The names of its layers, from input to output.
  public var layerNames: [String] { core.configuration.layers.map(\.name) }

  /// The sizes of its input; `nil` where any number may come: `[batch, timeSteps, features]`.
  public var inputShape: [Int?] { [core.configuration.batch] + core.configuration.inputSizes }

  /// The sizes of its output; `nil` where that depends on the input: `[batch, units]` or `[batch, timeSteps, units]`.
  public var outputShape: [Int?] {
    [core.configuration.batch] + (core.configuration.layerShapes.last?.output ?? [])
  }

  /// Whether a layer keeps its state from batch to batch.
  public var isStateful: Bool { core.configuration.isStateful }
}

extension ModelConfiguration {
  /// Checks that symbols are read by an `Embedding`, and an `Embedding` reads symbols, as Keras has it.
  fileprivate func checkSymbolInput() throws(ConfigurationError) {
    for call in callShapes() {
      let symbolInputs = call.sources.filter { source in
        if case .input(let number) = source { inputs[number].isSymbols } else { false }
      }
      let layer = call.layer
      let isEmbedding = layer.className == "Embedding"
      guard !isEmbedding || symbolInputs == call.sources else {
        throw ConfigurationError(
          "layer \(layer.name) (Embedding) must read the input, and that be Input(symbolSteps:)")
      }
      guard isEmbedding || symbolInputs.isEmpty else {
        throw ConfigurationError(
          "layer \(layer.name) (\(layer.className)) reads the input, which is symbols; an Embedding "
            + "takes them")
      }
    }
  }
}
