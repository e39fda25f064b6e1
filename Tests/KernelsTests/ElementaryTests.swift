import Foundation
import Testing

@testable import Kernels

/// The functions in double precision, against the system's library.
@Suite struct ElementaryTests {
  private func expect(
    _ found: Double, _ exact: Double, within units: Double = 2, _ what: @autoclosure () -> String
  ) {
    guard exact.isFinite, exact != 0 else {
      #expect(found == exact, "\(what())")
      return
    }
    #expect(abs(found - exact) <= units * exact.ulp, "\(what()): \(found), \(exact)")
  }

  private let values =
    (-4000...4000).map { Double($0) * 0.0173 } + [0, 1e-300, 1e-20, 1e-9, 1, 700, 745, 1e300]

  @Test func exponentials() {
    for x in values + [-745.1, -708.5, 709.7, 709.8, .infinity, -.infinity] {
      // A subnormal result has fewer digits.
      expect(Elementary.exponential(x), exp(x), "exp \(x)")
      expect(Elementary.exponentialLessOne(x), expm1(x), "expm1 \(x)")
    }
    #expect(Elementary.exponential(.nan).isNaN)
  }

  @Test func logarithms() {
    for x in values where x >= 0 {
      expect(Elementary.logarithm(x), log(x), "log \(x)")
      expect(Elementary.logarithmOfOnePlus(x), log1p(x), "log1p \(x)")
    }
    for x in [0.999999, 1.0000001, .leastNonzeroMagnitude, .infinity] {
      expect(Elementary.logarithm(x), log(x), "log \(x)")
    }
    #expect(Elementary.logarithm(-1).isNaN)
  }

  @Test func hyperbolicTangentsSigmoidsAndErrors() {
    for x in values {
      expect(Elementary.hyperbolicTangent(x), tanh(x), within: 4, "tanh \(x)")
      expect(Elementary.errorFunction(x), erf(x), within: 16, "erf \(x)")
      expect(
        Elementary.sigmoid(x), x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)), within: 4,
        "sigmoid \(x)")
      expect(
        Elementary.softplus(x), max(x, 0) + log1p(exp(-abs(x))), within: 4, "softplus \(x)")
    }
  }

  @Test func powersAndCosines() {
    for exponent in [0, 1, 2, 7, 1000, 30_000, -3] {
      expect(
        Elementary.power(0.999, exponent), pow(0.999, Double(exponent)),
        within: max(2, Double(abs(exponent))),
        "0.999 to the \(exponent)")
      expect(
        Elementary.power(0.96, Double(exponent) / 3), pow(0.96, Double(exponent) / 3),
        within: 600, "0.96 to the \(exponent) / 3")
    }
    #expect(Elementary.power(0, 0.5) == 0 && Elementary.power(0, 0.0) == 1)
    for index in 0...1000 {
      let turns = Double(index) / 1000
      #expect(abs(Elementary.cosine(ofTurns: turns) - cos(2 * .pi * turns)) < 1e-15)
    }
    #expect(Elementary.cosine(ofTurns: 0.25) == 0 && Elementary.cosine(ofTurns: 0.5) == -1)
  }
}
