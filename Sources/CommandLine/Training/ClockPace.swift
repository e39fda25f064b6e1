/// When to look at the clock: at first at every update, then as seldom as quick updates allow, since a look costs a
/// good part of a small model's update.
struct ClockPace {
  /// The time from look to look, in seconds, that is aimed at.
  private static let interval = 0.01
  private static let mostUpdates = 1 << 14

  private var updates = 1
  private var left = 1
  private var lastLook: Double?

  /// Counts an update.
  var isDue: Bool {
    mutating get {
      left -= 1
      return left <= 0
    }
  }

  /// Says what the clock shows, in seconds.
  mutating func look(at time: Double) {
    if let lastLook {
      let passed = time - lastLook
      if passed < Self.interval {
        updates = min(2 * updates, Self.mostUpdates)
      } else {
        // An update takes so long: as many as fit.
        updates = max(1, Int(Double(updates) * Self.interval / passed))
      }
    }
    lastLook = time
    left = updates
  }
}
