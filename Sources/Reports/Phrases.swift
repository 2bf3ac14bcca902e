import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

extension Network {
  /// A box of flows as people write them.
  func text(of box: HeaderBox, conditions: [Condition]) -> String {
    let applications = applications
    let names = HeaderBox.Names(
      value: { field, value in
        guard field == .application, value < UInt128(applications.count) else { return nil }
        return applications[Int(value)]
      },
      condition: { conditions.indices.contains($0) ? conditions[$0].name : "condition \($0)" })
    let uses = box[.sessionUse]
    let text = box.without(.sessionUse).text(names)
    let answers = [
      (SessionUse.reply, "replies"), (.related, "ICMP errors about sessions"),
      (.continuation, "later packets of sessions"),
    ].filter { uses.contains(UInt128($0.0.rawValue)) }.map(\.1)
    if uses.contains(UInt128(SessionUse.none.rawValue)) || answers.isEmpty { return text }
    return text + ", only as " + answers.joined(separator: " or ")
  }

  /// A packet in one line, its application named.
  func text(of header: Header) -> String {
    let label = Int(header.application)
    guard label != 0, applications.indices.contains(label) else { return header.description }
    var plain = header
    plain.application = 0
    return plain.description + " [" + applications[label] + "]"
  }

  /// Where a packet starts.
  func text(of origin: Origin) -> String {
    switch origin {
    case .segment(let segment): segments[segment].name
    case .device(let device): devices[device].name
    case .endpoint(let group, let attachment), .obedientEndpoint(let group, let attachment):
      endpoints[group].name + " on "
        + segments[endpoints[group].attachments[attachment].segment].name
    }
  }
}

extension Obligation where Party == Selection {
  /// What the requirement asks, in one line.
  var phrase: String { phrase(conduits: .max) }

  /// What the requirement asks, with at most this many of its conduits.
  func phrase(conduits limit: Int) -> String {
    switch self {
    case .isolate(let from, let to, let services):
      let what = services.isAny ? "nothing" : "no \(services)"
      return "\(what) sent in \(from) is delivered in \(to)"
    case .allowOnly(let from, let to, let conduits):
      var parts = conduits.prefix(limit).map(\.phrase)
      if conduits.count > limit { parts.append("… \(conduits.count - limit) more") }
      if parts.isEmpty { return "nothing is delivered from \(from) to \(to)" }
      return "from \(from) to \(to) goes only: " + parts.joined(separator: "; ")
    case .mustReach(let from, let to, let services):
      return "every host of \(from) can connect to every host of \(to) by \(services)"
    case .through(let from, let to, let via):
      return "everything from \(from) to \(to) passes \(via)"
    case .oneWay(let from, let to):
      return "nothing goes back from \(to) to \(from), replies included"
    case .noExit(let from, let to, let except):
      return "nothing leads from \(from) to " + (to?.description ?? "any external address")
        + (except.map { ", but to \($0)" } ?? "")
    case .managedFrom(let devices, let from, let services):
      let what = services.map { "\($0)" } ?? "the management services"
      return "\(what) of \(devices) can be reached from \(from) only"
    case .noDualHomed(let a, let b, let except):
      return "no endpoint joins both \(a) and \(b)" + (except.map { ", but \($0)" } ?? "")
    }
  }
}

extension Conduit where Party == Selection {
  /// What the conduit allows, in a few words.
  fileprivate var phrase: String {
    let ends = [source.map { "from \($0)" }, destination.map { "to \($0)" }].compactMap { $0 }
    return ([services.description] + ends).joined(separator: " ")
  }
}

extension ResolvedWaiver {
  /// Who excused it until when, and why.
  var phrase: String {
    let standing = isInForce ? "" : ", expired"
    return "until \(waiver.until)\(standing), by \(waiver.owner): \(waiver.why)"
  }
}

extension DeliveryClass {
  /// What the delivery amounts to, in words.
  var phrase: String {
    switch self {
    case .connection: "a connection"
    case .halfOpen: "half-open: it is delivered, and its reply cannot return"
    case .stray: "a stray: it is delivered outside any session"
    case .reply: "a reply: it needs a session opened from the other side"
    }
  }
}

extension Loss {
  /// Why the packet is lost, in words.
  var phrase: String {
    switch self {
    case .denied: "a rule denies it"
    case .listEnd: "no rule permits it, and the list's end denies"
    case .opaque: "a rule that is not modelled is taken to deny it"
    case .jumpCycle: "lists jump to each other in a circle"
    case .jumpLimit: "lists jump more often than they may"
    case .reversePath: "its source fails the reverse path check"
    case .noRoute: "no route leads to its destination"
    case .discarded: "a route discards it"
    case .vrfCycle: "routing tables hand it to each other in a circle"
    case .linkLocalSource: "its source is link-local and cannot be forwarded"
    case .notBridged: "the bridge does not lead on from there"
    case .noWayOut: "nothing chose a way out"
    case .interfaceDown: "the interface is down or joins no segment"
    case .noTranslation: "the translation has no address to give"
    case .unassembled: "it is a later fragment, and the device reassembles"
    case .unmodelledNeighbour: "its next hop is a device that the network does not describe"
    case .loop: "it goes round in a circle"
    case .hopLimit: "it passed more devices than a packet may"
    }
  }
}

extension Literal {
  /// The outcome as `name = true`.
  func phrase(_ conditions: [Condition]) -> String { "\(name(among: conditions)) = \(value)" }

  /// The condition's name.
  func name(among conditions: [Condition]) -> String {
    conditions.indices.contains(condition) ? conditions[condition].name : "condition \(condition)"
  }
}

/// `1 requirement`, `2 requirements`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(plural ?? noun + "s")"
}

extension String {
  /// The text with each list of words joined by commas cut after so many, and a count of the others.
  ///
  /// What is in brackets belongs to one word. A list that is one longer is left whole, since the
  /// count would be as long.
  func withShortLists(of limit: Int) -> String {
    parts(by: " ").map { word in
      let items = word.parts(by: ",")
      if items.count <= limit + 1 { return word }
      return items.prefix(limit).joined(separator: ",") + ",…(\(items.count - limit) more)"
    }.joined(separator: " ")
  }

  /// The parts between separators that are not in brackets.
  private func parts(by separator: Character) -> [String] {
    var parts = [""]
    var depth = 0
    for character in self {
      if character == separator, depth == 0 {
        parts.append("")
        continue
      }
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      parts[parts.count - 1].append(character)
    }
    return parts
  }
}
