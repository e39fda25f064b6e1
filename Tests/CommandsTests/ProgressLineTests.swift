import Testing

@testable import CommandLine

/// What a line of progress says, and that it fits.
@Suite struct ProgressLineTests {
  private let run = ProgressRun(
    epochsBefore: 0, samples: 5000, batchSize: 10, unit: ("symbols", 50))

  /// 120 of 500 updates, each of 0.1 s, in the third of 50 epochs of 50 s.
  private let snapshot = ProgressSnapshot(
    epoch: 3, epochs: 50, update: 120, updates: 500,
    means: [("loss", 1.23456), ("accuracy", 0.5)], time: 112, epochBegin: 100, lastUpdate: 112)

  private func line(_ snapshot: ProgressSnapshot, at now: Double, overRun: Bool = false)
    -> ProgressLine
  {
    ProgressLine(snapshot, of: run, at: now, overRun: overRun)
  }

  /// Numbers worked out by hand: 380 updates of 0.1 s, 47.76 epochs of 50 s, and 60,000 symbols in 12 s.
  @Test func aLineHasTimesAndSpeed() {
    #expect(
      line(snapshot, at: 112.5).logged
        == "Epoch 3/50 - 120/500 - 12s, ETA 37s, run 39:47 - loss: 1.2346 - accuracy: 0.5000 "
        + "- 5.00k symbols/s")
    #expect(
      line(snapshot, at: 112.5).drawn(columns: 200)
        == "Epoch 3/50 [=====>......................] 120/500 12.5s, ETA 37s, run 39:47 - loss: 1.2346 "
        + "- accuracy: 0.5000 - 5.00k symbols/s")
  }

  @Test func theMostImportantPartsStay() {
    let drawn = { (columns: Int) in line(snapshot, at: 112.5).drawn(columns: columns) }
    #expect(
      drawn(79)
        == "Epoch 3/50 [=>.......] 120/500 12.5s, ETA 37s - loss: 1.2346 - accuracy: 0.5000")
    #expect(drawn(59) == "Epoch 3/50 [>.......] 120/500 12.5s, ETA 37s - loss: 1.2346")
    #expect(drawn(40) == "Epoch 3/50 [>.....] 12.5s - loss: 1.2346")
    #expect(drawn(20) == "Epoch 3/50 12.5s")
    #expect(drawn(10) == "3/50 12.5s" && drawn(5) == "12.5s" && drawn(2) == "12" && drawn(-1) == "")
  }

  /// While an update takes long, time goes on.
  @Test func timesMoveBetweenUpdates() {
    #expect(
      line(snapshot, at: 130.5).logged.hasPrefix("Epoch 3/50 - 120/500 - 30s, ETA 19s, run 39:29 "))
    #expect(line(snapshot, at: 200.5).logged.contains("1:40, ETA 0s, run 38:19"))
  }

  @Test func aValidationIsShown() {
    var snapshot = snapshot
    (snapshot.update, snapshot.validation) = (500, (459, 1000))
    #expect(
      line(snapshot, at: 151).logged
        .hasPrefix("Epoch 3/50 - 500/500 - 51s, validating 45%, run ETA "))
  }

  @Test func anEpochThatEndedHasItsOwnTime() {
    var snapshot = snapshot
    (snapshot.update, snapshot.isEnded, snapshot.time) = (500, true, 150)
    (snapshot.lastUpdate, snapshot.means) = (148, [("loss", 1e-4), ("val_loss", 2)])
    #expect(
      line(snapshot, at: 152).logged
        == "Epoch 3/50 - 500/500 - 50s, run ETA 39:08 - loss: 1.0000e-04 - val_loss: 2.0000 "
        + "- 5.21k symbols/s")
    snapshot.epoch = 50
    snapshot.endsRun = true
    #expect(line(snapshot, at: 150).logged.hasPrefix("Epoch 50/50 - 500/500 - 50s - loss: "))
    #expect(line(snapshot, at: 153).logged.contains("50s, saving 3s - loss: "))
  }

  /// Of a run of short epochs, times are those of the run: 2.24 of 50 epochs in 112 s.
  @Test func shortEpochsShowTheRun() {
    #expect(
      line(snapshot, at: 112.5, overRun: true).drawn(columns: 79)
        == "Epoch 3/50 [..............] 1:52.5, ETA 39:47 - loss: 1.2346 - accuracy: 0.5000"
    )
  }

  @Test func barsShowWhatTheTerminalCan() {
    let line = line(snapshot, at: 112.5)
    #expect(
      line.drawn(columns: 40, hasUnicode: true) == "Epoch 3/50 ━─────── 12.5s - loss: 1.2346")
    #expect(
      line.drawn(columns: 40, hasColor: true, hasUnicode: true)
        == "\u{1B}[1mEpoch 3/50\u{1B}[0m \u{1B}[32m━\u{1B}[0m\u{1B}[90m━━━━━━━\u{1B}[0m 12.5s - loss: 1.2346"
    )
  }

  /// The numbers that there can be, however large or strange.
  private var extremes: [ProgressSnapshot] {
    let values = [1e-12, 1e12, -1e300, .nan, .infinity, 0, 0.5]
    let counts = [0, 1, 1_000_000_000, 1 << 48, Int.max]
    return values.flatMap { value in
      counts.flatMap { count in
        [0, 0.001, 3e4, 1e9, 1e300].map { time in
          var snapshot = ProgressSnapshot(
            epoch: max(1, count), epochs: max(1, count), update: count, updates: count,
            means: ["loss", "accuracy", "val_loss", "mae"].map { ($0, value) }, time: time,
            epochBegin: time / 2, lastUpdate: time * 0.9)
          if value.isNaN { snapshot.validation = (count, count) }
          if value == 0 { (snapshot.isEnded, snapshot.endsRun) = (true, count == 1) }
          return snapshot
        }
      }
    }
  }

  /// A character is a column wide; what begins with ESC takes none.
  private func width(_ line: String) -> Int {
    line.replacing(#/\u{1B}\[[0-9]+m/#, with: "").count
  }

  @Test func noLineIsWiderThanTheTerminal() {
    let run = ProgressRun(
      epochsBefore: 0, samples: 1_000_000_000, batchSize: 1 << 24, unit: ("symbols", 1 << 24))
    for snapshot in extremes + [snapshot] {
      for overRun in [false, true] {
        let line = ProgressLine(
          snapshot, of: run, at: snapshot.time + 7200, overRun: overRun)
        for columns in 0...250 {
          let drawn = line.drawn(
            columns: columns, hasColor: columns % 2 == 0, hasUnicode: columns % 3 == 0)
          #expect(width(drawn) <= columns, "\(columns): \(drawn)")
          #expect(columns < 20 || !drawn.isEmpty)
        }
      }
    }
  }

  @Test func numbersAreThoseOfKeras() {
    #expect(ProgressLine.number(0.0011) == "0.0011" && ProgressLine.number(0.001) == "1.0000e-03")
    #expect(ProgressLine.number(1e12) == "1.0000e+12" && ProgressLine.number(.nan) == "nan")
    #expect(ProgressLine.number(-2) == "-2.0000" && ProgressLine.number(0) == "0.0000")
    let counts = [0.00123, 0.5, 9.999, 99.96, 999.4, 999.6, 12_345, 2e6, 3e9, 5e15]
    #expect(
      counts.map(ProgressLine.count)
        == ["0.0012", "0.50", "10.0", "100", "999", "1.00k", "12.3k", "2.00M", "3.00G", "5000T"])
    #expect(ProgressLine.clock(59.96, hasTenths: true) == "59.9s")
    #expect(ProgressLine.clock(3723.45, hasTenths: true) == "1:02:03.4")
    #expect(ProgressLine.clock(.nan, hasTenths: true) == "0s")
    let times = [-1, .nan, 0.9, 59.9, 60, 3599, 3600, 360_000, 1e9, 1e300]
    #expect(
      times.map { ProgressLine.clock($0) }
        == [
          "0s", "0s", "0s", "59s", "1:00", "59:59", "1:00:00", "4d 4:00:00", "11574d 1:46:40",
          "100 years",
        ])
  }
}
