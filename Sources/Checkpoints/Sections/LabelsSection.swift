/// `labels`: the names of the classes that the model chooses between, one for each of its outputs.
enum LabelsSection: Section {
  static let name = "labels"
  static var property: WritableKeyPath<Checkpoint, [String]?> { \.labels }

  static func stored(_ labels: [String]) -> StoredValue { .texts(labels) }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> [String]? {
    try root.texts(name)
  }

  static func check(_ labels: inout [String], in checkpoint: Checkpoint) throws(SectionProblem) {
    let outputs = checkpoint.configuration.outputUnits
    guard labels.count == outputs else {
      throw SectionProblem(nil, "are \(labels.count); the model gives \(outputs)")
    }
  }
}
