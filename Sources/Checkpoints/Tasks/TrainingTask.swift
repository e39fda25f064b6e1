import Recurrent

/// What a model is trained on, and how: enough to go on training with nothing but the file.
package struct TrainingTask: Equatable, Sendable {
  /// Where the training data come from.
  package enum Source: Equatable, Sendable {
    /// The name of an experiment.
    case experiment(String)
    /// The files of arrays, `.npy` or `FILE.h5:DATASET`.
    case arrays(inputs: String, targets: String)
    case text(TextTask)
    case series(SeriesTask)
    case labelled(LabelledTask)

    /// The files of the data; none if they are made.
    package var files: [String] {
      switch self {
      case .experiment: []
      case .arrays(let inputs, let targets): [inputs, targets]
      case .text(let text): text.files
      case .series(let series): [series.file]
      case .labelled(let labelled): [labelled.file]
      }
    }
  }

  package var source: Source
  package var options: TrainingOptions
  /// The part of the samples that is kept for validation.
  package var validationSplit: Double

  package init(_ source: Source, options: TrainingOptions, validationSplit: Double = 0) {
    self.source = source
    self.options = options
    self.validationSplit = validationSplit
  }

  /// Checks that a checkpoint can hold it: its writer asks its reader.
  ///
  /// - Throws: `ConfigurationError` that names the option which cannot be stored.
  package func check() throws(ConfigurationError) { try TaskDescription.check(self) }
}

/// Learning what follows in a text.
package struct TextTask: Equatable, Sendable {
  /// What a symbol is.
  package enum Level: String, CaseIterable, Sendable {
    /// A Unicode scalar.
    case character
    case byte
    /// A run of letters and digits, or another character; a single blank before it belongs to it.
    case word
  }

  /// Read one after the other.
  package var files: [String]
  package var level: Level
  /// The symbols of a sample.
  package var sequenceLength: Int
  /// XXH3-64 of the text, in hexadecimal digits.
  package var digest: String

  package init(files: [String], level: Level, sequenceLength: Int, digest: String) {
    self.files = files
    self.level = level
    self.sequenceLength = sequenceLength
    self.digest = digest
  }
}

/// Forecasting a column of a table whose rows are points in time.
package struct SeriesTask: Equatable, Sendable {
  /// What is done about missing values.
  package enum Missing: String, CaseIterable, Sendable {
    case refuse
    /// The last value before it stands in.
    case forwardFill = "forward-fill"
    /// The row is left out.
    case drop
  }

  package var file: String
  package var target: String
  package var features: [String]
  /// The column that says when; `nil` if there is none.
  package var date: String?
  /// The column that says which of several series; `nil` if there is one.
  package var key: String?
  /// The steps of a sample.
  package var sequenceLength: Int
  /// The steps that are forecast at once.
  package var horizon: Int
  /// The part of the rows that is kept for the test.
  package var testSplit: Double
  package var missing: Missing
  /// Whether the model reads and tells how values change from row to row.
  package var isDifferenced = false
  /// XXH3-64 of the file, in hexadecimal digits.
  package var digest: String

  /// Whether a row can be read only with the values of the row before it.
  package var needsLastValues: Bool { isDifferenced || missing == .forwardFill }

  package init(
    file: String, target: String, features: [String], date: String? = nil, key: String? = nil,
    sequenceLength: Int, horizon: Int = 1, testSplit: Double = 0, missing: Missing = .refuse,
    digest: String = ""
  ) {
    self.file = file
    self.target = target
    self.features = features
    self.date = date
    self.key = key
    self.sequenceLength = sequenceLength
    self.horizon = horizon
    self.testSplit = testSplit
    self.missing = missing
    self.digest = digest
  }
}

/// Telling the class, or a number, of whole sequences.
package struct LabelledTask: Equatable, Sendable {
  package var file: String
  /// The columns, or members of a line's object.
  package var sequence: String
  package var label: String
  /// Whether labels are numbers to come near to, not classes.
  package var isRegression: Bool
  /// What the symbols of a text are; `nil` if sequences are numbers.
  package var level: TextTask.Level?
  /// The steps of a sample; shorter ones are padded in front, of longer ones the last steps are taken.
  package var sequenceLength: Int
  /// XXH3-64 of the file, in hexadecimal digits.
  package var digest: String

  package init(
    file: String, sequence: String, label: String, isRegression: Bool, level: TextTask.Level?,
    sequenceLength: Int, digest: String
  ) {
    self.file = file
    self.sequence = sequence
    self.label = label
    self.isRegression = isRegression
    self.level = level
    self.sequenceLength = sequenceLength
    self.digest = digest
  }
}
