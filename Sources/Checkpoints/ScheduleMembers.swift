import Files
import HDF5
import Recurrent

/// The schedule of the learning rate among the members of a stored task.
enum ScheduleMembers {
  private static let (course, epochs, factor) = ("schedule", "schedule_epochs", "schedule_factor")
  private static let (rate, warmUp) = ("learning_rate", "warm_up")

  static func write(_ schedule: LearningRateSchedule) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      rate: .number(Double(schedule.rate)), warmUp: .integer(schedule.warmUp),
    ]
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
    for name in [course, epochs, factor, rate, warmUp] { members[name] = nil }
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
    do {
      return try LearningRateSchedule(
        course, rate: Float(rate), warmUp: try value(warmUp, \.integer))
    } catch is ConfigurationError {
      throw MemberProblem(name: Self.course)
    }
  }
}
