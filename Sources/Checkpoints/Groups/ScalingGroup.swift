import HDF5

/// `scaling`: `columns`, text, `offsets` and `scales`, float64, one for each column: a value is scaled to
/// `(value − offset) / scale`. `residuals`, float32, what forecasts of the validation part were beside the
/// truth, scaled. The attribute `method`.
enum ScalingGroup {
  static let name = "scaling"

  static func write(_ scaling: Scaling, to group: Group) throws {
    try group.attributes.set("method", scaling.method.rawValue)
    try group.write("columns", scaling.columns)
    try group.write("offsets", shape: [scaling.offsets.count], scaling.offsets)
    try group.write("scales", shape: [scaling.scales.count], scaling.scales)
    try group.write("residuals", shape: [scaling.residuals.count], scaling.residuals)
  }

  static func read(_ group: Group, file: String) throws -> Scaling {
    let name = try group.attributes.string("method")
    guard let method = Scaling.Method(rawValue: name) else {
      throw CheckpointError.invalid(file, "\(group.path)@method: is \(name)")
    }
    let scaling = Scaling(
      method: method, columns: try group.dataset("columns").readStrings(),
      offsets: try group.dataset("offsets").read(most: 1 << 20),
      scales: try group.dataset("scales").read(most: 1 << 20),
      residuals: try group.dataset("residuals").read(most: 1 << 24))
    guard scaling.isSound else {
      throw CheckpointError.invalid(file, "\(group.path): does not scale its columns")
    }
    return scaling
  }
}

extension Scaling {
  /// Whether there are finite numbers for every column.
  var isSound: Bool {
    offsets.count == columns.count && scales.count == columns.count && !columns.isEmpty
      && offsets.allSatisfy(\.isFinite) && scales.allSatisfy { $0.isFinite && $0 != 0 }
      && residuals.allSatisfy(\.isFinite)
  }
}
