import Foundation
import TestSupport
import Testing

/// Runs that stop by a rule, and go on with other settings.
@Suite struct StoppingCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  @Test func aGoalStopsARunThatGoesOnExactly() throws {
    let result = try shell(
      """
      lstm-train --epochs 60 --quiet --save whole.h5 || exit 99
      lstm-train --epochs 60 --until loss=2.9 --save parts.h5 || exit 98
      lstm-resume parts.h5 --until accuracy=0.01 || exit 97
      cp parts.h5 before.h5
      lstm-resume parts.h5 --until loss=2.9 || exit 96
      cmp parts.h5 before.h5 || exit 95
      lstm-resume parts.h5 --quiet || exit 94
      cmp whole.h5 parts.h5
      """)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("has reached loss=2.9"))
    #expect(result.error.contains("saved; continue with: lstm-resume parts.h5"))
    #expect(result.error.contains("nothing is left to train"))
  }

  @Test func timeStopsARunThatGoesOnExactly() throws {
    let result = try shell(
      """
      lstm-train --epochs 3000 --quiet --save whole.h5 || exit 99
      lstm-train --epochs 3000 --stop-after 0.1s --save parts.h5 || exit 98
      lstm-inspect parts.h5 --format json | grep -q 'of 3000' || exit 97
      lstm-resume parts.h5 --quiet || exit 96
      cmp whole.h5 parts.h5
      """)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("stopped after 0.1s"), "\(result.error)")
  }

  @Test func changesAreShown() throws {
    let result = try shell(
      """
      lstm-train --epochs 2 --quiet --save a.h5 || exit 99
      lstm-resume a.h5 --epochs 2 --learning-rate 0.0005 --clip-value 0.5 --quiet || exit 98
      lstm-resume a.h5 --epochs 1 --schedule exponential:0.5 --clip-norm 0 --quiet || exit 97
      lstm-inspect a.h5 --verify > /dev/null || exit 96
      lstm-inspect a.h5 --history --format csv
      """)
    #expect(result.status == 0, "\(result.error)")
    #expect(
      result.output.split(separator: "\n").suffix(5) == [
        "after epoch,after update,setting,before,from then on", "2,0,learning_rate,0.001,0.0005",
        "2,0,clipping,none,clipvalue 0.5",
        "4,0,schedule,learning rate 0.0005,exponential:0.5 from 0.0005",
        "4,0,clipping,clipvalue 0.5,none",
      ], "\(result.output)")
  }

  @Test func bestWeightsAreRestoredAndSaidSo() throws {
    let result = try shell(
      """
      lstm-train --experiment timesteps --units 8 --batch-size 4 --validation-split 0.2 \
        --learning-rate 0.05 --epochs 40 --early-stopping 3 --restore-best --save a.h5 || exit 99
      lstm-inspect a.h5 --verify
      """)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("the weights are those of epoch "), "\(result.error)")
  }

  @Test func whatIsWrongIsSaid() throws {
    #expect(try shell("lstm-train --epochs 1 --quiet --save a.h5").status == 0)
    for (line, words) in [
      ("lstm-resume a.h5 --learning-rate 0.1", ["1 planned epochs are done", "--epochs N"]),
      ("lstm-resume a.h5 --epochs 1 --learning-rate 0", ["learning rate", "above 0"]),
      ("lstm-resume a.h5 --epochs 1 --dropout 0.5", ["no Dropout layer"]),
      ("lstm-resume a.h5 --epochs 1 --restore-best", ["--early-stopping N"]),
      ("lstm-resume a.h5 --epochs 1 --batch-size 2", ["25 samples", "2"]),
      ("lstm-resume a.h5 --epochs 1 --until mae=1", ["mae", "loss, accuracy"]),
      ("lstm-train --save b.h5 --until loss", ["NAME=NUMBER"]),
      ("lstm-train --save b.h5 --stop-after 5", ["--stop-after", "'5'"]),
      ("lstm-train --save b.h5 --restore-best", ["--early-stopping"]),
      ("lstm-train --save b.h5 --clip-norm 1 --clip-value 1", ["--clip-value"]),
      ("lstm-train --save b.h5 --clip-value 0", ["--clip-value is 0"]),
    ] {
      let result = try shell(line)
      #expect([64, 65].contains(result.status) && result.errorLines.count == 1, "\(result.error)")
      for word in words { #expect(result.error.contains(word), "\(result.error)") }
    }
  }
}
