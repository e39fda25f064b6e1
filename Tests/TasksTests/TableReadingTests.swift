import Files
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Tasks

/// All that reads CSV reads it alike, and lines of JSON end with a line feed.
@Suite struct TableReadingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String = "rows.csv") throws -> String {
    let path = folder.path(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private func series(_ file: String, _ columns: [String]) throws -> [Double]? {
    let task = SeriesTask(file: file, target: columns[0], features: columns)
    return try SeriesTable(task).series.first?.values
  }

  private func labelled(_ file: String) throws -> [SequenceTable.Content] {
    try SequenceTable(file, SequenceTable.Columns(sequence: "a", label: "b"), isText: false)
      .sequences
  }

  /// Empty lines, semicolons, tabs, quotes, DOS line ends, a byte order mark.
  @Test(arguments: [
    "a,b\n1,2\n\n3,4\n\n", "\na,b\n1,2\n3,4", "a;b\n1;2\n3;4\n", "a\tb\r\n1\t2\r\n\r\n3\t4\r\n",
    "\"a\",\"b\"\n\"1\",\"2\"\n \"3\" , \"4\"\n", "\u{FEFF}a, b\n 1, 2\n3,4 \n",
    "\u{FEFF}\"a\";b\n1;2\n3;4",
  ])
  func readersAgree(text: String) throws {
    let file = try write(text)
    let array = try Tensor(contentsOf: file)
    #expect(array.shape == [2, 2] && array.values == [1, 2, 3, 4])
    #expect(try series(file, ["a", "b"]) == [1, 2, 3, 4])
    #expect(
      try labelled(file) == [.numbers([1], features: 1), .numbers([3], features: 1)])
  }

  /// What is wrong has the same place whoever reads it.
  @Test(arguments: [
    ("a,b\n1,2\n\n3\n", "line 4: has 1 columns; the first line has 2"),
    ("a,b\n1,2\n3,4,5\n", "line 3: has 3 columns; the first line has 2"),
    ("a,b\n1,2\n\"3\"x,4\n", "line 3: is not CSV"),
  ])
  func placesAgree(text: String, reason: String) throws {
    let file = try write(text)
    for read in [
      { _ = try Tensor(contentsOf: file) }, { _ = try series(file, ["a", "b"]) },
      { _ = try labelled(file) },
    ] {
      let error = #expect(throws: FileError.self) { try read() }
      #expect(error?.reason.hasPrefix(reason) ?? false, "\(error?.reason ?? "")")
    }
  }

  @Test func doubledColumnsAreRefused() throws {
    let file = try write("a,b,b\n1,2,3\n4,5,6\n")
    for read in [{ _ = try series(file, ["b"]) }, { _ = try labelled(file) }] {
      let error = #expect(throws: FileError.self) { try read() }
      #expect(error?.reason == "line 1: has 2 columns called b")
    }
    // Those that nobody asks for may be called as they like.
    #expect(try series(file, ["a"]) == [1, 4])
    #expect(try Tensor(contentsOf: file).shape == [2, 3])
  }

  /// Lines of a live stream are rows of such a file.
  @Test func streamsAgree() throws {
    let file = try write("value,other\n" + (0..<60).map { "\($0 % 7),\($0 % 3)\n" }.joined())
    var series = SeriesTask(file: file, target: "value")
    series.features = ["other"]
    series.sequenceLength = 4
    var plan = TrainingPlan(series)
    (plan.units, plan.epochs) = ([3], 1)
    let model = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: model))
    func answers(_ lines: [String]) throws -> [String] {
      let session = try LiveStream(try ModelFile(model), learns: false)
      return try lines.enumerated().map { number, line in
        var answer: [UInt8] = []
        try Array(line.utf8).withUnsafeBufferPointer {
          try session.answer($0, number: number + 1, adding: &answer)
        }
        return String(decoding: answer, as: UTF8.self)
      }
    }
    let expected = try answers(["1,2", "3,0"])
    #expect(try answers(["1;2", "3;0"]) == expected)
    #expect(try answers(["1\t2", "3\t0"]) == expected)
    #expect(try answers(["\"1\",\"2\"", "\"3\",0"]) == expected)
    #expect(
      try answers(["\"other\";value", "2;1", "", "0;3"]) == ["", expected[0], "", expected[1]])
    #expect(try answers(["\u{FEFF}other,value,x", "2,1,", "0,3,y"]) == [""] + expected)
    let error = #expect(throws: LineError.self) { try answers(["other,value,other", "1,2,3"]) }
    #expect(error?.description == "stdin: line 1: has 2 columns called other")
  }

  /// U+2028 and the like are characters of a text.
  @Test func linesOfJSONEndWithALineFeed() throws {
    let file = try write(
      "{\"a\": \"x\u{2028}y\", \"b\": 1}\r\n\n{\"a\": \"\u{85}\u{2029}\", \"b\": 2}\n[]\n",
      "rows.jsonl")
    let error = #expect(throws: FileError.self) {
      try SequenceTable(file, SequenceTable.Columns(sequence: "a", label: "b"), isText: nil)
    }
    #expect(error?.reason == "line 4: is not a JSON object")
    let whole = try write(
      "{\"a\": \"x\u{2028}y\", \"b\": 1}\r\n\n{\"a\": \"\u{85}\u{2029}\", \"b\": 2}", "rows.jsonl")
    #expect(
      try SequenceTable(whole, SequenceTable.Columns(sequence: "a", label: "b"), isText: nil)
        .sequences
        == [.text("x\u{2028}y"), .text("\u{85}\u{2029}")])
  }

  /// Numbers by their value, then by their bytes; then what is no number, by its bytes.
  @Test func classesHaveOneOrder() throws {
    let labels = [
      "b", "10", "1.0", "nan", "9", "1a", "\u{E9}", "01", "-3", "1", "2.5", "1e999", "B",
    ]
    let expected = [
      "-3", "01", "1", "1.0", "2.5", "9", "10", "1a", "1e999", "B", "b", "nan", "\u{E9}",
    ]
    for shift in labels.indices {
      let lines = (labels[shift...] + labels[..<shift]).map { "{\"a\": [1], \"b\": \"\($0)\"}\n" }
      let plan = LabelsTask(
        file: try write(lines.joined(), "rows.jsonl"), sequence: "a", label: "b")
      let data = try LabelsData(plan, validationSplit: 0, randomSeed: 1)
      #expect(data.labels == expected)
    }
  }
}
