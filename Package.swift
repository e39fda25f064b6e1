// swift-tools-version:6.0
import Foundation
import PackageDescription

#if arch(arm64)
  let debianLibraries = "/usr/lib/aarch64-linux-gnu"
#else
  let debianLibraries = "/usr/lib/x86_64-linux-gnu"
#endif

/// Debian's shared HDF5 loads forty more libraries (curl, TLS, Kerberos), which takes longer than most
/// predictions. Of the static one a release build keeps only what is called, which needs none of them.
let staticHDF5 = ["libhdf5_serial.a", "libsz.a", "libaec.a", "libz.a"]
let hasStaticSodium = FileManager.default.fileExists(atPath: "\(debianLibraries)/libsodium.a")
let hasStaticHDF5 = staticHDF5.allSatisfy {
  FileManager.default.fileExists(atPath: "\(debianLibraries)/\($0)")
}
let hdf5Libraries: [LinkerSetting] =
  hasStaticHDF5
  ? staticHDF5.map { .linkedLibrary(":\($0)", .when(configuration: .release)) }
    + [.linkedLibrary("hdf5_serial", .when(configuration: .debug))]
  : [.linkedLibrary("hdf5")]

/// A command: what is its own, over what all of them share.
func command(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "CommandLine", "Tasks", "Checkpoints", "Recurrent", "Files", "Kernels",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ])
}

/// `tools/fuzz` builds the parsers with libFuzzer; otherwise they are a test of the inputs that are kept.
let isFuzzing = Context.environment["LSTM_FUZZING"] != nil
let parserModules: [Target.Dependency] = [
  "CommandLine", "Tasks", "Checkpoints", "Recurrent", "Files",
]
let fuzzing: Target =
  isFuzzing
  ? .executableTarget(
    name: "lstm-fuzz", dependencies: parserModules, path: "Tests/FuzzingTests",
    exclude: ["Inputs", "Words", "KeptInputsTests.swift"])
  : .testTarget(
    name: "FuzzingTests", dependencies: parserModules, exclude: ["Fuzzer", "Words"],
    resources: [.copy("Inputs")])

let package = Package(
  name: "lstm-toolkit",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "LSTMToolkit", targets: ["LSTMToolkit"]),
    .executable(name: "lstm-train", targets: ["lstm-train"]),
    .executable(name: "lstm-resume", targets: ["lstm-resume"]),
    .executable(name: "lstm-predict", targets: ["lstm-predict"]),
    .executable(name: "lstm-inspect", targets: ["lstm-inspect"]),
    .executable(name: "lstm-convert", targets: ["lstm-convert"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/ordo-one/TextTable", from: "0.0.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    // Documentation of the library; no target depends on it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(
      name: "CHDF5", pkgConfig: hasStaticHDF5 ? nil : "hdf5",
      providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: hasStaticHDF5 ? nil : "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
    .systemLibrary(
      name: "CSodium", pkgConfig: hasStaticSodium ? nil : "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
    .systemLibrary(name: "CExtendedAttributes"),

    // C of our own: what Swift cannot say.
    .target(name: "CKernels"),
    .target(name: "CFileImage", dependencies: ["CHDF5"]),
    .target(name: "CQuarantine", dependencies: ["CFileImage", "CHDF5", "CZlib"]),

    // The library, each module above the ones it depends on.
    .target(name: "HDF5", dependencies: ["CFileImage", "CHDF5"], linkerSettings: hdf5Libraries),
    .target(name: "Kernels", dependencies: ["CKernels"]),
    .target(
      name: "Files",
      dependencies: [
        "HDF5", "Kernels", "CXXHash", "CSodium", "CZlib", "CExtendedAttributes",
        "CQuarantine",
        .product(name: "SwiftCSV", package: "SwiftCSV"),
      ],
      // Where HDF5 is linked statically, its zlib is there already.
      linkerSettings: (hasStaticHDF5
        ? [.linkedLibrary("z", .when(configuration: .debug))] : [.linkedLibrary("z")])
        + [.linkedLibrary(hasStaticSodium ? ":libsodium.a" : "sodium")]),
    .target(name: "Recurrent", dependencies: ["Files", "Kernels"]),
    .target(name: "Checkpoints", dependencies: ["Recurrent", "Files", "HDF5", "Kernels"]),
    .target(name: "Tasks", dependencies: ["Checkpoints", "Recurrent", "Files", "Kernels"]),
    .target(
      name: "LSTMToolkit", dependencies: ["Tasks", "Checkpoints", "Recurrent", "Files", "Kernels"]),

    // What the commands share, and the commands.
    .target(
      name: "CommandLine",
      dependencies: [
        "Tasks", "Checkpoints", "Recurrent", "Files", "Kernels", "HDF5",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "TextTable", package: "TextTable"),
      ]),
    command("lstm-train"), command("lstm-resume"), command("lstm-predict"),
    command("lstm-inspect"), command("lstm-convert"),
    // What tools/bench measures; not a product.
    command("lstm-benchmark"),

    .target(name: "TestSupport", dependencies: ["HDF5"], path: "Tests/TestSupport"),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "CKernels"]),
    .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"]),
    .testTarget(name: "RecurrentTests", dependencies: ["Recurrent", "Files", "Kernels"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: ["Checkpoints", "Recurrent", "Files", "HDF5", "TestSupport"],
      resources: [.copy("Reference")]),
    .testTarget(
      name: "TasksTests",
      dependencies: ["Tasks", "Checkpoints", "Recurrent", "Files", "HDF5", "TestSupport"],
      resources: [.copy("Reference")]),
    .testTarget(
      name: "LibraryTests", dependencies: ["LSTMToolkit", "Checkpoints", "TestSupport"],
      resources: [.copy("Reference")]),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "CommandLine", "Tasks", "Checkpoints", "Recurrent", "Files", "HDF5", "TestSupport",
        "lstm-train", "lstm-resume", "lstm-predict", "lstm-inspect", "lstm-convert",
      ]),
    fuzzing,
  ],
  swiftLanguageModes: [.v6]
)
