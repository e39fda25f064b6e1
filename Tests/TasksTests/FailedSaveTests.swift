import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Saves on the way that fail, since their folder is away for a while.
struct FailedSaveTests {
  private let folder: TemporaryFolder
  private let run: TrainingRun
  private let saving: CheckpointSchedule

  init() throws {
    folder = try TemporaryFolder()
    let here = folder.path("here")
    try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
    var plan = TrainingPlan(LettersTask(.stateful))
    plan.epochs = 1_000_000
    run = try TrainingRun(plan)
    saving = try CheckpointSchedule(path: here + "/a.h5", interval: .epochs(1))
  }

  private func move(_ from: String, _ to: String) throws {
    try FileManager.default.moveItem(atPath: folder.path(from), toPath: folder.path(to))
  }

  @Test func aSaveThatFailsIsTriedAgain() throws {
    var failures: [FileError] = []
    var isAway = false
    try run.train(
      saving: saving, shouldStop: { !failures.isEmpty && !isAway },
      didFail: { failure in
        failures.append(failure)
        guard isAway else { return }
        #expect(throws: Never.self) { try move("away", "here") }
        isAway = false
      },
      didUpdate: { endedEpoch in
        guard endedEpoch, run.trainer.progress.epoch == 2 else { return }
        try move("here", "away")
        isAway = true
      })
    #expect(failures.first?.file == folder.path("here/a.h5"))
    let saved = try CheckpointFile.verify(folder.path("here/a.h5"))
    #expect(saved.optimizer?.iterations == run.trainer.optimizer.iterations)
  }

  @Test func aSaveThatKeepsFailingEndsTheRun() throws {
    var failures = 0
    var lastEpoch: Int?
    let error = #expect(throws: FileError.self) {
      try run.train(
        saving: saving, didFail: { _ in failures += 1 },
        didUpdate: { endedEpoch in
          guard endedEpoch, lastEpoch == nil, try CheckpointFile.isFile(saving.path) else { return }
          try move("here", "away")
          lastEpoch = run.trainer.progress.epoch
        })
    }
    #expect(failures == 2)
    #expect(error?.kind == .cannotCreate, "\(error?.reason ?? "")")
    // The last good one is left, of the end of an epoch.
    let saved = try CheckpointFile.verify(folder.path("away/a.h5"))
    let (epoch, last) = (try #require(saved.training?.epoch), try #require(lastEpoch))
    #expect((1...last).contains(epoch) && saved.training?.updateInEpoch == 0)
  }
}
