import Files
import Recurrent

/// The operators of layers that take several inputs.
struct ONNXMerge: Sendable {
  /// An input: its name, and how many axes it has, the batch among them.
  private struct Input {
    let name: String
    let axes: Int
  }

  private let merge: @Sendable (LayerConfiguration, [Input], inout ONNXGraph) -> String
  /// Whether vectors stand beside every step of sequences.
  private let repeats: Bool
  /// What takes the place of values of steps that do not count; `nil` if nothing does.
  private let neutral: Float?

  /// By Keras' class names.
  static let all: [String: ONNXMerge] = [
    "Concatenate": ONNXMerge(repeats: false) { layer, inputs, graph in
      graph.add("Concat", inputs.map(\.name), [("axis", .integer(layer["axis"].integer ?? -1))])
    },
    "Add": inTurn("Add"), "Subtract": inTurn("Sub"), "Multiply": inTurn("Mul", neutral: 1),
    "Average": together("Mean"), "Maximum": together("Max", neutral: -.infinity),
    "Minimum": together("Min", neutral: .infinity),
    "Dot": ONNXMerge(repeats: false) { layer, inputs, graph in
      let axes = layer["axes"].array?.compactMap(\.integer) ?? []
      let matrices = inputs.enumerated().map { number, input in
        var axis = number < axes.count ? axes[number] : layer["axes"].integer ?? -1
        if axis < 0 { axis += input.axes }
        return matrix(
          input, along: axis, isFirst: number == 0, normalizes: layer["normalize"] == true, &graph)
      }
      let products = graph.add("MatMul", matrices)
      // A product with a vector is one.
      return inputs.allSatisfy { $0.axes == 3 }
        ? products : graph.add("Reshape", [products, graph.constant([0, -1])])
    },
  ]

  private init(
    repeats: Bool, neutral: Float? = nil,
    _ merge: @escaping @Sendable (LayerConfiguration, [Input], inout ONNXGraph) -> String
  ) {
    self.repeats = repeats
    self.neutral = neutral
    self.merge = merge
  }

  /// An operator of two inputs, for any number.
  private static func inTurn(_ type: String, neutral: Float? = nil) -> ONNXMerge {
    ONNXMerge(repeats: true, neutral: neutral) { _, inputs, graph in
      inputs.dropFirst().reduce(inputs.first?.name ?? "") { graph.add(type, [$0, $1.name]) }
    }
  }

  /// An operator of any number of inputs.
  private static func together(_ type: String, neutral: Float? = nil) -> ONNXMerge {
    ONNXMerge(repeats: true, neutral: neutral) { _, inputs, graph in
      graph.add(type, inputs.map(\.name))
    }
  }

  /// An input of a `Dot` as matrices, with the axis that is multiplied last in the first and before the last in the second.
  private static func matrix(
    _ input: Input, along axis: Int, isFirst: Bool, normalizes: Bool, _ graph: inout ONNXGraph
  ) -> String {
    var value = input.name
    if normalizes {
      let length = graph.add("ReduceL2", [value], [("axes", .integers([axis]))])
      let least = graph.constant([1e-7], shape: [])
      value = graph.add("Div", [value, graph.add("Max", [length, least])])
    }
    guard input.axes == 3 else {
      return graph.add("Unsqueeze", [value, graph.constant([isFirst ? 1 : 2])])
    }
    return axis == (isFirst ? 2 : 1)
      ? value : graph.add("Transpose", [value], [("perm", .integers([0, 2, 1]))])
  }

  /// Whether a layer gives other steps than it takes.
  static func changesSteps(_ layer: LayerConfiguration) -> Bool {
    layer.className == "Concatenate" && [1, -2].contains(layer["axis"])
  }

  /// The masks that a layer finds, `[batch, timeSteps]`.
  struct Masks {
    /// On each input.
    let inputs: [String?]
    /// Of all inputs together, if each has one.
    let joined: String?
  }

  /// Adds the layer.
  ///
  /// - Parameter axes: How many axes each input has, the batch among them.
  /// - Returns: The name of its output.
  func add(
    _ layer: LayerConfiguration, _ inputs: [String], axes: [String: Int], masks: Masks,
    in graph: inout ONNXGraph
  ) -> String {
    let inputs = inputs.map { Input(name: $0, axes: axes[$0] ?? 0) }
    guard let neutral, layer["needs_all_masks"] != true, masks.inputs.contains(where: { $0 != nil })
    else { return add(layer, inputs, in: &graph) }
    let column = graph.constant([2])
    let without = graph.constant([neutral], shape: [])
    let shown = zip(inputs, masks.inputs).enumerated().map { number, input in
      guard var mask = input.1 else { return input.0 }
      // The largest where no step counts is that of the first input.
      if number == 0, !neutral.isFinite, let joined = masks.joined {
        mask = graph.add("Or", [mask, graph.add("Not", [joined])])
      }
      let counts = graph.add("Unsqueeze", [mask, column])
      return Input(name: graph.add("Where", [counts, input.0.name, without]), axes: input.0.axes)
    }
    let merged = add(layer, shown, in: &graph)
    guard neutral.isFinite, let joined = masks.joined, !masks.inputs.contains(nil) else {
      return merged
    }
    return graph.hiding(merged, joined)
  }

  private func add(
    _ layer: LayerConfiguration, _ inputs: [Input], in graph: inout ONNXGraph
  ) -> String {
    guard repeats else { return merge(layer, inputs, &graph) }
    let most = inputs.map(\.axes).max() ?? 0
    let whole = inputs.map { input in
      guard input.axes < most else { return input }
      return Input(
        name: graph.add("Unsqueeze", [input.name, graph.constant([1])]), axes: most)
    }
    return merge(layer, whole, &graph)
  }
}
