import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// What the service list of a rule asks.
  enum ServiceMatch: Hashable {
    /// Nothing: every protocol and port.
    case any
    /// The ports of the application that the session turns out to be.
    case applicationDefault
    /// What the match says.
    case match(Match)
  }

  /// The services that exist without a definition; a definition of the same name goes before.
  private static let builtInServices: [String: Match] = [
    "service-http": ports(IPProtocol.tcp, Ranges(values: [80, 8080])),
    "service-https": ports(IPProtocol.tcp, Ranges(443)),
  ]

  /// The service that exists without a definition.
  static func builtInService(_ name: String) -> Match? { builtInServices[name] }

  /// Packets of a protocol to these ports.
  static func ports(_ protocol: UInt8, _ ports: Ranges, from sources: Ranges? = nil) -> Match {
    var parts: [Match] = [.field(.protocol, Ranges(UInt128(`protocol`)))]
    let all = HeaderField.destinationPort.allValues
    if ports != all { parts.append(.field(.destinationPort, ports)) }
    if let sources, sources != all { parts.append(.field(.sourcePort, sources)) }
    return .conjunction(parts)
  }

  /// Ports as `80`, `8000-8099`, and lists of these with commas; `nil` where it is none of these.
  static func portRanges(_ text: String) -> Ranges? {
    var ranges: [ClosedRange<UInt128>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
        .map { UInt16($0.filter { !$0.isWhitespace }) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first <= last
      else { return nil }
      ranges.append(UInt128(first)...UInt128(last))
    }
    return ranges.isEmpty ? nil : Ranges(ranges)
  }

  /// The scope of a condition about protocol and ports.
  static let serviceScope = Condition.Scope.evaluation(
    of: [.family, .protocol, .sourcePort, .destinationPort, .icmpType, .icmpCode])
}

extension PANOS.Reader {
  /// What a list of services asks.
  mutating func service(_ members: [PANOSValue], in system: Int) -> PANOS.ServiceMatch {
    var parts: [Match] = []
    var seen: Set<String> = []
    for member in members {
      let isDefined = find(member.text, [.service, .serviceGroup], in: system) != nil
      if member.text == "any", !isDefined { return .any }
      if member.text == "application-default", !isDefined { return .applicationDefault }
      add(member, in: system, path: [], to: &parts, seen: &seen)
    }
    return .match(.disjunction(parts))
  }

  /// Adds what one service, or each in a group, asks; each object once.
  private mutating func add(
    _ member: PANOSValue, in system: Int, path: [String], to parts: inout [Match],
    seen: inout Set<String>
  ) {
    guard let found = find(member.text, [.service, .serviceGroup], in: system) else {
      parts.append(
        PANOS.builtInService(member.text)
          ?? unknownService(
            qualified(member.text, in: system), at: member.place, "no service has this name"))
      return
    }
    let name = found.qualifiedName
    if path.contains(name) || path.count >= Self.nestingLimit {
      parts.append(
        unknownService(name, at: found.element.place, "the service group contains itself"))
      return
    }
    guard seen.insert("\(found.kind.rawValue)/\(name)").inserted else { return }
    if found.kind == .service {
      parts.append(serviceObject(found))
      return
    }
    for inner in groupMembers(found.element) {
      add(inner, in: system, path: path + [name], to: &parts, seen: &seen)
    }
    if hasOthers(found.element, than: ["member", "members"]) {
      parts.append(
        unknownService(name, at: found.element.place, "a part of the group is not modelled"))
    }
  }

  /// The members of a service or application group, in the old form or the new one.
  mutating func groupMembers(_ group: XMLElement) -> [PANOSValue] {
    var members = group.children("member").map { PANOSValue(text: $0.text, place: $0.place) }
    for list in group.children("members") { members += self.members(of: list) }
    return members
  }

  private mutating func serviceObject(_ found: PANOS.FoundObject) -> Match {
    let unknown = "the protocol or the ports of the service are not understood"
    let protocols: [String: UInt8] = [
      "tcp": IPProtocol.tcp, "udp": IPProtocol.udp, "sctp": IPProtocol.sctp,
    ]
    let kinds = found.element.child("protocol").map { Array($0.children) } ?? []
    guard kinds.count == 1, let kind = kinds.first, let number = protocols[kind.name],
      !hasOthers(found.element, than: ["protocol"])
    else {
      if let element = found.element.child("protocol") { ledger.opaque(element) }
      return unknownService(found.qualifiedName, at: found.element.place, unknown)
    }
    for override in kind.children("override") { ledger.modelAll(override) }
    let known: Set<String> = ["port", "source-port", "override"]
    let ports = kind.child("port").map { PANOS.portRanges($0.text) }
    let sources = kind.child("source-port").map { PANOS.portRanges($0.text) }
    guard let ports = ports ?? nil, sources == nil || sources != .some(nil),
      kind.children.allSatisfy({ known.contains($0.name) })
    else {
      ledger.opaque(kind)
      return unknownService(found.qualifiedName, at: found.element.place, unknown)
    }
    return PANOS.ports(number, ports, from: sources ?? nil)
  }

  private mutating func unknownService(_ name: String, at place: Place, _ why: String) -> Match {
    .condition(condition("service", name, PANOS.serviceScope, at: place, why))
  }
}
