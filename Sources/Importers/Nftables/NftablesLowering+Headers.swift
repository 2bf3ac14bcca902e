import Documents
import Networks
import Packets

extension NftablesLowering {
  /// What a `payload` expression reads: a field of a header, or bits at an offset.
  func payload(_ value: DocumentValue, _ context: NftablesContext) -> NftablesSubject {
    let keys = value.object?.map(\.key) ?? []
    if keys.sorted() == ["base", "len", "offset"] { return rawPayload(value) }
    let name = value["protocol"]?.string ?? ""
    let field = value["field"]?.string ?? ""
    let title = "\(name) \(field)"
    guard keys.sorted() == ["field", "protocol"] else {
      let inner = value["tunnel"]?.string.map { "\($0) \(title)" } ?? title
      return .unknown(inner, kind: "payload", "'\(inner)' is not modelled")
    }
    switch name {
    case "ip": return ipv4(field)
    case "ip6": return ipv6(field)
    case "tcp", "udp", "udplite", "sctp", "dccp", "th": return transport(name, field)
    case "icmp": return icmp(field, .ipv4)
    case "icmpv6": return icmp(field, .ipv6)
    case "ether": return ether(field)
    default:
      return .unknown(
        title, kind: "payload", "'\(title)' is not modelled",
        dependencies: Self.dependencies(of: name))
    }
  }

  /// What a packet must be for a header to be read that the model has not.
  private static func dependencies(of header: String) -> [Match] {
    switch header {
    case "ah": [isProtocol(51)]
    case "esp": [isProtocol(50)]
    case "comp": [isProtocol(108)]
    case "gre", "gretap": [isProtocol(47)]
    case "vxlan", "geneve": [isProtocol(IPProtocol.udp)]
    case "igmp": [isFamily(.ipv4), isProtocol(2)]
    case "arp":
      [isFamily(.nonIP), .field(.etherType, Ranges(0x0806))]
    default: []
    }
  }

  private func ipv4(_ field: String) -> NftablesSubject {
    let title = "ip \(field)"
    let isIPv4 = [Self.isFamily(.ipv4)]
    switch field {
    case "saddr", "daddr":
      return address(title, .ipv4, field == "saddr" ? .sourceIPv4 : .destinationIPv4)
    case "protocol":
      return NftablesSubject(
        title: title, datatype: .protocolNumber, greatest: 255, reading: .field(.protocol),
        dependencies: isIPv4)
    case "frag-off":
      let offsets = (UInt128(0)..<8).map { ($0 << 13 | 1)...($0 << 13 | 0x1FFF) }
      let later = Ranges(offsets)
      return NftablesSubject(
        title: title, datatype: .words([:]), greatest: 0xFFFF,
        reading: .classes([
          .init(match: .field(.fragment, Ranges(1)), values: later),
          .init(match: .field(.fragment, Ranges(0)), values: later.complement(upTo: 0xFFFF)),
        ]), dependencies: isIPv4)
    case "version":
      return NftablesSubject(
        title: title, datatype: .words([:]), greatest: 15,
        reading: .classes([.init(match: .any, values: Ranges(4))]), dependencies: isIPv4)
    default:
      return .unknown(title, kind: "payload", "'\(title)' is not modelled", dependencies: isIPv4)
    }
  }

  private func ipv6(_ field: String) -> NftablesSubject {
    let title = "ip6 \(field)"
    let isIPv6 = [Self.isFamily(.ipv6)]
    switch field {
    case "saddr", "daddr":
      return address(title, .ipv6, field == "saddr" ? .sourceIPv6 : .destinationIPv6)
    case "nexthdr":
      return NftablesSubject(
        title: title, datatype: .protocolNumber, greatest: 255, reading: .field(.nextHeader),
        dependencies: isIPv6)
    case "version":
      return NftablesSubject(
        title: title, datatype: .words([:]), greatest: 15,
        reading: .classes([.init(match: .any, values: Ranges(6))]), dependencies: isIPv6)
    default:
      return .unknown(title, kind: "payload", "'\(title)' is not modelled", dependencies: isIPv6)
    }
  }

  private func address(
    _ title: String, _ family: Family, _ field: HeaderField
  ) -> NftablesSubject {
    NftablesSubject(
      title: title, datatype: .address(family), greatest: family.greatestAddress,
      reading: .field(field), dependencies: [Self.isFamily(family)])
  }

  private func transport(_ name: String, _ field: String) -> NftablesSubject {
    let title = "\(name) \(field)"
    let dependencies =
      name == "th" ? [] : [Self.isProtocol(ProtocolNames.number(name) ?? IPProtocol.tcp)]
    switch field {
    case "sport", "dport":
      let port = field == "sport" ? HeaderField.sourcePort : .destinationPort
      return NftablesSubject(
        title: title, datatype: .port, greatest: 0xFFFF,
        reading: name == "th" ? .anyTransport(port) : .transport(port), dependencies: dependencies)
    case "flags" where name == "tcp":
      return NftablesSubject(
        title: title, datatype: .words(NftablesSymbols.tcpFlags), greatest: 255,
        reading: .transport(.tcpFlags), dependencies: dependencies)
    default:
      return .unknown(
        title, kind: "payload", "'\(title)' is not modelled", dependencies: dependencies)
    }
  }

  private func icmp(_ field: String, _ family: Family) -> NftablesSubject {
    let isIPv4 = family == .ipv4
    let title = (isIPv4 ? "icmp " : "icmpv6 ") + field
    let dependencies = [
      Self.isFamily(family), Self.isProtocol(isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6),
    ]
    switch field {
    case "type":
      return NftablesSubject(
        title: title,
        datatype: .words(isIPv4 ? NftablesSymbols.icmpTypes : NftablesSymbols.icmpv6Types),
        greatest: 255, reading: .transport(.icmpType), dependencies: dependencies)
    case "code":
      return NftablesSubject(
        title: title,
        datatype: .words(isIPv4 ? NftablesSymbols.icmpCodes : NftablesSymbols.icmpv6Codes),
        greatest: 255, reading: .transport(.icmpCode), dependencies: dependencies)
    default:
      return .unknown(
        title, kind: "payload", "'\(title)' is not modelled", dependencies: dependencies)
    }
  }

  /// The Ethernet header.
  ///
  /// A frame that carries a VLAN tag shows the tag's EtherType, so that no EtherType of the model says for sure what is read.
  private func ether(_ field: String) -> NftablesSubject {
    let title = "ether \(field)"
    guard field == "type" else {
      return .unknown(title, kind: "payload", "'\(title)' is not modelled")
    }
    let tags = Ranges(values: [0x8100, 0x88A8])
    return NftablesSubject(
      title: title, datatype: .words(NftablesSymbols.etherTypes), greatest: 0xFFFF,
      reading: .classes(
        Self.etherTypes.map {
          .init(match: $0.match, values: $0.values.union(tags))
        }))
  }

  /// Bits at an offset, where they are just a field.
  private func rawPayload(_ value: DocumentValue) -> NftablesSubject {
    let base = value["base"]?.string ?? ""
    let offset = value["offset"]?.int ?? -1
    let length = value["len"]?.int ?? -1
    let title = "@\(base),\(offset),\(length)"
    var field: NftablesSubject?
    switch (base, family, offset, length) {
    case ("th", _, 0, 16): field = transport("th", "sport")
    case ("th", _, 16, 16): field = transport("th", "dport")
    case ("nh", .ip, 48, 16): field = ipv4("frag-off")
    case ("nh", .ip, 72, 8): field = ipv4("protocol")
    case ("nh", .ip, 96, 32): field = ipv4("saddr")
    case ("nh", .ip, 128, 32): field = ipv4("daddr")
    case ("nh", .ip6, 48, 8): field = ipv6("nexthdr")
    case ("nh", .ip6, 64, 128): field = ipv6("saddr")
    case ("nh", .ip6, 192, 128): field = ipv6("daddr")
    default: break
    }
    guard var field else {
      return .unknown(title, kind: "payload", "the bits '\(title)' are not modelled")
    }
    // Bits are written as numbers, not as addresses or names.
    field.datatype = .words([:])
    return field
  }

  /// An IPv6 extension header, or the fragment header's fields.
  func extensionHeader(_ value: DocumentValue) -> NftablesSubject {
    let name = value["name"]?.string ?? ""
    let field = value["field"]?.string
    let title = ["exthdr", name, field].compactMap { $0 }.joined(separator: " ")
    let isIPv6 = [Self.isFamily(.ipv6)]
    let isLater = Match.field(.fragment, Ranges(1))
    let isWhole = Match.field(.fragment, Ranges(0))
    if name == "frag", field == nil {
      return NftablesSubject(
        title: title, datatype: .existence, greatest: 1,
        reading: .classes([
          .init(match: isLater, values: Ranges(1)), .init(match: isWhole, values: Ranges(0...1)),
        ]), dependencies: isIPv6)
    }
    if name == "frag", field == "frag-off" {
      // A packet without the header has no value, which no comparison matches: 0x2000 stands for it.
      return NftablesSubject(
        title: title, datatype: .words([:]), greatest: 0x1FFF,
        reading: .classes([
          .init(match: isLater, values: Ranges(1...0x1FFF)),
          .init(match: isWhole, values: Ranges(values: [0, 0x2000])),
        ]), dependencies: isIPv6)
    }
    return .unknown(
      title, kind: "payload", "IPv6 extension headers are not modelled", dependencies: isIPv6)
  }
}
