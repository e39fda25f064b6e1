import Files

/// `x[…]` in a functional model: `keras.ops` calls it `GetItem`, the older Keras `SlicingOpLambda`.
struct SelectionDescription: SampleViewDescription {
  static let className = "ops.GetItem"
  static let options: [String: JSONValue] = ["key": nil]

  /// What stands between the brackets for one axis.
  private enum Part {
    case index(Int)
    case slice(start: Int?, stop: Int?, step: Int)
    case newAxis
    case ellipsis
  }

  private let parts: [Part]

  init(_ options: LayerOptions) throws(ConfigurationError) {
    guard let key = options["key"].array, key.count <= 16 else {
      throw options.error("key", "is not supported")
    }
    var parts: [Part] = []
    for value in key {
      if let index = value.integer {
        parts.append(.index(index))
      } else if value == .null {
        parts.append(.newAxis)
      } else if value["class_name"]?.string == "__ellipsis__" {
        parts.append(.ellipsis)
      } else if value["class_name"]?.string == "__slice__", let config = value["config"] {
        var bounds: [Int?] = []
        for name in ["start", "stop", "step"] {
          let bound = config[name] ?? .null
          guard bound == .null || bound.integer != nil else {
            throw options.error("key", "is not supported")
          }
          bounds.append(bound.integer)
        }
        guard bounds[2] != 0 else { throw options.error("key", "has a step of 0") }
        parts.append(.slice(start: bounds[0], stop: bounds[1], step: bounds[2] ?? 1))
      } else {
        throw options.error("key", "is not supported")
      }
    }
    guard parts.filter({ if case .ellipsis = $0 { true } else { false } }).count <= 1 else {
      throw options.error("key", "has more than one ellipsis")
    }
    self.parts = parts
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    var view = SampleView(sizes)
    let taking = parts.filter { if case .newAxis = $0 { false } else { true } }
    let hasEllipsis = taking.contains { if case .ellipsis = $0 { true } else { false } }
    let left = sizes.count + 1 - taking.count + (hasEllipsis ? 1 : 0)
    guard left >= 0 else {
      throw ConfigurationError("there are more indices than the input has axes")
    }
    // −1 is the axis of the batch.
    var axis = -1
    for part in parts {
      if axis < 0 {
        switch part {
        case .slice(nil, nil, 1): axis += 1
        case .ellipsis: axis += left
        default:
          throw ConfigurationError(
            "samples cannot be selected, each of which is computed by itself")
        }
        continue
      }
      switch part {
      case .newAxis:
        view = view.inserting(axis: axis)
        axis += 1
      case .ellipsis: axis += left
      case .index(let index):
        let size = view.sizes[axis]
        let place = index < 0 ? index + size : index
        guard (0..<size).contains(place) else {
          throw ConfigurationError("there is no place \(index) on an axis of \(size)")
        }
        view = view.sliced(axis: axis, from: place, count: 1, step: 1).dropping(axis: axis)
      case .slice(let start, let stop, let step):
        view = try sliced(view, axis: axis, start, stop, step)
        axis += 1
      }
    }
    return view
  }

  /// A part of an axis, as Python's slices have it.
  private func sliced(
    _ view: SampleView, axis: Int, _ start: Int?, _ stop: Int?, _ step: Int
  ) throws(ConfigurationError) -> SampleView {
    let size = view.sizes[axis]
    let (lowest, highest) = step > 0 ? (0, size) : (-1, size - 1)
    func bound(_ bound: Int?, _ standard: Int) -> Int {
      guard let bound else { return standard }
      // A file may name any number.
      let (sum, overflow) = bound.addingReportingOverflow(size)
      return min(max(bound < 0 ? (overflow ? lowest : sum) : bound, lowest), highest)
    }
    let first = bound(start, step > 0 ? lowest : highest)
    let last = bound(stop, step > 0 ? highest : lowest)
    let distance = step > 0 ? last - first : first - last
    let stride = Int(min(step.magnitude, UInt(Int32.max)))
    guard distance > 0 else { throw ConfigurationError("a slice of an axis of \(size) is empty") }
    return view.sliced(
      axis: axis, from: first, count: (distance - 1) / stride + 1, step: step > 0 ? stride : -stride
    )
  }
}
