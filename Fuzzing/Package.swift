// swift-tools-version: 6.2
import PackageDescription

/// Fuzzing is a package of its own, so that nobody builds it who does not fuzz.
///
/// `Scripts/fuzz` builds it, with the sanitizer, the coverage and the library of the toolchain that it
/// needs.
let package = Package(
  name: "firebreak-fuzzing",
  dependencies: [.package(name: "firebreak", path: "..")],
  targets: [
    .target(name: "LibFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "LibFuzzer",
        .product(name: "ProofChecker", package: "firebreak"),
        .product(name: "Documents", package: "firebreak"),
        .product(name: "Importers", package: "firebreak"),
        .product(name: "Networks", package: "firebreak"),
        .product(name: "Places", package: "firebreak"),
        .product(name: "Policies", package: "firebreak"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
      ]),
  ]
)
