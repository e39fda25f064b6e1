import Files

/// What a model answers to one sequence.
package struct LabelAnswer: Equatable, Sendable {
  /// The classes that were chosen, by their numbers: the likeliest one, or those that are likely enough.
  package let chosen: [Int]
  /// The probability of each class; none of a number.
  package let probabilities: [Float]
  /// The number; `nil` of classes.
  package let number: Double?

  init(chosen: [Int], probabilities: [Float]) {
    (self.chosen, self.probabilities, number) = (chosen, probabilities, nil)
  }

  init(number: Double) { (chosen, probabilities, self.number) = ([], [], number) }
}

/// Answers to some sequences.
package struct LabelReport: TableReport {
  package let answers: [LabelAnswer]
  /// The names of the classes; none of numbers.
  let labels: [String]
  let kind: any LabelKind
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
    var columns = kind.columns
    guard let likeliest else { return columns }
    if showsAll { return columns + labels.map(quoted) }
    for place in 1...max(1, likeliest) { columns += ["label \(place)", "probability \(place)"] }
    return columns
  }

  private func fields(_ answer: LabelAnswer) -> [String] {
    var fields = kind.fields(of: answer, labels)
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
      var members = kind.members(of: answer, labels)
      if !keys.isEmpty { members[keyColumn] = .string(keys[number]) }
      let shown = likeliest.map { Array(order(answer).prefix($0)) } ?? kind.shownClasses(of: answer)
      if likeliest != nil || !shown.isEmpty {
        members["probabilities"] = .object(probabilities(of: shown, in: answer))
      }
      return .object(members)
    }
    return ["answers": .array(all)]
  }

  private func probabilities(of classes: [Int], in answer: LabelAnswer) -> [String: JSONValue] {
    Dictionary(
      classes.map { (labels[$0], .number(Double(answer.probabilities[$0]))) },
      uniquingKeysWith: { one, _ in one })
  }
}
