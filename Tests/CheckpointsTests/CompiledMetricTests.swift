import Files
import Recurrent
import Testing

@testable import Checkpoints

/// The metrics that a model was compiled with, as both versions of Keras write them.
@Suite struct CompiledMetricTests {
  private func metrics(_ text: String) throws -> [CompiledMetric] {
    let json = try #require(JSONValue(text: text))
    return KerasTraining(["loss": "mse", "metrics": json], of: nil, place: "training_config")
      .metrics
  }

  @Test func namesAndObjects() throws {
    let found = try metrics(
      #"""
      ["accuracy", {"class_name": "SparseTopKCategoricalAccuracy", "config": {"name": "top", "dtype": "float32", "k": 2}},
       {"class_name": "AUC", "config": {"name": "auc_1", "num_thresholds": 50}}]
      """#)
    #expect(found.map(\.name) == ["accuracy", "top", "auc_1"])
    #expect(
      found.map(\.function) == ["accuracy", "sparse_top_k_categorical_accuracy", "auc"])
    #expect(found[1].options["k"] == 2)
  }

  /// tf-keras has a list for each output, and wraps functions.
  @Test func listsOfOutputs() throws {
    let found = try metrics(
      #"""
      [[{"class_name": "MeanMetricWrapper", "config": {"name": "acc", "dtype": "float32", "fn": "binary_accuracy"}},
        {"class_name": "Custom>F1Score", "config": {"name": "f1", "average": "macro"}}]]
      """#)
    #expect(found.map(\.name) == ["acc", "f1"])
    #expect(found.map(\.function) == ["binary_accuracy", "f1_score"])
    #expect(try metrics("null").isEmpty && metrics(#"{"out": ["mae"]}"#).first?.name == "mae")
  }
}
