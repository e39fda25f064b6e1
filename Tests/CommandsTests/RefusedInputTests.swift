import Foundation
import Testing

/// Inputs and options that cannot be carried out, from outside: a line, an exit code, and nothing written.
@Suite struct RefusedInputTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func run(_ tool: String, _ arguments: String..., input: String? = nil) throws
    -> Tool.Result
  {
    try Tool.run(tool, arguments, in: folder, input: input)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: name))
  }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  private func removeFolder() { try? FileManager.default.removeItem(at: folder) }

  /// Rows before one that float32 does not hold are answered and stored; the model can be read again.
  @Test(arguments: ["1e40", "1e39", "-1e300"])
  func streamsEndAtValuesBeyondFloat32(value: String) throws {
    defer { removeFolder() }
    try write("value\n" + (0..<60).map { "\($0 % 7)\n" }.joined(), "rows.csv")
    #expect(
      try run(
        "lstm-train", "--csv", "rows.csv", "--target", "value", "--sequence-length", "4",
        "--epochs", "1", "--units", "3", "--quiet", "--save", "a.h5"
      ).status == 0)
    let result = try run(
      "lstm-predict", "a.h5", "--stream", "--save-state", input: "1\n2\n\(value)\n3\n")
    #expect(result.status == 65 && result.output.split(separator: "\n").count == 2)
    #expect(result.error.contains("stdin: line 3, column value: "))
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "2\n")
    #expect(try run("lstm-inspect", "a.h5", "--verify").status == 0)
  }

  @Test func optionsThatNoCheckpointHoldsAreUsageErrors() throws {
    defer { removeFolder() }
    for option in ["--early-stopping", "--validate-every", "--warm-up"] {
      let result = try run("lstm-train", "--save", "a.h5", "--quiet", option, "9223372036854775807")
      #expect(result.status == 64 && result.error.contains(option), "\(result.error)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "a.h5").path))
    }
    #expect(try run("lstm-train", "--save", "a.h5", "--quiet", "--epochs", "1").status == 0)
    let before = try bytes("a.h5")
    let result = try run("lstm-predict", "a.h5", "--seed", "A", "--save-state", "x.onnx")
    #expect(result.status == 64 && result.error.contains("x.onnx"))
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "x.onnx").path))
    #expect(try bytes("a.h5") == before)
  }

  /// The seeds of several texts go around at the largest number.
  @Test func randomSeedsGoAround() throws {
    defer { removeFolder() }
    try write(String(repeating: "one two three. ", count: 60), "text.txt")
    #expect(
      try run(
        "lstm-train", "--text", "text.txt", "--epochs", "1", "--units", "4", "--batch-size", "1",
        "--validation-split", "0", "--quiet", "--save", "a.h5"
      ).status == 0)
    let texts = try run(
      "lstm-predict", "a.h5", "--seed", "o", "--steps", "20", "--count", "2", "--random-seed",
      "18446744073709551615", "--format", "json")
    #expect(texts.status == 0)
    let first = try run(
      "lstm-predict", "a.h5", "--seed", "o", "--steps", "20", "--random-seed", "0")
    #expect(first.output.split(separator: "\n").count > 0)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(texts.output.utf8)) as? [String: Any])
    let found = try #require(document["texts"] as? [String])
    #expect(found.count == 2 && found.last == first.output.trimmingCharacters(in: .newlines))
  }
}
