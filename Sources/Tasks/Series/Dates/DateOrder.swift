/// Checks dates one by one as they come, each to be behind the one before it.
struct DateOrder {
  /// How the dates may be meant, with the last time that each saw.
  private var readings: [(notation: DateNotation, last: RowTime)]

  /// - Parameter dates: Those that came before.
  init(_ dates: [String]) {
    readings = []
    for date in dates { _ = take(date) }
  }

  /// Takes the next date.
  ///
  /// - Returns: Whether it can be behind the one before; also one that is not understood, or not as the others are, may be.
  mutating func take(_ date: String) -> Bool {
    var next: [(notation: DateNotation, last: RowTime)] = []
    var isUnderstood = false
    for reading in readings {
      var notation = reading.notation
      guard let time = notation.read(date) else { continue }
      isUnderstood = true
      if time.ticks > reading.last.ticks { next.append((notation, time)) }
    }
    guard isUnderstood else {
      readings = DateNotation.notations(of: date).compactMap { notation in
        var notation = notation
        return notation.read(date).map { (notation, $0) }
      }
      return true
    }
    if next.isEmpty { return false }
    readings = next
    return true
  }
}
