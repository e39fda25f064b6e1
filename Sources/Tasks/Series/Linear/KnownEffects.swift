/// What columns that are known ahead add to a target, in a straight line: a regression whose errors a forecast follows
/// (Hyndman & Athanasopoulos, *Forecasting*, 10).
///
/// It is fitted by least squares to changes over a season, or from row to row, in which neither level nor season is left.
/// Of several series each has effects of its own, drawn towards those of all as if these had been seen in some rows of it.
struct KnownEffects {
  /// What a unit of each column adds in each series, encoded: `[series, known]`.
  let bySeries: [[Double]]
  /// In all of them.
  let shared: [Double]

  /// The rows of all series that count beside a series' own.
  private static let sharedRows = 20.0
  /// The part of a column's own changes that is added to them, so that columns which say the same share an effect.
  private static let pull = 1e-3
  /// The part of a column's variance that is added to its changes: one that only rises evenly has no effect to be found.
  private static let pullOfLevel = 1e-3

  /// - Parameters:
  ///   - series: `[rows, columns]` of each series, encoded.
  ///   - rows: How many of the first rows of each it is fitted to.
  init(_ task: SeriesTask, encoded series: [[Float]], rows: [Int]) {
    let products = zip(series, rows).map { Products(task, $0, rows: $1) }
    let size = task.known.count + 1
    var all = Products(size: size)
    for own in products { all.add(own, times: 1) }
    shared = Self.solve(all)
    bySeries = products.map { own in
      var sums = own
      if all.rows > 0, products.count > 1 { sums.add(all, times: Self.sharedRows / all.rows) }
      return Self.solve(sums)
    }
  }

  /// The sums of products of changes of the target and of each column, the target first.
  private struct Products {
    /// `[1 + known, 1 + known]`.
    var values: [[Double]]
    /// Of each known column, the squares of its distances from its mean.
    var squares: [Double]
    var rows = 0.0

    init(size: Int) {
      values = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
      squares = [Double](repeating: 0, count: max(0, size - 1))
    }

    init(_ task: SeriesTask, _ encoded: [Float], rows: Int) {
      self.init(size: task.known.count + 1)
      let columns = [0] + task.known.indices.map { task.features.count + $0 }
      let (lag, width) = (task.season ?? 1, task.columnCount)
      let changes = (min(lag, rows)..<rows).map { row in
        columns.map {
          Double(encoded[row * width + $0]) - Double(encoded[(row - lag) * width + $0])
        }
      }
      self.rows = Double(changes.count)
      for (index, column) in columns.dropFirst().enumerated() {
        let levels = (0..<rows).map { Double(encoded[$0 * width + column]) }
        let mean = levels.reduce(0, +) / Double(max(1, rows))
        squares[index] = levels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      }
      let means = columns.indices.map { column in
        changes.reduce(0) { $0 + $1[column] } / max(1, self.rows)
      }
      for change in changes {
        for one in columns.indices {
          for other in columns.indices {
            values[one][other] += (change[one] - means[one]) * (change[other] - means[other])
          }
        }
      }
    }

    mutating func add(_ other: Products, times factor: Double) {
      for row in values.indices {
        for column in values.indices { values[row][column] += factor * other.values[row][column] }
      }
      for column in squares.indices { squares[column] += factor * other.squares[column] }
      rows += factor * other.rows
    }
  }

  private static func solve(_ products: Products) -> [Double] {
    let size = products.squares.count
    var matrix = products.values.dropFirst().flatMap { $0.dropFirst() }
    for row in 0..<size {
      let added = pull * matrix[row * size + row] + pullOfLevel * products.squares[row]
      // A column that does not change has no effect.
      matrix[row * size + row] += added > 0 ? added : 1
    }
    let right = products.values.dropFirst().map { $0[0] }
    let found = Cholesky.solve(matrix, right, size: size) ?? []
    return found.allSatisfy(\.isFinite) && found.count == size
      ? found : [Double](repeating: 0, count: size)
  }

  /// A series without what its known columns add.
  ///
  /// - Parameter encoded: `[rows, columns]`.
  func removed(from encoded: [Float], series: Int, _ task: SeriesTask) -> [Float] {
    guard !task.known.isEmpty else { return encoded }
    var values = encoded
    for row in stride(from: 0, to: values.count, by: task.columnCount) {
      values[row] -= Float(
        Self.sum(bySeries[series], encoded[(row + task.features.count)...]))
    }
    return values
  }

  /// What known columns add.
  ///
  /// - Parameter columns: Begin with these, encoded.
  static func sum(_ effects: [Double], _ columns: ArraySlice<Float>) -> Double {
    zip(effects, columns).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
}
