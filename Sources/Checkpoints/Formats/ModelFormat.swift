import Files

/// A kind of file that holds a model: how it is recognized, what it can hold, and how it is read and written.
package protocol ModelFormat: Sendable {
  /// What people call such a file.
  var name: String { get }
  /// What is in one, in a line for a list of formats.
  var summary: String { get }
  /// How the names of such files end, the usual ending first; in small letters, with the point.
  var suffixes: [String] { get }
  var holds: FormatContents { get }
  /// Whether such files can be read, and written.
  var isReadable: Bool { get }
  var isWritable: Bool { get }
  /// Whether such files have a seal.
  var isSealed: Bool { get }

  /// Whether a file that begins so is of this format, or of one that this one reads too.
  ///
  /// - Parameter start: The first ``ModelFormats/startSize`` bytes, or all.
  func recognizes(_ start: [UInt8]) -> Bool

  /// Reads a file.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; the file's own model if `nil`.
  /// - Throws: ``FileError`` naming what is not as it should be.
  func read(_ path: String, into architecture: Checkpoint?) throws -> Checkpoint

  /// Writes a checkpoint into an empty file.
  ///
  /// - Throws: `HDF5Error`, ``FileError``, or ``ConfigurationError`` if the format cannot hold the model.
  func write(_ checkpoint: Checkpoint, to file: NewFile) throws

  /// Reads a file that was just written, and compares it with its checkpoint.
  ///
  /// - Throws: ``FileError`` if it is something else.
  func check(_ path: String, is checkpoint: Checkpoint) throws

  /// What a file says about itself, and its model if it has one.
  ///
  /// - Throws: ``FileError`` if it cannot be read.
  func identify(_ path: String) throws -> (identity: FileIdentity, checkpoint: Checkpoint?)

  /// Checks by a file's seal that no byte of it has changed, and that it loads.
  ///
  /// - Returns: What it holds.
  /// - Throws: ``FileError`` that says what is wrong with it.
  func verify(_ path: String) throws -> Checkpoint

  /// The texts of a file that describe its model as Keras does, whatever is in them.
  ///
  /// - Throws: ``FileError``.
  func description(of path: String) throws -> JSONValue
}

extension ModelFormat {
  package var isReadable: Bool { true }
  package var isWritable: Bool { true }
  package var isSealed: Bool { false }

  package func verify(_ path: String) throws -> Checkpoint {
    throw FileError.invalid(path, "has no seal: \(suffix) files have none")
  }

  package func description(of path: String) throws -> JSONValue {
    throw FileError.invalid(path, "\(suffix) files have no configuration texts to show")
  }

  /// The usual end of a name.
  package var suffix: String { suffixes[0] }

  /// What of a checkpoint has no place in such a file, in words that go on behind the file's name.
  package func losses(of checkpoint: Checkpoint) -> [String] {
    var losses: [String] = []
    if !holds.model {
      losses.append("has the weights, not the model; reading it takes the model too")
    }
    if !holds.optimizer, checkpoint.optimizer != nil {
      losses.append("cannot hold the optimizer; training cannot continue from it")
    }
    return losses
  }
}

/// What a file of a format can hold beside weights.
package struct FormatContents {
  /// The model, so that the file can be read by itself.
  package var model: Bool
  package var optimizer: Bool
  /// In the order in which they are written.
  package var sections: [any Section.Type]

  /// Whether all of a checkpoint fits in, so that training can go on from the file.
  package var isComplete: Bool { model && optimizer && sections.count == Sections.all.count }

  /// All of a checkpoint.
  static var everything: FormatContents {
    FormatContents(model: true, optimizer: true, sections: Sections.all)
  }
}
