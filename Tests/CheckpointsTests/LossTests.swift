import Files
import Foundation
import Kernels
import Testing

@testable import Checkpoints
@testable import Recurrent

/// Losses as real Keras 3 and tf-keras write them into files, with their values and gradients.
@Suite struct LossTests {
  private static func references() throws -> [JSONValue] {
    let url = try #require(
      Bundle.module.url(forResource: "losses", withExtension: "json", subdirectory: "Reference"))
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    return try #require(JSONValue(text: text)?.array)
  }

  private static func numbers(_ json: JSONValue?) -> [Double] {
    json?.array?.flatMap { $0.array?.compactMap(\.double) ?? [] } ?? []
  }

  @Test func valuesAndGradientsAreKeras() throws {
    let references = try Self.references()
    #expect(references.count > 150)
    for reference in references {
      let config = reference["config"] ?? .null
      let loss = try #require(KerasLoss.read(config), "\(config.shortText)")
      var (outputs, targets) = (
        Self.numbers(reference["outputs"]), Self.numbers(reference["targets"])
      )
      let units = outputs.count / 3
      let classes = targets.map { Int32($0) }
      let sums = outputs.withUnsafeMutableBufferPointer { outputs in
        targets.withUnsafeBufferPointer { targets in
          classes.withUnsafeBufferPointer { classes in
            Double.evaluate(
              loss.ofRows, output: outputs.baseAddress!,
              targets: loss.takesClasses
                ? .classes(classes.baseAddress!) : .values(targets.baseAddress!),
              classWeights: nil, mask: nil, rows: 3, units: units, isFused: false, gradient: true)
          }
        }
      }
      let value = try #require(reference["value"]?.double)
      let about = "\(config.shortText): \(sums.loss / 3), Keras has \(value)"
      #expect(abs(sums.loss / 3 - value) <= 1e-5 * max(1, abs(value)), "\(about)")
      let gradient = Self.numbers(reference["gradient"])
      let largest = gradient.reduce(1e-3) { max($0, abs($1)) }
      for (found, expected) in zip(outputs, gradient) {
        #expect(abs(found - expected) <= 1e-5 * largest, "\(about): \(outputs), \(gradient)")
      }
    }
  }

  /// What is written is the same loss, for both versions and in both styles.
  @Test func writtenLossesAreRead() throws {
    for reference in try Self.references() {
      let loss = try #require(KerasLoss.read(reference["config"] ?? .null))
      for version in KerasVersion.allCases {
        for style in [ModelConfigurationWriter.Style.hdf5, .archive] {
          let written = ModelConfigurationWriter(version: version, style: style).lossValue(loss)
          #expect(KerasLoss.read(written) == loss)
        }
      }
    }
  }

  @Test(arguments: [
    #"{"class_name": "Custom>MyLoss", "config": {"name": "mine"}}"#, #""my_loss""#,
    #"{"class_name": "MeanSquaredError", "config": {"reduction": "sum"}}"#,
    #"{"class_name": "SparseCategoricalCrossentropy", "config": {"ignore_class": 0}}"#,
    #"{"class_name": "CategoricalCrossentropy", "config": {"axis": 1}}"#,
    #"{"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 2}}"#,
    #"{"class_name": "CategoricalFocalCrossentropy", "config": {"alpha": [0.1, 0.2]}}"#,
    #"{"class_name": "Huber", "config": {"delta": "wide"}}"#, #"["mse", "mae"]"#, "[]", "{}",
    #"{"class_name": "BinaryCrossentropy", "config": {"from_logits": 3}}"#,
  ])
  func othersAreNotSupported(text: String) throws {
    #expect(KerasLoss.read(try #require(JSONValue(text: text))) == nil)
  }

  @Test func namesHaveSettings() {
    #expect(Loss(named: "huber:delta=0.5") == .huber(delta: 0.5))
    #expect(
      Loss(named: "categorical_crossentropy:from_logits=true,label_smoothing=0.1")
        == .categoricalCrossEntropy(fromLogits: true, labelSmoothing: 0.1))
    #expect(Loss(named: "huber:delta=1") == .huber(delta: 1))
    for name in ["huber:0.5", "huber:delta", "mse:delta=1", "", ":", "quantile"] {
      #expect(Loss(named: name) == nil)
    }
  }
}
