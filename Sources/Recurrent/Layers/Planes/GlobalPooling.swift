import Files
import Kernels

/// `keras.layers.GlobalMaxPooling2D`, `GlobalAveragePooling2D` and those of volumes: ``Reduction`` computes them.
struct GlobalPoolingDescription<Kind: GlobalPoolingKind>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] { ["data_format": "channels_last", "keepdims": false] }

  private let keepsAxes: Bool
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
    keepsAxes = try options.flag("keepdims")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard input.isSequence, input.axes.count == Kind.axes else {
      throw ConfigurationError("\(Self.className) cannot take \(input.axes.count + 1) axes")
    }
    let channels = input.axes[Kind.axes - 1]
    guard keepsAxes else { return .vector(features: channels) }
    return .sequence(
      timeSteps: 1, axes: [Int](repeating: 1, count: Kind.axes - 1) + [channels])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Reduction(Kind.reduction, axes: Array(0..<Kind.axes), builder)
  }
}

/// What all places of a channel become.
protocol GlobalPoolingKind: Sendable {
  static var className: String { get }
  static var axes: Int { get }
  static var reduction: ReductionKind { get }
}

enum MaximumOfWholePlane: GlobalPoolingKind {
  static let (className, axes, reduction) = ("GlobalMaxPooling2D", 2, ReductionKind.maximum)
}

enum MeanOfWholePlane: GlobalPoolingKind {
  static let (className, axes, reduction) = ("GlobalAveragePooling2D", 2, ReductionKind.mean)
}

enum MaximumOfWholeVolume: GlobalPoolingKind {
  static let (className, axes, reduction) = ("GlobalMaxPooling3D", 3, ReductionKind.maximum)
}

enum MeanOfWholeVolume: GlobalPoolingKind {
  static let (className, axes, reduction) = ("GlobalAveragePooling3D", 3, ReductionKind.mean)
}
