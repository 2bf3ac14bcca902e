import Documents
import Networks
import Packets
import Places

extension Assembly {
  /// Adds the lines of a part that no segment carries.
  mutating func addLinks(_ part: NetworkPart) {
    for link in part.description.links {
      let parties = link.between.compactMap { party($0, in: part) }
      guard parties.count == 2 else { continue }
      switch (parties[0], parties[1]) {
      case (.segment(let a), .segment(let b)):
        if !link.addresses.isEmpty {
          fail(at: link.place, "a link between two segments has no addresses of its own")
        }
        if a == b { fail(at: link.place, "the link leads to the segment that it starts from") }
        network.links.append(
          Link(medium: link.medium, from: .segment(a), to: .segment(b), place: link.place))
      case (.segment(let segment), let party), (let party, .segment(let segment)):
        join(party, to: segment, link)
      case (let a, let b): joinDirectly(a, b, link)
      }
    }
  }

  /// The party of a name; `nil` and an error where there is none.
  mutating func party(_ name: Placed<PartyName>, in part: NetworkPart) -> Link.Party? {
    switch name.value {
    case .internet: return .segment(internetSegment(at: name.place))
    case .segment(let text):
      return segment(Placed(text, at: name.place), in: part).map { .segment($0) }
    case .endpoint(let text):
      return endpoint(Placed(text, at: name.place), in: part).map { .endpoint($0) }
    case .device(let text):
      return device(Placed(text, at: name.place), in: part).map { .device($0) }
    case .switch:
      fail(at: name.place, "a switch is no end of a link", hint: "name its segment")
      return nil
    }
  }

  private mutating func join(_ party: Link.Party, to segment: Int, _ link: LinkDescription) {
    switch party {
    case .device(let device):
      addInterface(
        named: lineName(of: "link", at: link.place), of: device, on: segment,
        addresses: link.addresses.map(\.value), at: link.place)
      network.links.append(
        Link(medium: link.medium, from: party, to: .segment(segment), place: link.place))
    case .endpoint, .segment:
      network.links.append(
        Link(
          medium: link.medium, from: party, to: .segment(segment),
          addresses: AddressSet(link.addresses.map { Prefix(host: $0.value.address) }),
          place: link.place))
    }
  }

  /// Joins two parties that are no segments.
  ///
  /// Between devices, everything that one of them puts on the line reaches the other, whatever it
  /// is addressed to; so each has its own segment, and a bridge joins them.
  private mutating func joinDirectly(
    _ a: Link.Party, _ b: Link.Party, _ link: LinkDescription
  ) {
    if !link.addresses.isEmpty {
      fail(
        at: link.place, "the addresses of a link belong to its one end that is no segment",
        hint: "describe the line as a segment, and the addresses on its interfaces")
    }
    let name = lineName(of: "link", at: link.place)
    var segments: [Int] = []
    for (number, party) in [a, b].enumerated() {
      let segment = addLine(named: "\(name)/\(number + 1)", link.medium, at: link.place)
      segments.append(segment)
      end(party, on: segment, named: name, addresses: [], at: link.place)
    }
    addBridge(named: name, between: segments, under: nil, at: link.place)
    network.links.append(Link(medium: link.medium, from: a, to: b, place: link.place))
  }

  /// Puts one party on the segment of its end of a line.
  mutating func end(
    _ party: Link.Party, on segment: Int, named name: String, addresses: [AddressInPrefix],
    at place: Place
  ) {
    switch party {
    case .segment: fail(at: place, "a segment is no end of this line")
    case .device(let device):
      addInterface(named: name, of: device, on: segment, addresses: addresses, at: place)
    case .endpoint(let endpoint):
      var own = AddressSet(addresses.map { Prefix(host: $0.address) })
      if own.isEmpty {
        own = network.endpoints[endpoint].attachments.reduce(.none) { $0.union($1.addresses) }
        for waiting in waitingAttachments where waiting.endpoint == endpoint {
          own = own.union(AddressSet.ofRanges(waiting.attachment.addresses.map(\.value)))
        }
      }
      network.endpoints[endpoint].attachments.append(
        EndpointGroup.Attachment(name: name, segment: segment, addresses: own, place: place))
    }
  }

  mutating func addInterface(
    named name: String, of device: Int, on segment: Int, addresses: [AddressInPrefix],
    at place: Place
  ) {
    var interface = Interface(
      name: name, place: place,
      addresses: addresses.map { Interface.Address($0.address, length: $0.prefix.length) })
    interface.segment = segment
    addedInterfaces[device, default: []].append(interface)
  }

  /// A name for a line without one, which its place makes unique.
  func lineName(of what: String, at place: Place) -> String {
    let used =
      network.segments.filter { $0.name.hasPrefix("\(what):") }.count
      + network.links.count
    return "\(what):\(used + 1)"
  }

  /// Adds a segment on which nobody is but those at its ends.
  mutating func addLine(named name: String, _ medium: Medium, at place: Place) -> Int {
    let segment = addSegment(named: name, medium, at: place)
    network.segments[segment].hasUndeclaredHosts = false
    return segment
  }

  mutating func addSegment(named name: String, _ medium: Medium, at place: Place) -> Int {
    segments[name] = network.segments.count
    network.segments.append(Segment(name: name, place: place, medium: medium))
    return network.segments.count - 1
  }

  /// Adds a device that passes everything between segments, the first to the second and each other
  /// to the first, where the condition is true.
  mutating func addBridge(
    named name: String, between ends: [Int], under condition: Int?, at place: Place
  ) {
    var device = Device(name: name, place: place, kind: .gateway)
    device.sendsOwnPackets = false
    for (number, segment) in ends.enumerated() {
      var interface = Interface(name: "\(number + 1)", place: place)
      interface.segment = segment
      device.interfaces.append(interface)
    }
    let exits = ends.indices.map { $0 == 0 ? 1 : 0 }
    device.pipeline = Pipeline(arrival: [.bridge(exits)])
    if let condition {
      let rule = ACL.Rule(
        name: name, place: place, match: .condition(condition), action: .permit)
      device.acls = [ACL(name: name, place: place, rules: [rule], end: .deny)]
      device.pipeline.arrival.insert(.filter(0, role: .plain), at: 0)
    }
    devices[name] = network.devices.count
    network.devices.append(device)
  }
}

extension Assembly {
  /// Adds the tunnels of a part as lines between their ends.
  ///
  /// Whether the outer packets get through is not looked at: a plain tunnel is taken as open, and
  /// one that proves its ends as open under a condition. Where it does not prove them, whoever
  /// reaches an end may send what it likes into it, which a second condition says.
  mutating func addTunnels(_ part: NetworkPart) {
    for tunnel in part.description.tunnels {
      let name = "tunnel:" + (part.prefixes.last ?? "") + tunnel.name.value
      let place = tunnel.name.place
      var segments: [Int] = []
      for (number, end) in tunnel.ends.enumerated() {
        guard let party = party(end.party, in: part) else { continue }
        let segment = addLine(named: "\(name)/\(number + 1)", .tunnel, at: end.place)
        segments.append(segment)
        self.end(
          party, on: segment, named: end.interface?.value ?? name,
          addresses: end.addresses.map(\.value), at: end.place)
      }
      guard segments.count == 2 else { continue }
      let isPlain = isPlain(tunnel)
      let condition =
        isPlain
        ? nil
        : globalCondition(
          name, at: place,
          "whether the outer packets of '\(name)' get through is not looked at")
      addBridge(named: name, between: segments, under: condition, at: place)
      if isPlain { addInjection(into: segments, of: name, at: place) }
      note(
        .remark, at: place,
        "'\(name)' is taken as \(isPlain ? "open" : "open under the condition '\(name)'"); "
          + "its outer packets are not followed")
    }
  }

  private mutating func isPlain(_ tunnel: TunnelDescription) -> Bool {
    if let security = tunnel.security { return security == .plain }
    switch tunnel.kind?.lowercased() {
    case "gre", "ipip", "sit", "6in4", "vxlan", "geneve", "l2tp", "gtp": return true
    case "ipsec", "wireguard", "openvpn", "tls", "ssl", "ssh": return false
    default:
      fail(
        at: tunnel.name.place, "whether '\(tunnel.name.value)' proves its ends is not known",
        hint: "say \"security\": plain or authenticated")
      return true
    }
  }

  private mutating func addInjection(into ends: [Int], of name: String, at place: Place) {
    let condition = globalCondition(
      "\(name)/injection", at: place,
      "'\(name)' does not prove its ends: whoever reaches one may send packets into it")
    for (number, end) in ends.enumerated() {
      injections.append(
        Injection(
          name: "\(name)/injection/\(number + 1)", into: end, condition: condition, place: place))
    }
  }

  /// A way for packets from anywhere into the end of a tunnel.
  struct Injection {
    var name: String
    var into: Int
    var condition: Int
    var place: Place
  }

  /// Adds the ways into tunnels once all segments are there: a device on each segment, to which
  /// hosts may hand packets and which puts them into the tunnel.
  ///
  /// It is no bridge, since a host wraps its own packets only, and not what others send.
  mutating func addInjections() {
    for injection in injections {
      let others = network.segments.indices.filter {
        $0 != injection.into && network.segments[$0].medium != .tunnel && $0 != network.internet
      }
      var device = Device(name: injection.name, place: injection.place, kind: .gateway)
      device.sendsOwnPackets = false
      for (number, segment) in ([injection.into] + others).enumerated() {
        var interface = Interface(name: "\(number + 1)", place: injection.place)
        interface.segment = segment
        device.interfaces.append(interface)
      }
      let rule = ACL.Rule(
        name: injection.name, place: injection.place, match: .condition(injection.condition),
        effects: [.forward(.interface(0))], action: .permit)
      device.acls = [
        ACL(name: injection.name, place: injection.place, rules: [rule], end: .deny)
      ]
      device.pipeline = Pipeline(arrival: [.filter(0, role: .plain), .route(.destination)])
      network.devices.append(device)
    }
  }
}
