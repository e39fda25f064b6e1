import ArgumentParser
import Recurrent
import Tasks

// Values of options that are more than a number or a name. Each says what it should have been.

/// `--schedule step:10,0.5`: a course by its name, with its numbers.
package struct ScheduleOption: Sendable {
  /// How courses are written.
  static let forms =
    "constant, step:EPOCHS,FACTOR, exponential:FACTOR, cosine[:EPOCHS], plateau:EPOCHS,FACTOR"

  /// The course; `nil` for a cosine over the epochs of the run.
  let course: LearningRateSchedule.Course?

  /// - Throws: `ValidationError` with the forms that there are.
  init(_ text: String) throws(ValidationError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers =
      parts.count < 2 ? [] : parts[1].split(separator: ",", omittingEmptySubsequences: false)
    let first = numbers.first.flatMap { Int($0) }
    let factor = numbers.last.flatMap { Double($0) }
    switch (parts.first, numbers.count, first, factor) {
    case ("constant", 0, _, _): course = .constant
    case ("cosine", 0, _, _): course = nil
    case ("cosine", 1, let epochs?, _): course = .cosine(epochs: epochs)
    case ("exponential", 1, _, let factor?): course = .exponential(factor: factor)
    case ("step", 2, let epochs?, let factor?): course = .step(epochs: epochs, factor: factor)
    case ("plateau", 2, let epochs?, let factor?):
      course = .plateau(patience: epochs, factor: factor)
    default: throw ValidationError("it is one of \(Self.forms)")
    }
  }
}

/// `epsilon=1e-8,beta_2=0.99`: numbers with their names.
package struct NamedNumbersOption: Sendable {
  package let numbers: [String: Double]

  /// - Throws: `ValidationError` naming the element that is not such a pair.
  init(_ text: String) throws(ValidationError) {
    var numbers: [String: Double] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "=", maxSplits: 1)
      guard halves.count == 2, let number = Double(halves[1]) else {
        throw ValidationError("'\(part)' is not NAME=NUMBER")
      }
      numbers[String(halves[0])] = number
    }
    self.numbers = numbers
  }
}

/// Values separated by commas.
package struct ListOption<Element: LosslessStringConvertible & Sendable>: Sendable {
  package let elements: [Element]

  /// - Parameter kind: What each is to be, in words.
  /// - Throws: `ValidationError` naming the element that is not.
  init(_ text: String, of kind: String) throws(ValidationError) {
    var elements: [Element] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let element = Element(String(part)) else {
        throw ValidationError("'\(part)' is not \(kind)")
      }
      elements.append(element)
    }
    self.elements = elements
  }
}

extension ListOption<String>: ExpressibleByArgument {
  package init?(argument: String) {
    elements = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

/// `--units 50`, or `128,128` for two recurrent layers, the lowest first.
package struct UnitsOption: ExpressibleByArgument, Sendable {
  package let units: [Int]

  package init(units: [Int]) { self.units = units }

  /// - Throws: `ValidationError` naming the element that is not a number.
  package init(_ text: String) throws(ValidationError) {
    units = try ListOption<Int>(text, of: "a whole number").elements
  }

  package init?(argument: String) { try? self.init(argument) }

  package var defaultValueDescription: String {
    units.map(String.init).joined(separator: ",")
  }
}

extension Frequency {
  /// - Throws: `ValidationError` with the names that there are.
  init(option text: String) throws(ValidationError) {
    guard let frequency = Self(name: text), frequency.unit != .numbers else {
      throw ValidationError(
        "it is hours, days, business-days, weeks, months, month-ends, quarters, quarter-ends, years or year-ends, or a "
          + "number of them such as 15minutes")
    }
    self = frequency
  }
}

extension Metric: LosslessStringConvertible {
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  public init?(_ description: String) { self.init(rawValue: description) }
  public var description: String { rawValue }
}
