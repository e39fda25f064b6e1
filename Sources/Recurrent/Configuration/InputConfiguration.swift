/// An input of a model.
package struct InputConfiguration: Equatable, Sendable {
  /// What a functional model calls it.
  package var name: String
  /// One sample. Numbers of symbols without a feature axis, as an `Embedding` takes them, are a sequence of one feature.
  package var sample: SampleShape
  /// Whether Keras' input has no feature axis: `[batch, timeSteps]`.
  package var isSymbols: Bool
  /// What makes numbers of texts, where the model takes those.
  package var texts: TextInput?

  package init(
    _ name: String = InputConfiguration.standardName, _ sample: SampleShape, isSymbols: Bool = false
  ) {
    (self.name, self.sample, self.isSymbols) = (name, sample, isSymbols)
  }

  /// What Keras calls the first one.
  package static let standardName = "input_layer"

  /// The name under which users give it.
  package var givenName: String { texts?.inputName ?? name }

  /// The sizes of Keras' input, without the batch; of what is made of texts where it takes those.
  package var sizes: [Int?] { isSymbols ? [sample.timeSteps] : sample.sizes }

  /// Checks that an array can be the input.
  ///
  /// - Parameter what: What to call it in the error.
  /// - Throws: ``ConfigurationError`` with the shape that it should have.
  package func check(shape: [Int], _ what: String) throws(ConfigurationError) {
    guard shape.count == sizes.count + 1, shape.allSatisfy({ $0 >= 1 }),
      zip(shape.dropFirst(), sizes).allSatisfy({ $1 == nil || $0 == $1 })
    else {
      let sizes = sizes.map { $0.map(String.init) ?? "any" }
      throw ConfigurationError(
        "\(what) shape \(shape); the model takes [samples, \(sizes.joined(separator: ", "))]")
    }
  }
}

extension ModelConfiguration {
  /// Checks that arrays can be the model's inputs.
  ///
  /// - Parameters:
  ///   - shapes: One for each input.
  ///   - verb: What stands between `the input` and its shape in the error: `has`.
  /// - Returns: The number of samples.
  /// - Throws: ``ConfigurationError`` with the shape that an input should have.
  package func samples(
    ofInputs shapes: [[Int]], _ verb: String
  ) throws(ConfigurationError) -> Int {
    guard shapes.count == inputs.count else {
      throw ConfigurationError(
        "there are \(shapes.count) arrays; the model has \(inputs.count) inputs: "
          + inputs.map(\.name).joined(separator: ", "))
    }
    for (input, shape) in zip(inputs, shapes) {
      let name = inputs.count == 1 ? "the input" : "the input \(input.name)"
      try input.check(shape: shape, "\(name) \(verb)")
      guard shape[0] == shapes[0][0] else {
        throw ConfigurationError(
          "\(name) \(verb) \(shape[0]) samples, \(inputs[0].name) \(shapes[0][0])")
      }
    }
    return shapes.first?.first ?? 0
  }

  /// The time steps of inputs of these shapes.
  package func steps(ofInputs shapes: [[Int]]) -> [Int] {
    zip(inputs, shapes).map { $0.sample.isSequence && $1.count > 1 ? $1[1] : 1 }
  }

  /// What outputs are called: by Keras' dictionary, or by their layers.
  package var outputNames: [String] {
    if let outputKeys, outputKeys.count == givenOutputs.count { return outputKeys }
    return givenOutputs.map(\.text)
  }
}
