@testable import Recurrent

extension LayerGradientTests {
  /// Each loss with the settings that it has, fused with the last activation and not.
  static let losses: [Chain] = Loss.names.filter { $0 != "ctc" }.flatMap { name -> [Chain] in
    [
      "", ":label_smoothing=0.2", ":from_logits=true", ":alpha=0.6,gamma=1.5", ":delta=0.2",
      ":from_logits=true,label_smoothing=0.1", ":apply_class_balancing=true,alpha=0.3",
    ]
    .compactMap { Loss(named: name + $0) }
    .flatMap { loss in
      ["softmax", "sigmoid", "linear", "softplus"]
        .filter { $0 != "linear" || loss.takesLogits || !loss.hasAccuracy }
        // The logarithm of what is below zero is no number, in Keras too.
        .filter { $0 != "linear" || loss.name != "poisson" }
        .map { activation in
          chain(
            "\(loss.name) \(loss.options) \(activation)",
            [
              ("LSTM", ["units": 3, "return_sequences": true]),
              ("Dense", ["units": 3, "activation": .string(activation)]),
            ], loss: loss)
        }
    }
  }
}
