import Files

@testable import Recurrent

extension LayerGradientTests {
  /// Penalties on the outputs of layers.
  static let penalties: [Chain] = {
    func penalty(_ l1: Double, _ l2: Double) -> [String: JSONValue] {
      [
        "activity_regularizer": [
          "class_name": "L1L2", "config": ["l1": .number(l1), "l2": .number(l2)],
        ]
      ]
    }
    func with(_ penalty: [String: JSONValue], _ options: [String: JSONValue])
      -> [String: JSONValue]
    { options.merging(penalty) { own, _ in own } }
    return [
      chain(
        "penalties on outputs",
        [
          ("Masking", [:]),
          ("LSTM", with(penalty(0.03, 0.05), ["units": 3, "return_sequences": true])),
          ("ActivityRegularization", ["l1": 0.02, "l2": 0.1]),
          ("Conv1D", with(penalty(0, 0.2), ["filters": 3, "kernel_size": 2])),
          ("GRU", with(penalty(0.1, 0), ["units": 2])),
          ("Dense", with(penalty(0.02, 0.02), ["units": 3, "activation": "tanh"])),
        ]),
      chain(
        "penalties on the last outputs",
        [
          ("SimpleRNN", ["units": 3]),
          ("Dense", with(penalty(0.2, 0.1), ["units": 3, "activation": "softmax"])),
        ], loss: .categoricalCrossEntropy),
    ]
  }()
}
