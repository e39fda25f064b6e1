import Files
import Kernels

/// `keras.layers.GlobalAveragePooling2D`.
struct GlobalAveragePooling2DDescription: LayerDescription {
  static let className = "GlobalAveragePooling2D"
  static let options: [String: JSONValue] = ["data_format": "channels_last", "keepdims": false]

  private let keepsAxes: Bool
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
    keepsAxes = try options.flag("keepdims")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    let channels = try Plane(input, Self.className).channels
    return keepsAxes
      ? .sequence(timeSteps: 1, axes: [1, channels]) : .vector(features: channels)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    GlobalAveragePooling2D(builder)
  }
}

/// The mean of each channel over the whole plane, as `keras.layers.GlobalAveragePooling2D` computes it.
///
/// Shapes: input `[height, rows, width, channels]`, output `[rows, channels]`.
/// Memory: `batch × channels` scalars from the model's plan.
final class GlobalAveragePooling2D<Scalar: KernelScalar>: SingleInputLayer {
  private let plane: Plane
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [rows, channels]

  init(_ builder: LayerBuilder<Scalar>) {
    plane = Plane(known: builder.input)
    plan = builder.plan
    output = plan.reserve(builder.batch * plane.channels)
  }

  private var part: Scalar { 1 / Scalar(plane.height * plane.width) }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, channels) = (plan[output], plane.channels)
    Scalar.fill(output, with: 0, count: batch.rows * channels)
    forEachPlace(rows: batch.rows) { row, place in
      Scalar.add(input + place, to: output + row * channels, count: channels)
    }
    Scalar.scale(output, by: part, count: batch.rows * channels)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let channels = plane.channels
    Scalar.scale(outputGradient, by: part, count: batch.rows * channels)
    forEachPlace(rows: batch.rows) { row, place in
      (inputGradient + place).update(from: outputGradient + row * channels, count: channels)
    }
  }

  @inline(__always)
  private func forEachPlace(rows: Int, _ body: (_ row: Int, _ place: Int) -> Void) {
    for y in 0..<plane.height {
      for row in 0..<rows {
        for x in 0..<plane.width { body(row, plane.place(row, of: rows, y: y, x: x)) }
      }
    }
  }
}
