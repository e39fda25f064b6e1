/// Trains a model on a dataset, one update at a time, and can stop after any of them: everything it
/// needs to go on is in the parameters, the optimizer, ``progress`` and the model's recurrent state.
package final class Trainer {
  package let model: Sequential<Float>
  package let optimizer: Optimizer<Float>
  /// That of each output.
  package let losses: [OutputLoss]
  /// That of the first output.
  package var loss: Loss { losses[0].loss }
  package let source: any SampleSource
  package let options: TrainingOptions
  package private(set) var progress: TrainingProgress
  /// The updates that make an epoch.
  package let updatesPerEpoch: Int
  /// Whether the epoch that ended last is the best so far.
  package private(set) var isBest = false
  /// What a validation measures; `nil` if nothing is kept for one.
  package let evaluator: Evaluator?
  /// Called while the model is validated, with the samples that are done: first with none.
  package var whileValidating: ((_ samples: Int) -> Void)?

  /// Where ``TrainingOptions/restoresBest``: the weights of the best epoch, or those that training goes on from while the
  /// best ones are the model's, which they are as long as the run is finished. `nil` before the first epoch.
  package private(set) var keptWeights: [Float]?
  /// Whether the model's own are the best ones.
  package private(set) var hasBestWeights: Bool

  private let targets: BatchTargets
  /// What the model was compiled with, beside what the options measure.
  package let meters: Meters

  /// - Parameters:
  ///   - validation: What the model is measured on as epochs end, without being trained on it.
  ///   - progress: Where to begin; as saved, or a new one.
  ///   - recurrentState: The state as saved with it; zeros if `nil`.
  ///   - compiled: What the model was compiled with; it is measured beside what the options say.
  ///   - keptWeights: As saved with it, see ``keptWeights``, with whether they are the best ones.
  /// - Throws: ``ConfigurationError`` if model, data, options and progress do not fit each other,
  ///   ``SymbolOutOfRange``, or `OutOfMemory`.
  package init(
    parameters: ParameterStore<Float>, optimizer: Optimizer<Float>,
    losses: [OutputLoss] = [OutputLoss(.categoricalCrossEntropy)], source: any SampleSource,
    validation: (any SampleSource)? = nil, options: TrainingOptions, progress: TrainingProgress,
    recurrentState: RecurrentState? = nil, compiled: [CompiledMetric] = [],
    keptWeights: (values: [Float], areBest: Bool)? = nil
  ) throws {
    let configuration = parameters.configuration
    guard (1...ModelConfiguration.largestAxis).contains(options.batchSize) else {
      throw ConfigurationError(
        "the batch size is \(options.batchSize); it must be from 1 to "
          + "\(ModelConfiguration.largestAxis)")
    }
    guard source.samples >= 1, source.samples <= Int(Int32.max) else {
      throw ConfigurationError("\(source.samples) samples cannot be trained on")
    }
    guard !configuration.isStateful || source.samples % options.batchSize == 0 else {
      throw ConfigurationError(
        "a stateful model needs full batches: \(source.samples) samples cannot be divided into "
          + "batches of \(options.batchSize)")
    }
    try Self.check(source, against: configuration, losses: losses, options: options)
    try source.checkInputs(of: configuration)
    // More rows than samples would only take memory.
    model = try Sequential(
      parameters: parameters,
      batch: configuration.isStateful
        ? options.batchSize : min(options.batchSize, source.samples),
      steps: source.inputShapes.map(\.timeSteps))
    try source.checkShape(of: model)
    updatesPerEpoch = (source.samples - 1) / options.batchSize + 1
    let hasOrder =
      progress.order.count == source.samples
      && progress.order.sorted().elementsEqual((0..<Int32(source.samples)))
    guard hasOrder || progress.order.isEmpty && !options.shuffle,
      progress.epoch >= 0, (0...TrainingProgress.mostEpochs).contains(progress.targetEpochs),
      (0..<updatesPerEpoch).contains(progress.updateInEpoch)
    else {
      throw ConfigurationError("the training position is not one of these data")
    }
    let compiled =
      losses.count > 1 ? [] : Self.others(compiled, loss: losses[0].loss, options: options)
    evaluator = try validation.map {
      try Evaluator(
        parameters: parameters, losses: losses, source: $0, batchSize: options.batchSize,
        metrics: options.metrics, compiled: compiled)
    }
    meters = Meters(
      compiled, areClasses: source.targetUnits == 0 || losses[0].loss.takesClasses,
      units: configuration.outputUnits)
    self.optimizer = optimizer
    self.losses = losses
    self.source = source
    self.options = options
    self.progress = progress
    let count = options.metrics.count
    if self.progress.metricSums.count != count {
      self.progress.metricSums = [Double](repeating: 0, count: count)
    }
    if self.progress.meterSums.count != meters.size {
      self.progress.meterSums = [Double](repeating: 0, count: meters.size)
    }
    let outputs = losses.count > 1 ? losses.count : 0
    if self.progress.outputLossSums.count != outputs {
      self.progress.outputLossSums = [Double](repeating: 0, count: outputs)
    }
    targets = BatchTargets(of: source, for: model, losses: losses.map(\.loss))
    if options.restoresBest {
      self.keptWeights =
        keptWeights?.values ?? (self.progress.best.value == nil ? nil : parameters.snapshot)
    }
    hasBestWeights = keptWeights.map { !$0.areBest } ?? false
    model.dropoutSeed = options.randomSeed
    if let recurrentState { try model.restore(recurrentState) }
    placeBestWeights()
    prepareRate()
  }

  /// The metrics that are measured for themselves: not what the history has by other ways, or under the same name.
  private static func others(
    _ compiled: [CompiledMetric], loss: Loss, options: TrainingOptions
  ) -> [CompiledMetric] {
    var names = Set(options.metrics.map(\.rawValue) + ["loss", "accuracy", History.learningRate])
    return compiled.filter { metric in
      !(metric.isAccuracy && loss.hasAccuracy) && names.insert(metric.name).inserted
    }
  }

  /// Checks that the targets are ones that the model can be trained to give, and measured by.
  private static func check(
    _ source: any SampleSource, against configuration: ModelConfiguration, losses: [OutputLoss],
    options: TrainingOptions
  ) throws(ConfigurationError) {
    let hasClasses = source.targetUnits == 0
    let graph = try configuration.graph()
    let units = graph.outputs.map { graph.shape(of: $0).features }
    guard losses.count == units.count, source.targetShapes.count == units.count else {
      throw ConfigurationError(
        "the model has \(units.count) outputs; there are \(losses.count) losses and "
          + "\(source.targetShapes.count) targets")
    }
    for (output, target) in source.targetShapes.enumerated() {
      if target.units == 0, !losses[output].loss.takesLogits,
        graph.lastActivation(ofOutput: output) != .softmax
      {
        throw ConfigurationError("the last layer must be Dense with softmax to be trained")
      }
      try source.checkTargets(
        output: output, loss: losses[output].loss, units: units[output])
    }
    let loss = losses[0].loss
    guard losses.count == 1 || options.metrics.isEmpty && options.classWeights.isEmpty else {
      throw ConfigurationError("metrics and class weights are those of models of one output")
    }
    if let metric = options.metrics.first(where: {
      $0.needsClasses != hasClasses || !hasClasses && loss.takesClasses
    }) {
      throw ConfigurationError("\(metric.rawValue) cannot be measured on these targets")
    }
    guard options.classWeights.isEmpty || hasClasses && options.classWeights.count == units[0]
    else {
      throw ConfigurationError(
        "\(options.classWeights.count) class weights do not fit a model "
          + (hasClasses ? "of \(units[0]) classes" : "whose targets are not classes"))
    }
    guard options.classWeights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw ConfigurationError("a class weight is negative")
    }
    guard options.validateEvery >= 1, options.earlyStopping ?? 1 >= 1 else {
      throw ConfigurationError("validation and early stopping count epochs from 1")
    }
  }

  /// Whether right answers are counted: those of the only output, if its loss has any.
  package var hasAccuracy: Bool { losses.count == 1 && loss.hasAccuracy }

  /// What an epoch adds to ``History/others``.
  package var columnNames: [String] {
    let outputs = losses.count > 1 ? model.configuration.outputNames : []
    let measured = outputs.map(History.loss) + options.metrics.map(\.rawValue) + meters.names
    var names = measured
    if options.schedule != nil { names.append(History.learningRate) }
    guard evaluator != nil else { return names }
    names += [History.validationLoss] + measured.map(History.validation)
    return names + (hasAccuracy ? [History.validationAccuracy] : [])
  }

  /// Trains until all epochs are done or `shouldStop` says so after an update.
  ///
  /// - Parameter didUpdate: Called after each update with whether it ended an epoch; returns whether
  ///   to stop here.
  /// - Throws: ``TrainingDiverged``, ``SymbolOutOfRange``, or what `didUpdate` or a source of samples throws. What the source throws
  ///   leaves the run as it was after the update before.
  package func train(_ didUpdate: (_ endedEpoch: Bool) throws -> Bool) throws {
    while !progress.isFinished {
      let endedEpoch = try update()
      let loss = endedEpoch ? progress.history.loss.last ?? 0 : progress.lossSum
      guard loss.isFinite else {
        throw TrainingDiverged(
          epoch: endedEpoch ? progress.epoch : progress.epoch + 1, update: optimizer.iterations)
      }
      if try didUpdate(endedEpoch) { return }
    }
  }

  /// Makes one update.
  ///
  /// - Returns: Whether it was the last one of an epoch.
  /// - Throws: What a source of samples throws, or ``SymbolOutOfRange``, before anything is learnt from the batch.
  @discardableResult
  package func update() throws -> Bool {
    let generator = progress.shuffleGenerator
    let isFirst = progress.updateInEpoch == 0
    if isFirst, options.shuffle { progress.shuffle() }
    let first = progress.updateInEpoch * options.batchSize
    let rows = min(options.batchSize, source.samples - first)
    do {
      try targets.load(
        source, order: progress.order.isEmpty ? nil : progress.order, first: first, rows: rows,
        into: model)
      if isFirst, options.resetStatesEachEpoch { model.resetStates() }
      try learn(first: first, rows: rows)
    } catch {
      // The next attempt draws the same order.
      progress.shuffleGenerator = generator
      throw error
    }
    progress.updateInEpoch += 1
    let isLast = progress.updateInEpoch == updatesPerEpoch
    if isLast {
      try endEpoch()
      if progress.isFinished { optimizer.placeAverages() }
      placeBestWeights()
    }
    prepareRate()
    return isLast
  }

  /// Updates the weights by the batch that is loaded.
  private func learn(first: Int, rows: Int) throws {
    let output = model.forward(rows: rows, training: true, update: optimizer.iterations)
    try model.checkSymbols { row in
      progress.order.isEmpty ? first + row : Int(progress.order[first + row])
    }
    for (index, metric) in options.metrics.enumerated() {
      progress.metricSums[index] += model.sum(metric, targets.targets(), rows: rows)
    }
    if meters.size > 0 {
      targets.forEach(output, of: model, rows: rows) { meters.add($0, to: &progress.meterSums) }
    }
    let penalty =
      model.activityLoss
      + (model.parameters.hasRegularizers ? model.parameters.regularizationLoss : 0)
    guard losses.count == 1 else { return learnAll(rows: rows, penalty: penalty) }
    let sums = options.classWeights.withUnsafeBufferPointer { weights in
      model.backward(
        targets.targets(), loss: loss, classWeights: weights.isEmpty ? nil : weights.baseAddress,
        rows: rows, optimizer: optimizer)
    }
    let steps = model.outputSteps * rows
    progress.count(
      loss: Evaluator.weighed(sums, steps: steps) + penalty * Double(steps), correct: sums.correct,
      rows: sums.rows)
  }

  /// The same of several outputs: the loss of a batch is the weighted sum of their means, that of an epoch the mean over
  /// its samples, as in Keras.
  private func learnAll(rows: Int, penalty: Double) {
    var sum = penalty
    for (number, output) in losses.enumerated() {
      let sums = model.beginBackward(
        targets.targets(ofOutput: number), loss: output.loss, weight: Float(output.weight),
        rows: rows, output: number)
      let mean = sums.lossSum / Double(max(1, sums.rows))
      progress.outputLossSums[number] += mean * Double(rows)
      sum += output.weight * mean
    }
    model.goBack(rows: rows, optimizer: optimizer)
    progress.count(loss: sum * Double(rows * model.outputSteps), correct: 0, rows: rows)
  }

  /// Gives the optimizer the learning rate of the next update.
  private func prepareRate() {
    guard let schedule = options.schedule else { return }
    optimizer.learningRate = schedule.rate(
      update: progress.epoch * updatesPerEpoch + progress.updateInEpoch,
      updatesPerEpoch: updatesPerEpoch, reduction: progress.rateReduction)
  }

  private func endEpoch() throws {
    let isValidated = (progress.epoch + 1) % options.validateEvery == 0
    let outcome = Result {
      try isValidated ? evaluator?.evaluate(willEvaluate: { whileValidating?($0) }) : nil
    }
    let validation = try? outcome.get()
    let rows = max(1, progress.rowsSeen)
    let answers = rows * loss.answersPerRow(units: model.outputUnits)
    progress.history.loss.append(progress.lossSum / Double(source.samples * model.outputSteps))
    progress.history.accuracy.append(Double(progress.correct) / Double(answers))
    var others: [String: Double] = [:]
    if options.schedule != nil { others[History.learningRate] = Double(optimizer.learningRate) }
    for (metric, sum) in zip(options.metrics, progress.metricSums) {
      others[metric.rawValue] = metric.value(sum: sum, rows: rows)
    }
    for (name, value) in meters.values(of: progress.meterSums) { others[name] = value }
    for (name, sum) in zip(model.configuration.outputNames, progress.outputLossSums) {
      others[History.loss(ofOutput: name)] = sum / Double(source.samples)
    }
    if let validation {
      for (name, loss) in zip(model.configuration.outputNames, validation.outputLosses) {
        others[History.validation(History.loss(ofOutput: name))] = loss
      }
      others[History.validationLoss] = validation.loss
      if hasAccuracy { others[History.validationAccuracy] = validation.accuracy }
      for (metric, value) in validation.metrics {
        others[History.validation(metric.rawValue)] = value
      }
      for (name, value) in validation.compiled { others[History.validation(name)] = value }
    }
    progress.history.append(others)
    progress.epoch += 1
    progress.updateInEpoch = 0
    progress.lossSum = 0
    progress.correct = 0
    progress.rowsSeen = 0
    for index in progress.metricSums.indices { progress.metricSums[index] = 0 }
    for index in progress.meterSums.indices { progress.meterSums[index] = 0 }
    for index in progress.outputLossSums.indices { progress.outputLossSums[index] = 0 }
    watch(evaluator == nil ? progress.history.loss.last : validation?.loss)
    // The epoch is done even so.
    _ = try outcome.get()
  }

  /// Gives the model the best weights when the run is finished, and those that training goes on from when it is not.
  private func placeBestWeights() {
    guard progress.isFinished != hasBestWeights, var kept = keptWeights else { return }
    model.parameters.exchange(&kept)
    keptWeights = kept
    hasBestWeights.toggle()
  }

  /// The epoch, from 1, whose weights a finished run has restored; `nil` if it restores none.
  package var bestEpoch: Int? {
    guard hasBestWeights, let best = progress.best.value else { return nil }
    let history = progress.history
    let losses = evaluator == nil ? history.loss : history.others[History.validationLoss] ?? []
    return losses.lastIndex(of: best).map { $0 + 1 }
  }

  /// Draws conclusions from the loss of an epoch.
  ///
  /// - Parameter loss: `nil` if it was not measured in this one.
  private func watch(_ loss: Double?) {
    isBest = false
    guard let loss else { return }
    isBest = progress.best.take(loss)
    if isBest, options.restoresBest { keptWeights = model.parameters.snapshot }
    if let patience = options.earlyStopping, !progress.earlyStopping.take(loss),
      progress.earlyStopping.waited >= patience
    {
      progress.isStoppedEarly = true
    }
    if case .plateau(let patience, let factor) = options.schedule?.course,
      !progress.plateau.take(loss, change: LearningRateSchedule.smallestImprovement),
      progress.plateau.waited >= patience
    {
      progress.rateReduction *= factor
      progress.plateau.waited = 0
    }
  }
}

/// The loss is no longer a number.
public struct TrainingDiverged: Error, CustomStringConvertible {
  /// The epoch in which it happened, from 1; `nil` if there are none.
  public let epoch: Int?
  /// The update after which it was seen, from 1; `nil` if updates are not counted.
  public let update: Int?
  /// What is left of the run before; `nil` if nothing was saved.
  package var remains: String?

  package init(epoch: Int? = nil, update: Int? = nil) {
    (self.epoch, self.update) = (epoch, update)
  }

  public var description: String {
    let place = [epoch.map { "epoch \($0)" }, update.map { "update \($0)" }].compactMap { $0 }
    return "the loss is no longer a number"
      + (place.isEmpty ? "" : " in \(place.joined(separator: ", "))")
      + "; use a smaller learning rate" + (remains.map { "; \($0)" } ?? "")
  }
}
