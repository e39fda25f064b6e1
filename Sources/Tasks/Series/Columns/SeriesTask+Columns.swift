/// What a model reads in a row, in this order: the features, the target first; the known columns in the row itself, one row
/// ahead, two rows ahead, … as far as the horizon; the calendar; and what does not change within a series.
extension SeriesTask {
  /// The columns of numbers that a file has in each row.
  var fileColumns: [String] { features + known }

  /// The columns that a line of a live stream has: all that neither the date nor the name of the series says.
  var lineColumns: [String] {
    known.isEmpty
      ? features
      : features
        + (0...horizon).flatMap { lead in known.map { lead == 0 ? $0 : "\($0)+\(lead)" } }
  }

  /// All columns.
  package var columns: [String] {
    lineColumns + calendar.flatMap(\.names) + statics.flatMap(\.names)
  }

  var columnCount: Int { staticColumns.upperBound }

  /// The known columns, `[horizon + 1, known]`.
  var knownColumns: Range<Int> {
    let first = features.count
    return first..<first + (known.isEmpty ? 0 : known.count * (horizon + 1))
  }

  var calendarColumns: Range<Int> {
    let first = knownColumns.upperBound
    return first..<first + calendar.count * CalendarCycle.columns
  }

  var staticColumns: Range<Int> {
    let first = calendarColumns.upperBound
    return first..<first + statics.reduce(0) { $0 + $1.columns }
  }
}
