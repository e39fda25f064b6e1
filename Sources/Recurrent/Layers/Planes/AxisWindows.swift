import Files

/// The places of an axis that each output of a convolution or a pooling sees.
struct AxisWindows {
  /// The options of a convolution's windows over so many axes, with Keras' defaults.
  static func options(axes: Int) -> [String: JSONValue] {
    let ones = JSONValue.array([JSONValue](repeating: 1, count: axes))
    return [
      "kernel_size": ones, "strides": ones, "padding": "valid", "data_format": "channels_last",
      "dilation_rate": ones,
    ]
  }

  let size, strides, dilation: Int
  /// Whether every `strides`-th place has a window, which may reach beyond the ends; otherwise all lie inside.
  let isSame: Bool

  /// The places from the first to the last of a window.
  private var reach: Int { (size - 1) * dilation + 1 }

  /// The windows of an axis of so many places; none if it is too short.
  func count(of places: Int) -> Int {
    isSame
      ? (places + strides - 1) / strides : places < reach ? 0 : (places - reach) / strides + 1
  }

  /// The place that a window sees with one of its elements; `nil` if it is beyond an end.
  func place(ofWindow window: Int, element: Int, of places: Int) -> Int? {
    let beyond = isSame ? max(0, (count(of: places) - 1) * strides + reach - places) : 0
    // Where their number is odd, the end has one more.
    let place = window * strides + element * dilation - beyond / 2
    return (0..<places).contains(place) ? place : nil
  }
}

/// The windows over the height and the width of a plane, `[height, width, channels]`.
struct PlaneWindows {
  let height, width: AxisWindows

  private init(height: AxisWindows, width: AxisWindows) {
    (self.height, self.width) = (height, width)
  }

  /// - Parameters:
  ///   - size: The option of the windows' sizes: `kernel_size` or `pool_size`.
  ///   - axes: 1 if the planes are lines.
  /// - Throws: ``ConfigurationError`` naming the option that is not supported.
  init(
    _ options: LayerOptions, size: String, axes: Int = 2
  ) throws(ConfigurationError) {
    try options.checkChannelsLast()
    let padding = options["padding"].string?.lowercased()
    guard padding == "valid" || padding == "same" else {
      throw options.error("padding", "is not supported")
    }
    let sizes = try Self.pair(options, size, axes)
    let strides = options["strides"] == .null ? sizes : try Self.pair(options, "strides", axes)
    let dilation =
      options["dilation_rate"] == .null
      ? (1, 1) : try Self.pair(options, "dilation_rate", axes)
    let windows = [(sizes.0, strides.0, dilation.0), (sizes.1, strides.1, dilation.1)].map {
      AxisWindows(size: $0, strides: $1, dilation: $2, isSame: padding == "same")
    }
    (height, width) = (windows[0], windows[1])
  }

  /// Two sizes, or one for both axes.
  private static func pair(
    _ options: LayerOptions, _ option: String, _ axes: Int
  ) throws(ConfigurationError) -> (Int, Int) {
    let sizes = options[option].array ?? [JSONValue](repeating: options[option], count: axes)
    let numbers = sizes.compactMap(\.integer)
    guard sizes.count == axes, numbers.count == axes,
      numbers.allSatisfy({ (1...ModelConfiguration.largestAxis).contains($0) })
    else { throw options.error(option, "is not supported") }
    return axes == 1 ? (1, numbers[0]) : (numbers[0], numbers[1])
  }

  /// The sizes of the windows, that of the height first.
  var sizes: [Int] { [height.size, width.size] }

  /// Windows of the same sizes around each place.
  var aroundEachPlace: PlaneWindows {
    PlaneWindows(
      height: AxisWindows(size: height.size, strides: 1, dilation: 1, isSame: true),
      width: AxisWindows(size: width.size, strides: 1, dilation: 1, isSame: true))
  }

  /// The plane of so many channels, with a value for each window.
  ///
  /// - Throws: ``ConfigurationError`` if there is no window.
  func output(
    of input: SampleShape, channels: Int? = nil, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    let plane = try Plane(input, className)
    let steps = input.timeSteps.map { height.count(of: $0) }
    let columns = width.count(of: plane.width)
    guard steps != 0, columns > 0 else {
      throw ConfigurationError("the windows of \(className) are larger than its input")
    }
    return .sequence(timeSteps: steps, axes: [columns, channels ?? plane.channels])
  }
}

/// A sample of `[height, width, channels]`; in memory `[height, rows, width, channels]`, or `[rows, height, width, channels]`
/// where it is one step of several.
struct Plane {
  let height, width, channels: Int
  /// Whether it is one step of several.
  let isStep: Bool

  /// - Throws: ``ConfigurationError`` if a sample has other axes.
  init(_ shape: SampleShape, _ className: String) throws(ConfigurationError) {
    guard shape.isSequence, shape.axes.count == 2 else {
      throw ConfigurationError(
        "\(className) takes [height, width, channels], not \(shape.axes.count + 1) axes")
    }
    self.init(known: shape)
  }

  /// The same of a shape that has been checked.
  init(known shape: SampleShape) {
    self.init(
      height: shape.steps, width: shape.axes[0], channels: shape.axes[shape.axes.count - 1],
      isStep: false)
  }

  init(height: Int, width: Int, channels: Int, isStep: Bool) {
    (self.height, self.width, self.channels) = (height, width, channels)
    self.isStep = isStep
  }

  /// Where the channels of a place begin.
  @inline(__always)
  func place(_ row: Int, of rows: Int, y: Int, x: Int) -> Int {
    ((isStep ? row * height + y : y * rows + row) * width + x) * channels
  }

  var size: Int { height * width * channels }
}
