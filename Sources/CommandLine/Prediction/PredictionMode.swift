import ArgumentParser
import Tasks

/// One thing that `lstm-predict` can do with a model.
package protocol PredictionMode: CommandMode {
  /// What its result can be shown as.
  static var formats: [OutputFormat] { get }
  /// Whether it is asked for.
  var isAskedFor: Bool { get }
  /// Checks the options against each other.
  ///
  /// - Throws: `ValidationError`.
  func check(_ modes: PredictionModes) throws
  /// Whether it has a result for each output of the model.
  static var writesSeveral: Bool { get }
  /// Adds the files that it reads and writes.
  func addFiles(to files: inout CommandFiles)
  /// Does it.
  ///
  /// - Parameters:
  ///   - file: The model that the user names.
  ///   - modes: All options.
  ///   - note: Shows the user something beside the result.
  /// - Throws: What is wrong, in one of the errors that ``ExitStatus`` knows.
  func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws
}

extension PredictionMode {
  package static var formats: [OutputFormat] { [.text, .json] }
  package static var writesSeveral: Bool { false }
  package func check(_ modes: PredictionModes) throws {}
  package func addFiles(to files: inout CommandFiles) {}
}

/// The options that several modes of `lstm-predict` take.
package struct PredictionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The number of predictions. (default: 1)", valueName: "N"))
  package var steps: Int?

  @Option(
    defaultAsFlag: "",
    help: ArgumentHelp(
      "Store the state and the position of the sequence at the end, in this checkpoint or in another.",
      valueName: "CHECKPOINT"))
  package var saveState: String?

  @Option(
    help: ArgumentHelp(
      "Write the result to Y.npy or Y.csv; - is stdout. Of a model of several outputs one for each, in the model's order or as NAME=Y.",
      valueName: "Y"))
  package var output: [String] = []

  @Option(help: ArgumentHelp("The format of what is shown. (default: text)", valueName: "FORMAT"))
  package var format: OutputFormat?

  @Option(
    help: ArgumentHelp(
      "The row of a stateful batch to predict for, from 0. (default: 0)", valueName: "ROW"))
  package var row: Int?

  @Option(
    help: ArgumentHelp(
      "With --evaluate or --forecast: the rows of this file, not those of the training.",
      valueName: "FILE"))
  package var csv: String?

  package init() {}

  package func validate() throws {
    guard steps ?? 1 >= 1 else {
      throw ValidationError("--steps is \(steps ?? 0); it must be at least 1")
    }
    for output in outputPaths
    where output != Self.standardOutput && !output.hasSuffix(".npy") && !output.hasSuffix(".csv") {
      throw ValidationError("--output is \(output); it must end in .npy or .csv, or be -")
    }
  }

  /// A name that stands for stdout.
  static let standardOutput = "-"

  private var outputPaths: [String] { output.map(NamedFiles.path) }

  /// The files that are written; none if the result is shown.
  package var outputFiles: [String] { outputPaths.filter { $0 != Self.standardOutput } }

  /// The first of them; `nil` if the result is shown.
  package var outputFile: String? { outputFiles.first }

  /// What shows results.
  var outputFormat: OutputFormat { format ?? .text }

  /// Checks that a table can go into the output.
  ///
  /// - Parameter isAlone: Whether nothing else is shown then.
  /// - Throws: `ValidationError` if it cannot.
  func checkTable(isAlone: Bool = true) throws {
    guard let output = outputFile else { return }
    guard output.hasSuffix(".csv") else {
      throw ValidationError("--output is \(output); a table is written as .csv")
    }
    guard format == nil || !isAlone else {
      throw ValidationError("--format does not go with --output, which is CSV")
    }
  }
}

/// The modes of `lstm-predict`, each a group of options.
package struct PredictionModes: ParsableArguments {
  @OptionGroup(title: "What to do") var run: RunMode
  @OptionGroup(title: "What to do") var evaluate: EvaluateMode
  @OptionGroup(title: "What to do") var answer: AnswerMode
  @OptionGroup(title: "What to do") var pairs: PairsMode
  @OptionGroup(title: "What to do") var arrays: ArrayMode
  @OptionGroup(title: "Forecasting a series") var forecast: ForecastMode
  @OptionGroup(title: "Forecasting a series") package var plot: PlotOptions
  @OptionGroup(title: "Live streams") var stream: StreamMode
  @OptionGroup(title: "Common options") package var common: PredictionOptions
  @OptionGroup(title: "Choosing symbols of a text") var sampling: SamplingArguments
  @OptionGroup(title: "Choosing symbols of a text") var candidates: CandidatesMode
  @OptionGroup(title: "Choosing symbols of a text") var interactive: InteractiveMode
  @OptionGroup(title: "Forecasting a series") var backTest: BackTestMode
  @OptionGroup(title: "Live streams") var rowsSeen: RowsSeenMode

  package init() {}

  private typealias Entry = (
    mode: any PredictionMode.Type, value: (PredictionModes) -> any PredictionMode
  )

  private static func entry<Mode: PredictionMode>(
    _ value: @escaping (PredictionModes) -> Mode
  ) -> Entry { (Mode.self, value) }

  /// The more special before those that they are special cases of.
  private static var all: [Entry] {
    [
      entry(\.rowsSeen), entry(\.stream), entry(\.backTest), entry(\.forecast), entry(\.arrays),
      entry(\.evaluate), entry(\.answer), entry(\.pairs), entry(\.candidates), entry(\.interactive),
      entry(\.run),
    ]
  }

  /// Which options go together.
  package static var rules: CommandModes { CommandModes(all.map(\.mode)) }

  /// Checks the options of the mode that is asked for.
  ///
  /// - Throws: `ValidationError`.
  package func check() throws {
    let (mode, format) = (chosen, common.outputFormat)
    guard type(of: mode).formats.contains(format) else {
      let names = type(of: mode).formats.map(\.rawValue).joined(separator: ", ")
      throw ValidationError(
        "--format \(format.rawValue) does not go with \(type(of: mode).title), which has \(names)")
    }
    guard type(of: mode).writesSeveral || common.output.count <= 1 else {
      throw ValidationError(
        "--output is given \(common.output.count) times; \(type(of: mode).title) has one result")
    }
    try mode.check(self)
  }

  /// The mode that is asked for.
  package var chosen: any PredictionMode {
    Self.all.map { $0.value(self) }.first(where: \.isAskedFor) ?? run
  }
}
