import ArgumentParser
import Tasks

extension Experiment: ExpressibleByArgument {
  package init?(argument: String) {
    guard let experiment = Experiment.named(argument) else { return nil }
    self = experiment
  }

  package var defaultValueDescription: String { name }
  package static var allValueStrings: [String] { all.map(\.name) }
}
