import ArgumentParser
import Glibc
import Networks
import Places
import Policies
import Projects

/// What every subcommand is told about its input.
struct ProjectOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A network description, or a directory that holds one.",
      discussion: "In a directory, network.json or network.xml is taken, and the policy beside it."),
    completion: .file(extensions: ["json", "xml"]))
  var network: String

  @Option(
    name: .long,
    help: "The policy: JSON, XML or YAML.", completion: .file(extensions: ["json", "xml", "yaml"]))
  var policy: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The day by which waivers and indicators are judged.",
      discussion: "Today (UTC) unless it is given.", valueName: "YYYY-MM-DD"),
    transform: Self.day)
  var asOf: Day?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Settles a condition: name=true or name=false; it goes before what the policy assumes.",
      discussion: "'firebreak show NETWORK conditions' lists their names.",
      valueName: "name=outcome"))
  var assume: [SettledOutcome] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A directory in which files that the network or the policy names may also be.",
      valueName: "directory"),
    completion: .directory)
  var allow: [String] = []

  func validate() throws {
    for (text, name) in [(network, "<network>"), (policy ?? ".", "--policy")] where text.isEmpty {
      throw ValidationError("The path of '\(name)' is empty.")
    }
  }

  /// Reads everything, and settles what the command line settles; where there are errors, prints
  /// them and ends.
  func open() throws(ExitCode) -> Project {
    var project: Project
    do {
      project = try Project.open(
        network, policy: policy, on: asOf ?? .today, allowedDirectories: allow)
    } catch {
      throw Terminal.refusal(of: error)
    }
    var settled = Policy(name: "--assume", place: Self.commandLine)
    settled.assume = assume.map {
      Assumption(name: $0.name, outcome: $0.outcome, place: Self.commandLine)
    }
    do {
      try settled.settleConditions(of: &project.network)
    } catch {
      throw Terminal.refusal(of: error, status: EX_USAGE)
    }
    return project
  }

  private static func day(_ text: String) throws -> Day {
    guard let day = Day(parsing: text) else {
      throw ValidationError("'\(text)' is no day; write it as 2027-01-31.")
    }
    return day
  }

  /// Where an error is that the command line made.
  static let commandLine = Place(file: "--assume")
}

/// An outcome that the command line settles for a condition.
struct SettledOutcome: ExpressibleByArgument {
  var name: String
  var outcome: Bool

  init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="), sign != argument.startIndex,
      let outcome = Bool(String(argument[argument.index(after: sign)...]))
    else { return nil }
    name = String(argument[..<sign])
    self.outcome = outcome
  }
}
