import Files
import Testing

@testable import Recurrent

extension LayerGradientTests {
  private static func inner(_ className: String, _ options: [String: JSONValue]) -> JSONValue {
    [
      "class_name": .string(className),
      "config": .object(options.merging(["name": "inner"]) { given, _ in given }),
    ]
  }

  /// Layers of other axes than the last, and of planes and volumes.
  static let axes: [Chain] = [
    chain(
      "channels first",
      [
        ("Reshape", ["target_shape": [2, 3, 2]]),
        (
          "Conv2D",
          [
            "filters": 3, "kernel_size": [2, 1], "padding": "same", "activation": "tanh",
            "data_format": "channels_first",
          ]
        ),
        ("BatchNormalization", ["axis": 1]), ("BatchNormalization", ["axis": 2, "scale": false]),
        ("Dropout", ["rate": 0.3, "noise_shape": [nil, nil, 1, 2]]),
        (
          "AveragePooling2D",
          ["pool_size": [2, 1], "strides": [1, 1], "data_format": "channels_first"]
        ),
        ("TimeDistributed", ["layer": inner("BatchNormalization", [:])]),
        ("TimeDistributed", ["layer": inner("Flatten", [:])]), ("GRU", ["units": 2]),
      ]),
    chain(
      "BatchNormalization of steps",
      [
        ("LSTM", ["units": 3, "return_sequences": true]), ("BatchNormalization", ["axis": 1]),
        ("Dense", ["units": 3, "activation": inner("LeakyReLU", ["negative_slope": 0.2])]),
        (
          "Conv1D",
          ["filters": 2, "kernel_size": 2, "activation": inner("ReLU", ["max_value": 0.4])]
        ),
        ("ops.Normalize", [:]), ("ops.L2Normalize", ["axis": 1]),
      ]),
    chain(
      "transposed volumes",
      [
        ("Reshape", ["target_shape": [2, 3, 1, 2]]),
        (
          "Conv3DTranspose",
          [
            "filters": 2, "kernel_size": [2, 1, 2], "strides": [1, 2, 1], "padding": "same",
            "activation": "tanh",
          ]
        ),
        ("Conv3DTranspose", ["filters": 1, "kernel_size": [2, 2, 2]]), ("Flatten", [:]),
        ("Dense", ["units": 2]),
      ]),
    chain(
      "dropout of ConvLSTM",
      [
        ("Reshape", ["target_shape": [4, 3, 1]]),
        (
          "ConvLSTM1D",
          [
            "filters": 2, "kernel_size": [2], "padding": "same", "return_sequences": true,
            "dropout": 0.3, "recurrent_dropout": 0.4,
          ]
        ),
        ("ConvLSTM1D", ["filters": 2, "kernel_size": [2], "go_backwards": true, "dropout": 0.2]),
        ("Flatten", [:]), ("Dense", ["units": 2]),
      ]),
  ]
}
