import Files
import HDF5
import Recurrent

/// A task as members with names, which formats keep as they keep such: HDF5 as attributes, others as JSON.
///
/// The random seed is a text: JSON has no place for all of 64 bits.
enum TaskDescription {
  static func write(_ task: TrainingTask) -> [String: JSONValue] {
    let options = task.options
    var members: [String: JSONValue] = [
      "batch_size": .integer(options.batchSize), "shuffle": .bool(options.shuffle),
      "reset_states_each_epoch": .bool(options.resetStatesEachEpoch),
      "random_seed": .string(String(options.randomSeed)),
    ]
    // What is not used leaves no trace.
    if task.validationSplit != 0 { members["validation_split"] = .number(task.validationSplit) }
    if options.validateEvery != 1 { members["validate_every"] = .integer(options.validateEvery) }
    members["early_stopping"] = options.earlyStopping.map(JSONValue.integer)
    if !options.metrics.isEmpty {
      members["metrics"] = .array(options.metrics.map { .string($0.rawValue) })
    }
    if !options.classWeights.isEmpty {
      members["class_weights"] = .array(options.classWeights.map { .number(Double($0)) })
    }
    if let schedule = options.schedule { write(schedule, to: &members) }
    write(task.source, to: &members)
    return members
  }

  /// Checks that a task can be read again once it is stored.
  ///
  /// - Throws: `ConfigurationError` that names the option which no reader takes.
  static func check(_ task: TrainingTask) throws(ConfigurationError) {
    let members = write(task)
    do {
      _ = try TaskMembers(members).task()
    } catch let problem as TaskMembers.Problem {
      let value = members[problem.name].map { " is \($0.text())" } ?? " is missing"
      throw ConfigurationError(
        "the \(problem.name.replacing("_", with: " "))\(value), which no checkpoint can hold")
    } catch {
      throw ConfigurationError("the task cannot be stored: \(error)")
    }
  }

  private static func write(
    _ source: TrainingTask.Source, to members: inout [String: JSONValue]
  ) {
    switch source {
    case .experiment(let name): members["experiment"] = .string(name)
    case .arrays(let inputs, let targets):
      members["inputs"] = .string(inputs)
      members["targets"] = .string(targets)
    case .text(let text):
      members["text"] = .array(text.files.map(JSONValue.string))
      members["level"] = .string(text.level.rawValue)
      members["sequence_length"] = .integer(text.sequenceLength)
      members["digest"] = .string(text.digest)
    case .series(let series):
      members["series"] = .string(series.file)
      members["target"] = .string(series.target)
      members["features"] = .array(series.features.map(JSONValue.string))
      members["date"] = series.date.map(JSONValue.string)
      members["key"] = series.key.map(JSONValue.string)
      members["sequence_length"] = .integer(series.sequenceLength)
      members["horizon"] = .integer(series.horizon)
      members["test_split"] = .number(series.testSplit)
      members["missing"] = .string(series.missing.rawValue)
      if series.isDifferenced { members["difference"] = .bool(true) }
      members["digest"] = .string(series.digest)
    case .labelled(let labelled):
      members["sequences"] = .string(labelled.file)
      members["sequence"] = .string(labelled.sequence)
      members["label"] = .string(labelled.label)
      members["regression"] = .bool(labelled.isRegression)
      members["level"] = labelled.level.map { .string($0.rawValue) }
      members["sequence_length"] = .integer(labelled.sequenceLength)
      members["digest"] = .string(labelled.digest)
    }
  }

  private static func write(
    _ schedule: LearningRateSchedule, to members: inout [String: JSONValue]
  ) {
    members["learning_rate"] = .number(Double(schedule.rate))
    members["warm_up"] = .integer(schedule.warmUp)
    switch schedule.course {
    case .constant: members["schedule"] = "constant"
    case .step(let epochs, let factor):
      members["schedule"] = "step"
      members["schedule_epochs"] = .integer(epochs)
      members["schedule_factor"] = .number(factor)
    case .exponential(let factor):
      members["schedule"] = "exponential"
      members["schedule_factor"] = .number(factor)
    case .cosine(let epochs):
      members["schedule"] = "cosine"
      members["schedule_epochs"] = .integer(epochs)
    case .plateau(let patience, let factor):
      members["schedule"] = "plateau"
      members["schedule_epochs"] = .integer(patience)
      members["schedule_factor"] = .number(factor)
    }
  }
}

/// Members that are to be a task, read one by one.
struct TaskMembers {
  private let members: [String: JSONValue]

  init(_ members: [String: JSONValue]) { self.members = members }

  /// The member of that name is not what it should be.
  struct Problem: Error { let name: String }

  private func text(_ name: String) throws -> String {
    guard let text = members[name]?.string else { throw Problem(name: name) }
    return text
  }

  /// A list; HDF5 has it as a JSON text. Which members are lists is known here alone: a name may look like one.
  private func list<Element>(_ name: String, _ element: (JSONValue) -> Element?) throws -> [Element]
  {
    let value = members[name].flatMap { $0.string.flatMap { JSONValue(text: $0) } ?? $0 }
    guard let elements = value?.elements(element) else { throw Problem(name: name) }
    return elements
  }

  private func texts(_ name: String) throws -> [String] {
    let texts = try list(name, \.string)
    guard !texts.isEmpty else { throw Problem(name: name) }
    return texts
  }

  private func count(_ name: String, from least: Int = 1) throws -> Int {
    guard let count = members[name]?.integer, count >= least, count <= TrainingProgress.mostEpochs
    else { throw Problem(name: name) }
    return count
  }

  /// From 0 to below 1.
  private func part(_ name: String) throws -> Double {
    guard let part = members[name]?.double, (0..<1).contains(part) else {
      throw Problem(name: name)
    }
    return part
  }

  private func flag(_ name: String) throws -> Bool {
    if let integer = members[name]?.integer { return integer != 0 }
    guard let flag = members[name]?.bool else { throw Problem(name: name) }
    return flag
  }

  private func number(_ name: String) throws -> Double {
    guard let number = members[name]?.double else { throw Problem(name: name) }
    return number
  }

  private func choice<Choice: RawRepresentable<String>>(_ name: String) throws -> Choice {
    guard let choice = Choice(rawValue: try text(name)) else { throw Problem(name: name) }
    return choice
  }

  /// - Throws: ``Problem``.
  func task() throws -> TrainingTask {
    let batchSize = try count("batch_size")
    guard batchSize <= ModelConfiguration.largestAxis else { throw Problem(name: "batch_size") }
    guard let seed = UInt64(try text("random_seed")) else { throw Problem(name: "random_seed") }
    var options = TrainingOptions(
      batchSize: batchSize, shuffle: try flag("shuffle"),
      resetStatesEachEpoch: try flag("reset_states_each_epoch"), randomSeed: seed)
    if members["validate_every"] != nil { options.validateEvery = try count("validate_every") }
    if members["early_stopping"] != nil { options.earlyStopping = try count("early_stopping") }
    if members["metrics"] != nil {
      options.metrics = try list("metrics") { $0.string.flatMap(Metric.init) }
    }
    if members["class_weights"] != nil {
      options.classWeights = try list("class_weights") { $0.double.map { Float($0) } }
    }
    if members["schedule"] != nil { options.schedule = try schedule() }
    return TrainingTask(
      try source(), options: options,
      validationSplit: members["validation_split"] == nil ? 0 : try part("validation_split"))
  }

  private func schedule() throws -> LearningRateSchedule {
    let course: LearningRateSchedule.Course
    switch try text("schedule") {
    case "constant": course = .constant
    case "step":
      course = .step(epochs: try count("schedule_epochs"), factor: try number("schedule_factor"))
    case "exponential": course = .exponential(factor: try number("schedule_factor"))
    case "cosine": course = .cosine(epochs: try count("schedule_epochs"))
    case "plateau":
      course = .plateau(
        patience: try count("schedule_epochs"), factor: try number("schedule_factor"))
    default: throw Problem(name: "schedule")
    }
    let rate = try number("learning_rate")
    guard rate.isFinite, rate > 0 else { throw Problem(name: "learning_rate") }
    do {
      return try LearningRateSchedule(
        course, rate: Float(rate), warmUp: try count("warm_up", from: 0))
    } catch is ConfigurationError {
      throw Problem(name: "schedule")
    }
  }

  private func source() throws -> TrainingTask.Source {
    if members["experiment"] != nil { return .experiment(try text("experiment")) }
    if members["text"] != nil {
      return .text(
        TextTask(
          files: try texts("text"), level: try choice("level"),
          sequenceLength: try count("sequence_length"), digest: try text("digest")))
    }
    if members["series"] != nil {
      var series = SeriesTask(
        file: try text("series"), target: try text("target"), features: try texts("features"),
        date: members["date"]?.string, key: members["key"]?.string,
        sequenceLength: try count("sequence_length"), horizon: try count("horizon"),
        testSplit: try part("test_split"), missing: try choice("missing"),
        digest: try text("digest"))
      if members["difference"] != nil { series.isDifferenced = try flag("difference") }
      return .series(series)
    }
    if members["sequences"] != nil {
      return .labelled(
        LabelledTask(
          file: try text("sequences"), sequence: try text("sequence"), label: try text("label"),
          isRegression: try flag("regression"),
          level: members["level"] == nil ? nil : try choice("level"),
          sequenceLength: try count("sequence_length"), digest: try text("digest")))
    }
    return .arrays(inputs: try text("inputs"), targets: try text("targets"))
  }
}
