import Checkpoints

/// Which text to learn, and how it is cut into samples.
public struct TextPlan: Sendable {
  /// Read one after the other; `-` is stdin.
  public var files: [String]
  public var level = TextTask.Level.character
  /// The symbols of a sample: how far back an update looks.
  public var sequenceLength = 50
  /// Whether the state is carried from sample to sample through the whole text.
  public var isStateful = true
  /// The units of a learnt embedding; symbols are one-hot if `nil`.
  public var embedding: Int?
  /// The most symbols that are told apart; all if `nil`.
  public var vocabularySize: Int?

  /// - Parameter level: Words have an embedding and are the 10,000 most frequent ones unless you say otherwise.
  public init(files: [String], level: TextTask.Level = .character) {
    self.files = files
    self.level = level
    guard level == .word else { return }
    embedding = 64
    vocabularySize = 10_000
  }
}
