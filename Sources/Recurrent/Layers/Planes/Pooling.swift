import Files
import Kernels

/// `keras.layers.MaxPooling2D`, `AveragePooling2D`, `MaxPooling3D` and `AveragePooling3D`.
struct PoolingDescription<Kind: PoolingKind>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] {
    [
      "pool_size": .array([JSONValue](repeating: 2, count: Kind.axes)), "strides": nil,
      "padding": "valid", "data_format": "channels_last",
    ]
  }

  let windows: VolumeWindows
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try VolumeWindows(options, size: "pool_size", axes: Kind.axes)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, Self.className)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Pooling<Scalar, Kind>(windows, builder)
  }
}

/// What a window of values becomes.
protocol PoolingKind: Sendable {
  static var className: String { get }
  /// The axes that a window has.
  static var axes: Int { get }
  /// Whether it is their mean, and not the largest.
  static var isMean: Bool { get }
}

enum MaximumOfPlane: PoolingKind {
  static let (className, axes, isMean) = ("MaxPooling2D", 2, false)
}

enum MeanOfPlane: PoolingKind {
  static let (className, axes, isMean) = ("AveragePooling2D", 2, true)
}

enum MaximumOfVolume: PoolingKind {
  static let (className, axes, isMean) = ("MaxPooling3D", 3, false)
}

enum MeanOfVolume: PoolingKind {
  static let (className, axes, isMean) = ("AveragePooling3D", 3, true)
}

/// The largest value, or the mean, of each channel in each window, as `keras.layers.MaxPooling3D` and its kind compute it: of
/// the places that are not beyond an end. The gradient of the largest goes to the first place that has it.
///
/// Shapes: input `[depth, rows, height, width, channels]`, output with as many places as there are windows; a plane has its
/// height as depth, and a height of 1.
/// Memory: one output from the model's plan.
final class Pooling<Scalar: KernelScalar, Kind: PoolingKind>: SingleInputLayer {
  private let windows: VolumeWindows
  private let volume, outputVolume: Volume
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  init(_ windows: VolumeWindows, _ builder: LayerBuilder<Scalar>) {
    self.windows = windows
    (volume, outputVolume) = (Volume(builder.input), Volume(builder.output))
    plan = builder.plan
    output = plan.reserve(builder.batch * outputVolume.size)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, channels) = (plan[output], volume.channels)
    self.input = input
    outputVolume.forEachPlace(rows: batch.rows) { window, place in
      let result = output + place
      var count = 0
      forEachElement(of: window, rows: batch.rows) { place in
        if count == 0 {
          result.update(from: input + place, count: channels)
        } else if Kind.isMean {
          Scalar.add(input + place, to: result, count: channels)
        } else {
          Scalar.takeLarger(input + place, sign: 1, to: result, count: channels)
        }
        count += 1
      }
      if Kind.isMean { Scalar.scale(result, by: 1 / Scalar(count), count: channels) }
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient, let input else { return }
    let (output, channels) = (plan[output], volume.channels)
    Scalar.fill(inputGradient, with: 0, count: volume.size * batch.rows)
    outputVolume.forEachPlace(rows: batch.rows) { window, place in
      let gradient = outputGradient + place
      if Kind.isMean {
        var count = 0
        forEachElement(of: window, rows: batch.rows) { _ in count += 1 }
        Scalar.scale(gradient, by: 1 / Scalar(count), count: channels)
      }
      forEachElement(of: window, rows: batch.rows) { from in
        if Kind.isMean {
          Scalar.add(gradient, to: inputGradient + from, count: channels)
        } else {
          Scalar.moveWhereEqual(
            input + from, output + place, amounts: gradient, to: inputGradient + from,
            count: channels)
        }
      }
    }
  }

  /// Calls `body` with each place of the input that a window sees.
  @inline(__always)
  private func forEachElement(of window: Volume.Place, rows: Int, _ body: (_ place: Int) -> Void) {
    windows.forEachElement(of: window, in: volume, rows: rows) { place in
      if let place { body(place) }
    }
  }
}
