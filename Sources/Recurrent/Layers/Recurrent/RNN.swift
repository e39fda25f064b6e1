import Files
import Kernels

/// `keras.layers.RNN` of one of Keras' cells, or of several, one above the other (`StackedRNNCells`).
struct RNNDescription: RecurrentDescription {
  static let className = "RNN"
  static let options = RecurrentOptions.sequence.merging(["cell": nil]) { own, _ in own }

  /// What runs one cell.
  struct Level: Sendable {
    /// The layer that does the same.
    let layer: LayerConfiguration
    let description: any RecurrentDescription
    let isTrainable: Bool
  }

  /// From input to output.
  let levels: [Level]
  /// What Keras calls several cells together; `nil` of one cell.
  let stackName: String?
  /// Those of the last cell, over the steps of the layer.
  let recurrent: RecurrentOptions

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let cell = try options.layer("cell")
    stackName = cell.className == CellCatalog.stack ? cell.name : nil
    var cells = [cell]
    if stackName != nil {
      let inside = cell["cells"].array ?? []
      if let other = inside.first(where: { LayerConfiguration($0) == nil }) {
        throw ConfigurationError(
          "layer \(options.layer) (\(Self.className)): a cell \(other.shortText) is not supported")
      }
      cells = inside.compactMap { LayerConfiguration($0) }
    }
    guard !cells.isEmpty else {
      throw options.error("cell", "has no cells")
    }
    guard Set(cells.map(\.name)).count == cells.count else {
      throw options.error("cell", "has two cells of one name")
    }
    var levels: [Level] = []
    for (number, cell) in cells.enumerated() {
      let sequence = Self.sequence(options, level: number, of: cells.count)
      levels.append(try Self.level(cell, sequence, options))
    }
    self.levels = levels
    let top = try Self.level(cells[cells.count - 1], Self.sequence(options), options)
    recurrent = top.description.recurrent
    guard !recurrent.isStateful || Set(levels.map(\.description.stateUnits)).count == 1 else {
      throw options.error("stateful", "needs cells of as many units")
    }
  }

  /// The options of the layer over its steps, as a layer that runs one cell of it has them.
  private static func sequence(
    _ options: LayerOptions, level: Int = 0, of count: Int = 1
  ) -> [String: JSONValue] {
    var sequence = RecurrentOptions.sequence
    for option in sequence.keys { sequence[option] = options[option] }
    // The lowest turns the steps around, and all but the last give all steps on.
    if level > 0 { sequence["go_backwards"] = false }
    if level + 1 < count {
      sequence["return_sequences"] = true
      sequence["zero_output_for_mask"] = false
    }
    return sequence
  }

  private static func level(
    _ cell: LayerConfiguration, _ sequence: [String: JSONValue], _ options: LayerOptions
  ) throws(ConfigurationError) -> Level {
    guard let layerType = CellCatalog.layers[cell.className] else {
      throw ConfigurationError(
        "layer \(options.layer) (\(className)): a cell of class \(cell.className) is not supported"
      )
    }
    var own = cell.options
    let isTrainable = own.removeValue(forKey: "trainable") != false
    let layer = LayerConfiguration(
      layerType.className, name: cell.name, options: own.merging(sequence) { own, _ in own })
    guard let description = try layer.described() as? any RecurrentDescription else {
      throw options.error("cell", "is not recurrent")
    }
    return Level(layer: layer, description: description, isTrainable: isTrainable)
  }

  var stateNames: [String] {
    levels.flatMap { level in
      level.description.stateNames.map { stackName == nil ? $0 : level.layer.name + "_" + $0 }
    }
  }
  var stateUnits: Int { levels[0].description.stateUnits }
  var stateSizes: [Int] { levels.flatMap(\.description.stateSizes) }
  // The lowest level turns the steps around.
  var joinsSteps: Bool { recurrent.goesBackwards }

  func recurrentLayers(of configuration: LayerConfiguration) -> [LayerConfiguration] {
    guard stackName == nil, var layer = levels.first?.layer else { return levels.map(\.layer) }
    layer.name = configuration.name
    return [layer]
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    var below = input
    return levels.flatMap { level in
      let shapes = level.description.parameters(of: below).map { shape in
        let placed = shape.placed(inCell: level.layer.name, of: stackName)
        return level.isTrainable ? placed : placed.frozen
      }
      below = level.description.hiddens(of: below)
      return shapes
    }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    stackName == nil
      ? levels[0].description.makeLayer(builder) : StackedCells(self, builder)
  }
}

/// Cells one above the other: as each looks only at the one below it and at its own past, each runs over all steps before
/// the next one does, which gives the same numbers as `keras.layers.StackedRNNCells` step by step.
///
/// Shapes: input `[timeSteps, rows, inputs]`, output `[timeSteps or 1, rows, units]` of the last cell; the states of all
/// cells, `[rows, units]` each.
/// Memory: `batch × timeSteps × units` scalars for each cell but the last, beside the cells' layers.
final class StackedCells<Scalar: KernelScalar>: Layer {
  private let layers: [any Layer<Scalar>]
  /// The number of states below each layer.
  private let firstStates: [Int]
  private let stateCounts: [Int]
  private let hasInitialStates, returnsSequences, goesBackwards: Bool
  private let timeSteps: Int
  private let plan: MemoryPlan<Scalar>
  /// What goes back from each layer to the one below it.
  private let gradients: [MemoryPlan<Scalar>.Region]  // [timeSteps, rows, units]
  /// The mask in the order in which the steps are computed.
  private let turned: StepMask  // [timeSteps, rows]
  /// What a layer is given in the batch under way, and where its gradients go.
  private let values: UnsafeMutablePointer<UnsafePointer<Scalar>>
  private let inputGradients: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>?>

  init(_ description: RNNDescription, _ builder: LayerBuilder<Scalar>) {
    plan = builder.plan
    timeSteps = builder.input.steps
    hasInitialStates = builder.inputs.count > 1
    returnsSequences = description.recurrent.returnsSequences
    goesBackwards = description.recurrent.goesBackwards
    let stateCounts = description.levels.map(\.description.stateNames.count)
    self.stateCounts = stateCounts
    firstStates = stateCounts.indices.map { stateCounts[..<$0].reduce(0, +) }
    var layers: [any Layer<Scalar>] = []
    var gradients: [MemoryPlan<Scalar>.Region] = []
    var below = builder.input
    for (number, level) in description.levels.enumerated() {
      var inner = builder
      inner.scope += level.layer.name + "/"
      inner.number += number << 24
      inner.input = below
      let given = level.description.stateSizes.map { SampleShape.vector(features: $0) }
      inner.inputs = [below] + (hasInitialStates ? given : [])
      inner.output = level.description.hiddens(of: below)
      layers.append(level.description.makeLayer(inner))
      below = inner.output
      if number + 1 < description.levels.count {
        gradients.append(plan.reserve(timeSteps * builder.batch * below.features))
      }
    }
    self.layers = layers
    self.gradients = gradients
    turned = StepMask(count: goesBackwards && builder.isMasked ? timeSteps * builder.batch : 0)
    let most = 1 + (stateCounts.max() ?? 0)
    values = .allocate(capacity: most)
    inputGradients = .allocate(capacity: most)
    inputGradients.initialize(repeating: nil, count: most)
  }

  deinit {
    values.deallocate()
    inputGradients.deallocate()
  }

  var states: [UnsafeMutableBufferPointer<Scalar>] { layers.flatMap { $0.states } }

  /// The states of the cells, those of the lowest first.
  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? {
    for number in layers.indices where index <= firstStates[number] + stateCounts[number] {
      return layers[number].furtherOutput(index - firstStates[number], in: batch)
    }
    return nil
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let mask = batch.mask
    defer { batch.mask = returnsSequences ? mask : nil }
    // Those above the first get the steps in the order in which they are computed.
    var above = mask
    if goesBackwards, let mask, let turned = turned.values.baseAddress {
      for step in 0..<timeSteps {
        (turned + step * batch.rows).update(
          from: mask + (timeSteps - 1 - step) * batch.rows, count: batch.rows)
      }
      above = UnsafePointer(turned)
    }
    var output = forward(0, on: inputs.values[0], inputs, in: batch)
    for number in 1..<max(1, layers.count) {
      batch.mask = above
      batch.symbols = nil
      output = forward(number, on: UnsafePointer(output), inputs, in: batch)
    }
    return output
  }

  private func forward(
    _ number: Int, on value: UnsafePointer<Scalar>, _ inputs: LayerInputs<Scalar>,
    in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    values.initialize(to: value)
    let states = hasInitialStates ? stateCounts[number] : 0
    for state in 0..<states {
      (values + 1 + state).initialize(to: inputs.values[1 + firstStates[number] + state])
    }
    return layers[number].forward(
      LayerInputs(count: 1 + states, values: UnsafePointer(values), masks: inputs.masks),
      in: batch)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let furtherGradients = batch.furtherGradients
    var gradient = outputGradient
    for number in layers.indices.reversed() {
      let below = number > 0 ? plan[gradients[number - 1]] : inputGradients[0]
      self.inputGradients[0] = below
      if hasInitialStates {
        for state in 0..<stateCounts[number] {
          self.inputGradients[1 + state] = inputGradients[1 + firstStates[number] + state]
        }
      }
      batch.furtherGradients = furtherGradients.map { $0 + firstStates[number] }
      layers[number].backward(
        outputGradient: gradient, inputGradients: UnsafePointer(self.inputGradients), in: batch,
        sink: sink)
      if let below { gradient = below }
    }
  }
}
