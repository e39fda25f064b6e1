import Foundation
import Testing

/// What was found by fuzzing, and what fuzzing begins with, read by its parser: whatever it is, the process goes on.
@Suite struct KeptInputsTests {
  @Test(arguments: Parser.all.map(\.name))
  func inputsAreReadOrRefused(name: String) throws {
    let parser = try #require(Parser.all.first { $0.name == name })
    let inputs = try #require(Bundle.module.url(forResource: "Inputs", withExtension: nil))
    let files = try FileManager.default.contentsOfDirectory(
      at: inputs.appending(path: name), includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    for file in files {
      parser.read(Array(try Data(contentsOf: file)), folder: folder.path)
    }
  }
}
