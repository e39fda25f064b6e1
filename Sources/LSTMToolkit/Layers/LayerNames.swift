import Recurrent

/// Gives layers the names that Keras gives them: `lstm`, `lstm_1`, …, counted for each class from input to output, layers
/// inside others included.
struct LayerNames {
  private var counts: [String: Int] = [:]
  private var taken: Set<String>

  /// - Parameter given: The names that layers have already.
  init(given: [String]) { taken = Set(given) }

  /// The layer in the engine's words.
  mutating func configuration(_ settings: LayerSettings) -> LayerConfiguration {
    var options = settings.options
    // Keras names what is inside first: it is made first.
    for (option, inner) in settings.inner.sorted(by: { $0.key > $1.key }) {
      let layer = configuration(inner)
      options[option] = [
        "class_name": .string(layer.className),
        "config": .object(layer.options.merging(["name": .string(layer.name)]) { own, _ in own }),
      ]
    }
    return LayerConfiguration(
      settings.className, name: settings.name ?? next(settings.className), options: options)
  }

  private mutating func next(_ className: String) -> String {
    let stem = Self.stem(className)
    while true {
      let count = counts[stem, default: 0]
      counts[stem] = count + 1
      let name = count == 0 ? stem : "\(stem)_\(count)"
      if taken.insert(name).inserted { return name }
    }
  }

  /// `SimpleRNN` is `simple_rnn`, `LSTM` `lstm`, `Conv1D` `conv1d`, `PReLU` `p_re_lu`.
  private static func stem(_ className: String) -> String {
    let letters = Array(className)
    var stem = ""
    for (index, letter) in letters.enumerated() {
      let beginsWord =
        index > 0 && letter.isUppercase
        && (letters[index - 1].isLowercase
          || index + 1 < letters.count && letters[index + 1].isLowercase)
      stem += (beginsWord ? "_" : "") + letter.lowercased()
    }
    return stem
  }
}
