/// Which masks layers and losses find on what they are given.
///
/// `keras.layers.MultiHeadAttention` of Keras 3 takes the masks off its inputs (`backend.set_keras_mask(query, None)`). What
/// looks for one there afterwards finds none: other attention, products, and the loss of an output. Layers that Keras calls
/// with the mask itself have it all the same.
struct SeenMasks {
  /// For each call, whether the mask of each of its inputs is found.
  private(set) var ofInputs: [[Bool]] = []
  /// The same for the outputs of the model.
  private(set) var ofOutputs: [Bool] = []

  init(_ calls: [DescribedCall], outputs: [ValueSource]) {
    var lost: Set<ValueSource> = []
    for (number, call) in calls.enumerated() {
      let description = call.description
      ofInputs.append(call.sources.map { description.isCalledWithMask || !lost.contains($0) })
      if !description.isCalledWithMask, !description.makesMask {
        let masked = call.sources.filter { source in
          guard case .call(let number, let output) = source else { return false }
          return calls[number].isMasked(output: output)
        }
        let isLost =
          description.passesFirstMask
          ? call.sources.prefix(1).allSatisfy(lost.contains)
          : description.needsEveryMask
            ? masked.contains(where: lost.contains) : masked.allSatisfy(lost.contains)
        if isLost {
          for output in call.outputs.indices { lost.insert(.call(number, output: output)) }
        }
      }
      if description.takesMasksOff { lost.formUnion(call.sources) }
    }
    ofOutputs = outputs.map { !lost.contains($0) }
  }
}
