import ArgumentParser
import LSTMToolkit

extension Experiment: ExpressibleByArgument {
  public init?(argument: String) {
    guard let experiment = Experiment.named(argument) else { return nil }
    self = experiment
  }

  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}
