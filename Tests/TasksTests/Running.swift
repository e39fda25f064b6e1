import TestSupport

@testable import Tasks

extension TemporaryFolder {
  /// Carries out a run, or so many updates of it, and saves it.
  func train(_ run: TrainingRun, stopAfter: Int? = nil, _ name: String) throws {
    var updates = 0
    try run.train(
      saving: try CheckpointSchedule(path: path(name)),
      shouldStop: {
        updates += 1
        return updates == stopAfter
      })
  }
}

extension ModelFile {
  /// Makes steps of letters, and stores where they end.
  @discardableResult
  func letters(seed: String?, steps: Int, row: Int = 0) throws -> [LetterPredictor.Step] {
    let run = try LetterRun(self)
    try run.begin(seed: seed, row: row)
    let steps = (0..<steps).map { _ in run.step() }
    run.store()
    return steps
  }

  /// Makes symbols of a text, and stores where they end.
  @discardableResult
  func symbols(
    seed: String?, steps: Int, row: Int? = nil, sampling: SamplingOptions? = nil,
    randomSeed: UInt64? = nil
  ) throws -> [UInt8] {
    let run = try TextRun(self)
    var request = RunRequest()
    (request.seed, request.row) = (seed, row)
    (request.sampling, request.randomSeed) = (sampling, randomSeed)
    try run.begin(request)
    let bytes = (0..<steps).flatMap { _ in run.step() }
    run.store()
    return bytes
  }

  var isOfText: Bool { checkpoint.task?.members[TextTask.mark] != nil }
}
