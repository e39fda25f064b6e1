import Foundation
import TestSupport
import Testing

@testable import CommandLine

/// Progress on a terminal, which `script` makes, and in a log.
@Suite struct ProgressDisplayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What a command shows on a terminal of so many columns, drawing by drawing.
  private func drawings(_ command: String, columns: Int) throws -> [String] {
    try output(command, columns: columns)
      .split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" })
      .map { String($0).replacing("\u{1B}[2K", with: "") }
      .filter { $0.contains("Epoch") || $0.contains(#/^[0-9]+[.:s/]/#) }
  }

  private func output(_ command: String, columns: Int) throws -> String {
    let result = try Tool.shell(
      "export TERM=xterm LC_ALL=C; script -qec 'stty cols \(columns); NO_COLOR=1 \(command)' "
        + "/dev/null < /dev/null", in: folder.url)
    #expect(result.status == 0, "\(result.output)")
    return result.output
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
      let all = #/Epoch 300/300 \[=+\] .* - loss: .* - accuracy: .* - val_loss: .* samples/s/#
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

  /// One line drawn over, that the cursor leaves at the end.
  @Test func theLineIsDrawnOver() throws {
    let text = try output("lstm-train --epochs 20 --save a.h5", columns: 80)
    #expect(text.contains("\r\u{1B}[2KEpoch 1/20 [") && !text.contains("\u{1B}[32m"))
    let last = #/\r\x1B\[2KEpoch 20/20 \[=+\] [^\n]*\r\nlstm-train: a.h5: 20 epochs/#
    #expect(text.contains(last), "\(text)")
  }

  @Test func aDumbTerminalGetsPlainLines() throws {
    let text = try output("TERM=dumb lstm-train --epochs 20 --save a.h5", columns: 80)
    #expect(!text.contains("\u{1B}") && text.contains(#/^Epoch [0-9]+/20 - .*loss: /#), "\(text)")
  }

  /// A log of a run that takes no second has its first and its last epoch; that of a single epoch its updates.
  @Test func aLogIsShort() throws {
    let command = "lstm-train --experiment batch --save a.h5 --epochs "
    let many = try Tool.shell(command + "10", in: folder.url).errorLines
    // There is a line of the first epochs if they took longer than it takes to look at them.
    #expect((2...3).contains(many.count), "\(many)")
    #expect(
      many.dropLast().last?.contains(#/^Epoch 10/10 - .*s - loss: .* - accuracy: /#) == true)
    let one = try Tool.shell(command + "1", in: folder.url).errorLines
    #expect(one.count == 2 && one.first?.hasPrefix("Epoch 1/1 - 1/1 - 0s - loss: ") == true)
    #expect(try Tool.shell(command + "5 --quiet", in: folder.url).error.isEmpty)
  }

  /// The mean over the rows of an epoch: what the checkpoint has is what was shown last.
  @Test func theLossIsThatOfTheEpoch() throws {
    let log = try Tool.shell("lstm-train --epochs 3 --log log.csv --save a.h5", in: folder.url)
    let rows = try String(contentsOfFile: folder.path("log.csv"), encoding: .utf8)
    let loss = try #require(
      rows.split(separator: "\n").last?.split(separator: ",").dropFirst().first.flatMap {
        Double($0)
      })
    #expect(log.error.contains("Epoch 3/3 - 0s - loss: \(ProgressLine.number(loss)) "), "\(log)")
  }
}
