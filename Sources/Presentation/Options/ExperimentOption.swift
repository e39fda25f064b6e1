import ArgumentParser
import LSTMToolkit

extension Experiment: ExpressibleByArgument {
  /// The default: the one with a state that outlives a batch.
  public static let stateful = all.first { $0.stateful } ?? all[0]

  public init?(argument: String) {
    guard let experiment = Experiment.named(argument) else { return nil }
    self = experiment
  }

  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}
