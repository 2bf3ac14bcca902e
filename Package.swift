// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors on the gates, so that a newer toolchain does not break a user's build.
let strict = Context.environment["CI"] != nil || Context.environment["FIREBREAK_STRICT"] != nil

let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// Tests of a release are not optimised themselves: that takes as long as what they test.
let testSettings =
  settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// A library target and the test target that belongs to it.
func room(
  _ name: String,
  _ dependencies: [Target.Dependency] = [],
  tests: [Target.Dependency] = [],
  excludingFromTests: [String] = []
) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, swiftSettings: settings),
    .testTarget(
      name: "\(name)Tests",
      dependencies: [.byName(name: name)] + dependencies + tests,
      exclude: excludingFromTests,
      swiftSettings: testSettings),
  ]
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

var targets: [Target] = [
  .systemLibrary(
    name: "CLibXML2", pkgConfig: "libxml-2.0",
    providers: [.apt(["libxml2-dev", "pkg-config"])]),
  // What random tests share.
  .target(name: "Randomness", path: "Tests/Randomness", swiftSettings: settings),
]
targets += room("Places")
targets += room("Packets")
targets += room("Documents", ["CLibXML2", "Places", yams], tests: ["Randomness"])
targets += room("HeaderSpaces", ["Packets"], tests: ["Randomness"])
targets += room("Networks", ["Packets", "Places"])
targets += room("Simulation", ["Packets", "Places", "Networks"])
targets += room(
  "Importers", ["Packets", "Places", "Documents", "Networks"], tests: ["Simulation", "Randomness"],
  excludingFromTests: ["Fixtures"])
targets += room("Policies", ["Packets", "Places", "Documents", "Networks"])
targets += room("Canonical", ["Packets", "Places", "Networks", "Policies"])
targets += room("Certificates", ["Packets"])
targets += room("Formulas", ["Packets", "Networks", "Canonical", "Certificates"])
targets += room(
  "Reachability",
  [
    "Packets", "Places", "HeaderSpaces", "Networks", "Simulation", "Policies", "Canonical",
    "Certificates", heap,
  ], tests: ["ProofChecker", "Formulas", "Projects", "Randomness"])
targets += room(
  "Projects",
  ["Packets", "Places", "Documents", "Networks", "Importers", "Policies", "Canonical"],
  tests: ["Reachability", "Simulation"])
targets += room(
  "Reports", ["Packets", "Places", "Networks", "Policies", "Simulation", "Reachability"],
  excludingFromTests: ["Golden"])
targets += room("CertificateChecker", tests: ["Randomness"])
targets += room("ProofChecker", ["CertificateChecker"])
targets += [
  .executableTarget(
    name: "firebreak-check", dependencies: ["ProofChecker"], swiftSettings: settings),
  .executableTarget(
    name: "firebreak",
    dependencies: [
      arguments, "ProofChecker", "Certificates", "Places", "Packets", "Networks", "Policies",
      "Simulation", "Canonical", "Formulas", "Reachability", "Projects", "Reports",
    ],
    swiftSettings: settings),
  .testTarget(
    name: "firebreakTests", dependencies: ["firebreak", "firebreak-check"],
    swiftSettings: testSettings),
  .testTarget(
    name: "KernelOracleTests",
    dependencies: [
      "Packets", "Networks", "Simulation", "Policies", "Projects", "Reachability", "Randomness",
    ],
    swiftSettings: testSettings),
  .testTarget(name: "TidyTests", swiftSettings: testSettings),
]

let package = Package(
  name: "firebreak",
  products: [
    .executable(name: "firebreak", targets: ["firebreak"]),
    .executable(name: "firebreak-check", targets: ["firebreak-check"]),
    .library(name: "Packets", targets: ["Packets"]),
    .library(name: "HeaderSpaces", targets: ["HeaderSpaces"]),
    .library(name: "Policies", targets: ["Policies"]),
    .library(name: "Places", targets: ["Places"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Documents", targets: ["Documents"]),
    .library(name: "Importers", targets: ["Importers"]),
    .library(name: "ProofChecker", targets: ["ProofChecker"]),
    .library(name: "Reachability", targets: ["Reachability"]),
    .library(name: "Projects", targets: ["Projects"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: targets
)
