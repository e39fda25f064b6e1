import Checkpoints
import Files
import Recurrent

/// A model that a new training on other data begins with: its weights, layers and vocabulary, which may grow by what the
/// data have besides.
package struct FineTunedModel {
  let file: ModelFile
  let plan: TrainingPlan
  /// What the model knows, symbols and classes that are new among it. Its weights are still as the file has them.
  private(set) var checkpoint: Checkpoint
  /// The layers, with room for what is new.
  private(set) var configuration: ModelConfiguration
  /// What there is to say, each in a line.
  private(set) var notes: [String] = []

  /// The epochs of a fine-tuning unless somebody says otherwise.
  private static let usualEpochs = 10

  init(_ file: ModelFile, _ plan: TrainingPlan) throws {
    self.file = file
    self.plan = plan
    checkpoint = file.checkpoint
    configuration = checkpoint.configuration
    let quantiles = try plan.loss.flatMap { try Loss.quantile(named: $0) }
    guard quantiles == nil || quantiles == checkpoint.loss else {
      throw ConfigurationError(
        "\(file.path) does not give these quantiles; a model with other outputs is a new one")
    }
    if plan.loss != nil && quantiles == nil || checkpoint.trainingProblem != nil {
      try checkpoint.compile(optimizer: plan.optimizer, loss: plan.loss, learningRate: nil)
    }
    let stored = checkpoint.task
    let batch =
      stored?.options.batchSize ?? (configuration.isStateful ? configuration.stateRows : 32)
    var options = TrainingOptions(
      batchSize: plan.batchSize ?? batch,
      shuffle: plan.shuffle ?? stored?.options.shuffle ?? !configuration.isStateful,
      resetStatesEachEpoch: stored?.options.resetStatesEachEpoch ?? false,
      randomSeed: plan.randomSeed)
    options.schedule = stored?.options.schedule
    checkpoint.task = StoredTask(
      members: stored?.members ?? [:], options: options,
      validationSplit: plan.validationSplit ?? stored?.validationSplit ?? 0)
    setBatchSize(options.batchSize)
  }

  var batchSize: Int { checkpoint.task?.options.batchSize ?? 1 }
  var validationSplit: Double { checkpoint.task?.validationSplit ?? 0 }

  /// Takes batches of that size.
  mutating func setBatchSize(_ size: Int) {
    checkpoint.task?.options.batchSize = size
    if configuration.batch != nil { configuration.batch = size }
  }

  mutating func note(_ text: String?) { if let text { notes.append(text) } }

  // MARK: What is new

  /// Looks at the symbols of new data. Those that the model does not know are added to it, if the plan says so.
  ///
  /// - Parameters:
  ///   - hasOthers: Whether the data have more than these, rare ones.
  ///   - arePredicted: Whether they are also what the model chooses between.
  /// - Throws: `FileError` if there are some that it can neither know nor learn.
  mutating func meet(
    _ symbols: [String], hasOthers: Bool = false, arePredicted: Bool, in data: String
  ) throws {
    guard var vocabulary = checkpoint.vocabulary else { throw file.error("has no vocabulary") }
    let known = Set(vocabulary.symbols.map(ExactText.init))
    let new = symbols.filter { !known.contains(ExactText($0)) }
    let needsUnknown = hasOthers && vocabulary.unknown == nil
    guard !new.isEmpty || needsUnknown else { return }
    let list = Vocabulary(symbols: new, encoding: .number).quotedList
    let count = "\(new.count) symbol\(new.count == 1 ? "" : "s")"
    guard plan.addsSymbols else {
      guard vocabulary.unknown != nil else {
        throw FileError.invalid(
          data, "has \(count) that \(file.path) does not know: \(list); add them",
          remedies: [.newSymbols])
      }
      note(
        "\(data): \(count) that \(file.path) does not know (\(list)) are read as its unknown symbol; "
          + "--new-symbols adds them")
      return
    }
    vocabulary.symbols += new
    if needsUnknown {
      vocabulary.unknown = vocabulary.symbols.count
      vocabulary.symbols.append(SymbolCounter.unknown)
    }
    checkpoint.vocabulary = vocabulary
    growInput(to: vocabulary)
    if arePredicted { try growOutput(to: vocabulary.symbols.count) }
    note("\(data): \(count) are added to those of \(file.path): \(list)")
  }

  /// Looks at the classes of new data, in the same way.
  ///
  /// - Throws: `FileError` if there are new ones that are not to be added.
  mutating func meetClasses(_ classes: [String], column: String, in data: String) throws {
    let known = Set((checkpoint.labels ?? []).map(ExactText.init))
    let new = classes.filter { !known.contains(ExactText($0)) }
    guard !new.isEmpty else { return }
    let list = Vocabulary(symbols: new, encoding: .number).quotedList
    guard plan.addsSymbols else {
      throw FileError.invalid(
        data, "column \(column) has classes that \(file.path) does not know: \(list); add them",
        remedies: [.newSymbols])
    }
    checkpoint.labels = (checkpoint.labels ?? []) + new
    try growOutput(to: checkpoint.labels?.count ?? 0)
    note("\(data): classes are added to those of \(file.path): \(list)")
  }

  /// Rows for new symbols, behind those that there are.
  private mutating func growInput(to vocabulary: Vocabulary) {
    let count = vocabulary.symbols.count
    guard vocabulary.encoding != .oneHot else {
      configuration.input.features = count
      return
    }
    for index in configuration.layers.indices
    where configuration.layers[index].className == "Embedding"
      && configuration.layers[index]["input_dim"].integer ?? 0 < count
    {
      configuration.layers[index].options["input_dim"] = .integer(count)
    }
  }

  /// Columns for new classes, behind those that there are.
  ///
  /// - Throws: `FileError` if the output is not that of a `Dense` layer.
  private mutating func growOutput(to count: Int) throws {
    let last = configuration.layers.lastIndex {
      !["Activation", "Softmax"].contains($0.className)
    }
    guard let last, configuration.layers[last].className == "Dense" else {
      throw file.error("has no Dense layer at its end that could get new classes")
    }
    configuration.layers[last].options["units"] = .integer(count)
  }

  // MARK: The run

  /// All that the run begins with.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func start(_ data: any TrainingData) throws -> TrainingStart {
    var configuration = configuration
    for name in plan.frozen {
      guard let index = configuration.layers.firstIndex(where: { $0.name == name }) else {
        throw ConfigurationError(
          "\(file.path) has no layer \(name); there are "
            + configuration.layers.map(\.name).joined(separator: ", "))
      }
      configuration.layers[index].options["trainable"] = false
    }
    let parameters = try ParameterStore<Float>(configuration)
    guard parameters.parameters.contains(where: \.isTrainable) else {
      throw ConfigurationError("all layers with weights are frozen; nothing is left to train")
    }
    if configuration.parameterCount != checkpoint.configuration.parameterCount {
      try parameters.initialize(seed: plan.randomSeed)
    }
    parameters.take(from: checkpoint.parameters)
    let stored = checkpoint.task?.options
    let own = checkpoint.optimizer?.configuration
    // A schedule may have brought the model's own rate down to zero.
    let rate = plan.learningRate ?? stored?.schedule?.rate ?? own?.learningRate ?? 0.001
    let optimizer = try plan.optimizer(
      for: parameters, usual: own, learningRate: rate > 0 ? rate : 0.001)
    let epochs = plan.epochs ?? Self.usualEpochs
    let shuffle = stored?.shuffle ?? false
    return TrainingStart(
      data: data, parameters: parameters, optimizer: optimizer, losses: checkpoint.losses,
      options: try plan.options(
        batchSize: batchSize, shuffle: shuffle,
        resetStatesEachEpoch: stored?.resetStatesEachEpoch ?? false, rate: optimizer.learningRate,
        epochs: epochs),
      progress: TrainingProgress(
        samples: shuffle ? data.samples.samples : 0, targetEpochs: epochs,
        randomSeed: plan.randomSeed),
      kerasVersion: checkpoint.kerasVersion, validationSplit: validationSplit, notes: notes)
  }
}

extension LearningTask {
  /// Prepares a new run on this task's data that begins with a model of its kind.
  ///
  /// - Throws: `FileError`, `ConfigurationError`, or `OutOfMemory`.
  func start(_ plan: TrainingPlan, from path: String) throws -> TrainingStart {
    let file = try ModelFile(path)
    var model = try FineTunedModel(file, plan)
    // First the data, from which the model grows.
    let data = try data(toFineTune: &model)
    return try model.start(data)
  }
}

extension Vocabulary {
  /// The first symbols in quotes, for notes.
  var quotedList: String {
    let shown = symbols.prefix(10).map { JSONValue.string($0).text() }
    return shown.joined(separator: ", ") + (symbols.count > shown.count ? ", …" : "")
  }
}

extension Remedy {
  /// Adding what a model does not know.
  package static let newSymbols = Remedy(rawValue: "new symbols")
}
