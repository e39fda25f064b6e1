import Recurrent

extension Model {
  /// The layers with their classes, the shapes of their outputs and the numbers of their weights, as a table: Keras'
  /// `summary`.
  public var summary: String {
    let configuration = core.configuration
    func text(_ sizes: [Int?]) -> String {
      "[" + sizes.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]"
    }
    var rows = [["layer", "class", "output", "weights", "takes"]]
    let sources = configuration.sourceNames
    for shapes in configuration.layerShapes {
      rows.append([
        shapes.layer.name, shapes.layer.className, text([configuration.batch] + shapes.output),
        String(shapes.parameterCount), (sources[shapes.layer.name] ?? []).joined(separator: ", "),
      ])
    }
    let columns = configuration.isFunctional ? 0..<5 : 0..<4
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      var line = ""
      for column in columns {
        let gap = String(repeating: " ", count: widths[column] - row[column].count)
        // Numbers end in one column.
        line += (column == 3 ? gap + row[column] : row[column] + gap) + "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let trainable = weights.filter(\.isTrainable).reduce(0) { $0 + $1.shape.reduce(1, *) }
    return "\(configuration.name): input \(text(inputShape))\n"
      + lines.joined(separator: "\n")
      + "\n\(parameterCount) weights, of which training changes \(trainable)\n"
  }
}
