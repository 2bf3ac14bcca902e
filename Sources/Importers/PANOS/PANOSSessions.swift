import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// How segments of TCP that fit no session are treated.
  struct NonInitial {
    /// Whether they may open a session where a zone does not say.
    var everywhere = false
  }
}

extension PANOS.Reader {
  /// Reads the settings that concern sessions and the management of the firewall.
  mutating func readSettings() {
    if let setting = descend(roots.device, "deviceconfig", "setting") {
      for part in ["tcp", "session"] {
        guard let element = child(setting, part) else { continue }
        ledger.modelAll(element)
        if element.child("tcp-reject-non-syn")?.text == "no"
          || element.child("asymmetric-path")?.text == "bypass"
        {
          nonInitial.everywhere = true
        }
        if element.child("ipv6-firewalling")?.text == "no" { ignoresIPv6 = element.place }
      }
    }
    if let system = descend(roots.device, "deviceconfig", "system") {
      let server =
        system.child("panorama-server")
        ?? system.descendant("panorama", "local-panorama", "panorama-server")
      if let server, !server.text.isEmpty { managedBy = server.place }
      for name in ["panorama-server", "panorama-server-2", "panorama"] {
        if let element = child(system, name) { ledger.modelAll(element) }
      }
    }
    if let list = roots.config.descendant("shared", "alg-override", "application") {
      _ = roots.config.descendant("shared", "alg-override").map { ledger.modelAll($0) }
      for entry in list.children("entry") where entry.child("alg-disabled")?.text == "yes" {
        disabledGateways.insert(name(of: entry))
      }
    }
    if let pair = child(roots.device, "high-availability")
      ?? descend(roots.device, "deviceconfig", "high-availability")
    {
      readHighAvailability(pair)
    }
  }

  /// The other member of a pair takes over addresses and sessions; an active-active pair also has
  /// addresses of its own, which the model does not follow.
  private mutating func readHighAvailability(_ pair: XMLElement) {
    ledger.modelAll(pair)
    var waiting = [pair]
    while let element = waiting.popLast() {
      if element.name == "virtual-address", !element.isLeaf {
        ledger.opaque(element)
        notice(
          .opaque, at: element.place,
          "the addresses that an active-active pair shares are not modelled")
        continue
      }
      waiting += element.children
    }
  }

  /// Which packets may open a session: the first segment of TCP, and everything else that is no ICMP
  /// error (ICMP 3, 5, 11 and 12; ICMPv6 1 to 4 and 137).
  func sessionBehaviour() -> SessionBehaviour {
    let tcp = Match.field(.protocol, Ranges(UInt128(IPProtocol.tcp)))
    let errors = Match.disjunction([
      .conjunction([
        .field(.family, Ranges(0)), .field(.icmpType, Ranges(values: [3, 5, 11, 12])),
      ]),
      .conjunction([
        .field(.family, Ranges(1)), .field(.icmpType, Ranges([1...4, 137...137])),
      ]),
    ])
    let others = Match.conjunction([
      .negation(.disjunction([tcp, errors])), Self.isIP,
    ])
    let open: Match = opensWithAnySegment ? tcp : .field(.tcpFlags, TCPFlags.initial)
    return SessionBehaviour(
      opens: .disjunction([open, others]), bypassesFilters: true, acceptsRelated: true)
  }

  /// Whether some zone lets segments other than the first open a session.
  private var opensWithAnySegment: Bool {
    nonInitial.everywhere || systems.contains { $0.zones.contains { acceptsNonInitial($0) } }
  }

  /// What a zone's protection says about segments of TCP that fit no session.
  func acceptsNonInitial(_ zone: PANOS.Zone) -> Bool {
    guard let profile = zone.protection.flatMap({ protectionProfile($0.text) }) else {
      return nonInitial.everywhere
    }
    let reject = profile.child("tcp-reject-non-syn")?.text ?? "global"
    let asymmetric = profile.child("asymmetric-path")?.text ?? "global"
    if reject == "no" || asymmetric == "bypass" { return true }
    if reject == "yes" { return false }
    return nonInitial.everywhere
  }

  /// The zone protection profile of a name.
  func protectionProfile(_ name: String) -> XMLElement? {
    roots.device.descendant("network", "profiles", "zone-protection-profile")?
      .children("entry").first { $0.attribute("name") == name }
  }

  /// What no rule can let through.
  ///
  /// That is what fits no session, and what comes in or would leave by an interface without a zone.
  /// What a shared gateway handles was decided before.
  func unconditionalRules() -> [ACL.Rule] {
    let invalid = Ranges(UInt128(ConnectionState.invalid.rawValue))
    var rules = [
      ACL.Rule(
        name: "no session", place: implied,
        match: .conjunction([.field(.connectionState, invalid), Self.isIP]), action: .deny)
    ]
    let shared = sharedGateways.flatMap(\.interfaces)
    let unzoned = unzonedInterfaces.filter { !shared.contains($0) }
    for (name, interfaces, action) in [
      ("no zone", unzoned, ACL.Action.deny), ("shared gateway", shared, .permit),
    ] where !interfaces.isEmpty {
      let registers = Self.registers(interfaces)
      rules.append(
        ACL.Rule(
          name: name, place: implied,
          match: .disjunction([.field(.ingress, registers), .field(.egress, registers)]),
          action: action))
    }
    return rules
  }

  /// The list that packets meet first: a zone's protection may drop anything.
  mutating func arrivalRules() -> [ACL.Rule] {
    var rules: [ACL.Rule] = []
    for system in systems.indices {
      for zone in systems[system].zones { rules += protectionRules(zone, in: system) }
    }
    return rules
  }

  private mutating func protectionRules(_ zone: PANOS.Zone, in system: Int) -> [ACL.Rule] {
    var rules: [ACL.Rule] = []
    let from = match(zone, .ingress)
    guard from != .never else { return [] }
    if opensWithAnySegment, !acceptsNonInitial(zone) {
      rules.append(
        ACL.Rule(
          name: "not the first segment", place: zone.place,
          match: .conjunction([
            from, .field(.connectionState, Ranges(UInt128(ConnectionState.new.rawValue))),
            .field(.tcpFlags, TCPFlags.initial.complement(upTo: 255)),
          ]), action: .deny))
    }
    guard let protection = zone.protection else { return rules }
    let profile = protectionProfile(protection.text)
    if let profile { ledger.opaque(profile) }
    let unknown = condition(
      "zone-protection", protection.text, Condition.ofPacket,
      at: profile?.place ?? protection.place,
      "what a zone protection profile drops is not modelled; it can only take packets away")
    rules.append(
      ACL.Rule(
        name: "zone protection \(protection.text)", place: profile?.place ?? protection.place,
        match: .conjunction([from, .condition(unknown)]), action: .deny))
    return rules
  }
}
