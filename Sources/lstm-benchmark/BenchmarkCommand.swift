import ArgumentParser
import CommandLine
import Files
import Kernels
import Tasks

/// Measures one kind of work and prints seconds as JSON; `tools/bench` runs it beside its peers.
@main
struct BenchmarkCommand: ToolCommand {
  static let examples = ["lstm-benchmark experiment --experiment naive"]

  static let configuration = CommandConfiguration(
    commandName: "lstm-benchmark",
    abstract: "Measure one kind of work; see tools/bench.")

  enum Work: String, ExpressibleByArgument, CaseIterable {
    case experiment
    case character
    case layer
    case sample
    case save
    case load
    case product
    case peak
    case memory
  }

  @Argument(help: "What to measure.")
  var work: Work

  @Option(help: "The experiment of `experiment`.")
  var experiment: Experiment = .stateful

  @Option(help: "The optimizer of `experiment`.")
  var optimizer = "adam"

  @Option(help: "The norm to which `experiment` clips gradients.")
  var clipNorm: Double?

  @Option(help: "The L2 regularizer of the LSTM in `experiment`.")
  var l2: Double?

  @Option(help: "The class of `layer`: LSTM, GRU, SimpleRNN, SLSTM, …")
  var layer = "LSTM"

  @Option(help: "A variant of `layer`.")
  var variant: LayerVariant = .plain

  @Option(help: "Units of the layers of the other models.")
  var units = UnitsOption(units: [128, 128])

  @Option(help: "Symbols of `character` and `sample`.")
  var symbols = 65

  @Option(help: "Rows of a batch.")
  var batch = 50

  @Option(help: "Time steps of a batch.")
  var steps = 50

  @Option(help: "The epochs, updates or symbols of a round.")
  var count = 100

  @Option(help: "The number of rounds.")
  var rounds = 5

  @Option(help: "The number of threads.")
  var threads = ComputeThreads.available

  @OptionGroup var seal: SealKeyOption

  @Option(help: "The file of `save` and `load`.")
  var file = "benchmark.h5"

  /// What it writes goes to stdout.
  var files: CommandFiles { CommandFiles() }

  func run() throws {
    ComputeThreads.use(threads)
    let benchmark: Benchmark =
      switch work {
      case .experiment:
        try ExperimentBenchmark(
          experiment, epochs: count, optimizer: optimizer, clipNorm: clipNorm, l2: l2)
      case .character:
        try CharacterBenchmark(
          units: units.units, symbols: symbols, batch: batch, steps: steps, updates: count)
      case .layer:
        try LayerBenchmark(
          layer, variant, units: units.units, batch: batch, steps: steps, updates: count)
      case .sample: try SampleBenchmark(units: units.units, symbols: symbols, count: count)
      case .save: try CheckpointBenchmark(units: units.units, file: file, saves: true)
      case .load: try CheckpointBenchmark(units: units.units, file: file, saves: false)
      case .product: try ProductBenchmark()
      case .peak: PeakBenchmark()
      case .memory: try MemoryBenchmark()
      }
    // Once for caches, threads and the pages of memory and disk.
    _ = try benchmark.round()
    var seconds: [JSONValue] = []
    for _ in 0..<rounds { seconds.append(.number(try benchmark.round())) }
    let document: JSONValue = [
      "seconds": .array(seconds), "unit": .string(benchmark.unit),
      "per_round": .number(benchmark.unitsPerRound),
      "instruction_set": .string(InstructionSet.selected.rawValue),
    ]
    try StandardStreams.output(document.text() + "\n")
  }
}
