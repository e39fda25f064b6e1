import ArgumentParser

/// `--units 50`, or `128,128` for two LSTM layers, the lowest first.
public struct UnitsOption: ExpressibleByArgument, Sendable {
  public let units: [Int]

  public init(units: [Int]) { self.units = units }

  public init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
    units = parts.compactMap { $0 }
  }

  public var defaultValueDescription: String {
    units.map(String.init).joined(separator: ",")
  }
}
