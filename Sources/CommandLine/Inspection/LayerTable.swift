import Recurrent

extension ReportTable {
  /// The layers of a model, as Keras' `summary()` shows them.
  init(layersOf configuration: ModelConfiguration) {
    let sources = configuration.isFunctional ? configuration.sourceNames : [:]
    self.init(
      name: "layers", columns: ["layer", "class", "output shape", "parameters", "options"],
      rows: configuration.layerShapes.map { shapes in
        [
          .text(shapes.layer.name), .text(shapes.layer.className),
          .text(shapeText([configuration.batch] + shapes.output)),
          .integer(shapes.parameterCount),
          .text(Self.notes(on: shapes.layer, sources: sources[shapes.layer.name] ?? [])),
        ]
      })
  }

  /// The same as they are when batches of sequences go through, with the shapes of their inputs too.
  init(layersOf configuration: ModelConfiguration, batch: Int, timeSteps: Int) {
    self.init(
      name: "layers", columns: ["layer", "class", "input shape", "output shape", "parameters"],
      rows: configuration.callShapes(timeSteps: timeSteps).filter(\.isFirst).map { shapes in
        [
          .text(shapes.layer.name), .text(shapes.layer.className),
          .text(shapeText([batch] + shapes.input)), .text(shapeText([batch] + shapes.output)),
          .integer(shapes.parameterCount),
        ]
      })
  }

  private static func notes(on layer: LayerConfiguration, sources: [String]) -> String {
    var notes: [String] = []
    if layer["stateful"] == true { notes.append("stateful") }
    if layer["return_sequences"] == true { notes.append("return_sequences") }
    if layer.className == "Dense", let name = layer["activation"].string { notes.append(name) }
    if layer["trainable"] == false { notes.append("not trained") }
    if layer["return_state"] == true { notes.append("return_state") }
    if !sources.isEmpty { notes.append("from " + sources.joined(separator: ", ")) }
    return notes.joined(separator: ", ")
  }
}

/// Sizes as `[50, any, 26]`.
func shapeText(_ sizes: [Int?]) -> String {
  "[" + sizes.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]"
}
