import Files

/// The places of an axis that each output of a convolution or a pooling sees.
struct AxisWindows {
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

  /// - Parameters:
  ///   - size: The option of the windows' sizes: `kernel_size` or `pool_size`.
  ///   - strides: How far windows are from each other; their size if `nil`.
  /// - Throws: ``ConfigurationError`` naming the option that is not supported.
  init(_ options: LayerOptions, size: String) throws(ConfigurationError) {
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
    let padding = options["padding"].string?.lowercased()
    guard padding == "valid" || padding == "same" else {
      throw options.error("padding", "is not supported")
    }
    let sizes = try Self.pair(options, size)
    let strides = options["strides"] == .null ? sizes : try Self.pair(options, "strides")
    let dilation =
      options["dilation_rate"] == .null ? (1, 1) : try Self.pair(options, "dilation_rate")
    height = AxisWindows(
      size: sizes.0, strides: strides.0, dilation: dilation.0, isSame: padding == "same")
    width = AxisWindows(
      size: sizes.1, strides: strides.1, dilation: dilation.1, isSame: padding == "same")
  }

  /// Two sizes, or one for both axes.
  private static func pair(
    _ options: LayerOptions, _ option: String
  ) throws(ConfigurationError) -> (Int, Int) {
    let sizes = options[option].array ?? [options[option], options[option]]
    let numbers = sizes.compactMap(\.integer)
    guard sizes.count == 2, numbers.count == 2,
      numbers.allSatisfy({ (1...ModelConfiguration.largestAxis).contains($0) })
    else { throw options.error(option, "is not supported") }
    return (numbers[0], numbers[1])
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

/// A sample of `[height, width, channels]`; in memory `[height, rows, width, channels]`.
struct Plane {
  let height, width, channels: Int

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
    height = shape.steps
    width = shape.axes[0]
    channels = shape.axes[shape.axes.count - 1]
  }

  /// Where the channels of a place begin.
  @inline(__always)
  func place(_ row: Int, of rows: Int, y: Int, x: Int) -> Int {
    ((y * rows + row) * width + x) * channels
  }

  var size: Int { height * width * channels }
}
