import Foundation
import TestSupport
import Testing

@testable import CommandLine

/// Progress on a terminal, which `script` makes.
@Suite struct ProgressBarTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What a command shows on a terminal of so many columns, drawing by drawing.
  private func drawings(_ command: String, columns: Int) throws -> [String] {
    let result = try Tool.shell(
      "script -qec 'stty cols \(columns); \(command)' /dev/null < /dev/null", in: folder.url)
    #expect(result.status == 0, "\(result.output)")
    return result.output.split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" })
      .map { String($0).replacing("\u{1B}[2K", with: "") }.filter { $0.hasPrefix("Epoch") }
  }

  @Test(arguments: [200, 80, 60, 40, 20, 8])
  func progressIsAsWideAsTheTerminal(columns: Int) throws {
    let lines = try drawings(
      "lstm-train --experiment timesteps --validation-split 0.2 --epochs 300 --save a.h5",
      columns: columns)
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { $0.count < columns }, "\(lines)")
    if columns >= 60 { #expect(lines.last?.contains("loss: ") == true) }
    if columns == 200 {
      let all = #/Epoch 300/300 \[=+\] - .* - loss: .* - accuracy: .* - val_loss: .*/#
      #expect(try all.wholeMatch(in: lines.last ?? "") != nil)
    }
  }

  /// `COLUMNS` can make it narrower.
  @Test func columnsAreHonoured() throws {
    let lines = try drawings("COLUMNS=30 lstm-train --epochs 100 --save a.h5", columns: 100)
    #expect(!lines.isEmpty && lines.allSatisfy { $0.count < 30 })
  }

  /// Also where an epoch has few updates, each of which may take long.
  @Test func theFirstEpochShowsThatItGoesOn() throws {
    let text = String((0..<1300).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
    try Data(text.utf8).write(to: URL(filePath: folder.path("a.txt")))
    let lines = try drawings(
      "lstm-train --text a.txt --validation-split 0 --batch-size 10 --sequence-length 20 "
        + "--epochs 1 --save a.h5", columns: 120)
    #expect(lines.count >= 2 && lines.first?.hasPrefix("Epoch 1/1 [") == true, "\(lines)")
    #expect(lines.first?.contains("0/6") == true && lines.last?.contains("6/6") == true)
  }

  /// However fast updates come, the clock is looked at often enough, and not at every one.
  @Test func theClockIsLookedAtOftenEnough() {
    for duration in [1e-6, 1e-4, 0.003, 0.05, 2] {
      var pace = ClockPace()
      var (time, looks, longest, last) = (0.0, 0, 0.0, 0.0)
      var updates = 0
      let end = min(60, 200_000 * duration)
      while time < end {
        time += duration
        updates += 1
        guard pace.isDue else { continue }
        pace.look(at: time)
        looks += 1
        longest = max(longest, time - last)
        last = time
      }
      #expect(longest <= max(0.1, 1.5 * duration), "\(duration) s: \(longest) s")
      #expect(looks <= updates && Double(looks) <= 10 + 250 * end, "\(duration) s: \(looks) looks")
    }
  }
}
