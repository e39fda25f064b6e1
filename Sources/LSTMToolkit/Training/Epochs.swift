import Files
import Recurrent

extension Model {
  /// Trains the model an epoch at a time, as each is asked for:
  ///
  /// ```swift
  /// for try await epoch in model.epochs(x, y, epochs: 300) {
  ///   print(epoch.number, epoch.loss)
  /// }
  /// ```
  ///
  /// The loop may end before all epochs are done; the model is then as after the last one, and another training can begin.
  /// Who asks for a further epoch of the old one then gets an error. What fits, and what is thrown
  /// by the loop, is as ``fit(_:_:batchSize:epochs:shuffle:validationSplit:validationData:validationFrequency:classWeights:learningRateSchedule:earlyStopping:resetStatesEachEpoch:randomSeed:onEpoch:)``
  /// has it. Updates are computed on a thread of Swift's pool, not on the main actor.
  public func epochs(
    _ x: Tensor, _ y: Tensor, batchSize: Int? = nil, epochs: Int = 1, shuffle: Bool? = nil,
    validationSplit: Double = 0, validationData: (x: Tensor, y: Tensor)? = nil,
    validationFrequency: Int = 1, classWeights: [Int: Float] = [:],
    learningRateSchedule: LearningRateSchedule? = nil, earlyStopping: EarlyStopping? = nil,
    resetStatesEachEpoch: Bool = false, randomSeed: UInt64? = nil
  ) -> Epochs {
    Epochs(
      core: core,
      options: FitOptions(
        x: x, y: y, batchSize: batchSize, epochs: epochs, shuffle: shuffle,
        validationSplit: validationSplit, validationData: validationData,
        validationFrequency: validationFrequency, classWeights: classWeights,
        learningRateSchedule: learningRateSchedule, earlyStopping: earlyStopping,
        resetStatesEachEpoch: resetStatesEachEpoch, randomSeed: randomSeed))
  }

  /// The epochs of a training, each trained when it is asked for.
  public struct Epochs: AsyncSequence, Sendable {
    /// An epoch as it ends.
    public typealias Element = Epoch

    let core: ModelCore
    let options: FitOptions

    /// Another training each time.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// One walk through the epochs; the training begins with the first, and ends with the last or with this object.
    public final class Iterator: AsyncIteratorProtocol, @unchecked Sendable {
      private let epochs: Epochs
      /// One task at a time asks for epochs.
      private var session: TrainingSession?
      private var isFinished = false

      init(_ epochs: Epochs) { self.epochs = epochs }

      deinit { session?.finish() }

      /// Trains an epoch.
      ///
      /// - Returns: `nil` if all are done.
      public func next() async throws -> Epoch? {
        guard !isFinished else { return nil }
        do {
          return try await train()
        } catch {
          finish()
          throw error
        }
      }

      private func train() async throws -> Epoch? {
        let session = try session ?? TrainingSession.begin(epochs.options, on: epochs.core)
        self.session = session
        while true {
          try Task.checkCancellation()
          switch try session.update(pauses: true) {
          case .more: await Task.yield()
          case .epoch(let epoch): return epoch
          case .finished(let epoch):
            finish()
            return epoch
          }
        }
      }

      private func finish() {
        isFinished = true
        session?.finish()
        session = nil
      }
    }
  }
}
