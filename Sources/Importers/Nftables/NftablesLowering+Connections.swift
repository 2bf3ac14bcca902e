import Documents
import Networks
import Packets

extension NftablesLowering {
  /// The states in which a packet has a session.
  static let hasSession = Match.field(.connectionState, Ranges(1...3))

  /// What a `ct` expression reads.
  func connection(_ value: DocumentValue, _ context: NftablesContext) -> NftablesSubject {
    let key = value["key"]?.string ?? ""
    let direction = value["dir"]?.string
    let title = ["ct", direction, key].compactMap { $0 }.joined(separator: " ")
    guard direction == nil, context.tracking != .none, value.object?.count == 1 else {
      return .unknown(title, kind: "ct", "'\(title)' is not modelled")
    }
    switch key {
    case "state":
      return NftablesSubject(
        title: title, datatype: .words(NftablesSymbols.connectionStates), greatest: 127,
        reading: .classes(connectionStates(context)))
    case "direction" where context.tracking == .after:
      return NftablesSubject(
        title: title, datatype: .words(NftablesSymbols.directions), greatest: 1,
        reading: .field(.connectionDirection), dependencies: [Self.hasSession])
    case "status" where context.tracking == .after:
      return NftablesSubject(
        title: title, datatype: .words(NftablesSymbols.connectionStatus), greatest: 0xFFFF,
        reading: .classes(connectionStatus()), dependencies: [Self.hasSession])
    default: return .unknown(title, kind: "ct", "'\(title)' is not modelled")
    }
  }

  /// The bits of `ct state`; before the look-up they say `invalid`, unless `notrack` came first.
  private func connectionStates(_ context: NftablesContext) -> [NftablesSubject.Class] {
    let symbols = NftablesSymbols.connectionStates
    let invalid = symbols["invalid"] ?? 0
    let untracked = symbols["untracked"] ?? 0
    guard context.tracking == .after else {
      let values = facts.untracks ? [invalid, untracked] : [invalid]
      return [.init(match: .any, values: Ranges(values: values))]
    }
    let states: [(ConnectionState, String)] = [
      (.untracked, "untracked"), (.new, "new"), (.established, "established"),
      (.related, "related"), (.invalid, "invalid"),
    ]
    return states.map { state, word in
      NftablesSubject.Class(
        match: .field(.connectionState, Ranges(UInt128(state.rawValue))),
        values: Ranges(symbols[word] ?? 0))
    }
  }

  /// The bits of `ct status`: the model has those of translations, and the others may be any.
  private func connectionStatus() -> [NftablesSubject.Class] {
    let others: [UInt128] = [1, 2, 4, 8, 512]
    var unknown: [UInt128] = [0]
    for bit in others { unknown += unknown.map { $0 | bit } }
    return (UInt128(0)..<4).map { status in
      NftablesSubject.Class(
        match: .field(.connectionStatus, Ranges(status)),
        values: Ranges(values: unknown.map { $0 | status << 4 }))
    }
  }

  /// Replies to a session whose source is translated.
  static let translatedReplies = Match.all([
    .field(.connectionState, Ranges(2...3)), .field(.connectionDirection, Ranges(1)),
    .field(.connectionStatus, Ranges(values: [1, 3])),
  ])

  /// What a `fib` expression looks up.
  func routeLookup(_ value: DocumentValue, _ context: NftablesContext) -> NftablesSubject {
    let result = value["result"]?.string ?? ""
    let flags = value["flags"].map { $0.array?.compactMap(\.string) ?? [$0.string ?? ""] } ?? []
    let title = "fib \(flags.joined(separator: " . ")) \(result)"
    let hasAddresses = device.interfaces.contains { !$0.addresses.isEmpty }
    if result == "type", hasAddresses, flags == ["daddr"] || flags == ["saddr"] {
      return NftablesSubject(
        title: title, datatype: .words(NftablesSymbols.addressTypes), greatest: 255,
        reading: .classes(addressTypes(isSource: flags == ["saddr"])))
    }
    if result == "oif", flags == ["saddr", "iif"], let back = waysBack() {
      return NftablesSubject(
        title: title, datatype: .existence, greatest: 1, reading: .classes(back))
    }
    return .unknown(
      title, kind: "fib", "'\(title)' depends on routes and addresses outside the ruleset")
  }

  /// The types of addresses, as the description's addresses of the device tell them.
  private func addressTypes(isSource: Bool) -> [NftablesSubject.Class] {
    var own = AddressSet(
      ipv4: Ranges(0x7F00_0000...0x7FFF_FFFF), ipv6: Ranges(1))
    var broadcast = AddressSet(ipv4: Ranges(0xFFFF_FFFF))
    var anycast = AddressSet.none
    for interface in device.interfaces {
      own = own.union(interface.ownAddresses)
      anycast = anycast.union(interface.subnetRouterAddresses)
      for address in interface.addresses
      where address.address.family == .ipv4 && address.length < 31 {
        let range = address.subnet.range
        broadcast.ipv4 = broadcast.ipv4.union(Ranges(values: [range.lowerBound, range.upperBound]))
      }
    }
    let multicast = Network.multicast.subtracting(broadcast)
    let linkLocal = Network.linkLocal.subtracting(own)
    broadcast = broadcast.subtracting(own)
    let rest = own.union(broadcast).union(multicast).union(linkLocal).complement
    // Every type that a route can give: the routes are not asked.
    let routed = Ranges(values: [0, 1, 3, 4, 6, 7, 8, 9, 10, 11])
    let parts: [(AddressSet, Ranges)] = [
      (own.subtracting(anycast), Ranges(2)), (anycast, Ranges(4)), (multicast, Ranges(5)),
      (broadcast, Ranges(values: [1, 3, 7])),
      (linkLocal, Ranges(1...11)), (rest, routed),
    ]
    return parts.map { set, types in
      NftablesSubject.Class(match: isSource ? set.asSource : set.asDestination, values: types)
    }
  }
}
