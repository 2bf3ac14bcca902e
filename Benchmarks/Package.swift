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
      ]),
    .executableTarget(
      name: "network-scale",
      dependencies: [
        .product(name: "Networks", package: "firebreak"),
        .product(name: "Packets", package: "firebreak"),
        .product(name: "Places", package: "firebreak"),
        .product(name: "Policies", package: "firebreak"),
        .product(name: "Reachability", package: "firebreak"),
      ]),
  ]
)
