import Kernels

/// The values of a sample in another order, perhaps not all of them, perhaps some several times: for each place of the view
/// the place in the sample, as strides say it.
struct SampleView {
  /// The sizes of the view's axes, without the batch.
  private(set) var sizes: [Int]
  /// How far two places that follow each other on an axis are apart in the sample.
  private var strides: [Int]
  private var first = 0

  /// The sample as it is.
  init(_ sizes: [Int]) {
    self.sizes = sizes
    strides = Self.strides(sizes)
  }

  private static func strides(_ sizes: [Int]) -> [Int] {
    var (strides, stride) = ([Int](repeating: 0, count: sizes.count), 1)
    for axis in sizes.indices.reversed() {
      strides[axis] = stride
      stride *= sizes[axis]
    }
    return strides
  }

  /// The axes in another order.
  func permuted(_ axes: [Int]) -> SampleView {
    var view = self
    view.sizes = axes.map { sizes[$0] }
    view.strides = axes.map { strides[$0] }
    return view
  }

  /// So many places of an axis, from `start` on, `step` apart.
  func sliced(axis: Int, from start: Int, count: Int, step: Int) -> SampleView {
    var view = self
    view.first += start * strides[axis]
    view.sizes[axis] = count
    if count > 1 { view.strides[axis] *= step }
    return view
  }

  /// Each place of an axis of size 1 so many times.
  func repeated(axis: Int, count: Int) -> SampleView {
    var view = self
    view.sizes[axis] = count
    view.strides[axis] = 0
    return view
  }

  /// A new axis of one place, or of so many that are the same.
  func inserting(axis: Int, count: Int = 1) -> SampleView {
    var view = self
    view.sizes.insert(count, at: axis)
    view.strides.insert(0, at: axis)
    return view
  }

  /// Without an axis, of which only the first place is left.
  func dropping(axis: Int) -> SampleView {
    var view = self
    view.sizes.remove(at: axis)
    view.strides.remove(at: axis)
    return view
  }

  /// The number of places.
  var count: Int { sizes.reduce(1, *) }

  /// The place in the sample of each place of the view, in their order.
  var places: [Int] {
    var places = [first]
    for (size, stride) in zip(sizes, strides) {
      places = places.flatMap { place in (0..<size).map { place + $0 * stride } }
    }
    return places
  }
}

/// Which values of one sample are which of another, for all rows of a batch, in runs that follow each other in both.
///
/// Shapes: the samples `[steps, rows, features]` in memory.
struct SampleMap {
  private struct Run {
    let fromStep, fromFeature, toStep, toFeature, count: Int
  }

  private let runs: [Run]
  private let fromFeatures, toFeatures: Int

  /// - Parameters:
  ///   - view: Of the sample `from`.
  ///   - offset: The place of the view's first value in the sample `to`, whose next ones are the others.
  init(_ view: SampleView, from: SampleShape, to: SampleShape, offset: Int = 0) {
    self.init(
      Array(zip(view.places, offset..<offset + view.count)), from: from.features, to: to.features)
  }

  /// - Parameters:
  ///   - from: A sample whose values go, in their order, to the places of a view.
  ///   - view: Of the sample `to`.
  init(_ from: SampleShape, to view: SampleView, of to: SampleShape) {
    self.init(
      view.places.enumerated().map { ($0.offset, $0.element) }, from: from.features,
      to: to.features)
  }

  /// - Parameters:
  ///   - pairs: A place in the one sample and the place in the other that has its value.
  ///   - from: The features of the one.
  ///   - to: Those of the other.
  init(_ pairs: [(from: Int, to: Int)], from: Int, to: Int) {
    var runs: [Run] = []
    var index = 0
    while index < pairs.count {
      let (first, second) = pairs[index]
      let most = min(from - first % from, to - second % to, pairs.count - index)
      var count = 1
      while count < most, pairs[index + count] == (first + count, second + count) { count += 1 }
      runs.append(
        Run(
          fromStep: first / from, fromFeature: first % from, toStep: second / to,
          toFeature: second % to, count: count))
      index += count
    }
    (self.runs, fromFeatures, toFeatures) = (runs, from, to)
  }

  /// Calls `body` with the first row's places of each run, see ``ElementKernels/copyRows(_:step:to:step:rows:columns:)``.
  @inline(__always)
  func forEachRun(rows: Int, _ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) {
    for run in runs {
      body(
        run.fromStep * rows * fromFeatures + run.fromFeature,
        run.toStep * rows * toFeatures + run.toFeature, run.count)
    }
  }

  /// Copies the values of the one sample to their places in the other.
  func copy<Scalar: KernelScalar>(
    _ from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    forEachRun(rows: rows) { source, target, count in
      Scalar.copyRows(
        from + source, step: fromFeatures, to: to + target, step: toFeatures, rows: rows,
        columns: count)
    }
  }

  /// Adds the values of the other sample to those of the one that they came from.
  func addBack<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    forEachRow(rows: rows) { source, target, count in
      Scalar.add(values + target, to: sums + source, count: count)
    }
  }

  /// Calls `body` with the places of each run of each row.
  @inline(__always)
  func forEachRow(rows: Int, _ body: (_ from: Int, _ to: Int, _ count: Int) -> Void) {
    forEachRun(rows: rows) { from, to, count in
      for row in 0..<rows { body(from + row * fromFeatures, to + row * toFeatures, count) }
    }
  }
}
