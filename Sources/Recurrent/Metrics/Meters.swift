/// Metrics that are measured together, output by output, in one array of sums.
package struct Meters: Sendable {
  private let all: [(name: String, meter: any OutputMeter, first: Int)]
  /// How many sums they take; they begin with zeros.
  package let size: Int

  /// Those of metrics that are supported.
  init(_ metrics: [CompiledMetric], areClasses: Bool, units: Int) {
    var (all, size) = ([(name: String, meter: any OutputMeter, first: Int)](), 0)
    for metric in metrics {
      guard let meter = metric.meter(areClasses: areClasses, units: units) else { continue }
      all.append((metric.name, meter, size))
      size += meter.size
    }
    (self.all, self.size) = (all, size)
  }

  /// In the order of the metrics.
  var names: [String] { all.map(\.name) }

  func add(_ output: MeasuredOutput, to sums: inout [Double]) {
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      for (_, meter, first) in all { meter.add(output, to: base + first) }
    }
  }

  /// Of all outputs so far.
  func values(of sums: [Double]) -> [(name: String, value: Double)] {
    sums.withUnsafeBufferPointer { sums in
      guard let base = sums.baseAddress else { return [] }
      return all.map { ($0.name, $0.meter.value(of: base + $0.first)) }
    }
  }
}
