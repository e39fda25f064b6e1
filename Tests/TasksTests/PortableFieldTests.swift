import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@testable import Tasks

/// A safetensors file in which a text of ours is missing, empty or something else.
@Suite struct PortableFieldTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes the file again with another text in its header.
  private func change(_ path: String, _ name: String, to text: String?, as copy: String) throws {
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any])
    var texts = try #require(header["__metadata__"] as? [String: String])
    texts[name] = text
    header["__metadata__"] = texts
    var changed = Array(try JSONSerialization.data(withJSONObject: header))
    while changed.count % 8 != 0 { changed.append(0x20) }
    let size = (0..<8).map { UInt8(truncatingIfNeeded: changed.count >> (8 * $0)) }
    try Data(size + changed + bytes[(8 + length)...]).write(to: URL(filePath: copy))
  }

  private func models() throws -> [String] {
    let text = folder.path("text.txt")
    try Data(String(repeating: "one two\n", count: 60).utf8).write(to: URL(filePath: text))
    let rows = folder.path("rows.csv")
    let lines = (0..<60).map { "a,\($0 % 7)\nb,\($0 % 5)" }
    try Data(("key,value\n" + lines.joined(separator: "\n")).utf8).write(to: URL(filePath: rows))
    let words = folder.path("words.csv")
    try Data("word,kind\nab,x\ncd,y\nef,x\n".utf8).write(to: URL(filePath: words))
    var series = SeriesTask(file: rows, target: "value")
    (series.sequenceLength, series.key, series.differences) = (4, "key", [1])
    var carried = series
    (carried.key, carried.isStateful) = (nil, true)
    var windows = TextTask(files: [text])
    windows.isStateful = false
    let plans = [
      TrainingPlan(LettersTask(.stateful)), TrainingPlan(LettersTask(.timesteps)),
      TrainingPlan(TextTask(files: [text])),
      TrainingPlan(windows), TrainingPlan(series), TrainingPlan(carried),
      TrainingPlan(LabelsTask(file: words, sequence: "word", label: "kind")),
    ]
    return try plans.enumerated().map { index, plan in
      var plan = plan
      (plan.units, plan.epochs, plan.validationSplit) = ([3], 1, 0)
      plan.batchSize = plan.task is LettersTask ? 1 : 2
      let run = try TrainingRun(plan)
      try run.train(saving: try CheckpointSchedule(path: folder.path("model.h5")))
      let path = folder.path("model\(index).safetensors")
      try CheckpointFile.save(
        try CheckpointFile.load(folder.path("model.h5")), to: path, lock: try FileLock(path))
      return path
    }
  }

  /// Whatever is in the place of a text, the file is refused or answers; nothing ends the process.
  @Test func anyTextIsRefusedOrAnswers() throws {
    let any = [nil, "", "{}", "[]", "null", "1"]
    let texts: [String: [String]] = [
      "stream": [
        #"{"next_input":[]}"#, #"{"next_input":[[]]}"#, #"{"next_input":[[1,"x"]]}"#,
        #"{"next_input":[[99999]]}"#, #"{"next_values":[]}"#, #"{"next_values":[[]]}"#,
        #"{"next_values":[[1e99]]}"#, #"{"rows_seen":-1}"#, #"{"rows_seen":1}"#,
        #"{"keys":["a"]}"#, #"{"next_values":[[1]],"keys":["a","a"]}"#, #"{"last_values":[[1]]}"#,
      ],
      "vocabulary": [
        #"{"symbols":["a"],"encoding":"one_hot"}"#, #"{"symbols":["a"],"divisor":1}"#,
      ],
      "labels": [#"["a",1]"#], "history": [#"{"loss":[1]}"#], "recurrent_state": [], "task": [],
      "scaling": [#"{"method":"none","columns":["value"],"offsets":[],"scales":[]}"#],
    ]
    let copy = folder.path("changed.safetensors")
    for (index, model) in try models().enumerated() {
      for (name, special) in texts {
        for text in any + special {
          try change(model, name, to: text, as: copy)
          for use in uses(copy, model: index) {
            do {
              try use()
            } catch {
              #expect(!String(describing: error).isEmpty)
            }
          }
        }
      }
    }
  }

  /// What can be asked of each of ``models()``.
  private func uses(_ path: String, model: Int) -> [() throws -> Void] {
    func stream(_ line: String) throws {
      let session = try LiveStream(try ModelFile(path), learns: false)
      var answer: [UInt8] = []
      try Array(line.utf8).withUnsafeBufferPointer {
        try session.answer($0, number: 1, adding: &answer)
      }
    }
    func letters(_ seed: String?) throws {
      try ModelFile(path).letters(seed: seed, steps: 2)
    }
    switch model {
    case 0, 1: return [{ try letters(nil) }, { try letters("ABC") }, { try stream("A") }]
    case 2, 3:
      return [
        {
          let file = try ModelFile(path)
          if file.isOfText { try file.symbols(seed: nil, steps: 1) }
        }, { try stream("one") },
      ]
    case 4, 5:
      return [
        {
          _ = try SeriesPredictor(try ModelFile(path), data: nil).forecast(
            steps: 1, coverage: 0.5, key: nil)
        },
        { try stream(model == 4 ? "a,1" : "1") },
      ]
    default: return [{ _ = try LabelPredictor(try ModelFile(path)).evaluate(nil) }]
    }
  }

  /// A stream without a symbol to go on with is refused as it is read.
  @Test func streamsOfSymbolsHaveSymbols() throws {
    let copy = folder.path("changed.safetensors")
    for model in try models().prefix(1) {
      for (text, reason) in [
        ("{}", "is missing"), (#"{"next_input":[]}"#, "is missing"),
        (#"{"next_input":[[1,"x"]]}"#, "must be rows of integers"),
        (#"{"next_input":[[26]]}"#, "must be [1, length] numbers of symbols below 26, is [1, 1]"),
      ] {
        try change(model, "stream", to: text, as: copy)
        let error = #expect(throws: FileError.self) { try CheckpointFile.load(copy) }
        #expect(error?.reason == "stream: next_input \(reason)")
      }
    }
  }
}
