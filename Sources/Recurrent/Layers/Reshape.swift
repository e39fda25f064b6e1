import Files

/// `keras.layers.Flatten`.
struct FlattenDescription: SampleViewDescription {
  static let className = "Flatten"
  static let options: [String: JSONValue] = ["data_format": "channels_last"]

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
  }

  func view(_ sizes: [Int]) -> SampleView { SampleView(sizes) }

  func outputSizes(_ view: SampleView) -> [Int] {
    [view.sizes.reduce(1) { $0.multipliedClamped(by: $1) }]
  }
}

/// `keras.layers.Reshape`.
struct ReshapeDescription: SampleViewDescription {
  static let className = "Reshape"
  static let options: [String: JSONValue] = ["target_shape": nil]

  private let target: SampleTarget

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let sizes = options["target_shape"].array ?? []
    let known = sizes.compactMap(\.integer)
    guard known.count == sizes.count, let target = SampleTarget(known) else {
      throw options.error("target_shape", "is not supported")
    }
    self.target = target
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    _ = try target.resolved(sizes, Self.className)
    return SampleView(sizes)
  }

  func outputSizes(_ view: SampleView) -> [Int] {
    (try? target.resolved(view.sizes, Self.className)) ?? view.sizes
  }
}

/// The sizes that a sample is to have: one of them, −1, is what is left for it.
struct SampleTarget {
  private static let mostAxes = 6
  let sizes: [Int]

  /// - Returns: `nil` if there can be no such sample.
  init?(_ sizes: [Int]) {
    guard (1...Self.mostAxes).contains(sizes.count),
      sizes.allSatisfy({ $0 == -1 || (1...ModelConfiguration.largestAxis).contains($0) }),
      sizes.filter({ $0 == -1 }).count <= 1
    else { return nil }
    self.sizes = sizes
  }

  /// All sizes, for the values of a sample.
  ///
  /// - Throws: ``ConfigurationError`` if they hold another number of values.
  func resolved(_ sample: [Int], _ className: String) throws(ConfigurationError) -> [Int] {
    let count = sample.reduce(1) { $0.multipliedClamped(by: $1) }
    // As far as they divide the values; a file may ask for any sizes.
    var rest = count
    for size in sizes where size > 0 {
      rest = rest > 0 && rest % size == 0 ? rest / size : 0
    }
    guard rest > 0, rest == 1 || sizes.contains(-1) else {
      throw ConfigurationError("\(className) cannot make \(sizes) of \(count) values")
    }
    return sizes.map { $0 == -1 ? rest : $0 }
  }
}
