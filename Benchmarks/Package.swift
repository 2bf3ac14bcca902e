// swift-tools-version: 6.2
import PackageDescription

/// Measurements are a package of their own, so that nobody builds them who does not measure.
let package = Package(
  name: "firebreak-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "firebreak", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .target(
      name: "AccessLists",
      dependencies: [
        .product(name: "HeaderSpaces", package: "firebreak"),
        .product(name: "Packets", package: "firebreak"),
      ]),
    .executableTarget(
      name: "acl-build",
      dependencies: [
        "AccessLists",
        .product(name: "HeaderSpaces", package: "firebreak"),
        .product(name: "Packets", package: "firebreak"),
      ]),
    .systemLibrary(
      name: "RawLibXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev", "pkg-config"])]),
    .executableTarget(
      name: "document-read",
      dependencies: ["RawLibXML2", .product(name: "Documents", package: "firebreak")]),
    .executableTarget(
      name: "network-scale",
      dependencies: [
        .product(name: "Networks", package: "firebreak"),
        .product(name: "Packets", package: "firebreak"),
        .product(name: "Places", package: "firebreak"),
        .product(name: "Policies", package: "firebreak"),
        .product(name: "Reachability", package: "firebreak"),
      ]),
    .executableTarget(
      name: "HeaderSpacesBenchmarks",
      dependencies: [
        "AccessLists",
        .product(name: "HeaderSpaces", package: "firebreak"),
        .product(name: "Packets", package: "firebreak"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/HeaderSpacesBenchmarks",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
