import ArgumentParser
import Glibc
import Networks
import Packets
import Places
import Policies
import Projects
import Reports

/// `firebreak show`.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what was understood of the input.",
    discussion: """
      What to show is a topic, or something that a zone can have as a member, which is then \
      expanded to the addresses that it means.

      Topics:
        overview      how much there is of everything (unless another is named)
        zones         the zones of the policy and who is in them
        requirements  what the policy asks, with the waivers
        segments      the segments, and who is on them
        devices       the devices with their interfaces
        endpoints     the endpoint groups
        conditions    what the input does not settle, with the reason
        inferred      what was concluded though no input says it
        findings      what is odd
        unmodelled    what affects traffic and became a condition or an opaque step
        remarks       what else there is to know
        coverage      how much of each file is modelled

      Examples:
        firebreak show Topologies/substation
        firebreak show Topologies/substation zones
        firebreak show network.json zone control --policy policy.json
        firebreak show . 'segment:station-*'
        firebreak show . 10.47.0.0/16
        firebreak show Topologies/substation --canonical
      """)

  @OptionGroup var input: ProjectOptions

  @Argument(
    help: ArgumentHelp(
      "A topic, or a member: control, segment:NAME, 10.0.0.0/8, ...", valueName: "what"))
  var what: [String] = ["overview"]

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Shows the canonical network and what the policy claims of it, for other tools.",
      discussion: "Documentation/NetworkFormat.md says what it means."))
  var canonical = false

  func run() throws {
    if canonical { return try showCanonical() }
    if what.count > 2 || what.count == 2 && !["zone", "selector"].contains(what[0]) {
      throw Terminal.misuse("show", "name one topic or member; '\(what[1])' is one too many")
    }
    let project = try input.open()
    let listing = Listing(
      network: project.network, policy: project.policy, coverage: project.coverage,
      notices: project.notices)
    let style = TextStyle(isColoured: Terminal.isColoured(STDOUT_FILENO))
    if what.count == 1, let topic = Listing.Topic(rawValue: what[0]) {
      Terminal.write(listing.text(topic, style: style))
      return
    }
    do {
      let policy = try project.policyOrNone()
      let extent = try policy.extent(of: try member(), in: project.network)
      Terminal.write(listing.text(of: extent, style: style))
    } catch {
      let topics = Listing.Topic.allCases.map(\.rawValue).joined(separator: ", ")
      let other = InputError(
        at: Place(file: "show"), "'\(what[0])' is no topic", hint: "topics are \(topics)")
      throw Terminal.refusal(
        of: InputErrors((what.count == 1 ? [other] : []) + error.errors), status: EX_USAGE)
    }
  }

  private func showCanonical() throws {
    if what != ["overview"] {
      throw Terminal.misuse("--canonical", "it shows all there is; '\(what[0])' is one too many")
    }
    let project = try input.open()
    do {
      let form = try project.canonicalForm(of: project.policy?.requirements ?? [])
      Terminal.write(form.text.bytes)
    } catch {
      throw Terminal.refusal(of: error)
    }
  }

  private func member() throws(InputErrors) -> Member {
    do {
      return try Member(parsing: what[what.count - 1], at: Place(file: "show"))
    } catch {
      throw InputErrors([error])
    }
  }
}
