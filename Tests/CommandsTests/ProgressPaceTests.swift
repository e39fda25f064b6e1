import Testing

@testable import CommandLine

/// How often progress is shown, with a clock of the tests' own.
@Suite struct ProgressPaceTests {
  /// The lines of a run of equal epochs: those that stay on a terminal, or those of a log; and how often it was drawn over.
  private func lines(epochs: Int, seconds: Double, isLog: Bool) -> (stay: [String], drawn: Int) {
    let run = ProgressRun(epochsBefore: 0, samples: 100, batchSize: 1, unit: ("samples", 1))
    var pace = ProgressPace(run, isLog: isLog)
    func snapshot(_ time: Double) -> ProgressSnapshot {
      let epoch = Int(time / seconds)
      let begin = Double(epoch) * seconds
      let update = min(99, Int((time - begin) / seconds * 100))
      return ProgressSnapshot(
        epoch: epoch + 1, epochs: epochs, update: update, updates: 100, means: [("loss", 1)],
        time: time, epochBegin: begin, lastUpdate: time)
    }
    func ended(_ epoch: Int) -> ProgressSnapshot {
      let end = Double(epoch) * seconds
      return ProgressSnapshot(
        epoch: epoch, epochs: epochs, update: 100, updates: 100, means: [("loss", 1)],
        time: end, epochBegin: end - seconds, lastUpdate: end, isEnded: true,
        endsRun: epoch == epochs)
    }
    var (stay, drawn, seen) = ([String](), 0, 0)
    for tick in 0..<Int(Double(epochs) * seconds * 5) {
      let time = Double(tick) / 5 + 0.001
      let done = min(epochs - 1, Int(time / seconds))
      var news = ProgressPace.News(current: snapshot(time))
      if done > seen { news.ended = ended(done) }
      seen = done
      let output = pace.output(news, at: time)
      if let line = output.ended { stay.append(line.logged) }
      if let line = output.current {
        drawn += 1
        if isLog { stay.append(line.logged) }
      }
    }
    if let line = pace.last(.init(current: snapshot(0), ended: ended(epochs))) {
      stay.append(line.logged)
    }
    return (stay, drawn)
  }

  /// 5,000 epochs of 10 ms are over in 50 s: the first one, 30 s later, and the last.
  @Test func aLogOfShortEpochsIsShort() {
    let log = lines(epochs: 5000, seconds: 0.01, isLog: true).stay
    #expect(log.count == 3, "\(log)")
    #expect(log.last?.hasPrefix("Epoch 5000/5000 - 50s - loss: 1.0000") == true, "\(log)")
  }

  /// Three hours have 360 times 30 seconds; the last of them is the end.
  @Test func aLogOfALongEpochGoesOn() {
    let log = lines(epochs: 1, seconds: 10_800, isLog: true).stay
    #expect(log.count == 360, "\(log.count)")
    #expect(log.first?.hasPrefix("Epoch 1/1 - 0/100 - 30s - loss") == true, "\(log)")
    #expect(log.last?.hasPrefix("Epoch 1/1 - 100/100 - 3:00:00 - loss") == true, "\(log)")
  }

  @Test func aLogHasALineForEachEpoch() {
    let log = lines(epochs: 20, seconds: 5, isLog: true).stay
    #expect(log.count == 20)
    #expect(log.enumerated().allSatisfy { $1.hasPrefix("Epoch \($0 + 1)/20 - 100/100 - 5s") })
    // And one in the middle of those that take 40 s.
    #expect(lines(epochs: 10, seconds: 40, isLog: true).stay.count == 20)
  }

  /// Five times a second; only epochs that take a second or more leave a line.
  @Test func aTerminalIsDrawnFiveTimesASecond() {
    for (epochs, seconds, stay) in [(5000, 0.01, 1), (20, 5.0, 20), (1, 60, 1)] {
      let result = lines(epochs: epochs, seconds: seconds, isLog: false)
      #expect(result.stay.count == stay, "\(result.stay)")
      #expect(result.drawn == Int(Double(epochs) * seconds * 5))
    }
  }
}
