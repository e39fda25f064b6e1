import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Tasks

/// Files that 0.7.0 wrote: they open, say what they are of, and are written again byte by byte as they were.
@Suite struct OlderFilesTests {
  private static let names = [
    "letters.h5", "letters.keras", "text.h5", "text.safetensors", "series.h5",
    "series.safetensors", "labels.h5", "labels.safetensors",
  ]

  private func path(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Reference/older/\(name)", ofType: nil))
  }

  @Test(arguments: names) func theyAreWrittenAgainAsTheyWere(name: String) throws {
    let (path, folder) = (try path(name), try TemporaryFolder())
    if !name.hasSuffix(".safetensors") { try CheckpointFile.verify(path) }
    let copy = folder.path(name)
    let file = try ModelFile(path, savingTo: copy)
    try file.save()
    #expect(
      try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: URL(filePath: path)))
  }

  @Test(arguments: names) func theySayWhatTheyAreOf(name: String) throws {
    let file = try ModelFile(try path(name))
    switch try file.task() {
    case let letters as LettersTask:
      #expect(letters.experiment.name == "stateful")
      let stream = try #require(file.checkpoint.movedStream)
      #expect(stream.rowsSeen == 0 && name.hasPrefix("letters"))
      // After A, B and C.
      try #require(try file.letters(seed: nil, steps: 2).count == 2)
    case let text as TextTask:
      #expect(text.files == ["text.txt"] && text.sequenceLength == 5 && text.level == .character)
      #expect(try file.symbols(seed: nil, steps: 4).count == 4)
    case let series as SeriesTask:
      #expect(series.key == "key" && series.date == "day" && series.differences == [1])
      #expect(series.features == ["value"] && file.checkpoint.stream?.rowsSeen == 2)
      let forecasts = try SeriesPredictor(file).forecast(steps: 3, coverage: 0.9, key: nil)
      #expect(forecasts.map(\.key) == ["a", "b"])
      #expect(forecasts.allSatisfy { $0.steps.allSatisfy { $0.value.isFinite } })
    case let labels as LabelsTask:
      #expect(labels.label == "kind" && file.checkpoint.labels == ["x", "y"])
    default: Issue.record("\(name) is of another kind")
    }
  }
}
