import Files
import Recurrent

extension Model {
  /// What a model that begins with `TextVectorization`, `StringLookup` or `Hashing` of Keras makes of texts: its input for
  /// ``predict(_:batchSize:)`` and for training.
  ///
  /// - Parameter texts: One for each sample.
  /// - Returns: `[samples, tokens]`, as many tokens as the layer fixes or the longest text has; or `[samples, values]` of
  ///   bags of tokens.
  /// - Throws: `ConfigurationError` if the model takes no texts, or a text has a token that must not be there.
  public func numbers(of texts: [String]) throws(ConfigurationError) -> Tensor {
    guard let layer = core.configuration.inputs.first?.texts else {
      throw ConfigurationError("the model takes numbers, not texts")
    }
    return try layer.numbers(of: texts)
  }
}
