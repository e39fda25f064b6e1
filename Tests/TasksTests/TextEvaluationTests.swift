import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Models of texts on other texts than those that they were trained on.
@Suite struct TextEvaluationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func reference(_ name: String) throws -> String {
    try #require(
      Bundle.module.path(forResource: "Reference/text-evaluation/\(name)", ofType: nil))
  }

  /// The figures of Keras: `tools/keras/make_text_evaluation_reference.py` made them.
  @Test(arguments: ["stateful", "rows", "windows", "words", "subwords"])
  func figuresAreThoseOfKeras(name: String) throws {
    let data = try Data(contentsOf: URL(filePath: try reference("results.json")))
    let results = try #require(JSONValue(text: String(decoding: data, as: UTF8.self)))
    let expected = try #require(results[name])
    let file = try ModelFile(try reference("\(name).h5"))
    let report = try file.task().evaluate(file, data: try reference("\(name).txt"))
    #expect(report.json["symbols"] == expected["symbols"])
    #expect(report.json["unknown_symbols"] == expected["unknown"])
    for figure in ["loss", "accuracy"] {
      let (found, wanted) = (report.json[figure]?.double, expected[figure]?.double)
      #expect(abs(try #require(found) - (try #require(wanted))) < 1e-6, "\(figure)")
    }
    let bits = fixed(try #require(expected["bits_per_character"]?.double), 3)
    #expect(report.text.contains("\(bits) bits per \(name == "words" ? "word" : "character")"))
  }

  /// Every symbol but the first is read once.
  @Test(arguments: [1, 4, 5, 99, 100, 101, 523], [true, false])
  func partsAreTheText(symbols: Int, isStateful: Bool) {
    let parts = TextParts(
      symbols: symbols, sequenceLength: 5, batchSize: 3, isStateful: isStateful
    ).all
    var first = 0
    for part in parts {
      #expect(part.range.lowerBound == first)
      #expect(
        (part.range.count - 1)
          % (isStateful ? part.rows * part.sequenceLength : part.sequenceLength) == 0)
      first = part.range.upperBound - 1
    }
    #expect(first == symbols)
    #expect(
      parts.first?.rows
        == (symbols < 5 ? 1 : isStateful ? max(1, min(3, symbols / 100)) : min(3, symbols / 5)))
  }

  /// A symbol that the model does not know, and has nothing for, is named with its place; so is a text with nothing to
  /// predict.
  @Test func textsThatCannotBeReadAreErrors() throws {
    let file = try ModelFile(try reference("stateful.h5"))
    func problem(_ text: String) throws -> String {
      let path = try folder.write(text, "other.txt")
      let error = #expect(throws: FileError.self) { try file.task().evaluate(file, data: path) }
      #expect(error?.file == path)
      return error?.reason ?? ""
    }
    #expect(try problem("the cat\nsat; on").hasPrefix("line 2, column 4: \";\" is a symbol that"))
    #expect(try problem("t").contains("single symbol"))
    #expect(try problem("") == "has no text")
  }

  /// A model that answers once for a sequence cannot be evaluated on symbols that all have a target.
  @Test func modelsOfOneAnswerAreRefused() throws {
    let checkpoint = try ModelFile(try reference("windows.h5")).checkpoint
    var configuration = checkpoint.configuration
    configuration.layers[0].options["return_sequences"] = false
    let parameters = try ParameterStore<Float>(configuration)
    parameters.take(from: checkpoint.parameters)
    let evaluate = {
      try Evaluator(
        parameters: parameters, losses: checkpoint.losses,
        source: SequenceDataset(
          samples: 2, timeSteps: 3, features: configuration.features, targetSteps: 3,
          inputs: [Float](repeating: 0, count: 6 * configuration.features),
          targets: [Int32](repeating: 0, count: 6)), batchSize: 2)
    }
    let error = #expect(throws: ConfigurationError.self) { try evaluate() }
    #expect("\(error as Any)".contains("the data has targets for 3 steps, the model gives 1"))
  }
}
