import Files

/// What `keras.layers.StringLookup` or `Hashing` makes of tokens: their numbers, or what of the vocabulary is among them.
struct TokenLookup: Equatable, Sendable {
  enum Output: Equatable, Sendable {
    /// The numbers in their order.
    case numbers
    /// A value for each symbol of the vocabulary: whether it is there, how often, or how often times its weight.
    case presence, count
    case weighted([Float])
  }

  let output: Output
  /// The values of a bag of tokens.
  let depth: Int
  private let numbers: [ExactText: Int]
  /// The numbers of tokens that are not in the vocabulary, one for each bin of ``FarmHash``; none if there must be no such
  /// tokens.
  private let unknown: Range<Int>
  /// The token that stands for nothing.
  private let mask: ExactText?

  /// - Parameter options: Those of Keras' `StringLookup`, its vocabulary among them.
  /// - Throws: The option that is not supported, and what is wrong with it.
  init(_ options: [String: JSONValue], mask: String?) throws(TextOptionError) {
    let mode = options["output_mode"]?.string ?? "int"
    let isBag = mode != "int"
    let unknownCount = options["num_oov_indices"]?.integer ?? 1
    guard unknownCount >= 0, (options["salt"] ?? .null) == .null else {
      throw TextOptionError("num_oov_indices \(unknownCount) with a salt")
    }
    guard let given = options["vocabulary"]?.array?.map(\.string), !given.contains(nil) else {
      throw TextOptionError("vocabulary", "is not in the file")
    }
    self.mask = mask.map(ExactText.init)
    let first = mask != nil && !isBag ? 1 : 0
    var tokens = given.compactMap { $0.map(ExactText.init) }
    // They may stand for themselves at the beginning.
    let unknownToken = options["oov_token"]?.string ?? "[UNK]"
    let special =
      (first > 0 ? [mask ?? ""] : []) + [String](repeating: unknownToken, count: unknownCount)
    let hasSpecial = tokens.prefix(special.count).map(\.text).areExactly(special)
    if hasSpecial { tokens.removeFirst(special.count) }
    unknown = first..<first + unknownCount
    let start = first + unknownCount
    numbers = Dictionary(tokens.enumerated().map { ($1, start + $0) }) { one, _ in one }
    guard numbers.count == tokens.count else {
      throw TextOptionError("vocabulary", "has a token twice")
    }
    let size = start + tokens.count
    depth = options["pad_to_max_tokens"] == true ? options["max_tokens"]?.integer ?? size : size
    guard size <= depth else { throw TextOptionError("max_tokens", "is less than the vocabulary") }
    switch mode {
    case "int": output = .numbers
    case "multi_hot", "binary": output = .presence
    // Of the single token of a StringLookup there is no difference.
    case "one_hot" where options.keys.contains("num_oov_indices"): output = .presence
    case "count": output = .count
    case "tf_idf", "tf-idf":
      var weights = (options["idf_weights"]?.array ?? []).compactMap { $0.double.map(Float.init) }
      if !hasSpecial, !weights.isEmpty {
        let mean = weights.reduce(0, +) / Float(weights.count)
        weights = [Float](repeating: mean, count: start) + weights
      }
      guard weights.count >= size else {
        throw TextOptionError("idf_weights", "are not in the file")
      }
      weights = Array(weights.prefix(size))
      output = .weighted(weights + [Float](repeating: 0, count: depth - size))
    default: throw TextOptionError("output_mode \(mode)")
    }
  }

  /// Bins of all tokens.
  ///
  /// - Parameter options: Those of Keras' `Hashing`.
  /// - Throws: The option that is not supported.
  init(hashing options: [String: JSONValue]) throws(TextOptionError) {
    guard let bins = options["num_bins"]?.integer, (1...ModelConfiguration.largestAxis) ~= bins,
      (options["salt"] ?? .null) == .null
    else { throw TextOptionError("num_bins or salt") }
    let mode = options["output_mode"]?.string ?? "int"
    switch mode {
    case "int": output = .numbers
    case "one_hot", "multi_hot": output = .presence
    case "count": output = .count
    default: throw TextOptionError("output_mode \(mode)")
    }
    depth = bins
    // The first bin is that of the mask alone.
    mask = bins > 1 ? options["mask_value"]?.string.map(ExactText.init) : nil
    numbers = mask.map { [$0: 0] } ?? [:]
    unknown = (mask == nil ? 0 : 1)..<bins
  }

  /// The numbers of tokens; -1 for one that must not be there, nothing for the mask in a bag.
  func numbers(of tokens: [ExactText]) -> [Int] {
    tokens.compactMap { token -> Int? in
      if let known = numbers[token] { return known }
      if token == mask { return output == .numbers ? 0 : nil }
      guard unknown.count > 1 else { return unknown.first ?? -1 }
      let bin = FarmHash.hash(Array(token.text.utf8)) % UInt64(unknown.count)
      return unknown.lowerBound + Int(bin)
    }
  }

  /// The values of a bag of tokens.
  func values(of numbers: [Int]) -> [Float] {
    var values = [Float](repeating: 0, count: depth)
    for number in numbers where number >= 0 {
      values[number] = output == .presence ? 1 : values[number] + 1
    }
    if case .weighted(let weights) = output {
      for number in values.indices { values[number] *= weights[number] }
    }
    return values
  }
}

/// An option of a layer of texts that is not supported.
struct TextOptionError: Error {
  let text: String

  init(_ option: String, _ what: String = "is not supported") { text = option + " " + what }
}
