import Files
import Kernels

/// `keras.layers.MaxPooling2D` and `AveragePooling2D`.
struct Pooling2DDescription<Kind: PoolingKind>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] {
    ["pool_size": [2, 2], "strides": nil, "padding": "valid", "data_format": "channels_last"]
  }

  let windows: PlaneWindows
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try PlaneWindows(options, size: "pool_size")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, Self.className)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Pooling2D<Scalar, Kind>(windows, builder)
  }
}

/// What a window of values becomes.
protocol PoolingKind: Sendable {
  static var className: String { get }
  /// Whether it is their mean, and not the largest.
  static var isMean: Bool { get }
}

enum MaximumOfPlane: PoolingKind {
  static let className = "MaxPooling2D"
  static let isMean = false
}

enum MeanOfPlane: PoolingKind {
  static let className = "AveragePooling2D"
  static let isMean = true
}

/// The largest value, or the mean, of each channel in each window, as `keras.layers.MaxPooling2D` and `AveragePooling2D`
/// compute it: of the places that are not beyond an edge. The gradient of the largest goes to the first place that has it.
///
/// Shapes: input `[height, rows, width, channels]`, output `[outputHeight, rows, outputWidth, channels]`.
/// Memory: one output from the model's plan.
final class Pooling2D<Scalar: KernelScalar, Kind: PoolingKind>: SingleInputLayer {
  private let windows: PlaneWindows
  private let plane, outputPlane: Plane
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [outputHeight, rows, outputWidth, channels]
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  init(_ windows: PlaneWindows, _ builder: LayerBuilder<Scalar>) {
    self.windows = windows
    (plane, outputPlane) = (Plane(known: builder.input), Plane(known: builder.output))
    plan = builder.plan
    output = plan.reserve(builder.batch * outputPlane.size)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, channels) = (plan[output], plane.channels)
    self.input = input
    forEachWindow(rows: batch.rows) { place, window in
      let result = output + place
      var count = 0
      forEachPlace(of: window, rows: batch.rows) { place in
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
    let (output, channels) = (plan[output], plane.channels)
    Scalar.fill(inputGradient, with: 0, count: plane.size * batch.rows)
    forEachWindow(rows: batch.rows) { place, window in
      let gradient = outputGradient + place
      if Kind.isMean {
        var count = 0
        forEachPlace(of: window, rows: batch.rows) { _ in count += 1 }
        Scalar.scale(gradient, by: 1 / Scalar(count), count: channels)
      }
      forEachPlace(of: window, rows: batch.rows) { from in
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

  /// A window of one row of the batch.
  private struct Window {
    let row, top, left: Int
  }

  @inline(__always)
  private func forEachWindow(rows: Int, _ body: (_ place: Int, Window) -> Void) {
    for top in 0..<outputPlane.height {
      for row in 0..<rows {
        for left in 0..<outputPlane.width {
          body(
            outputPlane.place(row, of: rows, y: top, x: left),
            Window(row: row, top: top, left: left))
        }
      }
    }
  }

  /// Calls `body` with each place of the input that a window sees.
  @inline(__always)
  private func forEachPlace(of window: Window, rows: Int, _ body: (_ place: Int) -> Void) {
    for down in 0..<windows.height.size {
      guard
        let y = windows.height.place(ofWindow: window.top, element: down, of: plane.height)
      else { continue }
      for right in 0..<windows.width.size {
        guard
          let x = windows.width.place(ofWindow: window.left, element: right, of: plane.width)
        else { continue }
        body(plane.place(window.row, of: rows, y: y, x: x))
      }
    }
  }
}
