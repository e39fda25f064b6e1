extension ModelConfiguration {
  /// Copies of a sequential model that read the same input, with their outputs behind each other: a functional model of
  /// Keras. Each copy has weights of its own and learns by itself where each has the same target.
  ///
  /// - Parameters:
  ///   - member: The model that is copied.
  ///   - members: The number of copies, from 2.
  /// - Returns: A model that gives `[members × units]` values.
  package static func ensemble(of member: ModelConfiguration, members: Int) -> ModelConfiguration {
    var model = member
    model.name = "functional"
    model.isFunctional = true
    let input = InputConfiguration.standardName
    model.inputs[0].name = input
    model.layers = []
    var outputs = [ValueName](repeating: ValueName(input), count: members)
    // Keras orders layers by their distance from the input.
    for layer in member.layers {
      for number in 0..<members {
        var copy = layer
        copy.name = "member_\(number + 1)_\(layer.name)"
        copy.inputs = [outputs[number]]
        outputs[number] = ValueName(copy.name)
        model.layers.append(copy)
      }
    }
    var joined = LayerConfiguration("Concatenate", name: "concatenate")
    joined.inputs = outputs
    model.layers.append(joined)
    return model
  }
}
