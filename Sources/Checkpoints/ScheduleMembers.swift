import Files
import HDF5
import Recurrent

/// The schedule of the learning rate among the members of a stored task.
enum ScheduleMembers {
  private static let (course, epochs, factor) = ("schedule", "schedule_epochs", "schedule_factor")
  private static let (rate, warmUp) = ("learning_rate", "warm_up")
  private static let (startEpoch, startUpdate) = ("schedule_start_epoch", "schedule_start_update")

  static func write(_ schedule: LearningRateSchedule) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      rate: .number(Double(schedule.rate)), warmUp: .integer(schedule.warmUp),
    ]
    // What is not used leaves no trace.
    let start = schedule.start
    if start.epoch != 0 { members[startEpoch] = .integer(start.epoch) }
    if start.update != 0 { members[startUpdate] = .integer(start.update) }
    func set(_ name: String, epochs: Int?, factor: Double?) {
      members[course] = .string(name)
      members[Self.epochs] = epochs.map(JSONValue.integer)
      members[Self.factor] = factor.map(JSONValue.number)
    }
    switch schedule.course {
    case .constant: set("constant", epochs: nil, factor: nil)
    case .step(let epochs, let factor): set("step", epochs: epochs, factor: factor)
    case .exponential(let factor): set("exponential", epochs: nil, factor: factor)
    case .cosine(let epochs): set("cosine", epochs: epochs, factor: nil)
    case .plateau(let patience, let factor): set("plateau", epochs: patience, factor: factor)
    }
    return members
  }

  /// Takes the schedule's members out of others.
  ///
  /// - Returns: `nil` if there is no schedule.
  /// - Throws: ``MemberProblem``.
  static func take(from members: inout [String: JSONValue]) throws -> LearningRateSchedule? {
    guard members[course] != nil else { return nil }
    let own = members
    for name in [course, epochs, factor, rate, warmUp, startEpoch, startUpdate] {
      members[name] = nil
    }
    func value<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws -> Value {
      guard let value = own[name].flatMap(read) else { throw MemberProblem(name: name) }
      return value
    }
    let course: LearningRateSchedule.Course
    switch try value(Self.course, \.string) {
    case "constant": course = .constant
    case "step":
      course = .step(
        epochs: try value(epochs, \.integer), factor: try value(factor, \.double))
    case "exponential": course = .exponential(factor: try value(factor, \.double))
    case "cosine": course = .cosine(epochs: try value(epochs, \.integer))
    case "plateau":
      course = .plateau(
        patience: try value(epochs, \.integer), factor: try value(factor, \.double))
    default: throw MemberProblem(name: Self.course)
    }
    let rate = try value(Self.rate, \.double)
    guard rate.isFinite, rate > 0 else { throw MemberProblem(name: Self.rate) }
    func place(_ name: String) throws -> Int {
      guard own[name] != nil else { return 0 }
      let place = try value(name, \.integer)
      // What is left of 64 bits is enough for the updates of that many epochs.
      guard (0...TrainingProgress.mostEpochs).contains(place) else {
        throw MemberProblem(name: name)
      }
      return place
    }
    do {
      var schedule = try LearningRateSchedule(
        course, rate: Float(rate), warmUp: try value(warmUp, \.integer))
      schedule.start = LearningRateSchedule.Start(
        epoch: try place(startEpoch), update: try place(startUpdate))
      return schedule
    } catch is ConfigurationError {
      throw MemberProblem(name: Self.course)
    }
  }
}
