import Files

/// The sections of a checkpoint.
package enum Sections {
  /// All of them, in the order in which they are written.
  package static var all: [any Section.Type] {
    [
      RecurrentStateSection.self, StreamSection.self, TrainingSection.self,
      TrainingRecurrentStateSection.self, KeptWeightsSection.self, HistorySection.self,
      ChangesSection.self, QuantilesSection.self, VocabularySection.self, LabelsSection.self,
      ScalingSection.self, TaskSection.self,
    ]
  }

  /// What it takes to predict and to go on with a stream.
  package static var withoutTraining: [any Section.Type] { all.filter { !$0.isOfTraining } }

  /// Reads the sections that are there.
  ///
  /// - Throws: `HDF5Error` or `FileError` naming what is not as it should be.
  static func read(
    _ sections: [any Section.Type], from store: any SectionStore, into checkpoint: inout Checkpoint
  ) throws {
    let found = try sections.filter { section in
      if try store.contains(section.name) { return true }
      guard !store.isOurs || !section.isNeeded(by: checkpoint.configuration) else {
        throw store.invalid(section.name, "is missing")
      }
      return false
    }
    for section in found { try section.read(from: store, into: &checkpoint) }
    // What a section is checked against may come behind it.
    for section in found { try section.check(&checkpoint, of: store) }
  }

  /// Checks that a file which was just written has the sections of its checkpoint, bit by bit.
  ///
  /// - Throws: `FileError` naming the section that differs.
  static func check(
    _ sections: [any Section.Type], read: Checkpoint, areOf written: Checkpoint, file: String
  ) throws {
    for section in sections {
      let isSame =
        switch (section.stored(in: read), section.stored(in: written)) {
        case (nil, nil): true
        case (let read?, let written?): read.isSame(as: written)
        default: false
        }
      guard isSame else {
        throw FileError.invalid(file, "\(section.name): is not what was written")
      }
    }
  }
}
