import ArgumentParser
import Canonical
import Certificates
import Formulas
import Glibc
import Places
import Policies
import Projects
import Reachability
import Reports

/// `firebreak export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a requirement for other tools to judge.",
    discussion: """
      With --smt2 a requirement is written as SMT-LIB 2, for solvers such as Z3 and cvc5 that know \
      nothing of Firebreak. Of one that holds they are asked what its certificate leaves to show: that \
      what starts is within its bounds, that no step leads out of them, and that nothing forbidden \
      is within. Of one that is violated they are asked whether the packets that break it can go as \
      they are said to. Each question says which answer is expected. With --itself they are asked the \
      requirement itself, without any certificate: whether a packet that breaks it can come where \
      it breaks it.

      Examples:
        firebreak export --smt2 SUB-1 Topologies/substation > proof.smt2
        z3 proof.smt2
        cvc5 --incremental proof.smt2
        firebreak export --smt2 SUB-1 --itself Topologies/substation
      """)

  @OptionGroup var input: ProjectOptions

  @Option(
    name: .long, help: ArgumentHelp("The requirement to write as SMT-LIB 2.", valueName: "id"))
  var smt2: String

  @Flag(name: .long, help: "Ask the requirement itself, and use no certificate.")
  var itself = false

  @Option(
    name: .long, help: ArgumentHelp("Where to write to, instead of to standard output."),
    completion: .file())
  var output: String?

  func run() throws {
    let project = try input.open()
    guard let policy = project.policy else {
      throw Terminal.misuse(
        "export", "'\(input.network)' comes with no policy", hint: "name one with --policy")
    }
    let ids = policy.requirements.map(\.requirement.id)
    guard ids.contains(smt2) else {
      throw Terminal.misuse(
        "--smt2", "no requirement is named '\(smt2)'",
        hint: "there are \(ids.joined(separator: ", "))")
    }
    let script: SolverScript
    do {
      script = try made(project, policy)
    } catch {
      Terminal.write(
        "firebreak: \(smt2) cannot be exported: \(error.reason.visible).\n", to: STDERR_FILENO)
      throw ExitCode(2)
    }
    if let output {
      try Terminal.write(script.text, toFile: output)
    } else {
      Terminal.write(script.text)
    }
  }

  private func made(
    _ project: Project, _ policy: ResolvedPolicy
  ) throws(NotExpressible) -> SolverScript {
    let network = project.network
    let form: CanonicalForm
    do {
      form = try project.canonicalForm(of: policy.requirements)
    } catch {
      throw NotExpressible(reason: error.errors.first?.message ?? "the network cannot be lowered")
    }
    let (canonical, claims) = (form.network, form.claims)
    guard let claim = claims.claims.firstIndex(where: { $0.name == smt2 }) else {
      let reason = claims.unclaimed.first { $0.name == smt2 }?.reason
      throw NotExpressible(reason: reason ?? "it is no question about packets")
    }
    let system = try TransitionSystem(network, canonical, claims)
    if itself {
      return try system.question(of: claim, expecting: try expected(project, policy))
    }
    if try expected(project, policy) == .sat {
      let made = refute(network, canonical, claims, broken: [claim])
      guard let refutation = made.refutations.first else {
        throw NotExpressible(
          reason: "it has no refutation (\(made.failures.first?.reason ?? "for no reason"))")
      }
      return try system.obligations(of: refutation)
    }
    let made = certify(network, canonical, claims, held: [claim])
    guard let certificate = made.certificates.first else {
      throw NotExpressible(
        reason: "it has no certificate (\(made.failures.first?.reason ?? "for no reason"))")
    }
    return try system.obligations(of: certificate, for: claim)
  }

  /// What solvers are to find out about the requirement itself.
  private func expected(
    _ project: Project, _ policy: ResolvedPolicy
  ) throws(NotExpressible) -> SolverScript.Answer {
    let asked = policy.keeping(requirements: [NamePattern(smt2)])
    let answers = verify(project.network, against: asked).answers
    switch answers.first?.verdict {
    case .holds: return .unsat
    case .violated: return .sat
    case .undecided, nil:
      throw NotExpressible(reason: "no answer is to be expected, since it is undecided")
    }
  }
}

extension Terminal {
  /// Writes a file, whatever it held.
  static func write(_ text: String, toFile path: String) throws(ExitCode) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      let reason = unsafe String(cString: strerror(errno))
      throw misuse("--output", "'\(path)' cannot be written: \(reason)")
    }
    write(text, to: descriptor)
    if close(descriptor) != 0 { throw ExitCode(EX_IOERR) }
  }
}
