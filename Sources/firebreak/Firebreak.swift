import ArgumentParser

/// The command line.
@main
struct Firebreak: ParsableCommand {
  /// The version, which every report carries.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "firebreak",
    abstract: "Proves that a network keeps its zones apart, or shows the packet that crosses.",
    discussion: """
      Firebreak reads a network description, the device configurations that it names, and a \
      segmentation policy. Every requirement of the policy gets a verdict:

        holds      nothing that the model admits breaks it, whatever turns
                   out to be the case where the input leaves it open
        violated   a packet breaks it: here it is, hop by hop, with the
                   rules that let it through
        undecided  it depends on conditions that the input does not settle;
                   they are named, with their places

      To begin, name a directory that holds network.json and policy.json:

        firebreak verify Topologies/substation

      Exit status:

        0   every requirement holds
        1   something is violated, and not waived
        2   nothing is violated, but something is undecided
        3   the input is in error
        64  the command line is in error
        70  Firebreak itself is in error
      """,
    version: version,
    subcommands: [
      VerifyCommand.self, TraceCommand.self, ShowCommand.self, ExportCommand.self,
    ])

  /// Runs the command line; help and the version are written as reports are, so that it is noticed
  /// where they cannot be.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard exitCode(for: error).isSuccess else { exit(withError: error) }
      Terminal.write(fullMessage(for: error) + "\n")
      exit()
    }
  }
}
