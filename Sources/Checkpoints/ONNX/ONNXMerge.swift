import Files
import Recurrent

/// The operators of layers that take several inputs.
struct ONNXMerge: Sendable {
  private let merge: @Sendable (LayerConfiguration, [String], inout ONNXGraph) -> String
  /// Whether vectors stand beside every step of sequences.
  private let repeats: Bool

  /// By Keras' class names.
  static let all: [String: ONNXMerge] = [
    "Concatenate": ONNXMerge(repeats: false) { layer, inputs, graph in
      graph.add("Concat", inputs, [("axis", .integer(layer["axis"].integer ?? -1))])
    },
    "Add": inTurn("Add"), "Subtract": inTurn("Sub"), "Multiply": inTurn("Mul"),
    "Average": together("Mean"), "Maximum": together("Max"), "Minimum": together("Min"),
  ]

  private init(
    repeats: Bool,
    _ merge: @escaping @Sendable (LayerConfiguration, [String], inout ONNXGraph) -> String
  ) {
    self.repeats = repeats
    self.merge = merge
  }

  /// An operator of two inputs, for any number.
  private static func inTurn(_ type: String) -> ONNXMerge {
    ONNXMerge(repeats: true) { _, inputs, graph in
      inputs.dropFirst().reduce(inputs.first ?? "") { graph.add(type, [$0, $1]) }
    }
  }

  /// An operator of any number of inputs.
  private static func together(_ type: String) -> ONNXMerge {
    ONNXMerge(repeats: true) { _, inputs, graph in graph.add(type, inputs) }
  }

  /// Adds the layer.
  ///
  /// - Parameter axes: How many axes each input has, the batch among them.
  /// - Returns: The name of its output.
  func add(
    _ layer: LayerConfiguration, _ inputs: [String], axes: [String: Int], in graph: inout ONNXGraph
  ) -> String {
    guard repeats else { return merge(layer, inputs, &graph) }
    let most = inputs.compactMap { axes[$0] }.max() ?? 0
    let whole = inputs.map { input in
      guard let count = axes[input], count < most else { return input }
      return graph.add("Unsqueeze", [input, graph.constant([1])])
    }
    return merge(layer, whole, &graph)
  }
}
