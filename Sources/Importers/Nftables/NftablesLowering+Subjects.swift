import Documents
import Networks
import Packets

extension NftablesLowering {
  /// What the left side of a comparison, or the key of a map, reads: one operand, or several that
  /// are concatenated.
  func operands(of value: DocumentValue, _ context: NftablesContext) -> [NftablesOperand] {
    if let parts = value["concat"]?.array { return parts.map { operand(of: $0, context) } }
    return [operand(of: value, context)]
  }

  func operand(of value: DocumentValue, _ context: NftablesContext) -> NftablesOperand {
    guard let entry = value.object?.first, value.object?.count == 1 else {
      return unknownOperand("expression", "expression")
    }
    switch entry.key {
    case "&", "|", "^", "<<", ">>": return bitwise(entry, context)
    default: return NftablesOperand(subject: subject(entry.key, entry.value, context))
    }
  }

  private func unknownOperand(_ title: String, _ kind: String) -> NftablesOperand {
    NftablesOperand(
      subject: .unknown(title, kind: kind, "the expression '\(title)' is not modelled"))
  }

  private func bitwise(
    _ entry: DocumentValue.Entry, _ context: NftablesContext
  ) -> NftablesOperand {
    guard let parts = entry.value.array, parts.count >= 2 else {
      return unknownOperand(entry.key, "expression")
    }
    var result = operand(of: parts[0], context)
    for part in parts.dropFirst() {
      guard let constant = result.subject.single(part) else {
        return unknownOperand("\(result.subject.title) \(entry.key)", "expression")
      }
      switch entry.key {
      case "&": result.transforms.append(.and(constant))
      case "|": result.transforms.append(.or(constant))
      case "^": result.transforms.append(.xor(constant))
      case "<<": result.transforms.append(.left(constant))
      default: result.transforms.append(.right(constant))
      }
    }
    return result
  }

  private func subject(
    _ kind: String, _ value: DocumentValue, _ context: NftablesContext
  ) -> NftablesSubject {
    switch kind {
    case "payload": return payload(value, context)
    case "meta": return meta(value, context)
    case "ct": return connection(value, context)
    case "exthdr": return extensionHeader(value)
    case "fib": return routeLookup(value, context)
    case "tcp option":
      return .unknown(
        "tcp option \(value["name"]?.string ?? "")", kind: "option",
        "TCP options are not modelled", dependencies: [Self.isProtocol(IPProtocol.tcp)])
    case "sctp chunk":
      return .unknown(
        "sctp chunk", kind: "option", "SCTP chunks are not modelled",
        dependencies: [Self.isProtocol(IPProtocol.sctp)])
    case "dccp option":
      return .unknown(
        "dccp option", kind: "option", "DCCP options are not modelled",
        dependencies: [Self.isProtocol(IPProtocol.dccp)])
    case "ip option":
      return .unknown(
        "ip option", kind: "option", "IP options are not modelled",
        dependencies: [Self.isFamily(.ipv4)])
    case "socket", "osf", "ipsec", "rt", "numgen", "jhash", "symhash", "map":
      let key = value["key"]?.string ?? value["mode"]?.string
      let title = [kind, key].compactMap { $0 }.joined(separator: " ")
      return .unknown(title, kind: kind, "'\(title)' depends on more than the model has")
    default: return .unknown(kind, kind: "expression", "the expression '\(kind)' is not modelled")
    }
  }

  static func isFamily(_ family: Family) -> Match {
    .field(.family, Ranges(UInt128(family.rawValue)))
  }

  static func isProtocol(_ number: UInt8) -> Match { .field(.protocol, Ranges(UInt128(number))) }

  private func meta(_ value: DocumentValue, _ context: NftablesContext) -> NftablesSubject {
    let key = value["key"]?.string ?? ""
    switch key {
    case "l4proto":
      return NftablesSubject(
        title: "meta l4proto", datatype: .protocolNumber, greatest: 255, reading: .field(.protocol))
    case "nfproto": return netfilterFamily(context)
    case "protocol":
      return NftablesSubject(
        title: "meta protocol", datatype: .words(NftablesSymbols.etherTypes), greatest: 0xFFFF,
        reading: .classes(Self.etherTypes))
    case "mark":
      return NftablesSubject(
        title: "meta mark", datatype: .words([:]), greatest: UInt128(UInt32.max),
        reading: .field(.mark))
    case "iif", "iifname", "oif", "oifname":
      let isIngress = key.hasPrefix("iif")
      return NftablesSubject(
        title: "meta \(key)", datatype: .interface, greatest: UInt128(device.interfaces.count),
        reading: .interface(isIngress ? .ingress : .egress))
    case "time", "hour", "day":
      return .unknown(
        "meta \(key)", kind: "time", "it depends on the time", scope: .global)
    default:
      return .unknown("meta \(key)", kind: "meta", "'meta \(key)' is not modelled")
    }
  }

  /// The EtherType as the kernel notes it beside the packet.
  static let etherTypes: [NftablesSubject.Class] = {
    let ip: [UInt128] = [0x0800, 0x86DD]
    var classes = [
      NftablesSubject.Class(match: isFamily(.ipv4), values: Ranges(ip[0])),
      NftablesSubject.Class(match: isFamily(.ipv6), values: Ranges(ip[1])),
    ]
    classes.append(
      NftablesSubject.Class(
        match: isFamily(.nonIP), values: Ranges(values: ip).complement(upTo: 0xFFFF),
        field: .etherType))
    return classes
  }()

  private func netfilterFamily(_ context: NftablesContext) -> NftablesSubject {
    let symbols = NftablesSymbols.netfilterFamilies
    let isLink = context.hook == .ingress || context.hook == .egress
    // The families of a chain that is called for frames are those of the chain.
    let link = NftablesSubject.Class(match: .any, values: Ranges(values: [1, 2, 5, 7, 10]))
    return NftablesSubject(
      title: "meta nfproto", datatype: .words(symbols), greatest: 255,
      reading: .classes(
        isLink
          ? [link]
          : [
            NftablesSubject.Class(match: Self.isFamily(.ipv4), values: Ranges(2)),
            NftablesSubject.Class(match: Self.isFamily(.ipv6), values: Ranges(10)),
          ]))
  }
}
