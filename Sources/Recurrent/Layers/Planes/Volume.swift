import Files

/// A sample of `[depth, height, width, channels]`; in memory `[depth, rows, height, width, channels]`. A plane has its height
/// as depth, and a height of 1.
struct Volume {
  let depth, height, width, channels: Int

  init(_ shape: SampleShape) {
    let axes = shape.axes
    depth = shape.steps
    height = axes.count > 2 ? axes[0] : 1
    width = axes.count > 1 ? axes[axes.count - 2] : 1
    channels = axes[axes.count - 1]
  }

  var places: Int { depth * height * width }
  var size: Int { places * channels }

  /// A place of one row of the batch.
  struct Place {
    let row, z, y, x: Int
  }

  /// Calls `body` with each place, in the order of memory, and where its channels begin.
  @inline(__always)
  func forEachPlace(rows: Int, _ body: (Place, _ first: Int) -> Void) {
    var first = 0
    for z in 0..<depth {
      for row in 0..<rows {
        for y in 0..<height {
          for x in 0..<width {
            body(Place(row: row, z: z, y: y, x: x), first)
            first += channels
          }
        }
      }
    }
  }
}

/// The windows over the depth, the height and the width of a volume.
struct VolumeWindows {
  /// Those of depth, height and width.
  private var axes = [AxisWindows](
    repeating: AxisWindows(size: 1, strides: 1, dilation: 1, isSame: false), count: 3)
  /// Those of these that a layer has: all, those of planes, or that of a sequence.
  private let named: [Int]

  /// - Parameters:
  ///   - size: The option of the windows' sizes: `kernel_size` or `pool_size`.
  ///   - count: 3, 2 of planes, or 1 of sequences.
  /// - Throws: ``ConfigurationError`` naming the option that is not supported.
  init(_ options: LayerOptions, size: String, axes count: Int) throws(ConfigurationError) {
    try options.checkChannelsLast()
    let padding = options["padding"].string?.lowercased()
    guard padding == "valid" || padding == "same" else {
      throw options.error("padding", "is not supported")
    }
    func numbers(_ option: String) throws(ConfigurationError) -> [Int] {
      let given = try options.wholes(option)
      let numbers = given.count == 1 ? [Int](repeating: given[0], count: count) : given
      guard numbers.count == count, numbers.allSatisfy({ $0 >= 1 }) else {
        throw options.error(option, "is not supported")
      }
      return numbers
    }
    let sizes = try numbers(size)
    let strides = options["strides"] == .null ? sizes : try numbers("strides")
    let dilation =
      options["dilation_rate"] == .null
      ? [Int](repeating: 1, count: count) : try numbers("dilation_rate")
    named = count == 1 ? [0] : count == 2 ? [0, 2] : [0, 1, 2]
    for (number, axis) in named.enumerated() {
      axes[axis] = AxisWindows(
        size: sizes[number], strides: strides[number], dilation: dilation[number],
        isSame: padding == "same")
    }
  }

  /// The sizes of the windows, without axes that planes or sequences do not have.
  var sizes: [Int] { named.map { axes[$0].size } }

  /// Whether places of a window are apart.
  var areDilated: Bool { axes.contains { $0.dilation > 1 } }

  /// The elements of a window.
  var count: Int { axes.reduce(1) { $0 * $1.size } }

  /// The volume or plane of so many channels, with a value for each window.
  ///
  /// - Throws: ``ConfigurationError`` if there is no window.
  func output(
    of input: SampleShape, channels: Int? = nil, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    guard input.isSequence, input.axes.count == named.count else {
      throw ConfigurationError(
        "\(className) takes [\(named.count == 3 ? "depth, " : "")height, width, channels], not "
          + "\(input.axes.count + 1) axes")
    }
    let steps = input.timeSteps.map { axes[0].count(of: $0) }
    var sizes = input.axes
    for index in 0..<sizes.count - 1 {
      sizes[index] = axes[named[index + 1]].count(of: sizes[index])
    }
    sizes[sizes.count - 1] = channels ?? sizes[sizes.count - 1]
    guard steps != 0, !sizes.contains(0) else {
      throw ConfigurationError("the windows of \(className) are larger than its input")
    }
    return .sequence(timeSteps: steps, axes: sizes)
  }

  /// The axes whose windows would be so many.
  func transposedSizes(of windows: [Int]) -> [Int] {
    zip(named, windows).map { axes[$0].transposedCount(of: $1) }
  }

  /// Calls `body` with where the channels of each place begin that a window sees; with `nil` for one beyond an end.
  ///
  /// - Parameter window: Its place among the windows.
  @inline(__always)
  func forEachElement(
    of window: Volume.Place, in volume: Volume, rows: Int, _ body: (_ first: Int?) -> Void
  ) {
    let (depth, height, width) = (axes[0], axes[1], axes[2])
    for into in 0..<depth.size {
      let z = depth.place(ofWindow: window.z, element: into, of: volume.depth)
      for down in 0..<height.size {
        let y = height.place(ofWindow: window.y, element: down, of: volume.height)
        for right in 0..<width.size {
          let x = width.place(ofWindow: window.x, element: right, of: volume.width)
          if let z, let y, let x {
            let line = ((z * rows + window.row) * volume.height + y) * volume.width
            body((line + x) * volume.channels)
          } else {
            body(nil)
          }
        }
      }
    }
  }
}
