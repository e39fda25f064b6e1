import Checkpoints
import Files
import Recurrent

/// The kinds of tasks.
package enum TaskRegistry {
  package static let kinds: [any LearningTask.Type] = [
    LettersTask.self, TextTask.self, SeriesTask.self, LabelsTask.self, TagsTask.self,
    PairsTask.self, ArraysTask.self,
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

  /// The same kind of task as that of a model, on other data.
  ///
  /// - Parameter data: Files by what they are called, see ``LearningTask/dataNames``.
  /// - Throws: `ConfigurationError` if they are not what such a model is trained on.
  package static func task(
    of file: ModelFile, on data: [String: [String]]
  ) throws -> any LearningTask {
    // Any model can be trained on arrays.
    let task: any LearningTask =
      data.keys.contains(where: ArraysTask.dataNames.contains) ? ArraysTask() : try file.task()
    let names = type(of: task).dataNames
    guard !names.isEmpty else {
      throw ConfigurationError(
        "\(file.path) is a model of \(type(of: task).title), which has no data in files")
    }
    guard data.keys.sorted() == names.sorted() else {
      throw ConfigurationError(
        "\(file.path) is a model of \(type(of: task).title); give "
          + names.map { "--\($0)" }.joined(separator: " and ") + ", the data to train it on")
    }
    return task.reading(data)
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
  /// Opens a file and reads its task.
  ///
  /// - Parameter model: A file with the model, if the file has weights alone.
  /// - Throws: `FileError`, also if the task is of no kind, or not what its kind takes.
  package static func open(_ path: String, into model: Checkpoint? = nil) throws -> Checkpoint {
    var checkpoint = try CheckpointFile.load(path, into: model)
    try checkpoint.readTask(of: path)
    return checkpoint
  }

  /// Brings the task into the form in which its kind writes it, whatever the format has instead of flags and lists.
  ///
  /// - Throws: `FileError` that names the file, if the task is of no kind, or not what its kind takes.
  package mutating func readTask(of path: String) throws {
    guard let stored = task else { return }
    do {
      let members = try TaskRegistry.task(stored).members
      task?.members.merge(members) { _, own in own }
    } catch let problem as MemberProblem {
      throw FileError(
        .invalid, file: path,
        "the task's \(problem.name) \(problem.description(in: stored.members))")
    }
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

  /// A value that is not one of those that the member can have.
  func wrong(_ key: Key) -> DecodingError {
    .dataCorruptedError(forKey: key, in: self, debugDescription: "is not a value that there can be")
  }
}
