import Files
import Recurrent

/// `task`: what the model is trained on, and how.
enum TaskSection: Section {
  static let name = "task"
  static var property: WritableKeyPath<Checkpoint, TrainingTask?> { \.task }
  /// Kept as a number of its own kind.
  private static let randomSeed = "random_seed"

  static func stored(_ task: TrainingTask) -> StoredValue {
    let members = TaskDescription.write(task).filter { $0.key != randomSeed }
    return .group(
      [(randomSeed, .unsigned(task.options.randomSeed))]
        + members.sorted { $0.key < $1.key }.map { ($0, .json($1)) })
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> TrainingTask? {
    let group = try root.members(name)
    var members: [String: JSONValue] = [:]
    for name in try group.names() { members[name] = try group.json(name) }
    do {
      return try TaskMembers(members).task()
    } catch let problem as TaskMembers.Problem {
      throw group.invalid(
        problem.name, members[problem.name].map { "is \($0.text())" } ?? "is missing")
    }
  }
}
