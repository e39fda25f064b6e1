/// How much of a network's answers is added to the linear part, from nothing to all: what least squares say of forecasts
/// that neither has learned from, less what chance may have made of it. A share a with a variance v is shrunk by the part
/// v / a² (James & Stein 1961), so that few forecasts count only if they are clear.
struct NetworkShare {
  private let horizon: Int
  private var products = 0.0
  private var answers = 0.0
  private var missed = 0.0
  private var count = 0

  /// - Parameter horizon: The steps of a forecast, whose errors are taken for one.
  init(horizon: Int) {
    self.horizon = horizon
  }

  /// Takes a value.
  ///
  /// - Parameters:
  ///   - answer: What the network adds.
  ///   - missed: What the truth is beyond the linear part.
  mutating func add(answer: Double, missed: Double) {
    products += answer * missed
    answers += answer * answer
    self.missed += missed * missed
    count += 1
  }

  /// From 0 to 1; 1 if the network says nothing.
  var value: Double {
    guard answers > 0 else { return 1 }
    let share = products / answers
    guard share > 0 else { return 0 }
    let left = max(0, missed - share * products) / Double(count)
    let variance = left * Double(horizon) / answers
    return min(share * max(0, 1 - variance / (share * share)), 1)
  }
}
