import Files
import Recurrent

/// Keras' normalizations of samples, as ONNX computes them.
enum ONNXNormalization {
  /// Adds the nodes of a layer.
  ///
  /// - Parameters:
  ///   - weights: The arrays of the layer, by name, and their shapes.
  ///   - features: The features of the layer's output.
  ///   - axes: How many axes its input has, the batch among them.
  ///   - input: The layer's input, the batch first.
  /// - Returns: The name of the result; `nil` if the layer is none of these.
  static func add(
    _ layer: LayerConfiguration, weights: [String: (name: String, shape: [Int])], features: Int,
    axes: Int, to input: String, in graph: inout ONNXGraph
  ) -> String? {
    classes[layer.className]?(Place(layer, weights, features, axes, input), &graph)
  }

  /// A layer, its weights and where it stands.
  private struct Place {
    let layer: LayerConfiguration
    let weights: [String: (name: String, shape: [Int])]
    let features: Int
    /// The axes that it goes over, sorted, the batch being 0.
    let over: [Int]
    let axes: Int
    let input: String

    init(
      _ layer: LayerConfiguration, _ weights: [String: (name: String, shape: [Int])],
      _ features: Int, _ axes: Int, _ input: String
    ) {
      (self.layer, self.weights) = (layer, weights)
      (self.features, self.axes, self.input) = (features, axes, input)
      let numbers = (layer["axis"].array ?? [layer["axis"]]).compactMap(\.integer)
      over = numbers.map { $0 < 0 ? $0 + axes : $0 }.sorted()
    }

    /// Whether it goes over the steps of a sequence alone.
    var isOverSteps: Bool { axes == 3 && over == [1] }
    var epsilon: (String, ONNXGraph.Attribute) {
      ("epsilon", .float(Float(layer["epsilon"].double ?? 0)))
    }
  }

  private static let classes:
    [String: @Sendable (_ place: Place, _ graph: inout ONNXGraph) -> String] = [
      "LayerNormalization": { place, graph in
        let values = place.isOverSteps ? transposed(place.input, &graph) : place.input
        let weight = place.weights["gamma"] ?? place.weights["beta"]
        // ONNX wants a scale in any case; one number goes for all.
        let sizes = weight?.shape ?? [place.isOverSteps ? 1 : place.features]
        let gamma =
          place.weights["gamma"]?.name
          ?? graph.constant(
            [Float](repeating: 1, count: sizes.reduce(1, *)), shape: sizes)
        let result = graph.add(
          "LayerNormalization", [values, gamma] + (place.weights["beta"].map { [$0.name] } ?? []),
          [("axis", .integer(-max(place.over.count, 1))), place.epsilon])
        return place.isOverSteps ? transposed(result, &graph) : result
      },
      "UnitNormalization": { place, graph in
        let squares = graph.add(
          "ReduceSumSquare", [place.input],
          [("axes", .integers(place.over)), ("keepdims", .integer(1))])
        let sums = graph.add("Max", [squares, graph.constant([1e-24], shape: [])])
        return graph.add("Div", [place.input, graph.add("Sqrt", [sums])])
      },
      "GroupNormalization": { place, graph in
        let given = place.layer["groups"].integer ?? 1
        let groups = given == -1 ? place.features : given
        let values = place.axes == 3 ? transposed(place.input, &graph) : place.input
        let grouped = graph.add("Reshape", [values, graph.constant([0, groups, -1])])
        var result = graph.add(
          "InstanceNormalization",
          [
            grouped, graph.constant([Float](repeating: 1, count: groups), shape: [groups]),
            graph.constant([Float](repeating: 0, count: groups), shape: [groups]),
          ], [place.epsilon])
        let sizes = place.axes == 3 ? [0, place.features, -1] : [0, -1]
        result = graph.add("Reshape", [result, graph.constant(sizes)])
        if place.axes == 3 { result = transposed(result, &graph) }
        if let gamma = place.weights["gamma"] { result = graph.add("Mul", [result, gamma.name]) }
        return place.weights["beta"].map { graph.add("Add", [result, $0.name]) } ?? result
      },
      "Normalization": { place, graph in
        let mean = spread("mean", of: place, &graph)
        let variance = spread("variance", of: place, &graph)
        let deviation = graph.add(
          "Max", [graph.add("Sqrt", [variance]), graph.constant([1e-7], shape: [])])
        guard place.layer["invert"] == true else {
          return graph.add("Div", [graph.add("Sub", [place.input, mean]), deviation])
        }
        return graph.add("Add", [graph.add("Mul", [place.input, deviation]), mean])
      },
    ]

  /// A weight or an option, so that it stands beside the values that it is for.
  private static func spread(
    _ name: String, of place: Place, _ graph: inout ONNXGraph
  ) -> String {
    func flat(_ value: JSONValue) -> [Float] {
      value.array.map { $0.flatMap(flat) } ?? [Float(value.double ?? 0)]
    }
    let numbers = flat(place.layer[name])
    let value =
      place.weights[name]?.name ?? graph.constant(numbers, shape: [numbers.count])
    if place.isOverSteps { return graph.add("Reshape", [value, graph.constant([-1, 1])]) }
    let isWhole = place.over.count == 2 && numbers.count != 1 && numbers.count != place.features
    return place.weights[name] == nil && isWhole
      ? graph.add("Reshape", [value, graph.constant([-1, place.features])]) : value
  }

  private static func transposed(_ value: String, _ graph: inout ONNXGraph) -> String {
    graph.add("Transpose", [value], [("perm", .integers([0, 2, 1]))])
  }
}
