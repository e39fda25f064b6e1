import ArgumentParser
import Tasks

/// How a kind of task is asked for on the command line of `lstm-train`.
package protocol TaskOptions: CommandMode {
  /// Whether it is asked for.
  var isAskedFor: Bool { get }
  /// Whether some of the data are kept for validation unless the user says otherwise.
  static var validates: Bool { get }
  /// Adds the files that the data are in.
  func addFiles(to files: inout CommandFiles)
  /// The task.
  ///
  /// - Throws: `ValidationError` if an option is missing.
  func task(_ kinds: TaskKinds) throws -> any LearningTask
}

extension TaskOptions {
  package static var validates: Bool { true }
  package func addFiles(to files: inout CommandFiles) {}
}

/// The kinds of tasks of `lstm-train`, each a group of options.
package struct TaskKinds: ParsableArguments {
  @OptionGroup(title: "What to learn") var letters: LettersOptions
  @OptionGroup(title: "What to learn") var text: TextOptions
  @OptionGroup(title: "What to learn") var series: SeriesOptions
  @OptionGroup(title: "What to learn") var sequences: SequencesOptions
  @OptionGroup(title: "What to learn") var labels: LabelsOptions
  @OptionGroup(title: "What to learn") var tags: TagsOptions
  @OptionGroup(title: "What to learn") var pairs: PairsOptions
  @OptionGroup(title: "What to learn") var arrays: ArraysOptions
  @OptionGroup(title: "What to learn") var fineTuning: FineTuningOptions
  @OptionGroup(title: "Common options") package var common: TrainingArguments
  @OptionGroup(title: "Samples and symbols") var samples: SampleOptions
  @OptionGroup(title: "Series") var columns: SeriesColumnOptions

  package init() {}

  private typealias Entry = (kind: any TaskOptions.Type, value: (TaskKinds) -> any TaskOptions)

  private static func entry<Kind: TaskOptions>(_ value: @escaping (TaskKinds) -> Kind) -> Entry {
    (Kind.self, value)
  }

  private static var all: [Entry] {
    [
      entry(\.fineTuning), entry(\.arrays), entry(\.text), entry(\.series), entry(\.labels),
      entry(\.tags), entry(\.pairs), entry(\.letters),
    ]
  }

  /// Which options go together.
  package static var rules: CommandModes {
    CommandModes(all.map(\.kind), standard: LettersOptions.self)
  }

  /// The kind that is asked for.
  package var chosen: any TaskOptions {
    Self.all.map { $0.value(self) }.first(where: \.isAskedFor) ?? letters
  }

  /// What the options ask for.
  ///
  /// - Throws: `ValidationError` if an option is missing.
  package func plan(_ learning: LearningOptions) throws -> TrainingPlan {
    var plan = TrainingPlan(try chosen.task(self))
    common.apply(to: &plan)
    learning.apply(to: &plan)
    fineTuning.apply(to: &plan)
    return plan
  }

  /// Checks options of learning against the kind.
  ///
  /// - Throws: `ValidationError`.
  package func check(_ learning: LearningOptions) throws {
    let validates = learning.validationSplit.map { $0 > 0 } ?? type(of: chosen).validates
    guard learning.validateEvery == nil || validates else {
      throw ValidationError("--validate-every does nothing without --validation-split")
    }
  }

  /// Adds the files that the data are in.
  package func addFiles(to files: inout CommandFiles) {
    files.read(sequences.sequences, "--sequences")
    for entry in Self.all { entry.value(self).addFiles(to: &files) }
  }

  /// The options of models that are new, whatever they learn.
  static let ofNewModels =
    [
      "--cell", "--units", "--dropout", "--clip-norm", "--clip-value", "--optimizer-options",
      "--keras-version",
    ]
}

/// How samples are cut from data, and what their symbols are.
package struct SampleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The time steps of a sample. (default: 50 symbols, fewer for a short text; 24 rows; the longest sequence)",
      valueName: "N"))
  package var sequenceLength: Int?

  @Option(
    help: ArgumentHelp(
      """
      stateful: carry the state through all data, each row of a batch through its own stretch. window: independent \
      samples, in random order. (default: stateful for texts, window for series)
      """, valueName: "FRAMING"))
  package var framing: SampleFraming?

  @Option(
    help: ArgumentHelp(
      "The symbols of a text: characters (Unicode scalars), bytes or words; with --text subwords too, which byte-pair encoding finds. (default: character)",
      valueName: "SYMBOLS"))
  package var level: TextTask.Level?

  @Option(
    help: ArgumentHelp(
      "The N most frequent symbols; all others are one unknown symbol. Of subwords, how many there are, the 256 bytes among them. (default: all; 10000 words, 2000 subwords)",
      valueName: "N"))
  package var vocabularySize: Int?

  @Option(
    help: ArgumentHelp(
      "The units of an embedding of symbols. (default: none, one-hot; 64 for words, subwords and pairs, 32 for sequences)",
      valueName: "N"))
  package var embedding: Int?

  package init() {}

  package func validate() throws {
    for (name, value) in [
      ("--sequence-length", sequenceLength), ("--vocabulary-size", vocabularySize),
      ("--embedding", embedding),
    ] where value.map({ $0 < 1 }) ?? false {
      throw ValidationError("\(name) is \(value ?? 0); it must be at least 1")
    }
  }

  /// The options of models of symbols.
  static let ofSymbols = ["--level", "--vocabulary-size", "--embedding"]
}

/// How a text or a series is cut into samples.
package enum SampleFraming: String, CaseIterable, ExpressibleByArgument {
  case stateful
  case window
}

extension TextTask.Level: ExpressibleByArgument {}
