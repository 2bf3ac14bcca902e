import ArgumentParser
import Glibc
import Places
import Policies
import Projects
import Reachability
import Reports

/// `firebreak verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Answers every requirement of a policy.",
    discussion: """
      Each requirement gets a verdict with its evidence: the rules that stop the traffic, the packet \
      that gets through with every step of its way, or the conditions on which it depends.

      With --evidence a requirement that holds also gets the rules that it cannot do without: were \
      every other filter open, it would still hold, and without any one of these it would not. \
      Its layers are the fewest devices whose filters must all be gone before it fails.

      The text form cuts long lists short and says so; the JSON form never does, and is the same \
      byte for byte whenever the inputs are. The Markdown form is a page with a table of verdicts, \
      a matrix of the zones and the evidence.

      Examples:
        firebreak verify Topologies/caspian-power
        firebreak verify network.json --policy policy.yaml --format json
        firebreak verify network.json --policy policy.json --as-of 2026-01-31
        firebreak verify . --assume gw-7/schedule:maintenance=false
        firebreak verify . --requirement 'SEG-*'
        firebreak verify . --evidence
        firebreak verify . --without fw-ot
        firebreak verify . --any-one-device-lost
      """)

  @OptionGroup var input: ProjectOptions

  @Option(name: .long, help: "The form of the report: \(FormatArgument.list).")
  var format = FormatArgument(.text)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Answer only these requirements; * stands for any characters.", valueName: "id"))
  var requirement: [String] = []

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Add which rules each requirement that holds cannot do without, and its layers.",
      discussion: "It takes some verifications for each such requirement."))
  var evidence = false

  @OptionGroup var losses: LossOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write the network, proofs of what holds and of what does not to this directory.",
      discussion: "firebreak-check checks them; Documentation/CertificateFormat.md says how.",
      valueName: "dir"))
  var certificates: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Check the proofs in this directory against the files as they are now.", valueName: "dir"))
  var recheck: String?

  func run() throws {
    if let recheck {
      try refuseOptionsOfVerdicts()
      return try checkAgain(CertificateFiles(directory: recheck))
    }
    let bar = ProgressBar()
    defer { bar.end() }
    let report = try verified(bar)
    let style = TextStyle(isColoured: Terminal.isColoured(STDOUT_FILENO))
    bar.show("writing")
    let text = report.rendered(as: format.format, style: style)
    bar.end()
    Terminal.write(text)
    if !report.internalErrors.isEmpty {
      for error in report.internalErrors {
        Terminal.write("firebreak: internal error: \(error.visible)\n", to: STDERR_FILENO)
      }
      Terminal.write(
        "The verdicts named are not to be relied on. Please report this with the inputs.\n",
        to: STDERR_FILENO)
      throw ExitCode(EX_SOFTWARE)
    }
    throw ExitCode(report.result.exitStatus)
  }

  private func verified(_ bar: ProgressBar) throws -> Report {
    let project: Project
    do {
      project = try opened()
    } catch {
      bar.end()
      throw error
    }
    let policy = try chosen(of: project)
    bar.show("following packets")
    var result = verify(
      project.network, against: policy, withMatrix: format.format != .text
    ) { done, total in bar.show("verifying", done, of: total) }
    if evidence {
      result.addEvidence(for: policy, in: project.network) { done, total in
        bar.show("looking for what is needed", done, of: total)
      }
    }
    if losses.anyOneDeviceLost {
      result.addLosses(for: policy, in: project.network) { done, total in
        bar.show("losing devices", done, of: total)
      }
    }
    if let certificates {
      bar.show("proving")
      do {
        try CertificateFiles(directory: certificates).write(&result, of: project, policy)
      } catch let errors as InputErrors {
        bar.end()
        throw Terminal.refusal(of: errors, status: EX_CANTCREAT)
      }
    }
    return Report(
      version: Firebreak.version, network: project.network, policy: policy,
      inputs: project.files.map {
        Report.Input(file: $0.path, size: $0.size, digest: $0.digest.description)
      },
      coverage: project.coverage, notices: project.notices, result: result)
  }
}

extension VerifyCommand {
  /// Reads everything, and takes the filters away that the question is without.
  private func opened() throws(ExitCode) -> Project {
    var project = try input.open()
    do {
      try project.loseFilters(of: losses.without, at: "--without")
    } catch {
      throw Terminal.refusal(of: error)
    }
    return project
  }

  /// Refuses options that say something of verdicts, where none are asked for.
  private func refuseOptionsOfVerdicts() throws(ExitCode) {
    let given = [
      ("--format", format.format != .text), ("--evidence", evidence),
      ("--any-one-device-lost", losses.anyOneDeviceLost), ("--certificates", certificates != nil),
    ]
    guard let (name, _) = given.first(where: \.1) else { return }
    throw Terminal.misuse(
      "--recheck", "it checks proofs and finds no verdicts, so '\(name)' does not go with it",
      hint: "run verify twice")
  }

  /// Checks proofs that were written before.
  private func checkAgain(_ files: CertificateFiles) throws {
    let project = try opened()
    let policy = try chosen(of: project)
    do {
      let (answers, isFine) = try files.recheck(project, policy)
      for answer in answers { Terminal.write(answer.visible + "\n") }
      if !isFine { throw ExitCode(1) }
    } catch let errors as InputErrors {
      throw Terminal.refusal(of: errors)
    }
  }

  /// The policy with the requirements that are to be answered.
  private func chosen(of project: Project) throws -> ResolvedPolicy {
    guard let policy = project.policy else {
      throw Terminal.misuse(
        "verify", "'\(input.network)' comes with no policy", hint: "name one with --policy")
    }
    if requirement.isEmpty { return policy }
    let ids = policy.requirements.map(\.requirement.id)
    for pattern in requirement where !ids.contains(where: NamePattern(pattern).matches) {
      throw Terminal.misuse(
        "--requirement", "no requirement is named '\(pattern)'",
        hint: "there are \(ids.joined(separator: ", "))")
    }
    return policy.keeping(requirements: requirement.map(NamePattern.init))
  }
}

/// A report format as an argument.
struct FormatArgument: ExpressibleByArgument, CustomStringConvertible {
  var format: ReportFormat

  init(_ format: ReportFormat) { self.format = format }

  init?(argument: String) {
    guard let format = ReportFormat(rawValue: argument) else { return nil }
    self.init(format)
  }

  var description: String { format.rawValue }
  var defaultValueDescription: String { description }

  static let allValueStrings = ReportFormat.allCases.map(\.rawValue)
  static let list = allValueStrings.joined(separator: ", ")
}
