import Checkpoints
import Files
import Recurrent

/// The kinds of tasks.
package enum TaskRegistry {
  package static let kinds: [any LearningTask.Type] = [
    LettersTask.self, TextTask.self, SeriesTask.self, LabelsTask.self, TagsTask.self,
    ArraysTask.self,
  ]

  /// The task that a file keeps.
  ///
  /// - Throws: `MemberProblem` naming the member that is not what it should be.
  package static func task(_ stored: StoredTask) throws -> any LearningTask {
    guard let kind = kinds.first(where: { stored.members[$0.mark] != nil }) else {
      throw MemberProblem(name: ArraysTask.mark)
    }
    do {
      return try MemberDecoder.value(kind, from: .object(stored.members))
    } catch let error as DecodingError {
      throw MemberProblem(name: error.memberName)
    }
  }
}

extension LearningTask {
  /// What a file keeps of it.
  ///
  /// - Throws: What encoding throws.
  var members: [String: JSONValue] {
    get throws {
      guard case .object(let members) = try MemberEncoder.json(of: self) else { return [:] }
      return members
    }
  }
}

extension StoredTask {
  /// A task as a file is to keep it: its writer asks its reader.
  ///
  /// - Throws: `ConfigurationError` that names the member which no reader takes.
  init(storing task: any LearningTask, as stored: StoredTask) throws {
    self = stored
    members = try task.members
    do {
      let all = try StoredTask(allMembers: allMembers)
      _ = try TaskRegistry.task(all)
    } catch let problem as MemberProblem {
      throw ConfigurationError(
        "the \(problem.name.replacing("_", with: " ")) \(problem.description(in: allMembers)), which no "
          + "checkpoint can hold")
    }
  }
}

extension Checkpoint {
  /// Keeps the task as its kind writes it, whatever the format that it was read from had instead of flags and lists.
  mutating func restoreKinds() {
    guard let stored = task, let own = try? TaskRegistry.task(stored).members else { return }
    task?.members = own
  }
}

extension DecodingError {
  /// The member that it is about.
  fileprivate var memberName: String {
    let context =
      switch self {
      case .keyNotFound(_, let context), .dataCorrupted(let context), .typeMismatch(_, let context),
        .valueNotFound(_, let context):
        context
      @unknown default: DecodingError.Context(codingPath: [], debugDescription: "")
      }
    return context.codingPath.first?.stringValue ?? ""
  }
}

extension KeyedDecodingContainer {
  /// A number of things, from 1.
  func count(_ key: Key) throws -> Int {
    let count = try decode(Int.self, forKey: key)
    guard (1...TrainingProgress.mostEpochs).contains(count) else { throw wrong(key) }
    return count
  }

  /// From 0 to below 1.
  func fraction(_ key: Key) throws -> Double {
    let fraction = try decode(Double.self, forKey: key)
    guard (0..<1).contains(fraction) else { throw wrong(key) }
    return fraction
  }

  /// At least one text.
  func texts(_ key: Key) throws -> [String] {
    let texts = try decode([String].self, forKey: key)
    guard !texts.isEmpty else { throw wrong(key) }
    return texts
  }

  private func wrong(_ key: Key) -> DecodingError {
    .dataCorruptedError(forKey: key, in: self, debugDescription: "is not a value that there can be")
  }
}
