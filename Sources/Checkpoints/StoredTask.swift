import Files
import HDF5
import Recurrent

/// What a model is trained on, and how, as a file keeps it: enough to go on training with nothing but the file.
package struct StoredTask: Equatable, Sendable {
  /// What the kind of task keeps, by its own names: files, columns, how data are cut.
  package var members: [String: JSONValue]
  package var options: TrainingOptions
  /// The fraction of the samples that is kept for validation.
  package var validationSplit: Double

  package init(
    members: [String: JSONValue], options: TrainingOptions, validationSplit: Double = 0
  ) {
    self.members = members
    self.options = options
    self.validationSplit = validationSplit
  }

  /// Attributes of HDF5 keep flags as numbers and lists as texts of JSON; the task is the same.
  package static func == (one: StoredTask, other: StoredTask) -> Bool {
    one.options == other.options && one.validationSplit == other.validationSplit
      && one.members.mapValues(\.plain) == other.members.mapValues(\.plain)
  }
}

extension StoredTask {
  // Earlier files of texts by name say nothing of their loss, which these decide.

  /// Whether the model is trained on arrays, with a loss of its own.
  var isOnArrays: Bool { members["inputs"] != nil }
  /// Whether the model is trained on texts, whose targets are numbers of symbols.
  var isOnTexts: Bool { members["text"] != nil }
}

/// A member of a stored task that is missing, or not what it should be.
package struct MemberProblem: Error {
  package let name: String

  package init(name: String) { self.name = name }

  /// What is wrong with it, in words.
  package func description(in members: [String: JSONValue]) -> String {
    members[name].map { "is \($0.text())" } ?? "is missing"
  }
}

extension StoredTask {
  /// All that is kept: the members of the kind, and those of every run.
  ///
  /// The random seed is a text: JSON has no place for all of 64 bits.
  package var allMembers: [String: JSONValue] {
    var members = members
    members["batch_size"] = .integer(options.batchSize)
    members["shuffle"] = .bool(options.shuffle)
    members["reset_states_each_epoch"] = .bool(options.resetStatesEachEpoch)
    members["random_seed"] = .string(String(options.randomSeed))
    // What is not used leaves no trace.
    if validationSplit != 0 { members["validation_split"] = .number(validationSplit) }
    if options.validateEvery != 1 { members["validate_every"] = .integer(options.validateEvery) }
    members["early_stopping"] = options.earlyStopping.map(JSONValue.integer)
    if options.restoresBest { members["restore_best"] = .bool(true) }
    if !options.metrics.isEmpty {
      members["metrics"] = .array(options.metrics.map { .string($0.rawValue) })
    }
    if !options.classWeights.isEmpty {
      members["class_weights"] = .array(options.classWeights.map { .number(Double($0)) })
    }
    if let schedule = options.schedule {
      members.merge(ScheduleMembers.write(schedule)) { _, new in new }
    }
    return members
  }

  /// Reads what ``allMembers`` gives.
  ///
  /// - Throws: ``MemberProblem``.
  package init(allMembers all: [String: JSONValue]) throws {
    var members = all
    func take<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value? {
      guard let member = members.removeValue(forKey: name) else { return nil }
      guard let value = try? MemberDecoder.value(type, from: member) else {
        throw MemberProblem(name: name)
      }
      return value
    }
    func needed<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
      guard let value = try take(name, as: type) else { throw MemberProblem(name: name) }
      return value
    }
    func count(_ name: String) throws -> Int? {
      guard let count = try take(name, as: Int.self) else { return nil }
      guard (1...TrainingProgress.mostEpochs).contains(count) else {
        throw MemberProblem(name: name)
      }
      return count
    }
    let batchSize = try needed("batch_size", as: Int.self)
    guard (1...ModelConfiguration.largestAxis).contains(batchSize) else {
      throw MemberProblem(name: "batch_size")
    }
    var options = TrainingOptions(
      batchSize: batchSize, shuffle: try needed("shuffle", as: Bool.self),
      resetStatesEachEpoch: try needed("reset_states_each_epoch", as: Bool.self),
      randomSeed: try needed("random_seed", as: UInt64.self))
    options.validateEvery = try count("validate_every") ?? 1
    options.earlyStopping = try count("early_stopping")
    options.restoresBest = try take("restore_best", as: Bool.self) ?? false
    options.metrics =
      try take("metrics", as: [String].self)?.map { name in
        guard let metric = Metric(rawValue: name) else { throw MemberProblem(name: "metrics") }
        return metric
      } ?? []
    options.classWeights = try take("class_weights", as: [Float].self) ?? []
    options.schedule = try ScheduleMembers.take(from: &members)
    let split = try take("validation_split", as: Double.self) ?? 0
    guard (0..<1).contains(split) else { throw MemberProblem(name: "validation_split") }
    self.init(members: members, options: options, validationSplit: split)
  }
}
