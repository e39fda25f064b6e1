import Files
import HDF5

/// `task`: what the model is trained on, as attributes; lists as JSON texts.
enum TaskGroup {
  static let name = "task"
  /// Kept as a number of its own kind.
  private static let randomSeed = "random_seed"

  static func write(_ task: TrainingTask, to group: Group) throws {
    let attributes = group.attributes
    try attributes.set(randomSeed, task.options.randomSeed)
    let members = TaskDescription.write(task).filter { $0.key != randomSeed }
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .string(let text): try attributes.set(name, text)
      case .integer(let integer): try attributes.set(name, Int64(integer))
      case .bool(let flag): try attributes.set(name, Int64(flag ? 1 : 0))
      case .number(let number): try attributes.set(name, number)
      default: try attributes.set(name, value.text())
      }
    }
  }

  static func read(_ group: Group, file: String) throws -> TrainingTask {
    let attributes = group.attributes
    let seed: UInt64 = try attributes.number(randomSeed)
    var members: [String: JSONValue] = [randomSeed: .string(String(seed))]
    for name in try attributes.names() where name != randomSeed {
      switch try attributes.kind(name) {
      case .string:
        members[name] = .string(try attributes.string(name))
      case .integer:
        members[name] = .integer(Int(try attributes.number(name, as: Int64.self)))
      default: members[name] = .number(try attributes.number(name))
      }
    }
    do {
      return try TaskMembers(members).task()
    } catch let problem as TaskMembers.Problem {
      throw FileError.invalid(
        file,
        members[problem.name].map { "\(group.path)@\(problem.name): is \($0.text())" }
          ?? "\(group.path)@\(problem.name): is missing")
    }
  }
}
