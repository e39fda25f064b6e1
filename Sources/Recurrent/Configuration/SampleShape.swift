/// The shape of one sample as it goes from layer to layer, without the rows of the batch.
package struct SampleShape: Equatable, Sendable {
  /// Whether there is a time axis.
  package var isSequence: Bool
  /// The steps of a sequence; `nil` if any number may come.
  package var timeSteps: Int?
  /// The axes of one step, or of a sample without steps: one for a vector, more for images and for sequences inside a
  /// sequence.
  package private(set) var axes: [Int]

  /// The values of one step, or of a sample without steps. Setting them makes a step a vector.
  package var features: Int {
    get {
      axes.reduce(1) { count, size in
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return overflow ? ModelConfiguration.largestAxis + 1 : product
      }
    }
    set { axes = [newValue] }
  }

  /// The axes of a step that are left out, see ``ofLastAxis``.
  private var leadingAxes = 0

  /// The axes of a step whose sizes come with the steps of the model's inputs, see ``open(where:)``.
  private var openAxes: Set<Int> = []

  private init(isSequence: Bool, timeSteps: Int?, axes: [Int]) {
    (self.isSequence, self.timeSteps, self.axes) = (isSequence, timeSteps, axes)
  }

  /// `[timeSteps, features]`.
  package static func sequence(timeSteps: Int?, features: Int) -> SampleShape {
    SampleShape(isSequence: true, timeSteps: timeSteps, axes: [features])
  }

  /// `[timeSteps, …]`.
  package static func sequence(timeSteps: Int?, axes: [Int]) -> SampleShape {
    SampleShape(isSequence: true, timeSteps: timeSteps, axes: axes)
  }

  /// `[features]`.
  package static func vector(features: Int) -> SampleShape {
    SampleShape(isSequence: false, timeSteps: nil, axes: [features])
  }

  /// A sample of such axes: the first of several is that of time.
  ///
  /// - Returns: `nil` if there is no axis, or one that is not the first is not known.
  package init?(sizes: [Int?]) {
    let axes = (sizes.count > 1 ? Array(sizes.dropFirst()) : sizes).compactMap { $0 }
    guard !sizes.isEmpty, axes.count == max(1, sizes.count - 1) else { return nil }
    self.init(
      isSequence: sizes.count > 1, timeSteps: sizes.count > 1 ? sizes[0] : nil, axes: axes)
  }

  /// One step by itself.
  var step: SampleShape {
    axes.count == 1
      ? .vector(features: axes[0]) : .sequence(timeSteps: axes[0], axes: Array(axes.dropFirst()))
  }

  /// The same with steps that are rows of the last axis.
  var ofLastAxis: SampleShape {
    var shape = self
    shape.axes = Array(axes.suffix(1))
    shape.leadingAxes = axes.count - 1
    return shape
  }

  /// The same with another size of the last axis.
  func with(lastAxis size: Int) -> SampleShape {
    var shape = self
    shape.axes[axes.count - 1] = size
    return shape
  }

  /// The number of Keras' axes, the batch among them.
  var rank: Int { sizes.count + leadingAxes + 1 }
  /// Whether it is one row of steps that have several axes, see ``ofLastAxis``.
  var isRowOfAxes: Bool { leadingAxes > 0 }

  /// Checks that an axis of Keras', which counts the batch too, is the last one.
  ///
  /// - Throws: ``ConfigurationError`` naming the class of layers that needs it.
  func checkLast(_ axis: Int, of className: String) throws(ConfigurationError) {
    guard axis == -1 || axis == rank - 1 else {
      throw ConfigurationError("\(className) goes over the last axis only, not over \(axis)")
    }
  }

  /// The steps in memory: 1 for a sample without a time axis.
  var steps: Int { isSequence ? timeSteps ?? 1 : 1 }
  /// The sizes of the axes; `nil` where any may come.
  package var sizes: [Int?] {
    let axes = axes.enumerated().map { openAxes.contains($0.offset) ? nil : $0.element }
    return isSequence ? [timeSteps] + axes : axes
  }

  /// The same, with sizes open that another number of steps changes.
  ///
  /// - Parameter other: The shape for other steps of the model's inputs.
  func open(where other: SampleShape) -> SampleShape {
    var shape = self
    if timeSteps != other.timeSteps { shape.timeSteps = nil }
    shape.openAxes = Set(zip(axes, other.axes).enumerated().filter { $1.0 != $1.1 }.map(\.offset))
    return shape
  }
}
