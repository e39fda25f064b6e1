import Files
import Kernels

/// How many axes the planes have that a `ConvLSTM` goes over.
protocol ConvLSTMKind: Sendable {
  static var className: String { get }
  static var axes: Int { get }
}

enum ConvLSTMOfLines: ConvLSTMKind {
  static let className = "ConvLSTM1D"
  static let axes = 1
}

enum ConvLSTMOfPlanes: ConvLSTMKind {
  static let className = "ConvLSTM2D"
  static let axes = 2
}

/// `keras.layers.ConvLSTM1D` and `ConvLSTM2D`, whose state is not kept from batch to batch.
struct ConvLSTMDescription<Kind: ConvLSTMKind>: LayerDescription {
  static var className: String { Kind.className }
  static var channelsFirstAxis: Int { 2 }
  static var options: [String: JSONValue] {
    let ones = JSONValue.array([JSONValue](repeating: 1, count: Kind.axes))
    let own: [String: JSONValue] = [
      "filters": 1, "kernel_size": ones, "strides": ones, "padding": "valid",
      "data_format": "channels_last", "dilation_rate": ones, "activation": "tanh",
      "recurrent_activation": "sigmoid", "use_bias": true, "unit_forget_bias": true,
      "return_sequences": false, "return_state": false, "go_backwards": false, "stateful": false,
      "dropout": 0.0, "recurrent_dropout": 0.0, "zero_output_for_mask": false,
    ]
    return own.merging(
      WeightOptions.defaults([
        "kernel": "GlorotUniform", "recurrent": "Orthogonal", "bias": "Zeros",
      ])
    ) { _, new in new }
  }

  let filters: Int
  /// Of the inputs, and of the hidden state.
  let windows, recurrentWindows: PlaneWindows
  let activation, recurrentActivation: Activation
  let usesBias, returnsSequences, returnsState, goesBackwards: Bool
  let dropout, recurrentDropout: Double
  private let kernel, recurrentKernel: WeightOptions
  private var bias: WeightOptions
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { goesBackwards }
  var stepAxes: StepAxes { .own }
  var stateNames: [String] { ["hidden", "cell"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    filters = try options.size("filters")
    windows = try PlaneWindows(options, size: "kernel_size", axes: Kind.axes)
    recurrentWindows = windows.aroundEachPlace
    activation = try options.activation()
    recurrentActivation = try options.activation("recurrent_activation")
    usesBias = try options.flag("use_bias")
    returnsSequences = try options.flag("return_sequences")
    goesBackwards = try options.flag("go_backwards")
    returnsState = try options.flag("return_state")
    dropout = try options.rate("dropout")
    recurrentDropout = try options.rate("recurrent_dropout")
    guard try !options.flag("stateful") else { throw options.error("stateful", "is not supported") }
    kernel = try options.weight("kernel", axes: Kind.axes + 2)
    recurrentKernel = try options.weight("recurrent", axes: Kind.axes + 2)
    bias = try options.weight("bias")
    if try options.flag("unit_forget_bias"), bias.initializer == .zeros {
      bias.initializer = .unitForgetBias
    }
  }

  /// One step of the input.
  private func plane(_ input: SampleShape) throws(ConfigurationError) -> Plane {
    guard input.axes.count == Kind.axes + 1 else {
      throw ConfigurationError(
        "\(Self.className) takes steps of \(Kind.axes + 1) axes, not \(input.axes.count)")
    }
    return Self.plane(known: input)
  }

  /// The same of a shape that has been checked.
  static func plane(known input: SampleShape) -> Plane {
    let last = input.axes.count - 1
    return Plane(
      height: Kind.axes == 1 ? 1 : input.axes[0], width: input.axes[last - 1],
      channels: input.axes[last], isStep: true)
  }

  /// A sequence, and perhaps the states that it begins with.
  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard let sequence = inputs.first, inputs.count == 1 || inputs.count == 3 else {
      throw ConfigurationError("\(Self.className) takes a sequence, and perhaps two states")
    }
    let state = try state(of: sequence)
    guard inputs.dropFirst().allSatisfy({ $0.sizes == state.sizes }) else {
      throw ConfigurationError("a state of \(Self.className) has other axes")
    }
    return sequence
  }

  func furtherOutputs(of input: SampleShape) -> [SampleShape] {
    guard returnsState, let state = try? state(of: input) else { return [] }
    return [state, state]
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    let state = try state(of: input)
    return returnsSequences
      ? .sequence(timeSteps: input.timeSteps, axes: state.sizes.compactMap { $0 }) : state
  }

  /// What is kept of each step.
  private func state(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    let plane = try plane(input)
    let (height, width) =
      (windows.height.count(of: plane.height), windows.width.count(of: plane.width))
    guard height > 0, width > 0 else {
      throw ConfigurationError("the windows of \(Self.className) are larger than its input")
    }
    let axes = Kind.axes == 1 ? [width, filters] : [height, width, filters]
    return .sequence(timeSteps: axes[0], axes: Array(axes.dropFirst()))
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (sizes, cell) = (windows.sizes.suffix(Kind.axes), "conv_lstm_cell")
    let channels = input.axes[input.axes.count - 1]
    return [
      ParameterShape("kernel", in: cell, sizes + [channels, 4 * filters], kernel),
      ParameterShape(
        "recurrent_kernel", in: cell, sizes + [filters, 4 * filters], recurrentKernel),
    ] + (usesBias ? [ParameterShape("bias", in: cell, [4 * filters], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ConvLSTM(self, builder)
  }
}

/// Long short-term memory whose products are convolutions (Shi et al. 2015), as `keras.layers.ConvLSTM2D` computes it: the
/// gates i, f, c, o of each place come of what the kernel sees of the input there, and of what the recurrent kernel sees of
/// the hidden state.
///
/// Shapes: input `[timeSteps, rows, height, width, channels]`, states `[rows, outputHeight, outputWidth, filters]`, output
/// those of every step, or of the last. States that it is given and gives are samples of their own.
/// Memory: from the model's plan, for each place of each step of each row, `11 × filters` scalars and twice what both
/// kernels see there; with dropout an input and a state more.
final class ConvLSTM<Scalar: KernelScalar, Kind: ConvLSTMKind>: Layer {
  private let description: ConvLSTMDescription<Kind>
  private let inputUnfolding, hiddenUnfolding: PlaneUnfolding<Scalar>
  private let plane, statePlane: Plane
  private let filters, timeSteps: Int
  private let gateActivations: LSTMGates<Scalar>
  private let kernel, recurrentKernel: ParameterStore<Scalar>.Matrix
  private let bias: ParameterStore<Scalar>.Matrix?

  private let plan: MemoryPlan<Scalar>
  private let seen: MemoryPlan<Scalar>.Region  // [timeSteps, rows, places, elements, channels]
  private let seenGradient: MemoryPlan<Scalar>.Region
  private let seenHidden: MemoryPlan<Scalar>.Region  // [timeSteps, rows, places, elements, filters]
  private let seenHiddenGradient: MemoryPlan<Scalar>.Region  // of one step
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, places, filters]
  private let cells: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, places, filters]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, places, filters]
  private let cellGradient: MemoryPlan<Scalar>.Region  // [rows, places, filters]
  /// The last states as samples of their own have them.
  private let last: [MemoryPlan<Scalar>.Region]  // [height, rows, width, filters]
  private let turned: MemoryPlan<Scalar>.Region  // [rows, places, filters]
  // What dropout leaves out of every step, and what is left.
  private let inputDropout: MemoryPlan<Scalar>.Region  // [rows, height, width, channels]
  private let dropped: MemoryPlan<Scalar>.Region  // [timeSteps, rows, height, width, channels]
  private let hiddenDropout: MemoryPlan<Scalar>.Region  // [rows, places, filters]
  private let droppedHidden: MemoryPlan<Scalar>.Region  // [rows, places, filters]
  private let hasInitialStates: Bool
  private let number: Int

  // The batch under way.
  private var dropsInputs = false
  private var dropsHidden = false

  init(_ description: ConvLSTMDescription<Kind>, _ builder: LayerBuilder<Scalar>) {
    self.description = description
    filters = description.filters
    plane = ConvLSTMDescription<Kind>.plane(known: builder.input)
    statePlane = Plane(
      height: description.windows.height.count(of: plane.height),
      width: description.windows.width.count(of: plane.width), channels: filters, isStep: true)
    inputUnfolding = PlaneUnfolding(description.windows, from: plane, to: statePlane)
    hiddenUnfolding = PlaneUnfolding(
      description.recurrentWindows, from: statePlane, to: statePlane)
    timeSteps = builder.input.steps
    kernel = builder.matrix("kernel")
    recurrentKernel = builder.matrix("recurrent_kernel")
    bias = description.usesBias ? builder.matrix("bias") : nil
    plan = builder.plan
    let (steps, batch) = (timeSteps * builder.batch, builder.batch)
    seen = plan.reserve(steps * inputUnfolding.size)
    seenGradient = plan.reserve(steps * inputUnfolding.size)
    seenHidden = plan.reserve(steps * hiddenUnfolding.size)
    seenHiddenGradient = plan.reserve(batch * hiddenUnfolding.size)
    hiddens = plan.reserve((steps + batch) * statePlane.size)
    cells = plan.reserve((steps + batch) * statePlane.size)
    hiddenGradient = plan.reserve(batch * statePlane.size)
    cellGradient = plan.reserve(batch * statePlane.size)
    hasInitialStates = builder.inputs.count > 1
    number = builder.number
    let (state, isGiven) = (batch * statePlane.size, description.returnsState)
    last = [isGiven || !description.returnsSequences, isGiven].map { [plan] in
      plan.reserve($0 ? state : 0)
    }
    turned = plan.reserve(isGiven ? state : 0)
    let drops = (description.dropout > 0, description.recurrentDropout > 0)
    inputDropout = plan.reserve(drops.0 ? batch * plane.size : 0)
    dropped = plan.reserve(drops.0 ? steps * plane.size : 0)
    hiddenDropout = plan.reserve(drops.1 ? state : 0)
    droppedHidden = plan.reserve(drops.1 ? state : 0)
    gateActivations = LSTMGates(
      units: filters, activation: description.activation,
      recurrentActivation: description.recurrentActivation,
      rows: steps * statePlane.height * statePlane.width, plan: plan)
  }

  private var places: Int { statePlane.height * statePlane.width }

  /// The step in time that is computed as number `step`.
  private func time(_ step: Int) -> Int {
    description.goesBackwards ? timeSteps - 1 - step : step
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (rows, state) = (batch.rows, batch.rows * statePlane.size)
    let (gates, hiddens, cells) = (gateActivations.values, plan[hiddens], plan[cells])
    beginDropout(batch)
    inputUnfolding.unfold(
      dropsInputs ? leftOver(inputs.values[0], rows: rows) : inputs.values[0], into: plan[seen],
      rows: timeSteps * rows)
    fillRows(gates, with: bias?.values, rows: timeSteps * rows * places, columns: 4 * filters)
    Scalar.multiply(
      plan[seen], transposeLeft: false, kernel.values, transposeRight: false,
      rows: timeSteps * rows * places, columns: 4 * filters, inner: kernel.rows, into: gates,
      accumulate: true)
    if hasInitialStates {
      turnBack(inputs.values[1], into: hiddens, rows: rows)
      turnBack(inputs.values[2], into: cells, rows: rows)
    } else {
      Scalar.fill(hiddens, with: 0, count: state)
      Scalar.fill(cells, with: 0, count: state)
    }
    for step in 0..<timeSteps {
      let (at, time) = (step * state, time(step) * rows * places)
      let seen = plan[seenHidden] + time * recurrentKernel.rows
      var hidden = hiddens + at
      if dropsHidden {
        hidden = plan[droppedHidden]
        Scalar.multiplyElements(hiddens + at, plan[hiddenDropout], into: hidden, count: state)
      }
      hiddenUnfolding.unfold(hidden, into: seen, rows: rows)
      Scalar.multiply(
        seen, transposeLeft: false, recurrentKernel.values, transposeRight: false,
        rows: rows * places, columns: 4 * filters, inner: recurrentKernel.rows,
        into: gates + time * 4 * filters, accumulate: true)
      gateActivations.forward(
        place: time, rows: rows * places, previousCell: cells + at, cell: cells + at + state,
        hidden: hiddens + at + state)
    }
    guard !description.returnsSequences else { return hiddens + state }
    // A sample of its own has its first axis outside the rows.
    turn(hiddens + timeSteps * state, into: plan[last[0]], rows: rows)
    return plan[last[0]]
  }

  /// The states after the last step.
  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? {
    let (values, last) = (plan[index == 1 ? hiddens : cells], plan[last[index - 1]])
    turn(values + timeSteps * batch.rows * statePlane.size, into: last, rows: batch.rows)
    return last
  }

  /// Decides what is left out of this batch: the same of every step.
  private func beginDropout(_ batch: BatchContext<Scalar>) {
    dropsInputs = batch.isTraining && description.dropout > 0
    dropsHidden = batch.isTraining && description.recurrentDropout > 0
    guard dropsInputs || dropsHidden else { return }
    var generator = batch.dropoutGenerator(layer: number)
    if dropsInputs {
      generator.dropOut(
        plan[inputDropout], count: batch.rows * plane.size, rate: description.dropout)
    }
    if dropsHidden {
      generator.dropOut(
        plan[hiddenDropout], count: batch.rows * statePlane.size,
        rate: description.recurrentDropout)
    }
  }

  private func leftOver(_ input: UnsafePointer<Scalar>, rows: Int) -> UnsafePointer<Scalar> {
    let size = rows * plane.size
    for step in 0..<timeSteps {
      Scalar.multiplyElements(
        input + step * size, plan[inputDropout], into: plan[dropped] + step * size, count: size)
    }
    return UnsafePointer(plan[dropped])
  }

  /// From `[rows, outer, rest]` to `[outer, rows, rest]`.
  private func turn(
    _ values: UnsafePointer<Scalar>, into turned: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    let (outer, rest) = outerAxis
    for place in 0..<outer {
      Scalar.copyRows(
        values + place * rest, step: outer * rest, to: turned + place * rows * rest, step: rest,
        rows: rows, columns: rest)
    }
  }

  private func turnBack(
    _ turned: UnsafePointer<Scalar>, into values: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    let (outer, rest) = outerAxis
    for place in 0..<outer {
      Scalar.copyRows(
        turned + place * rows * rest, step: rest, to: values + place * rest, step: outer * rest,
        rows: rows, columns: rest)
    }
  }

  /// The first axis of a state, and the values at each of its places.
  private var outerAxis: (count: Int, rest: Int) {
    let count = Kind.axes == 1 ? statePlane.width : statePlane.height
    return (count, statePlane.size / count)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let (rows, state) = (batch.rows, batch.rows * statePlane.size)
    let (ofHidden, ofCell) = (plan[hiddenGradient], plan[cellGradient])
    if description.returnsSequences {
      Scalar.fill(ofHidden, with: 0, count: state)
    } else {
      turnBack(outputGradient, into: ofHidden, rows: rows)
    }
    Scalar.fill(ofCell, with: 0, count: state)
    if description.returnsState {
      for (index, own) in [ofHidden, ofCell].enumerated() {
        guard let gradient = batch.furtherGradients?[index] else { continue }
        turnBack(gradient, into: plan[turned], rows: rows)
        Scalar.add(plan[turned], to: own, count: state)
      }
    }
    for step in stride(from: timeSteps - 1, through: 0, by: -1) {
      let (at, time) = (step * state, time(step) * rows * places)
      if description.returnsSequences {
        Scalar.add(outputGradient + at, to: ofHidden, count: state)
      }
      gateActivations.backward(
        place: time, rows: rows * places, previousCell: plan[cells] + at,
        cell: plan[cells] + at + state, hiddenGradient: ofHidden, cellGradient: ofCell)
      guard step > 0 || hasInitialStates else { continue }
      Scalar.multiply(
        gateActivations.gradients + time * 4 * filters, transposeLeft: false,
        recurrentKernel.values, transposeRight: true, rows: rows * places,
        columns: recurrentKernel.rows, inner: 4 * filters, into: plan[seenHiddenGradient],
        accumulate: false)
      Scalar.fill(ofHidden, with: 0, count: state)
      hiddenUnfolding.fold(plan[seenHiddenGradient], addingTo: ofHidden, rows: rows)
      if dropsHidden {
        Scalar.multiplyElements(ofHidden, plan[hiddenDropout], into: ofHidden, count: state)
      }
    }
    if hasInitialStates {
      if let gradient = inputGradients[1] { turn(ofHidden, into: gradient, rows: rows) }
      if let gradient = inputGradients[2] { turn(ofCell, into: gradient, rows: rows) }
    }
    let (gradients, all) = (gateActivations.gradients, timeSteps * rows * places)
    if let inputGradient = inputGradients[0] {
      Scalar.multiply(
        gradients, transposeLeft: false, kernel.values, transposeRight: true, rows: all,
        columns: kernel.rows, inner: 4 * filters, into: plan[seenGradient], accumulate: false)
      Scalar.fill(inputGradient, with: 0, count: timeSteps * rows * plane.size)
      inputUnfolding.fold(plan[seenGradient], addingTo: inputGradient, rows: timeSteps * rows)
      for step in 0..<(dropsInputs ? timeSteps : 0) {
        let (gradient, size) = (inputGradient + step * rows * plane.size, rows * plane.size)
        Scalar.multiplyElements(gradient, plan[inputDropout], into: gradient, count: size)
      }
    }
    sink.add(kernel, left: plan[seen], right: gradients, inner: all)
    sink.add(recurrentKernel, left: plan[seenHidden], right: gradients, inner: all)
    if let bias { sink.add(bias, left: nil, right: gradients, inner: all) }
  }
}
