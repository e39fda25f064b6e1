import Foundation
import TestSupport
import Testing

/// Checkpoints that are written while training goes on.
@Suite struct BackgroundSavingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  /// Each is the run at that update, not a mixture with a later one: from each, the rest of the run is the same.
  @Test func everyKeptCheckpointIsOneMoment() throws {
    let result = try shell(
      """
      options="--experiment timesteps --units 96 --batch-size 5 --epochs 8 --validation-split 0.2 --quiet"
      lstm-train $options --save whole.h5 || exit 99
      lstm-train $options --checkpoint-every 3updates --keep 40 --save-best best.h5 --save a.h5 || exit 98
      cmp whole.h5 a.h5 || exit 97
      ls a-update-*.h5 | wc -l
      for kept in a-update-*.h5; do
        lstm-inspect $kept --verify > /dev/null || exit 96
        lstm-resume $kept --quiet --save end.h5 || exit 95
        cmp whole.h5 end.h5 || exit 94
      done
      lstm-inspect best.h5 --verify > /dev/null || exit 93
      ls -A | grep -c -e part -e lock
      """)
    // 4 updates an epoch: 10 moments on the way, and the end.
    #expect(result.output == "11\n0\n", "\(result.error)")
  }

  /// Without names of their own, moments may be left out; the end is the same.
  @Test func savingAfterEveryUpdateChangesNothing() throws {
    let result = try shell(
      """
      lstm-train --epochs 40 --quiet --save whole.h5 || exit 99
      lstm-train --epochs 40 --quiet --checkpoint-every 1updates --save a.h5 || exit 98
      cmp whole.h5 a.h5
      """)
    #expect(result.status == 0, "\(result.error)")
  }

  @Test func aSignalSavesAndTheRunGoesOn() throws {
    let result = try shell(
      """
      lstm-train --epochs 10000000 --log log.csv --quiet --save a.h5 & run=$!
      until [ "$(wc -l < log.csv)" -gt 2 ]; do sleep 0.01; done 2> /dev/null
      kill -USR1 $run
      until [ -e a.h5 ]; do sleep 0.01; done
      lstm-inspect a.h5 --verify > /dev/null || exit 99
      kill -0 $run || exit 98
      kill -TERM $run; wait $run
      """)
    #expect(result.status == 128 + SIGTERM, "\(result.error)")
  }

  @Test func aSignalStoresAStreamThatWaits() throws {
    let result = try shell(
      """
      lstm-train --quiet --epochs 1 --save a.h5 || exit 99
      mkfifo pipe; { echo A; exec sleep 1000; } > pipe & writer=$!
      lstm-predict a.h5 --stream --save-state < pipe > answers.txt & reader=$!
      until [ -s answers.txt ]; do sleep 0.01; done
      kill -USR1 $reader
      until [ "$(lstm-predict a.h5 --stream --rows-seen)" = 1 ]; do sleep 0.01; done
      kill -0 $reader || exit 98
      kill $writer; wait $reader
      """)
    #expect(result.status == 0, "\(result.error)")
  }

  /// The last good checkpoint stays, and the error says which one it is.
  @Test func divergenceLeavesTheLastGoodCheckpoint() throws {
    let result = try shell(
      """
      lstm-train --quiet --experiment batch --optimizer sgd --learning-rate 3e38 --epochs 40 \
        --checkpoint-every 1 --keep 9 --save a.h5
      status=$?
      lstm-inspect a.h5 --verify > /dev/null || exit 99
      exit $status
      """)
    #expect(result.status == 65, "\(result.error)")
    #expect(result.errorLines.count == 1)
    #expect(result.error.contains("the loss is no longer a number in epoch "), "\(result.error)")
    #expect(result.error.contains("; a.h5 is as it was after update "), "\(result.error)")
  }
}
