/// How values are spread, as `tf.summary.histogram` has it (`tensorboard/plugins/histogram/summary_v2.py`).
struct WeightHistogram: Equatable {
  /// The buckets that TensorBoard takes if nothing else is said.
  static let bucketCount = 30

  /// `[bucketCount, 3]`, row-major: the left edge of each bucket, its right edge, and how many values are in it.
  private(set) var values = [Double](repeating: 0, count: 3 * bucketCount)

  /// Values that are infinite or not numbers are in no bucket.
  init(_ weights: UnsafeMutableBufferPointer<Float>) {
    var (least, largest) = (Float.infinity, -Float.infinity)
    for weight in weights where weight.isFinite {
      (least, largest) = (min(least, weight), max(largest, weight))
    }
    guard least <= largest else { return }
    let (first, last) = (Double(least), Double(largest))
    let (range, count) = (last - first, Double(Self.bucketCount))
    // Edges as `tf.linspace` has them.
    for bucket in 0..<Self.bucketCount {
      values[3 * bucket] = first + range / count * Double(bucket)
      values[3 * bucket + 1] =
        bucket + 1 == Self.bucketCount ? last : first + range / count * Double(bucket + 1)
    }
    for weight in weights where weight.isFinite {
      // Where all values are one, the last bucket has them.
      let bucket =
        range == 0 ? count - 1 : min(count - 1, (Double(weight) - first) / (range / count))
      values[3 * Int(bucket) + 2] += 1
    }
  }
}
