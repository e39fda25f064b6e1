/// A value in the graph of a functional model: an input of the model, or an output of a call of a layer, as Keras'
/// `keras_history` names it.
package struct ValueName: Hashable, Sendable {
  /// The name of the layer, or of the model's input.
  package let name: String
  /// Which of the layer's calls, from 0.
  package let call: Int
  /// Which of the outputs of the call, from 0.
  package let output: Int

  package init(_ name: String, call: Int = 0, output: Int = 0) {
    (self.name, self.call, self.output) = (name, call, output)
  }

  /// The name, with call and output where they are not the first.
  package var text: String {
    name + (call == 0 ? "" : "#\(call + 1)") + (output == 0 ? "" : "[\(output)]")
  }
}

/// What a layer is called on, once: its inputs in their order. A layer that is called several times computes each time
/// with the same weights.
package struct LayerCall: Equatable, Sendable {
  package var inputs: [ValueName]

  package init(_ inputs: [ValueName]) { self.inputs = inputs }
}
