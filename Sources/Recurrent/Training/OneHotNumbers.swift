extension [Float] {
  /// The numbers of symbols that rows stand for: where each has its 1, or -1 for one of zeros.
  ///
  /// - Returns: `nil` if a row is neither one-hot nor zeros, or there is one column only.
  package func oneHotNumbers(columns: Int) -> [Int32]? {
    guard columns > 1 else { return nil }
    var numbers: [Int32] = []
    for row in 0..<count / columns {
      var number: Int32 = -1
      for column in 0..<columns where self[row * columns + column] != 0 {
        guard number < 0, self[row * columns + column] == 1 else { return nil }
        number = Int32(truncatingIfNeeded: column)
      }
      numbers.append(number)
    }
    return numbers
  }
}
