import Files
import HDF5

/// `scaling`: `columns`, text, `offsets` and `scales`, float64, one for each column: a value is scaled to
/// `(value − offset) / scale`. `residuals`, float32, what forecasts of the validation part were beside the
/// truth, scaled. `keys`, text, where series have scalings of their own: `offsets` and `scales` are then
/// `[keys, columns]`. The attribute `method`.
enum ScalingGroup {
  static let name = "scaling"

  static func write(_ scaling: Scaling, to group: Group) throws {
    try group.attributes.set("method", scaling.method.rawValue)
    try group.write("columns", scaling.columns)
    let shape =
      scaling.keys.isEmpty ? [scaling.offsets.count] : [scaling.keys.count, scaling.columns.count]
    if !scaling.keys.isEmpty { try group.write("keys", scaling.keys) }
    try group.write("offsets", shape: shape, scaling.offsets)
    try group.write("scales", shape: shape, scaling.scales)
    try group.write("residuals", shape: [scaling.residuals.count], scaling.residuals)
  }

  static func read(_ group: Group, file: String) throws -> Scaling {
    let name = try group.attributes.string("method")
    guard let method = Scaling.Method(rawValue: name) else {
      throw FileError.invalid(file, "\(group.path)@method: is \(name)")
    }
    var scaling = Scaling(
      method: method, columns: try group.dataset("columns").readStrings(),
      offsets: try group.dataset("offsets").read(most: 1 << 20),
      scales: try group.dataset("scales").read(most: 1 << 20),
      residuals: try group.dataset("residuals").read(most: 1 << 24))
    if try group.contains("keys") { scaling.keys = try group.dataset("keys").readStrings() }
    guard scaling.isSound else {
      throw FileError.invalid(file, "\(group.path): does not scale its columns")
    }
    return scaling
  }
}

extension Scaling {
  /// Whether there are finite numbers for every column.
  var isSound: Bool {
    let count = columns.count * max(1, keys.count)
    return offsets.count == count && scales.count == count && !columns.isEmpty
      && keys.areAllDifferent
      && offsets.allSatisfy(\.isFinite) && scales.allSatisfy { $0.isFinite && $0 != 0 }
      && residuals.allSatisfy(\.isFinite)
  }
}
