import Checkpoints
import Recurrent

/// What a ``Model`` is made of. All but the constants is touched in ``ModelLock/locked(_:)`` only.
final class ModelCore: @unchecked Sendable {
  let lock = ModelLock()
  let configuration: ModelConfiguration
  let randomSeed: UInt64

  /// Weights, optimizer, loss and what else its file has.
  var checkpoint: Checkpoint
  /// What is measured beside the loss.
  var metrics: Metrics
  /// The training under way.
  var session: TrainingSession?
  private var stateHolder: Sequential<Float>?
  private var engine: Sequential<Float>?
  private var stepper: StepEngine?

  init(_ checkpoint: Checkpoint, randomSeed: UInt64) {
    configuration = checkpoint.configuration
    self.checkpoint = checkpoint
    self.randomSeed = randomSeed
    metrics = Metrics(of: checkpoint.history)
  }

  var parameters: ParameterStore<Float> { checkpoint.parameters }

  /// Whether the state was set, or moved on, since the file was read: training then begins with it.
  private var hasOwnState = false

  /// The state that training begins with; in a file of the commands that is not where a prediction stands.
  var trainingState: RecurrentState? {
    hasOwnState ? recurrentState : checkpoint.trainingRecurrentState ?? recurrentState
  }

  /// The samples that are computed at once.
  ///
  /// - Throws: `ConfigurationError` if there can be no such batch.
  func batchSize(_ given: Int?) throws(ConfigurationError) -> Int {
    let size = given ?? configuration.batch ?? 32
    guard (1...ModelConfiguration.largestAxis).contains(size) else {
      throw ConfigurationError(
        "batchSize is \(size); it must be from 1 to \(ModelConfiguration.largestAxis)")
    }
    return size
  }

  /// The state of stateful layers, which the training under way has in its own memory.
  var recurrentState: RecurrentState? { stateHolder?.recurrentState ?? checkpoint.recurrentState }

  /// - Throws: `ConfigurationError` if it is not one of this model's.
  func restore(_ state: RecurrentState) throws(ConfigurationError) {
    if let stateHolder { try stateHolder.restore(state) }
    hasOwnState = true
    // A run of the commands goes on from the state that it had.
    if checkpoint.task != nil { checkpoint.keepTrainingState() }
    checkpoint.recurrentState = state
    // What was to be read next belongs to the state before.
    checkpoint.stream = nil
  }

  /// Takes over the state that a batch has left in the memory that it was computed in.
  func restoreState(of engine: Sequential<Float>) throws(ConfigurationError) {
    if let state = engine.recurrentState { try restore(state) }
  }

  /// Weights have changed by other samples than those of the file's run, which does not go on any more.
  func forgetRun() {
    guard checkpoint.task != nil else { return }
    let history = checkpoint.history
    checkpoint.stream = nil
    checkpoint.training = nil
    checkpoint.history = history
  }

  /// Leaves the state to a training, or takes it back.
  func keepState(in holder: Sequential<Float>?) {
    checkpoint.recurrentState = recurrentState
    checkpoint.trainingRecurrentState = nil
    hasOwnState = true
    stateHolder = holder
  }

  /// A place to compute batches of so many rows, with the model's state; the last one is kept.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func engine(rows: Int, timeSteps: Int) throws -> Sequential<Float> {
    let fits =
      engine.map {
        $0.timeSteps == timeSteps
          && (configuration.isStateful ? $0.batch == rows : $0.batch >= rows)
      } ?? false
    if !fits {
      // Its memory goes before that of the new one comes.
      engine = nil
      engine = try Sequential(parameters: parameters, batch: rows, timeSteps: timeSteps)
    }
    guard let engine else { throw ConfigurationError("the model cannot compute") }
    engine.dropoutSeed = randomSeed
    if let state = recurrentState { try engine.restore(state) }
    return engine
  }

  /// The model step by step, for streams.
  ///
  /// - Throws: `ConfigurationError` if a layer needs the whole sequence at once, or `OutOfMemory`.
  func stepEngine() throws -> StepEngine {
    if let stepper { return stepper }
    let made = try StepEngine(parameters, lock: lock)
    stepper = made
    return made
  }

  /// The optimizer and what it makes small.
  ///
  /// - Throws: `ConfigurationError` if the model was not compiled.
  func compiled() throws(ConfigurationError) -> Recurrent.Optimizer<Float> {
    if let problem = checkpoint.trainingProblem {
      let problems = [problem.loss, problem.optimizer].compactMap { $0 }
      throw ConfigurationError(
        "the model cannot be trained as its file says: \(problems.joined(separator: "; ")); "
          + "compile it")
    }
    guard let optimizer = checkpoint.optimizer else {
      throw ConfigurationError("the model has no optimizer and no loss; compile it first")
    }
    return optimizer
  }

  /// Everything as it stands after the last update.
  var snapshot: Checkpoint {
    var checkpoint = checkpoint
    checkpoint.recurrentState = recurrentState
    if let session { session.store(in: &checkpoint) }
    return checkpoint
  }
}
