import Recurrent

/// What a label is.
package enum LabelKind: Equatable, Sendable {
  /// One of several classes.
  case oneClass
  /// Any number of labels, with a text between them.
  case severalLabels(separator: String)
  /// A number to come near to.
  case number

  var separator: String { if case .severalLabels(let separator) = self { separator } else { "" } }

  /// What a model of such labels is trained to make small.
  var loss: Loss {
    switch self {
    case .oneClass: .sparseCategoricalCrossEntropy
    case .severalLabels: .binaryCrossEntropy
    case .number: .meanSquaredError
    }
  }

  /// Keras' names of the losses that such a model can be trained with.
  var lossNames: [String] {
    switch self {
    case .oneClass: Loss.ofClasses
    case .severalLabels: ["binary_crossentropy"]
    case .number: Loss.ofNumbers
    }
  }

  /// Keras' name of the activation of the last layer.
  var activation: String {
    switch self {
    case .oneClass: "softmax"
    case .severalLabels: "sigmoid"
    case .number: "linear"
    }
  }
}
