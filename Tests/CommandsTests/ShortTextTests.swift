import Checkpoints
import Foundation
import TestSupport
import Testing

/// Texts that are too short for the usual batches are learnt in smaller ones.
@Suite struct ShortTextTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(_ count: Int, _ options: String = "") throws -> Tool.Result {
    let text = (0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) }
    try Data(String(text).utf8).write(to: URL(filePath: folder.path("a.txt")))
    return try Tool.shell(
      "lstm-train --text a.txt --units 2 --epochs 1 --save a.h5 \(options)", in: folder.url)
  }

  @Test(arguments: [2, 3, 9, 10, 11, 19, 20, 50, 100, 200, 300, 500, 1000, 2501, 5000, 24_000])
  func aTextOfAnyLengthTrains(count: Int) throws {
    for options in ["", "--validation-split 0", "--framing window", "--batch-size 1"] {
      let result = try train(count, options)
      #expect(result.status == 0, "\(options): \(result.error)")
      if options.isEmpty {
        #expect(result.error.contains("a.txt: \(count) symbols are few"), "\(result.error)")
        #expect(
          result.errorLines.filter { $0.contains("symbols are few") }.count == 1)
      }
      let checkpoint = try CheckpointFile.load(folder.path("a.h5"))
      // An epoch is not over in an update or two, unless there is hardly any text.
      if count >= 200, options.isEmpty {
        #expect((checkpoint.optimizer?.iterations ?? 0) >= 15)
      }
      // What would be kept of a few hundred symbols is shorter than a sample.
      if options.isEmpty {
        #expect((checkpoint.task?.validationSplit == 0) == (count <= 500), "\(count)")
        #expect(result.error.contains("nothing kept for validation") == (count <= 500))
      }
    }
  }

  @Test func aLongEnoughTextIsLearntAsItSays() throws {
    let result = try train(26_000)
    #expect(result.status == 0 && !result.error.contains("few"), "\(result.error)")
    let task = try #require(try CheckpointFile.load(folder.path("a.h5")).task)
    #expect(task.options.batchSize == 50)
    #expect(task.members["sequence_length"] == 50)
  }

  /// What is asked for stays.
  @Test func whatWasAskedForIsNotChanged() throws {
    let both = try train(1000, "--batch-size 50 --sequence-length 50")
    #expect(both.status == 64 && both.errorLines.count == 1)
    #expect(both.error.contains("smaller batches or shorter samples"))
    #expect(try train(1000, "--sequence-length 30").status == 0)
    let task = try CheckpointFile.load(folder.path("a.h5")).task
    #expect(task?.members["sequence_length"] == 30)
    #expect(try train(1000, "--batch-size 5").status == 0)
    #expect(try CheckpointFile.load(folder.path("a.h5")).task?.options.batchSize == 5)
    #expect(try train(1).status == 64)
    #expect(try train(300, "--validation-split 0.1").status == 0)
    #expect(try CheckpointFile.load(folder.path("a.h5")).task?.validationSplit == 0.1)
  }
}
