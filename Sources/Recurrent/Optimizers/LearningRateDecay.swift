import Files
import Kernels

/// A schedule that an optimizer has for itself, update by update: a class of `keras.optimizers.schedules`.
struct LearningRateDecay: Equatable, Sendable {
  let className: String
  /// All settings, with Keras' names.
  let settings: [String: JSONValue]

  /// The schedule of Keras' object.
  ///
  /// - Returns: `nil` if the option is a number or nothing.
  /// - Throws: ``ConfigurationError`` if it is another class, or cannot be computed.
  init?(_ option: JSONValue) throws(ConfigurationError) {
    guard case .object = option else { return nil }
    let name = option["class_name"]?.string ?? ""
    let className = name.split(separator: ">").last.map(String.init) ?? name
    guard let kind = Self.kinds[className] else {
      throw ConfigurationError("learning_rate \(option.shortText) is not supported")
    }
    var settings = kind.settings
    if case .object(let given) = option["config"] {
      settings.merge(given.filter { $0.key != "name" }) { _, given in given }
    }
    (self.className, self.settings) = (className, settings)
    let numbers = ["decay_steps", "first_decay_steps"].compactMap { settings[$0]?.double }
    let first = rate(0)
    guard numbers.allSatisfy({ $0 > 0 }), first.isFinite, first >= 0, kind.isComplete(settings)
    else { throw ConfigurationError("learning_rate \(option.shortText) cannot be computed") }
  }

  /// The rate of an update, by how many there were before it.
  func rate(_ step: Int) -> Float {
    Self.kinds[className].map { Float($0.rate(Settings(values: settings), Double(step))) } ?? 0
  }

  /// Settings as numbers.
  fileprivate struct Settings {
    let values: [String: JSONValue]

    subscript(_ name: String) -> Double { values[name]?.double ?? 0 }
    func flag(_ name: String) -> Bool { values[name] == true }
    func list(_ name: String) -> [Double] { values[name]?.array?.compactMap(\.double) ?? [] }
  }

  private struct Kind: Sendable {
    /// Those that have a default.
    var settings: [String: JSONValue] = [:]
    /// Those that must be there.
    var needs: [String] = ["initial_learning_rate", "decay_steps"]
    let rate: @Sendable (Settings, _ step: Double) -> Double

    func isComplete(_ settings: [String: JSONValue]) -> Bool {
      needs.allSatisfy { settings[$0]?.double != nil || settings[$0]?.array?.isEmpty == false }
    }
  }

  /// The schedules by Keras' names.
  private static let kinds: [String: Kind] = [
    "ExponentialDecay": Kind(needs: ["initial_learning_rate", "decay_steps", "decay_rate"]) {
      $0["initial_learning_rate"] * Elementary.power($0["decay_rate"], part($0, $1))
    },
    "InverseTimeDecay": Kind(needs: ["initial_learning_rate", "decay_steps", "decay_rate"]) {
      $0["initial_learning_rate"] / (1 + $0["decay_rate"] * part($0, $1))
    },
    "PiecewiseConstantDecay": Kind(needs: ["boundaries", "values"]) { settings, step in
      let (bounds, values) = (settings.list("boundaries"), settings.list("values"))
      let place = bounds.firstIndex { step <= $0 } ?? bounds.count
      return values.indices.contains(place) ? values[place] : .nan
    },
    "PolynomialDecay": Kind(
      settings: ["end_learning_rate": 0.0001, "power": 1.0, "cycle": false]
    ) { settings, step in
      let (steps, end) = (settings["decay_steps"], settings["end_learning_rate"])
      let cycles = step == 0 ? 1 : (step / steps).rounded(.up)
      let done = settings.flag("cycle") ? step / (steps * cycles) : min(step, steps) / steps
      return (settings["initial_learning_rate"] - end)
        * Elementary.power(1 - done, settings["power"]) + end
    },
    "CosineDecay": Kind(settings: ["alpha": 0.0, "warmup_steps": 0]) { settings, step in
      let (first, steps) = (settings["initial_learning_rate"], settings["decay_steps"])
      guard let target = settings.values["warmup_target"]?.double else {
        return first * cosine(min(step, steps) / steps, settings["alpha"])
      }
      let warmUp = settings["warmup_steps"]
      guard step >= warmUp else { return first + (target - first) * step / warmUp }
      return target * cosine(min(step - warmUp, steps) / steps, settings["alpha"])
    },
    "CosineDecayRestarts": Kind(
      settings: ["t_mul": 2.0, "m_mul": 1.0, "alpha": 0.0],
      needs: ["initial_learning_rate", "first_decay_steps"]
    ) { settings, step in
      var (length, factor, left) = (settings["first_decay_steps"], 1.0, step)
      // Each stretch is so many times as long as the one before.
      while left >= length, length >= 1 {
        left -= length
        length *= settings["t_mul"]
        factor *= settings["m_mul"]
      }
      let alpha = settings["alpha"]
      return settings["initial_learning_rate"]
        * ((1 - alpha) * factor * cosine(left / length, 0) + alpha)
    },
  ]

  /// How many times the decay has been applied, in whole steps if it is a staircase.
  private static func part(_ settings: Settings, _ step: Double) -> Double {
    let part = step / settings["decay_steps"]
    return settings.flag("staircase") ? part.rounded(.down) : part
  }

  /// Half a cosine from 1 down to `least`.
  private static func cosine(_ part: Double, _ least: Double) -> Double {
    (1 - least) * 0.5 * (1 + Elementary.cosine(ofTurns: part / 2)) + least
  }
}
