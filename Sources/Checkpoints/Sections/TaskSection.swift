import Files

/// `task`: what the model is trained on, and how.
enum TaskSection: Section {
  static let name = "task"
  static var property: WritableKeyPath<Checkpoint, StoredTask?> { \.task }
  /// Kept as a number of its own kind.
  private static let randomSeed = "random_seed"

  static func stored(_ task: StoredTask) -> StoredValue {
    let members = task.allMembers.filter { $0.key != randomSeed }
    return .group(
      [(randomSeed, .unsigned(task.options.randomSeed))]
        + members.sorted { $0.key < $1.key }.map { ($0, .json($1)) })
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> StoredTask? {
    let group = try root.members(name)
    var members: [String: JSONValue] = [:]
    for name in try group.names() { members[name] = try group.json(name) }
    do {
      return try StoredTask(allMembers: members)
    } catch let problem as MemberProblem {
      throw group.invalid(problem.name, problem.description(in: members))
    }
  }
}
