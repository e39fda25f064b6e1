/// A setting of a training run that has another value from some update on.
package struct SettingChange: Equatable, Sendable {
  /// The epochs done by then.
  package var epoch: Int
  /// The updates done in the epoch that was under way.
  package var update: Int
  /// What it is called: `learning_rate`.
  package var setting: String
  package var before: String
  package var after: String

  package init(epoch: Int, update: Int, setting: String, before: String, after: String) {
    (self.epoch, self.update) = (epoch, update)
    (self.setting, self.before, self.after) = (setting, before, after)
  }
}
