import ArgumentParser
import Glibc
import Networks
import Packets
import Places
import Policies
import Projects
import Reports

/// `firebreak trace`.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Follows one packet, step by step.",
    discussion: """
      The packet goes through the network as it is described, one device at a time: filters, \
      translations, routes, and the reply on its way back. Each step names the rule that decided, \
      with its file and line. Where the way depends on conditions that the input does not settle, \
      the outcomes are tried, and it is said for which of them the packet arrives.

      The ends are zones of the policy, or what a zone can have as members: an address, \
      segment:NAME, endpoint:NAME, role:NAME, device:NAME, internet. Of several hosts those are \
      tried that the rules tell apart, the declared ones before others, at most \
      \(TraceQuestion.greatestPairCount) pairs, until a packet gets through; it is said how many.

      Examples:
        firebreak trace Topologies/substation --from office --to bay \\
          --service tcp/3389
        firebreak trace network.json --from 10.1.0.20 --to 10.2.0.50 \\
          --service ssh
        firebreak trace . --from internet --to endpoint:web --service https \\
          --assume fw/schedule:night=true

      Exit status: 0 where the packet arrives where it was to go; 1 where it never does, whether it \
      is lost or a translation takes it elsewhere, and whatever hosts were tried; 2 where that \
      depends on conditions; 3 and 64 as for verify.
      """)

  @OptionGroup var input: ProjectOptions

  @Option(name: .long, help: ArgumentHelp("Who sends.", valueName: "member"))
  var from: String

  @Option(name: .long, help: ArgumentHelp("To whom.", valueName: "member"))
  var to: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What is sent: tcp/443, udp/53, icmp/echo-request, or a service's name.",
      valueName: "service"))
  var service: String

  @Option(name: .long, help: ArgumentHelp("The source port.", valueName: "port"))
  var sourcePort: UInt16?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The application that firewalls see in it; not yet identified unless it is given.",
      valueName: "name"))
  var application: String?

  @Flag(name: .long, help: "Show the way of the reply for every protocol, not for TCP alone.")
  var reply = false

  func run() throws {
    let project = try input.open()
    let policy: ResolvedPolicy
    let question: TraceQuestion
    do {
      policy = try project.policyOrNone()
      question = try TraceQuestion(
        from: try member(from, "--from"), to: try member(to, "--to"), policy: policy,
        in: project.network)
    } catch {
      throw Terminal.refusal(of: error, status: EX_USAGE)
    }
    let service = try services(of: policy.policy)
    let application = try label(in: project.network)
    let bar = ProgressBar()
    defer { bar.end() }
    guard
      let answer = question.trace(
        service, sourcePort: sourcePort, application: application, in: project.network)
    else {
      bar.end()
      throw Terminal.misuse(
        "--service", "'\(self.service)' names no packet of that family",
        hint: "write tcp/443 or icmp/8, say")
    }
    let text = answer.trace.text(
      from: answer.source, to: "\(answer.target.address), \(answer.target.name)",
      tried: answer.tried, in: project.network, withReply: reply,
      style: TextStyle(isColoured: Terminal.isColoured(STDOUT_FILENO)))
    bar.end()
    Terminal.write(text)
    throw ExitCode(answer.trace.isDelivered.map { $0 ? 0 : 1 } ?? 2)
  }

  private func member(_ text: String, _ option: String) throws(InputErrors) -> Member {
    do {
      return try Member(parsing: text, at: Place(file: option))
    } catch {
      throw InputErrors([error])
    }
  }

  /// The services, the policy's names before the built-in ones.
  private func services(of policy: Policy) throws -> ServiceSet {
    if let named = policy.services.first(where: { $0.name == service }) { return named.services }
    do {
      return try ServiceSet(parsing: service)
    } catch {
      throw Terminal.misuse("--service", "\(error)")
    }
  }

  private func label(in network: Network) throws -> UInt16 {
    guard let application else { return 0 }
    guard let label = network.applications.firstIndex(of: application) else {
      throw Terminal.misuse(
        "--application", "no configuration of the network names the application '\(application)'")
    }
    return UInt16(truncatingIfNeeded: label)
  }
}

extension Project {
  /// The policy, or an empty one where the network comes with none.
  func policyOrNone() throws(InputErrors) -> ResolvedPolicy {
    if let policy { return policy }
    let none = Policy(name: "none", place: Place(file: "none"))
    return try ResolvedPolicy(none, in: network, on: .today)
  }
}
