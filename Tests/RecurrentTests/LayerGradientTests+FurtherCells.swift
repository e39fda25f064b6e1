import Files

/// Cells that Keras does not have.
extension LayerGradientTests {
  static let furtherCells: [Chain] =
    ([
      ("PeepholeLSTM", [:]), ("PeepholeLSTM", ["activation": "softsign"]),
      ("PeepholeLSTM", ["recurrent_dropout": 0.3, "use_bias": false]),
      ("LayerNormLSTM", [:]), ("LayerNormLSTM", ["activation": "softplus", "norm_epsilon": 0.1]),
      ("LayerNormLSTM", ["recurrent_dropout": 0.3, "use_bias": false]),
      ("MinGRU", [:]), ("MinGRU", ["activation": "softplus", "use_bias": false]),
      ("MinLSTM", [:]), ("MinLSTM", ["activation": "softplus", "use_bias": false]),
      ("SLSTM", [:]), ("SLSTM", ["forget_activation": "exponential", "use_bias": false]),
      ("SLSTM", ["heads": 2, "recurrent_dropout": 0.3]), ("SLSTM", ["heads": 4]),
    ] as [(String, [String: JSONValue])]).flatMap { name, given -> [Chain] in
      func options(_ more: [String: JSONValue]) -> [String: JSONValue] {
        given.merging(more) { _, new in new }
      }
      let title = "\(name) \(JSONValue.object(given).text())"
      return [
        chain(
          title,
          [
            (name, options(["units": 4, "return_sequences": true])),
            (name, options(["units": 4])),
          ]),
        chain(
          "\(title) masked",
          [
            ("Masking", [:]),
            (name, options(["units": 4, "return_sequences": true, "dropout": 0.3])),
            (name, options(["units": 4, "go_backwards": true, "zero_output_for_mask": true])),
          ]),
        chain(
          "Bidirectional \(title)",
          [
            (
              "Bidirectional",
              [
                "layer": [
                  "class_name": .string(name),
                  "config": .object(
                    options(["name": "inner", "units": 4, "return_sequences": true])),
                ]
              ]
            ), ("Dense", ["units": 2]),
          ]),
      ]
    }
}
