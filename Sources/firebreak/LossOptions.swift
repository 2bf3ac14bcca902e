import ArgumentParser

/// Which devices a verification is to do without.
struct LossOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Ask what would be so without the filters of this device, or redundancy group.",
      discussion: "It then forwards all that its routes carry; it still translates addresses.",
      valueName: "device"))
  var without: [String] = []

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Add which requirements no longer hold once any one device is lost, or any one vendor's.",
      discussion: "The exit status then says how the requirements stand under every such loss."))
  var anyOneDeviceLost = false
}
