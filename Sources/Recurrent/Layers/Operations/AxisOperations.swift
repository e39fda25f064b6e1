import Files

/// `keras.ops.transpose` of other axes than that of the batch.
struct TransposeDescription: SampleViewDescription {
  static let className = "ops.Transpose"
  static let options: [String: JSONValue] = ["axes": nil]

  private let axes: [Int]?

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axes = options["axes"] == .null ? nil : try options.wholes("axes")
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    guard let axes else {
      throw ConfigurationError("\(Self.className) without axes puts the samples last")
    }
    guard axes.first == 0, axes.count == sizes.count + 1 else {
      throw ConfigurationError(
        "\(Self.className) of the axes \(axes) does not go with \(sizes.count + 1) axes")
    }
    return SampleView(sizes).permuted(
      try SampleAxis.indices(Array(axes.dropFirst()), of: sizes, Self.className))
  }
}

/// `keras.ops.expand_dims`: a new axis of one place.
struct ExpandDimsDescription: SampleViewDescription {
  static let className = "ops.ExpandDims"
  static let options: [String: JSONValue] = ["axis": 1]

  private let axis: Int

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let axes = try options.wholes("axis")
    guard axes.count == 1 else { throw options.error("axis", "is not supported") }
    axis = axes[0]
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    SampleView(sizes).inserting(
      axis: try SampleAxis.index(axis, of: sizes, new: 1, Self.className))
  }
}

/// `keras.ops.squeeze`: without axes of one place.
struct SqueezeDescription: SampleViewDescription {
  static let className = "ops.Squeeze"
  static let options: [String: JSONValue] = ["axis": nil]

  /// All of one place if `nil`.
  private let axes: [Int]?

  init(_ options: LayerOptions) throws(ConfigurationError) {
    axes = options["axis"] == .null ? nil : try options.wholes("axis")
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    var view = SampleView(sizes)
    let indices =
      try axes.map { axes throws(ConfigurationError) in
        try SampleAxis.indices(axes, of: sizes, Self.className)
      } ?? sizes.indices.filter { sizes[$0] == 1 }
    for index in indices.sorted(by: >) {
      guard sizes[index] == 1 else {
        throw ConfigurationError("\(Self.className) of an axis of \(sizes[index]) places")
      }
      view = view.dropping(axis: index)
    }
    return view
  }
}

/// `keras.ops.flip`: axes backwards.
struct FlipDescription: SampleViewDescription {
  static let className = "ops.Flip"
  static let options: [String: JSONValue] = ["axis": nil]

  private let axes: [Int]

  init(_ options: LayerOptions) throws(ConfigurationError) { axes = try options.wholes("axis") }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    var view = SampleView(sizes)
    for index in try SampleAxis.indices(axes, of: sizes, Self.className) {
      view = view.sliced(axis: index, from: sizes[index] - 1, count: sizes[index], step: -1)
    }
    return view
  }
}

/// `keras.ops.repeat`: each place of an axis so many times.
struct RepeatDescription: SampleViewDescription {
  static let className = "ops.Repeat"
  static let options: [String: JSONValue] = ["repeats": 1, "axis": nil]

  private let repeats, axis: Int

  init(_ options: LayerOptions) throws(ConfigurationError) {
    repeats = try options.size("repeats")
    axis = try options.whole("axis")
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    SampleView(sizes).inserting(
      axis: try SampleAxis.index(axis, of: sizes, Self.className) + 1, count: repeats)
  }

  func outputSizes(_ view: SampleView) -> [Int] {
    var sizes = view.sizes
    let index = axis < 0 ? axis + sizes.count : axis
    let times = sizes.remove(at: index)
    sizes[index - 1] = sizes[index - 1].multipliedClamped(by: times)
    return sizes
  }
}

/// `keras.ops.tile`: whole axes so many times.
struct TileDescription: SampleViewDescription {
  static let className = "ops.Tile"
  static let options: [String: JSONValue] = ["repeats": [1]]

  private let repeats: [Int]

  init(_ options: LayerOptions) throws(ConfigurationError) {
    repeats = try options.wholes("repeats")
    guard repeats.allSatisfy({ $0 >= 1 }) else {
      throw options.error("repeats", "is not supported")
    }
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    guard repeats.count <= sizes.count || repeats.count == sizes.count + 1 && repeats[0] == 1
    else { throw ConfigurationError("\(Self.className) repeats samples or makes new axes") }
    var view = SampleView(sizes)
    for (index, times) in zip(sizes.indices.reversed(), repeats.reversed()) {
      view = view.inserting(axis: index, count: times)
    }
    return view
  }

  func outputSizes(_ view: SampleView) -> [Int] {
    let tiled = min(repeats.count, (view.sizes.count + 1) / 2)
    let whole = view.sizes.count - 2 * tiled
    return view.sizes.prefix(whole)
      + (0..<tiled).map { index in
        view.sizes[whole + 2 * index].multipliedClamped(by: view.sizes[whole + 2 * index + 1])
      }
  }
}

/// `keras.ops.reshape` of each sample.
struct ReshapeOperationDescription: SampleViewDescription {
  static let className = "ops.Reshape"
  static let options: [String: JSONValue] = ["newshape": nil]

  private let target: SampleTarget
  private let batch: Int

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let sizes = try options.wholes("newshape")
    guard sizes.count > 1, let target = SampleTarget(Array(sizes.dropFirst())) else {
      throw options.error("newshape", "is not supported")
    }
    (self.target, batch) = (target, sizes[0])
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    // What is left for the first axis must be the samples.
    guard batch >= 1 || batch == -1 && !target.sizes.contains(-1) else {
      throw ConfigurationError("\(Self.className) makes other samples")
    }
    _ = try target.resolved(sizes, Self.className)
    return SampleView(sizes)
  }

  func outputSizes(_ view: SampleView) -> [Int] {
    (try? target.resolved(view.sizes, Self.className)) ?? view.sizes
  }
}
