import Files
import Kernels

/// `keras.layers.UpSampling2D` by repeating places.
struct UpSampling2DDescription: SampleViewDescription {
  static let className = "UpSampling2D"
  static let options: [String: JSONValue] = [
    "size": [2, 2], "data_format": "channels_last", "interpolation": "nearest",
  ]

  private let size: [Int]
  var needsSequence: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
    guard options["interpolation"] == "nearest" else {
      throw options.error("interpolation", "is not supported")
    }
    let sizes = try options.wholes("size")
    size = sizes.count == 1 ? [sizes[0], sizes[0]] : sizes
    guard size.count == 2, size.allSatisfy({ $0 >= 1 }) else {
      throw options.error("size", "is not supported")
    }
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    guard sizes.count == 3 else {
      throw ConfigurationError("UpSampling2D takes [height, width, channels]")
    }
    return SampleView(sizes).inserting(axis: 2, count: size[1]).inserting(axis: 1, count: size[0])
  }

  func outputSizes(_ view: SampleView) -> [Int] {
    let sizes = view.sizes
    return [
      sizes[0].multipliedClamped(by: sizes[1]), sizes[2].multipliedClamped(by: sizes[3]), sizes[4],
    ]
  }
}

/// `keras.layers.Cropping2D`.
struct Cropping2DDescription: SampleViewDescription {
  static let className = "Cropping2D"
  static let options: [String: JSONValue] = [
    "cropping": [[0, 0], [0, 0]], "data_format": "channels_last",
  ]

  private let edges: PlaneEdges
  var needsSequence: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    edges = try PlaneEdges(options, "cropping")
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    guard sizes.count == 3, sizes[0] > edges.top + edges.bottom,
      sizes[1] > edges.left + edges.right
    else { throw ConfigurationError("Cropping2D leaves nothing of [height, width, channels]") }
    return SampleView(sizes)
      .sliced(axis: 0, from: edges.top, count: sizes[0] - edges.top - edges.bottom, step: 1)
      .sliced(axis: 1, from: edges.left, count: sizes[1] - edges.left - edges.right, step: 1)
  }
}

/// `keras.layers.ZeroPadding2D`.
struct ZeroPadding2DDescription: LayerDescription {
  static let className = "ZeroPadding2D"
  static let options: [String: JSONValue] = [
    "padding": [[1, 1], [1, 1]], "data_format": "channels_last",
  ]

  private let edges: PlaneEdges
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    edges = try PlaneEdges(options, "padding")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    _ = try Plane(input, Self.className)
    return try input.shape(Self.className) { sizes in
      [
        sizes[0] + edges.top + edges.bottom, sizes[1] + edges.left + edges.right,
        sizes[2],
      ]
    }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let inner = builder.input.knownSizes
    let view = SampleView(builder.output.knownSizes)
      .sliced(axis: 0, from: edges.top, count: inner[0], step: 1)
      .sliced(axis: 1, from: edges.left, count: inner[1], step: 1)
    return MovedValues(
      [SampleMap(builder.input, to: view, of: builder.output)], isComplete: false, builder)
  }
}

/// What is put to the edges of a plane, or taken off.
private struct PlaneEdges {
  let top, bottom, left, right: Int

  init(_ options: LayerOptions, _ option: String) throws(ConfigurationError) {
    try options.checkChannelsLast()
    // One number for all, one for each axis, or one for each end.
    let axes = options[option].array ?? [options[option], options[option]]
    let ends = axes.map { ($0.array ?? [$0, $0]).compactMap(\.integer) }
    guard ends.count == 2, ends.allSatisfy({ $0.count == 2 }),
      ends.joined().allSatisfy({ (0...ModelConfiguration.largestAxis).contains($0) })
    else { throw options.error(option, "is not supported") }
    (top, bottom, left, right) = (ends[0][0], ends[0][1], ends[1][0], ends[1][1])
  }
}
