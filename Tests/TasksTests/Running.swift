import TestSupport
import Testing

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

  /// Expects that a run which is stopped after so many updates and resumed leaves the file of one that is not, byte by byte.
  ///
  /// - Returns: The file's path.
  @discardableResult
  func trainStoppedAndResumed(
    _ plan: TrainingPlan, stopAfter updates: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try train(try TrainingRun(plan), "whole.h5")
    try train(try TrainingRun(plan), stopAfter: updates, "parts.h5")
    try train(try TrainingRun(resuming: try ModelFile(path("parts.h5"))), "parts.h5")
    #expect(try bytes("parts.h5") == bytes("whole.h5"), sourceLocation: sourceLocation)
    return path("parts.h5")
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
