import Files

/// The cells that `keras.layers.RNN` takes, by Keras' names: what the recurrent layers run over the steps.
enum CellCatalog {
  /// Several cells, one above the other.
  static let stack = "StackedRNNCells"

  /// The layers that run each cell.
  static let layers: [String: any RecurrentDescription.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.className + "Cell", $0) })

  /// The options of each class of cells: those of its layer that do not speak of steps.
  static let options: [String: [String: JSONValue]] = layers.mapValues { layer in
    layer.options.filter { RecurrentOptions.sequence[$0.key] == nil }
  }.merging([stack: ["cells": nil]]) { own, _ in own }

  private static let all: [any RecurrentDescription.Type] = [
    LSTMDescription.self, GRUDescription.self, SimpleRNNDescription.self,
  ]
}
