import Files

@testable import Recurrent

extension LayerGradientTests {
  /// `RNN` of cells, one and several, and `Bidirectional` of two different layers.
  static let cells: [Chain] = [
    chain(
      "RNN of one cell, masked",
      [
        ("Masking", [:]),
        ("RNN", ["cell": cell("LSTM", "a", ["units": 3]), "return_sequences": true]),
        ("RNN", ["cell": cell("SimpleRNN", "b", ["units": 2])]),
      ]),
    chain(
      "RNN of a stack, backwards, masked, with dropout",
      [
        ("Masking", [:]),
        (
          "RNN",
          [
            "cell": stack([
              cell("LSTM", "a", ["units": 3, "dropout": 0.3, "recurrent_dropout": 0.2]),
              cell("GRU", "b", ["units": 4, "dropout": 0.3]),
              cell("SimpleRNN", "c", ["units": 2, "recurrent_dropout": 0.3]),
            ]),
            "return_sequences": true, "go_backwards": true, "zero_output_for_mask": true,
          ]
        ),
        ("LSTM", ["units": 2]),
      ]),
    chain(
      "Bidirectional of stacks",
      [
        ("Masking", [:]),
        (
          "Bidirectional",
          [
            "layer": [
              "class_name": "RNN",
              "config": [
                "name": "rnn", "return_sequences": true, "zero_output_for_mask": true,
                "cell": stack([
                  cell("GRU", "a", ["units": 3]), cell("GRU", "b", ["units": 2]),
                ]),
              ],
            ]
          ]
        ),
        (
          "Bidirectional",
          [
            "layer": ["class_name": "GRU", "config": ["name": "gru", "units": 2]],
            "backward_layer": [
              "class_name": "LSTM",
              "config": ["name": "lstm", "units": 2, "go_backwards": true],
            ],
          ]
        ),
      ]),
  ]

  private static func cell(
    _ className: String, _ name: String, _ options: [String: JSONValue]
  ) -> JSONValue {
    [
      "class_name": .string(className + "Cell"),
      "config": .object(options.merging(["name": .string(name)]) { own, _ in own }),
    ]
  }

  private static func stack(_ cells: [JSONValue]) -> JSONValue {
    ["class_name": "StackedRNNCells", "config": ["name": "stack", "cells": .array(cells)]]
  }
}
