import ArgumentParser
import Tasks

/// Learning the alphabet.
package struct LettersOptions: TaskOptions {
  package static let triggers = ["--experiment"]
  package static let takes = TaskKinds.ofNewModels
  package static let title = "--experiment"

  @Option(
    help: ArgumentHelp(
      "Learn the alphabet, in one of six ways (see above). (default: stateful)",
      valueName: "NAME"))
  package var experiment: Experiment?

  package static let validates = false

  package init() {}

  package var isAskedFor: Bool { experiment != nil }

  package func task(_ kinds: TaskKinds) -> any LearningTask {
    LettersTask(experiment ?? .stateful)
  }
}

extension Experiment: ExpressibleByArgument {
  public init?(argument: String) {
    guard let experiment = Experiment.named(argument) else { return nil }
    self = experiment
  }

  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}
