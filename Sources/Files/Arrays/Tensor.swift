import HDF5

/// Numbers of any shape: what models are given and give.
///
/// Values are `Float` and lie row-major, as NumPy's do in C order: the last axis runs fastest. The first axis is that of
/// samples: an input is `[samples, timeSteps, features]`, or `[samples, timeSteps]` for symbols; a target or an output is
/// `[samples, units]`, or `[samples, timeSteps, units]`.
public struct Tensor: Equatable, Sendable {
  /// The sizes of the axes; none for a single number.
  public internal(set) var shape: [Int]
  /// As many as the product of ``shape``.
  public private(set) var values: [Float]

  /// - Throws: ``ShapeError`` if the shape is not one of so many values.
  public init(shape: [Int], values: [Float]) throws(ShapeError) {
    guard Self.count(of: shape) == values.count else {
      throw ShapeError("a tensor of shape \(shape) cannot have \(values.count) values")
    }
    self.shape = shape
    self.values = values
  }

  /// A shape that is known to be right.
  package init(checked shape: [Int], _ values: [Float]) {
    self.shape = shape
    self.values = values
  }

  /// The same number everywhere.
  ///
  /// - Throws: ``ShapeError`` if there is no such shape.
  public init(repeating value: Float, shape: [Int]) throws(ShapeError) {
    guard let count = Self.count(of: shape), count <= Self.mostValues else {
      throw ShapeError("a tensor cannot have shape \(shape)")
    }
    self.init(checked: shape, [Float](repeating: value, count: count))
  }

  /// One axis: `[values]`.
  public init(_ values: [Float]) { self.init(checked: [values.count], values) }

  /// Two axes: `[samples, features]`.
  ///
  /// - Throws: ``ShapeError`` if rows have different lengths.
  public init(_ rows: [[Float]]) throws(ShapeError) {
    let columns = rows.first?.count ?? 0
    if let row = rows.firstIndex(where: { $0.count != columns }) {
      throw ShapeError(
        "row \(row) has \(rows[row].count) values, row 0 has \(columns); all rows must have as many"
      )
    }
    self.init(checked: [rows.count, columns], rows.flatMap { $0 })
  }

  /// Three axes: `[samples, timeSteps, features]`.
  ///
  /// - Throws: ``ShapeError`` if samples have different shapes.
  public init(_ samples: [[[Float]]]) throws(ShapeError) {
    let (steps, features) = (samples.first?.count ?? 0, samples.first?.first?.count ?? 0)
    for (number, sample) in samples.enumerated() {
      guard sample.count == steps, sample.allSatisfy({ $0.count == features }) else {
        throw ShapeError(
          "sample \(number) is not of \(steps) steps of \(features) values each, as sample 0 is")
      }
    }
    self.init(
      checked: [samples.count, steps, features], samples.flatMap { $0.flatMap { $0 } })
  }

  /// Class numbers, one a sample: targets of a sparse categorical cross-entropy, `[samples]`.
  public init(classes: [Int]) { self.init(classes.map { Float($0) }) }

  /// Class or symbol numbers, one a step: `[samples, timeSteps]`.
  ///
  /// - Throws: ``ShapeError`` if rows have different lengths.
  public init(classes: [[Int]]) throws(ShapeError) {
    try self.init(classes.map { $0.map { Float($0) } })
  }

  /// Rows of zeros with a 1 in the place of each number: targets of a categorical cross-entropy,
  /// `[samples, count]`; `keras.utils.to_categorical`.
  ///
  /// - Throws: ``ShapeError`` if a number is not one of the classes.
  public init(oneHot numbers: [Int], count: Int) throws(ShapeError) {
    if let place = numbers.firstIndex(where: { $0 < 0 || $0 >= count }) {
      throw ShapeError(
        "class \(numbers[place]) of sample \(place) is not one of \(count) classes, from 0")
    }
    try self.init(repeating: 0, shape: [numbers.count, count])
    for (row, number) in numbers.enumerated() { values[row * count + number] = 1 }
  }

  /// The value at a place, an index for each axis; `nil` if there is no such place.
  public subscript(indices: Int...) -> Float? { place(indices).map { values[$0] } }

  /// Puts a value at a place, an index for each axis.
  ///
  /// - Throws: ``ShapeError`` if there is no such place.
  public mutating func set(_ value: Float, at indices: Int...) throws(ShapeError) {
    guard let place = place(indices) else {
      throw ShapeError("a tensor of shape \(shape) has no value at \(indices)")
    }
    values[place] = value
  }

  /// The same values under another shape.
  ///
  /// - Parameter shape: One size may be -1, which is what is left for it.
  /// - Throws: ``ShapeError`` if it is not a shape of so many values.
  public func reshaped(to shape: [Int]) throws(ShapeError) -> Tensor {
    var sizes = shape
    if let open = shape.firstIndex(of: -1) {
      sizes[open] = 1
      if let known = Self.count(of: sizes), known > 0, values.count % known == 0 {
        sizes[open] = values.count / known
      }
    }
    guard Self.count(of: sizes) == values.count else {
      throw ShapeError("a tensor of shape \(self.shape) cannot be reshaped to \(shape)")
    }
    return Tensor(checked: sizes, values)
  }

  /// Some of the samples: a range of the first axis.
  ///
  /// - Throws: ``ShapeError`` if there are none of these numbers.
  public func samples(_ range: Range<Int>) throws(ShapeError) -> Tensor {
    guard let count = shape.first, range.lowerBound >= 0, range.upperBound <= count else {
      throw ShapeError("a tensor of shape \(shape) has no samples \(range)")
    }
    let size = shape.dropFirst().reduce(1, *)
    return Tensor(
      checked: [range.count] + shape.dropFirst(),
      Array(values[range.lowerBound * size..<range.upperBound * size]))
  }

  private func place(_ indices: [Int]) -> Int? {
    guard indices.count == shape.count else { return nil }
    var place = 0
    for (index, size) in zip(indices, shape) {
      guard (0..<size).contains(index) else { return nil }
      place = place * size + index
    }
    return place
  }

  private static let mostValues = 1 << 32

  /// The values of a tensor of some shape; `nil` if there is no such tensor. The sizes behind an axis of none are
  /// counted too: parts of the tensor have them.
  static func count(of shape: [Int]) -> Int? {
    var count = 1
    for size in shape where size != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}

/// Values that do not fill a shape, or a place that a shape does not have.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
  public let description: String

  package init(_ description: String) { self.description = description }
}
