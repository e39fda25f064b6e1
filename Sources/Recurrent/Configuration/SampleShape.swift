/// The shape of one sample as it goes from layer to layer, without the rows of the batch.
public struct SampleShape: Equatable, Sendable {
  /// Whether there is a time axis.
  public var isSequence: Bool
  /// The steps of a sequence; `nil` if any number may come.
  public var timeSteps: Int?
  /// The values of one step, or of a sample without steps.
  public var features: Int

  /// `[timeSteps, features]`.
  public static func sequence(timeSteps: Int?, features: Int) -> SampleShape {
    SampleShape(isSequence: true, timeSteps: timeSteps, features: features)
  }

  /// `[features]`.
  public static func vector(features: Int) -> SampleShape {
    SampleShape(isSequence: false, timeSteps: nil, features: features)
  }

  /// The steps in memory: 1 for a sample without a time axis.
  var steps: Int { isSequence ? timeSteps ?? 1 : 1 }
  /// The sizes of the axes.
  var sizes: [Int?] { isSequence ? [timeSteps, features] : [features] }
}
