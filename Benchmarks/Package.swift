// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "firebreak", path: "..")],
  targets: [
    .executableTarget(
      name: "acl-build",
      dependencies: [
        .product(name: "HeaderSpaces", package: "firebreak"),
        .product(name: "Packets", package: "firebreak"),
      ])
  ]
)
