import Recurrent

/// A part of what a checkpoint remembers beside Keras' model: how it is written, read and checked, said once for every
/// store.
package protocol Section {
  associatedtype Value
  /// The name in a store: of a group or dataset in HDF5, of a text in the metadata of other formats.
  static var name: String { get }
  /// Where a checkpoint has it.
  static var property: WritableKeyPath<Checkpoint, Value?> { get }
  /// Whether it is of use only where training goes on from the file.
  static var isOfTraining: Bool { get }
  /// What is written.
  static func stored(_ value: Value) -> StoredValue
  /// Reads it as it stands; ``check(_:in:)`` looks at it once all sections are read.
  ///
  /// - Parameter root: All sections of the file.
  /// - Returns: `nil` if the model has no use for it.
  /// - Throws: `HDF5Error` or `FileError` naming the member.
  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> Value?
  /// Checks it against the model and the other sections, and adds what older files do not say.
  ///
  /// - Throws: ``SectionProblem``.
  static func check(_ value: inout Value, in checkpoint: Checkpoint) throws(SectionProblem)
  /// Whether a file of these tools must have it.
  static func isNeeded(by configuration: ModelConfiguration) -> Bool
}

extension Section {
  package static var isOfTraining: Bool { false }
  package static func isNeeded(by configuration: ModelConfiguration) -> Bool { false }
  package static func check(
    _ value: inout Value, in checkpoint: Checkpoint
  ) throws(SectionProblem) {}

  /// What a file of the checkpoint has of the section; `nil` if nothing.
  static func stored(in checkpoint: Checkpoint) -> StoredValue? {
    checkpoint[keyPath: property].map(stored)
  }

  static func read(from root: any SectionStore, into checkpoint: inout Checkpoint) throws {
    checkpoint[keyPath: property] = try read(from: root, of: checkpoint)
  }

  static func check(_ checkpoint: inout Checkpoint, of root: any SectionStore) throws {
    guard var value = checkpoint[keyPath: property] else { return }
    do throws(SectionProblem) {
      try check(&value, in: checkpoint)
    } catch {
      guard let member = error.member else { throw root.invalid(name, error.reason) }
      throw try root.members(name).invalid(member, error.reason)
    }
    checkpoint[keyPath: property] = value
  }
}

/// What is wrong with a section.
package struct SectionProblem: Error {
  /// The member that is wrong; `nil` if it is the section as a whole.
  let member: String?
  let reason: String

  init(_ member: String? = nil, _ reason: String) {
    (self.member, self.reason) = (member, reason)
  }
}
