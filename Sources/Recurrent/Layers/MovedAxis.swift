import Files
import Kernels

/// An axis of samples that is moved behind the others.
struct MovedAxis {
  /// The place of the axis in a sample of so many axes.
  private let index, rank: Int

  init(_ index: Int, of rank: Int) {
    (self.index, self.rank) = (index, rank)
  }

  /// Which axes of a sample those of the moved one are; of one that has lost its first axes too.
  private func order(of sizes: some Collection) -> [Int] {
    let index = max(0, index + sizes.count - rank)
    return (0..<sizes.count).filter { $0 != index } + [index]
  }

  /// - Throws: ``ConfigurationError`` if an axis that may have any size is not the first then.
  func moved(
    _ shape: SampleShape, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    let sizes = shape.sizes
    guard let moved = SampleShape(sizes: order(of: sizes).map { sizes[$0] }) else {
      throw ConfigurationError("\(className) needs a fixed number of time steps")
    }
    return moved
  }

  /// The shape before it was moved.
  func movedBack(
    _ shape: SampleShape, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    let sizes = shape.sizes
    guard let back = SampleShape(sizes: backOrder(of: sizes).map { sizes[$0] }) else {
      throw ConfigurationError("\(className) needs a fixed number of time steps")
    }
    return back
  }

  private func backOrder(of sizes: some Collection) -> [Int] {
    let order = order(of: sizes)
    return order.indices.map { order.firstIndex(of: $0) ?? $0 }
  }

  func view(_ sizes: [Int]) -> SampleView { SampleView(sizes).permuted(order(of: sizes)) }

  func backView(_ sizes: [Int]) -> SampleView { SampleView(sizes).permuted(backOrder(of: sizes)) }
}

/// A layer that takes the channels last, where Keras has them first: `data_format` `channels_first`.
struct ChannelsFirstDescription<Inner: LayerDescription>: LayerDescription {
  static var className: String { Inner.className }
  static var options: [String: JSONValue] { Inner.options }

  private let inner: Inner
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    inner = try Inner(options.with("data_format", "channels_last"))
    guard !inner.isStateful else { throw options.error("data_format", "is not supported") }
  }

  /// Moves the channels of a sample behind its other axes.
  private func axis(of input: SampleShape) throws(ConfigurationError) -> MovedAxis {
    let (index, rank) = (Inner.channelsFirstAxis - 1, input.sizes.count)
    guard index < rank else {
      throw ConfigurationError("\(Self.className) cannot take \(rank + 1) axes")
    }
    return MovedAxis(index, of: rank)
  }

  private func moved(_ input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try axis(of: input).moved(input, Self.className)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    let moved = try moved(input)
    guard inner.furtherOutputs(of: moved).isEmpty else {
      throw ConfigurationError("\(Self.className) with channels_first cannot give states")
    }
    let output = try inner.outputOfAxes(moved)
    return try axis(of: input).movedBack(output, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    (try? moved(input)).map { inner.parameters(of: inner.weightedShape(of: $0)) } ?? []
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    MovedAxisLayer(Inner.channelsFirstAxis - 1, builder) { inner.makeCall($0) }
  }
}

extension LayerDescription {
  /// The description of a layer whose channels stand before the other axes of a plane.
  static func channelsFirst(_ options: LayerOptions) throws(ConfigurationError)
    -> any LayerDescription
  {
    try ChannelsFirstDescription<Self>(options)
  }
}

/// A layer whose samples have an axis moved behind the others, and the output moved back.
///
/// Shapes: input and output as the layer outside has them.
/// Memory: twice the input and three times the output from the model's plan.
final class MovedAxisLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let layer: any Layer<Scalar>
  private let there, back: SampleMap
  private let inputSize, outputSize: Int
  private let plan: MemoryPlan<Scalar>
  private let input, inputGradient: MemoryPlan<Scalar>.Region  // of the moved input
  private let output: MemoryPlan<Scalar>.Region
  private let outputGradient: MemoryPlan<Scalar>.Region  // of the moved output

  /// - Parameters:
  ///   - index: The axis of the sample, without the batch.
  ///   - make: Makes the layer for a builder of moved samples.
  init(
    _ index: Int, _ builder: LayerBuilder<Scalar>,
    _ make: (LayerBuilder<Scalar>) -> any Layer<Scalar>
  ) {
    let axis = MovedAxis(index, of: builder.input.sizes.count)
    let view = axis.view(builder.input.knownSizes)
    var inner = builder
    inner.input = SampleShape(sizes: view.sizes.map { $0 }) ?? builder.input
    inner.inputs = [inner.input]
    let output = axis.view(builder.output.knownSizes)
    inner.output = SampleShape(sizes: output.sizes.map { $0 }) ?? builder.output
    layer = make(inner)
    there = SampleMap(view, from: builder.input, to: inner.input)
    back = SampleMap(
      axis.backView(inner.output.knownSizes), from: inner.output, to: builder.output)
    plan = builder.plan
    inputSize = builder.input.steps * builder.input.features
    outputSize = builder.output.steps * builder.output.features
    input = plan.reserve(inputSize * builder.batch)
    inputGradient = plan.reserve(inputSize * builder.batch)
    self.output = plan.reserve(outputSize * builder.batch)
    outputGradient = plan.reserve(outputSize * builder.batch)
  }

  func forward(
    _ values: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    there.copy(values, to: plan[input], rows: batch.rows)
    let answer = layer.forward(only: plan[input], in: batch)
    back.copy(answer, to: plan[output], rows: batch.rows)
    return plan[output]
  }

  func backward(
    outputGradient gradient: UnsafeMutablePointer<Scalar>,
    inputGradient given: UnsafeMutablePointer<Scalar>?, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    let rows = batch.rows
    Scalar.fill(plan[outputGradient], with: 0, count: outputSize * rows)
    back.addBack(gradient, to: plan[outputGradient], rows: rows)
    layer.backward(
      outputGradient: plan[outputGradient],
      onlyInputGradient: given == nil ? nil : plan[inputGradient], in: batch, sink: sink)
    guard let given else { return }
    Scalar.fill(given, with: 0, count: inputSize * rows)
    there.addBack(plan[inputGradient], to: given, rows: rows)
  }
}
