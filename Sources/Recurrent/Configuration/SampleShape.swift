/// The shape of one sample as it goes from layer to layer, without the rows of the batch.
package struct SampleShape: Equatable, Sendable {
  /// Whether there is a time axis.
  package var isSequence: Bool
  /// The steps of a sequence; `nil` if any number may come.
  package var timeSteps: Int?
  /// The values of one step, or of a sample without steps.
  package var features: Int

  /// `[timeSteps, features]`.
  package static func sequence(timeSteps: Int?, features: Int) -> SampleShape {
    SampleShape(isSequence: true, timeSteps: timeSteps, features: features)
  }

  /// `[features]`.
  package static func vector(features: Int) -> SampleShape {
    SampleShape(isSequence: false, timeSteps: nil, features: features)
  }

  /// Checks that an axis of Keras', which counts the batch too, is the last one.
  ///
  /// - Throws: ``ConfigurationError`` naming the class of layers that needs it.
  func checkLast(_ axis: Int, of className: String) throws(ConfigurationError) {
    guard axis == -1 || axis == (isSequence ? 2 : 1) else {
      throw ConfigurationError("\(className) goes over the last axis only, not over \(axis)")
    }
  }

  /// The steps in memory: 1 for a sample without a time axis.
  var steps: Int { isSequence ? timeSteps ?? 1 : 1 }
  /// The sizes of the axes.
  package var sizes: [Int?] { isSequence ? [timeSteps, features] : [features] }
}
