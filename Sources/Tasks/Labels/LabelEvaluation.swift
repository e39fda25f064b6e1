import Files

/// How right a model's answers are.
package struct LabelEvaluation: Sendable {
  /// The answers to one class.
  package struct Class: Sendable {
    package let label: String
    package fileprivate(set) var count = 0
    package fileprivate(set) var right = 0
  }

  /// What was looked at: `validation` or `all`.
  package let part: String
  /// In the order of classes; empty for numbers.
  package private(set) var classes: [Class] = []
  /// How far numbers are from the truth, and how far their mean over the training part is.
  package internal(set) var errors: SeriesErrors

  init(part: String) {
    self.part = part
    errors = SeriesErrors(part: part)
  }

  mutating func add(label: String, isRight: Bool) {
    var place = classes.firstIndex { $0.label.isExactly(label) } ?? classes.count
    if place == classes.count {
      classes.append(Class(label: label))
      place = classes.count - 1
    }
    classes[place].count += 1
    if isRight { classes[place].right += 1 }
  }

  mutating func sort() {
    classes.sort { ClassName($0.label) < ClassName($1.label) }
  }

  /// The fraction of right answers, from 0 to 1; `nil` for numbers.
  package var accuracy: Double? {
    let count = classes.reduce(0) { $0 + $1.count }
    return count == 0 ? nil : Double(classes.reduce(0) { $0 + $1.right }) / Double(count)
  }
}
