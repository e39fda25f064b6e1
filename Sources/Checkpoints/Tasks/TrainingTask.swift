import Recurrent

/// What a model is trained on, and how: enough to go on training with nothing but the file.
public struct TrainingTask: Equatable, Sendable {
  /// Where the training data come from.
  public enum Source: Equatable, Sendable {
    /// The name of an experiment.
    case experiment(String)
    /// The files of arrays, `.npy` or `FILE.h5:DATASET`.
    case arrays(inputs: String, targets: String)
    case text(TextTask)
  }

  public var source: Source
  public var options: TrainingOptions
  /// The part of the samples that is kept for validation.
  public var validationSplit: Double

  public init(_ source: Source, options: TrainingOptions, validationSplit: Double = 0) {
    self.source = source
    self.options = options
    self.validationSplit = validationSplit
  }
}

/// Learning what follows in a text.
public struct TextTask: Equatable, Sendable {
  /// What a symbol is.
  public enum Level: String, CaseIterable, Sendable {
    /// A Unicode scalar.
    case character
    case byte
    /// A run of letters and digits, or another character; a single blank before it belongs to it.
    case word
  }

  /// Read one after the other.
  public var files: [String]
  public var level: Level
  /// The symbols of a sample.
  public var sequenceLength: Int
  /// XXH3-64 of the text, in hexadecimal digits.
  public var digest: String

  public init(files: [String], level: Level, sequenceLength: Int, digest: String) {
    self.files = files
    self.level = level
    self.sequenceLength = sequenceLength
    self.digest = digest
  }
}
