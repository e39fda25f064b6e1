import Recurrent

/// `changes`: what a run did otherwise from some update on. `places`, `[changes, 2]`, int64: the epochs done by then, and
/// the updates in the epoch under way; `settings`, `before` and `after`, text.
enum ChangesSection: Section {
  static let name = "changes"
  static var property: WritableKeyPath<Checkpoint, [SettingChange]?> { \.changes }

  static func stored(_ changes: [SettingChange]) -> StoredValue {
    .group([
      ("places", .integerRows(changes.map { [$0.epoch, $0.update] })),
      ("settings", .texts(changes.map(\.setting))), ("before", .texts(changes.map(\.before))),
      ("after", .texts(changes.map(\.after))),
    ])
  }

  static func read(
    from root: any SectionStore, of checkpoint: Checkpoint
  ) throws -> [SettingChange]? {
    let group = try root.members(name)
    let places = try group.integerRows("places")
    guard places.allSatisfy({ $0.count == 2 }) else {
      throw group.invalid("places", "must be [changes, 2]")
    }
    let texts = try ["settings", "before", "after"].map { name in
      let texts = try group.texts(name)
      guard texts.count == places.count else {
        throw group.invalid(name, "must have \(places.count) texts, has \(texts.count)")
      }
      return texts
    }
    return places.enumerated().map { index, place in
      SettingChange(
        epoch: place[0], update: place[1], setting: texts[0][index], before: texts[1][index],
        after: texts[2][index])
    }
  }

  static func check(
    _ changes: inout [SettingChange], in checkpoint: Checkpoint
  ) throws(SectionProblem) {
    for change in changes {
      for place in [change.epoch, change.update]
      where !(0...TrainingProgress.mostEpochs).contains(place) {
        throw SectionProblem("places", "has \(place)")
      }
    }
  }
}
