/// Where a running sequence stands, beside its recurrent state.
public struct StreamPosition: Equatable, Sendable {
  /// Where a generator of random numbers stands.
  public struct Sampler: Equatable, Sendable {
    public var seed: UInt64
    public var position: UInt64

    public init(seed: UInt64, position: UInt64) {
      self.seed = seed
      self.position = position
    }
  }

  /// The symbols that the next step is fed, for each row of the batch: `[batch, length]`. The last of
  /// each row is the newest.
  public var nextInput: [[Int]]
  /// What the next symbols are drawn with.
  public var sampler: Sampler?

  public init(nextInput: [[Int]], sampler: Sampler? = nil) {
    self.nextInput = nextInput
    self.sampler = sampler
  }
}
