import Files

/// What a model answers to one sequence.
package enum LabelAnswer: Equatable, Sendable {
  /// The likeliest class, and the probability of each.
  case label(Int, probabilities: [Float])
  /// Those of several labels that are likely enough, and the probability of each label there is.
  case labels([Int], probabilities: [Float])
  case number(Double)

  /// The probability of each class; none of a number.
  package var probabilities: [Float] {
    switch self {
    case .label(_, let probabilities), .labels(_, let probabilities): probabilities
    case .number: []
    }
  }

  /// The labels that were chosen, by their numbers.
  package var chosen: [Int] {
    switch self {
    case .label(let label, _): [label]
    case .labels(let labels, _): labels
    case .number: []
    }
  }
}

/// Answers to some sequences.
package struct LabelReport: TableReport {
  package let answers: [LabelAnswer]
  /// The names of the classes; none of numbers.
  let labels: [String]
  let kind: LabelKind
  /// What the sequences are called, and the column that says so; empty if they have no names.
  var keys: [String] = []
  var keyColumn = ""
  /// How many of the likeliest classes to show with their probabilities; only what was chosen if `nil`.
  var likeliest: Int?

  /// A line for each sequence, after a line of names.
  package var csv: String {
    var lines = [line(keys.isEmpty ? [] : [quoted(keyColumn)], columns)]
    for (number, answer) in answers.enumerated() {
      lines.append(line(keys.isEmpty ? [] : [quoted(keys[number])], fields(answer)))
    }
    return lines.joined()
  }

  private func line(_ first: [String], _ rest: [String]) -> String {
    (first + rest).joined(separator: ",") + "\n"
  }

  private var showsAll: Bool { likeliest.map { $0 >= labels.count } ?? false }

  private var columns: [String] {
    var columns: [String] =
      switch kind {
      case .number: ["value"]
      case .oneClass: ["label", "probability"]
      case .severalLabels: ["labels", "probabilities"]
      }
    guard let likeliest, kind != .number else { return columns }
    if showsAll { return columns + labels.map(quoted) }
    for place in 1...max(1, likeliest) { columns += ["label \(place)", "probability \(place)"] }
    return columns
  }

  private func fields(_ answer: LabelAnswer) -> [String] {
    var fields: [String]
    switch answer {
    case .number(let number): return ["\(Float(number))"]
    case .label(let label, let probabilities):
      fields = [quoted(labels[label]), "\(probabilities[label])"]
    case .labels(let chosen, let probabilities):
      fields = [
        quoted(chosen.map { labels[$0] }.joined(separator: kind.separator)),
        quoted(chosen.map { "\(probabilities[$0])" }.joined(separator: kind.separator)),
      ]
    }
    guard let likeliest else { return fields }
    if showsAll { return fields + answer.probabilities.map { "\($0)" } }
    for label in order(answer).prefix(likeliest) {
      fields += [quoted(labels[label]), "\(answer.probabilities[label])"]
    }
    return fields
  }

  /// The classes, the likeliest first.
  private func order(_ answer: LabelAnswer) -> [Int] {
    // Sorting is stable: equal ones stay in the order of classes.
    labels.indices.sorted { answer.probabilities[$0] > answer.probabilities[$1] }
  }

  package var json: JSONValue {
    let all = answers.enumerated().map { number, answer -> JSONValue in
      var members: [String: JSONValue] = [:]
      if !keys.isEmpty { members[keyColumn] = .string(keys[number]) }
      switch answer {
      case .number(let value): members["value"] = .number(value)
      case .label(let label, let probabilities):
        members["label"] = .string(labels[label])
        members["probability"] = .number(Double(probabilities[label]))
      case .labels(let chosen, _): members["labels"] = .array(chosen.map { .string(labels[$0]) })
      }
      if likeliest != nil || !chosenProbabilities(answer).isEmpty {
        members["probabilities"] = .object(shownProbabilities(answer))
      }
      return .object(members)
    }
    return ["answers": .array(all)]
  }

  private func chosenProbabilities(_ answer: LabelAnswer) -> [Int] {
    if case .labels(let chosen, _) = answer { chosen } else { [] }
  }

  private func shownProbabilities(_ answer: LabelAnswer) -> [String: JSONValue] {
    let shown = likeliest.map { Array(order(answer).prefix($0)) } ?? chosenProbabilities(answer)
    return Dictionary(
      shown.map { (labels[$0], .number(Double(answer.probabilities[$0]))) },
      uniquingKeysWith: { one, _ in one })
  }
}
