import Recurrent

/// The weights of a model at another time than now, where a run restores those of its best epoch when it ends.
package struct KeptWeights: Sendable {
  /// Those of a parameter.
  struct Array: Sendable {
    let layer: String
    /// Keras' path below the layer, with `_` for `/`.
    let name: String
    let shape: [Int]
    let values: [Float]
  }

  let arrays: [Array]
  /// Whether they are those of the best epoch; otherwise the model has these, and they are what training goes on from.
  package let areBest: Bool

  init(_ arrays: [Array], areBest: Bool) { (self.arrays, self.areBest) = (arrays, areBest) }

  /// - Parameter snapshot: As ``ParameterStore/snapshot`` has them.
  package init(_ snapshot: [Float], of parameters: ParameterStore<Float>, areBest: Bool) {
    arrays = parameters.parameters.map { parameter in
      Array(
        layer: parameter.layer, name: Self.name(of: parameter), shape: parameter.shape,
        values: .init(snapshot[parameter.offset..<parameter.offset + parameter.count]))
    }
    self.areBest = areBest
  }

  /// As ``ParameterStore/snapshot`` has them.
  package func snapshot(of parameters: ParameterStore<Float>) -> [Float] {
    var values = parameters.snapshot
    for (parameter, array) in zip(parameters.parameters, arrays) {
      values.replaceSubrange(
        parameter.offset..<parameter.offset + parameter.count, with: array.values)
    }
    return values
  }

  static func name(of parameter: ParameterStore<Float>.Parameter) -> String {
    parameter.path.replacing("/", with: "_")
  }
}
