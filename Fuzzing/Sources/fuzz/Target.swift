import ProofChecker
import Documents
import Importers
import Networks
import Places
import Policies

/// A parser under test.
struct Target: Sendable {
  /// The name, as the command line has it.
  var name: String
  /// Gives the parser one input; a crash, a hang or a place outside the input is a failure.
  var test: @Sendable (Input) -> Void

  /// The targets.
  static let all = [
    Self(name: "json") { parse($0, as: .json) },
    Self(name: "xml") { parse($0, as: .xml) },
    Self(name: "yaml") { parse($0, as: .yaml) },
    Self(name: "network-json") { parseNetwork($0, as: .json) },
    Self(name: "network-xml") { parseNetwork($0, as: .xml) },
    Self(name: "policy-json") { parsePolicy($0, as: .json) },
    Self(name: "policy-yaml") { parsePolicy($0, as: .yaml) },
    Self(name: "policy-xml") { parsePolicy($0, as: .xml) },
    Self(name: "panos") { importDevice($0, as: "panos") },
    Self(name: "nftables") { importDevice($0, as: "nftables") },
    Self(name: "iptables") { importDevice($0, as: "iptables") },
    Self(name: "stix") { parseFeed($0, as: .stix) },
    Self(name: "list") { parseFeed($0, as: .list) },
    Self(name: "checker") { check($0) },
  ]
}

/// Reads a document.
private func parse(_ input: Input, as format: Document.Format) {
  do {
    _ = try Document.parse(input.bytes, as: format, file: Input.file)
  } catch {
    input.check(error)
  }
}

/// Reads a network description, and puts the network together without configurations.
private func parseNetwork(_ input: Input, as format: Document.Format) {
  do {
    let description = try NetworkDescription.parse(input.bytes, as: format, file: Input.file)
    let assembled = try assembleNetwork([NetworkPart(description)])
    input.check(assembled.network.notices)
  } catch {
    input.check(error)
  }
}

/// Reads a policy, and looks its names up in a small network.
private func parsePolicy(_ input: Input, as format: Document.Format) {
  do {
    let policy = try Policy.parse(input.bytes, as: format, file: Input.file)
    var network = smallNetwork
    try policy.settleConditions(of: &network)
    let resolved = try ResolvedPolicy(policy, in: network, on: day)
    input.check(resolved.notices)
  } catch {
    input.check(error)
  }
}

/// Reads a configuration into a device.
private func importDevice(_ input: Input, as format: String) {
  guard let importer = Importer.all.first(where: { $0.name == format }) else {
    preconditionFailure("there is an importer for \(format)")
  }
  _ = importer.recognises(input.bytes)
  var device = Device(name: "fw", place: Place(file: "network"), kind: .firewall)
  var context = ImportContext()
  do {
    try importer.read(input.bytes, Input.file, &device, &context)
    input.check(context.notices)
  } catch {
    input.check(error)
  }
}

/// Reads a feed of indicators.
private func parseFeed(_ input: Input, as format: FeedFormat) {
  do {
    let feed = try Feed.parse(input.bytes, as: format, name: "feed", file: Input.file, on: day)
    input.check(feed.notices)
  } catch {
    input.check(error)
  }
}

/// Gives the checker a text whole and in pieces, which it has to answer alike and at all.
private func check(_ input: Input) {
  var (whole, pieces) = (Check(), Check())
  whole.read(input.bytes)
  whole.finish()
  for byte in input.bytes { pieces.read([byte]) }
  pieces.finish()
  precondition(whole.answers == pieces.answers, "pieces are answered as the whole is")
  let isAccepted = whole.answers.allSatisfy { answer in
    ["NETWORK", "INPUT", "VERIFIED", "VIOLATED"].contains { answer.hasPrefix("\($0) ") }
  }
  precondition(!whole.answers.isEmpty && isAccepted == (whole.status == 0), "the status says so")
}

/// The day on which policies and feeds are judged.
private let day: Day = {
  guard let day = Day(year: 2026, month: 11, day: 20) else {
    preconditionFailure("the day is one")
  }
  return day
}()

/// A network with one of each thing that a policy can name.
private let smallNetwork: Network = {
  let text = """
    { "network": "small", "internet": { "segment": "office" },
      "segments": {
        "office": { "subnets": ["10.1.0.0/24", "2001:db8:1::/64"] },
        "bay": { "subnets": ["10.2.0.0/24"] }, "bay-2": { "subnets": ["10.3.0.0/24"] } },
      "devices": { "gateway": { "interfaces": {
        "wan": { "segment": "office", "addresses": ["10.1.0.1/24"] },
        "bay": { "segment": "bay", "addresses": ["10.2.0.1/24"] },
        "bay-2": { "segment": "bay-2", "addresses": ["10.3.0.1/24"] } } } },
      "endpoints": { "rtu": { "segment": "bay", "addresses": ["10.2.0.50"],
        "roles": ["relay"] } } }
    """
  do {
    let description = try NetworkDescription.parse(Array(text.utf8), as: .json, file: "small")
    return try assembleNetwork([NetworkPart(description)]).network
  } catch {
    preconditionFailure("the small network is in order: \(error)")
  }
}()
