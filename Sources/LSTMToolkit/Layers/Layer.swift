import Files
import Recurrent

/// A layer of a model that is to be built: a class of `keras.layers` with its options.
///
/// A layer is a value that describes; ``Model`` makes weights for it. Layers stand one above the other in the braces of
/// ``Model/init(timeSteps:features:batch:name:randomSeed:layers:)``, or are called on what goes through them in a graph,
/// as in Keras' functional form:
///
/// ```swift
/// let input = Input(timeSteps: 10, features: 4)
/// let hidden = LSTM(8)(input)
/// ```
///
/// Each call makes a layer with weights of its own. The classes and the formulas behind them are Keras 3's; each layer
/// says which options the engine computes.
public protocol Layer: Sendable {
  /// The class and its options.
  var settings: LayerSettings { get }
}

extension Layer {
  /// The output of this layer for the output of others.
  ///
  /// - Parameter inputs: An ``Input`` or outputs of layers; every layer takes one, ``Concatenate``, ``Dot``, ``Add`` and
  ///   its like, and ``Attention`` and its like several. What does not fit is found when the model is made.
  public func callAsFunction(_ inputs: any GraphValue...) -> LayerOutput {
    LayerOutput(GraphNode(.layer(settings), inputs: inputs.map(\.node)))
  }
}

/// The class of a layer and its options, under Keras' names.
public struct LayerSettings: Equatable, Sendable {
  let className: String
  /// The name that it was given; `nil` if the model is to find one.
  let name: String?
  /// By Keras' names.
  var options: [String: JSONValue]
  /// The layers inside, by the options that hold them.
  let inner: [String: LayerSettings]

  init(
    _ className: String, name: String?, trainable: Bool = true,
    options: [String: JSONValue] = [:], inner: [String: LayerSettings] = [:]
  ) {
    self.className = className
    self.name = name
    self.options = options.merging(["trainable": .bool(trainable)]) { given, _ in given }
    self.inner = inner
  }
}

/// Collects the layers in the braces of a ``Model``, from input to output; conditions and loops are taken as they are in
/// any Swift code.
@resultBuilder
public enum LayersBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// One layer.
  /// Layers that were made elsewhere.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Layers one above the other.
  public static func buildBlock(_ layers: [any Layer]...) -> [any Layer] { layers.flatMap { $0 } }
  /// Layers of an `if` without `else`.
  public static func buildOptional(_ layers: [any Layer]?) -> [any Layer] { layers ?? [] }
  /// Layers of an `if` or `switch`.
  public static func buildEither(first layers: [any Layer]) -> [any Layer] { layers }
  /// Layers of an `else` or `switch`.
  public static func buildEither(second layers: [any Layer]) -> [any Layer] { layers }
  /// Layers of a loop.
  public static func buildArray(_ layers: [[any Layer]]) -> [any Layer] { layers.flatMap { $0 } }
  /// Layers of an `if #available`.
  public static func buildLimitedAvailability(_ layers: [any Layer]) -> [any Layer] { layers }
}
