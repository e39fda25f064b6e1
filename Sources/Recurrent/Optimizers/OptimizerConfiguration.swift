import Files
import Kernels

/// An optimizer in Keras' words: its class and its options.
package struct OptimizerConfiguration: Equatable, Sendable {
  /// Keras' class name, such as `Adam`.
  package let className: String
  /// All options, with Keras' names.
  package private(set) var options: [String: JSONValue]

  /// - Parameter options: One that is left out has Keras' default; the learning rate is rounded to float32, as
  ///   Keras keeps it.
  /// - Throws: ``ConfigurationError`` naming the option that is not one of the class, or cannot train.
  package init(
    _ className: String, options: [String: JSONValue] = [:]
  ) throws(ConfigurationError) {
    guard let rule = OptimizerCatalog.classes[className] else {
      throw ConfigurationError(
        "optimizer \(className) is not supported; there are \(Self.names.joined(separator: ", "))")
    }
    self.className = className
    self.options = Self.common.merging(rule.options) { _, new in new }
    for (option, value) in options.sorted(by: { $0.key < $1.key }) {
      guard let standard = self.options[option] else {
        throw ConfigurationError(
          "optimizer \(className): \(option) \(value.shortText) is not supported; its options are "
            + self.options.keys.sorted().joined(separator: ", "))
      }
      if standard.bool == nil {
        // Whole numbers are written without a point.
        self.options[option] = value.double.map { .number($0) } ?? value
      } else if let flag = value.bool ?? value.double.flatMap({ [0: false, 1: true][$0] }) {
        self.options[option] = .bool(flag)
      } else {
        throw ConfigurationError(
          "optimizer \(className): \(option) is \(value.shortText); it must be true or false, 1 or 0"
        )
      }
    }
    let rateOption = self.options["learning_rate"] ?? .null
    decay = try LearningRateDecay(rateOption)
    guard let rate = decay.map({ Double($0.rate(0)) }) ?? rateOption.double else {
      throw ConfigurationError("optimizer \(className): learning_rate is not a number")
    }
    learningRate = Float(rate)
    // A schedule may have ended at zero.
    guard learningRate.isFinite, learningRate >= 0 else {
      throw ConfigurationError("\(className)'s learning_rate is \(rate); it cannot be negative")
    }
    for option in ["beta_1", "beta_2", "rho", "momentum"] {
      guard let value = self.options[option]?.double else { continue }
      guard value >= 0, option == "momentum" ? value <= 1 : value < 1 else {
        throw ConfigurationError("\(className)'s \(option) is \(value); it must be from 0 to 1")
      }
    }
    for (option, least) in [("gradient_accumulation_steps", 2), ("ema_overwrite_frequency", 1)] {
      guard let value = self.options[option], value != .null else { continue }
      guard let number = value.double, number >= Double(least), number == number.rounded(),
        number <= 1e9
      else {
        throw ConfigurationError(
          "\(className)'s \(option) is \(value.shortText); it must be a whole number from \(least)")
      }
      self.options[option] = .integer(Int(number))
    }
    guard (0...1).contains(number("ema_momentum")) else {
      throw ConfigurationError(
        "\(className)'s ema_momentum is \(number("ema_momentum")); it must be from 0 to 1")
    }
    if let epsilon = self.options["epsilon"]?.double {
      guard epsilon.isFinite, epsilon > 0 else {
        throw ConfigurationError("\(className)'s epsilon is \(epsilon); it must be above 0")
      }
    }
  }

  /// The same with another learning rate.
  ///
  /// - Throws: ``ConfigurationError`` if it is not above 0.
  package func with(
    learningRate: Float
  ) throws(ConfigurationError) -> OptimizerConfiguration {
    guard learningRate.isFinite, learningRate > 0 else {
      throw ConfigurationError("the learning rate is \(learningRate); it must be above 0")
    }
    var configuration = self
    configuration.learningRate = learningRate
    return configuration
  }

  /// The same with some options of its own, by Keras' names: `epsilon`, `beta_1`, `momentum`, ….
  ///
  /// - Throws: ``ConfigurationError`` naming the option that is not one of the class, or cannot train.
  package func with(
    options others: [String: Double]
  ) throws(ConfigurationError) -> OptimizerConfiguration {
    try OptimizerConfiguration(
      className, options: options.merging(others.mapValues { .number($0) }) { _, new in new })
  }

  /// The same with gradients that are scaled down together where their norm is above a bound (Pascanu et al.
  /// 2013), as Keras does it for `global_clipnorm`.
  ///
  /// - Throws: ``ConfigurationError`` if it is not above 0.
  package func with(clipNorm: Double) throws(ConfigurationError) -> OptimizerConfiguration {
    guard clipNorm.isFinite, clipNorm > 0 else {
      throw ConfigurationError("the norm to clip gradients to is \(clipNorm); it must be above 0")
    }
    return withoutClipping.setting("global_clipnorm", clipNorm)
  }

  /// The same with gradients each of which is cut off at a bound, as Keras does it for `clipvalue`.
  ///
  /// - Throws: ``ConfigurationError`` if it is not above 0.
  package func with(clipValue: Double) throws(ConfigurationError) -> OptimizerConfiguration {
    guard clipValue.isFinite, clipValue > 0 else {
      throw ConfigurationError("the value to clip gradients to is \(clipValue); it must be above 0")
    }
    return withoutClipping.setting("clipvalue", clipValue)
  }

  /// The same with gradients as they are; Keras takes one way to clip them, not two.
  package var withoutClipping: OptimizerConfiguration {
    var configuration = self
    for option in ["clipnorm", "global_clipnorm", "clipvalue"] {
      configuration.options[option] = .null
    }
    return configuration
  }

  /// How gradients are clipped, in a word and a number; `nil` if they are not.
  package var clipping: String? {
    ["clipnorm", "global_clipnorm", "clipvalue"].lazy.compactMap { option in
      options[option]?.double.map { "\(option) \($0)" }
    }.first
  }

  private func setting(_ option: String, _ value: Double) -> OptimizerConfiguration {
    var configuration = self
    configuration.options[option] = .number(value)
    return configuration
  }

  /// Adam with Keras' defaults.
  ///
  /// - Throws: ``ConfigurationError`` if it is not above 0.
  package static func adam(
    learningRate: Float = 0.001
  ) throws(ConfigurationError) -> OptimizerConfiguration {
    try OptimizerConfiguration(
      "Adam", options: ["learning_rate": .number(Double(learningRate))])
  }

  /// The optimizer of a name such as `adam`, in letters of any size, with Keras' defaults.
  ///
  /// - Throws: ``ConfigurationError`` if there is none of that name.
  package init(named name: String) throws(ConfigurationError) {
    let className = OptimizerCatalog.classes.keys.first { $0.lowercased() == name.lowercased() }
    try self.init(className ?? name)
  }

  /// The learning rate, or the first one of a schedule that the optimizer has; to set it ends the schedule.
  package var learningRate: Float {
    didSet {
      options["learning_rate"] = .number(Double(learningRate))
      decay = nil
    }
  }
  /// The schedule that the optimizer has for itself: Keras' object as its `learning_rate`.
  private(set) var decay: LearningRateDecay?

  /// Whether the learning rate follows a schedule of the optimizer.
  package var hasSchedule: Bool { decay != nil }
  /// The batches whose gradients make an update.
  var accumulationSteps: Int { max(1, options["gradient_accumulation_steps"]?.integer ?? 1) }
  /// Whether the mean of weights begins with those before the first update, as in tf-keras, or with those after it.
  package var averageBeginsBefore = false
  /// Whether weights are averaged, as `use_ema` says.
  package var averages: Bool { flag("use_ema") }

  /// What of it tf-keras does not have; `nil` if nothing.
  package var onlyInKeras3: String? {
    if OptimizerCatalog.classes[className]?.isOfKeras3 ?? false { return "optimizer \(className)" }
    return accumulationSteps > 1 ? "gradient_accumulation_steps" : nil
  }

  /// The classes that there are.
  package static var names: [String] { OptimizerCatalog.all.map { $0.className } }

  /// What every optimizer of Keras has.
  private static let common: [String: JSONValue] = [
    "learning_rate": 0.001, "weight_decay": nil, "clipnorm": nil, "global_clipnorm": nil,
    "clipvalue": nil, "use_ema": false, "ema_momentum": 0.99, "ema_overwrite_frequency": nil,
    "gradient_accumulation_steps": nil,
  ]

  func number(_ option: String) -> Double { options[option]?.double ?? 0 }
  func flag(_ option: String) -> Bool { options[option]?.bool ?? false }

  /// The arrays that are kept for each weight: groups, in each of which those of one weight follow each other
  /// in Keras' files.
  package var slotGroups: [[String]] {
    leadingSlots.map { [$0] } + (OptimizerCatalog.classes[className]?.init(self).slotGroups ?? [])
  }

  /// The arrays that every optimizer can keep, before those of its own.
  var leadingSlots: [String] {
    (averages ? [Self.average] : []) + (accumulationSteps > 1 ? [Self.accumulator] : [])
  }

  static let (average, accumulator) = ("average", "gradient_accumulator")

  /// The shape of what is kept for a parameter of a shape, see ``OptimizerRule/shape(of:_:)``.
  package func shape(of slot: String, _ parameter: [Int]) -> [Int] {
    guard !leadingSlots.contains(slot) else { return parameter }
    return OptimizerCatalog.classes[className]?.init(self).shape(of: slot, parameter) ?? parameter
  }
}
