import Files
import Kernels

/// The formula of an optimizer: what one update makes of weights, their gradients and what is kept for them.
protocol OptimizerRule: Sendable {
  /// Keras' class name.
  static var className: String { get }
  /// The options beside those that every optimizer has, with their defaults.
  static var options: [String: JSONValue] { get }

  init(_ configuration: OptimizerConfiguration)

  var slotGroups: [[String]] { get }
  /// Whether tf-keras does not have it.
  static var isOfKeras3: Bool { get }

  /// What an array begins with.
  func initialValue(of slot: String) -> Double

  /// The shape of what is kept for a parameter of a shape; none for a single number, which Keras has and nobody reads.
  func shape(of slot: String, _ parameter: [Int]) -> [Int]

  /// Which of the arrays, in the order of ``slotGroups``, the formula names first, second and third.
  var places: (Int, Int, Int) { get }

  /// The numbers of an update.
  ///
  /// - Parameter update: The number of this update, from 1.
  mutating func numbers(learningRate: Float, update: Int) -> WeightUpdate
}

extension OptimizerRule {
  static var isOfKeras3: Bool { false }
  func initialValue(of slot: String) -> Double { 0 }
  func shape(of slot: String, _ parameter: [Int]) -> [Int] { parameter }
  var places: (Int, Int, Int) { (0, 1, 2) }
}

/// A formula for whole arrays of weights, see ``ArrayUpdate``.
protocol ArrayRule: OptimizerRule {
  /// The numbers of an update.
  ///
  /// - Parameter update: The number of this update, from 1.
  func arrayNumbers(learningRate: Float, update: Int) -> ArrayUpdate
}

extension ArrayRule {
  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    WeightUpdate(.sgd, rate: learningRate)
  }
}

/// The classes of optimizers by Keras' names.
enum OptimizerCatalog {
  static let classes: [String: any OptimizerRule.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.className, $0) })

  static let all: [any OptimizerRule.Type] = [
    AdamRule.self, AdamWRule.self, SGDRule.self, RMSpropRule.self, AdagradRule.self,
    AdadeltaRule.self, NadamRule.self, AdamaxRule.self, LionRule.self, FtrlRule.self,
    AdafactorRule.self, LambRule.self,
  ]
}
