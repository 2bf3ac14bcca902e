import Networks
import Packets
import Places

/// How addresses and ports are rewritten: the doc comments of `Translation`.
extension Simulator {
  /// `Stage.translateDestination`.
  func translatingDestination(_ state: PacketState, at device: Int) -> [StageResult] {
    let ends = plannedDestinations(of: state, at: device)
    return translating(
      state, at: device, kind: .translateDestination, choice: state.destinationTranslation, ends
    ) { state, end in
      state.header.destinationEnd = end
      state.restoration.destination = nil
      state.plannedDestination = nil
    }
  }

  /// `Stage.translateSource`.
  func translatingSource(_ state: PacketState, at device: Int) -> [StageResult] {
    let ends =
      state.restoration.source.map { [$0] }
      ?? choices(state.sourceTranslation, .source, of: state, at: device)
    return translating(
      state, at: device, kind: .translateSource, choice: state.sourceTranslation, ends
    ) { state, end in
      state.header.sourceEnd = end
      state.restoration.source = nil
    }
  }

  private func translating(
    _ state: PacketState, at device: Int, kind: Hop.Kind, choice: Int,
    _ ends: [PacketState.End], write: (inout PacketState, PacketState.End) -> Void
  ) -> [StageResult] {
    let isSource = kind == .translateSource
    let restored = isSource ? state.restoration.source : state.restoration.destination
    guard restored != nil || choice != 0 && !isSettled(isSource ? .source : .destination, of: state)
    else { return [StageResult(passing: state)] }
    let translations = network.devices[device].translations
    let translation = translations.indices.contains(choice - 1) ? translations[choice - 1] : nil
    if ends.isEmpty {
      var hop = tell(kind, at: device, "has no address to give", state)
      hop.place = translation?.place
      return [StageResult(state, hop, .noTranslation)]
    }
    let current = isSource ? state.header.sourceEnd : state.header.destinationEnd
    return ends.flatMap { end in
      var translated = state
      write(&translated, end)
      if restored != nil && translated.header == state.header {
        return [StageResult(passing: translated)]
      }
      let name = translation.map { "\($0.name) writes " } ?? "the session writes "
      var hop = tell(kind, at: device, name + text(of: end, in: translated.header), translated)
      hop.place = translation?.place
      if restored != nil { return [StageResult(translated, hop)] }
      var noted = translated
      noted.connectionStatus |= isSource ? 1 : 2
      guard let translation, end == current, translation.address != nil || translation.port != nil
      else { return [StageResult(noted, hop)] }
      // A session is noted as translated where something changed.
      let unchanged = StageResult(translated, hop)
      return translation.hasOneChoice(for: state.header)
        ? [unchanged] : [unchanged, StageResult(noted, hop)]
    }
  }

  /// The destinations that the packet may get: what its session says or the choices of the
  /// translation, among them the address of a pool by which it was routed; its own where none is
  /// chosen.
  func plannedDestinations(of state: PacketState, at device: Int) -> [PacketState.End] {
    if let restored = state.restoration.destination { return [restored] }
    return choices(state.destinationTranslation, .destination, of: state, at: device)
  }

  /// Whether no chosen translation of an end is performed, nor another one chosen: the end was
  /// translated, or the packet is of a session, which has its own.
  func isSettled(_ end: TranslationEnd, of state: PacketState) -> Bool {
    [.established, .related].contains(state.connectionState)
      || state.connectionStatus & (end == .source ? 1 : 2) != 0
  }

  /// What a chosen translation may make of one end of a packet; the end itself where none is
  /// chosen, and nothing where the translation has no address to give.
  private func choices(
    _ choice: Int, _ end: TranslationEnd, of state: PacketState, at device: Int
  ) -> [PacketState.End] {
    let header = state.header
    let current = end == .source ? header.sourceEnd : header.destinationEnd
    let translations = network.devices[device].translations
    guard translations.indices.contains(choice - 1), header.family != .nonIP else {
      return [current]
    }
    let translation = translations[choice - 1]
    let addresses = addresses(translation.address, end, of: state, at: device, current.address)
    let ports = header.has(.sourcePort) ? ports(translation.port, end, current.port) : [0]
    return addresses.flatMap { address in ports.map { .init(address: address, port: $0) } }
  }

  private func addresses(
    _ rewriting: Translation.Address?, _ end: TranslationEnd, of state: PacketState,
    at device: Int, _ current: UInt128
  ) -> [UInt128] {
    let family = state.header.family
    switch rewriting {
    case nil: return [current]
    case .pool(let pool):
      if end == .destination, let planned = state.plannedDestination { return [planned] }
      return candidates.choices(for: end.address(in: family), from: pool[family], current: current)
    case .prefix(let from, let to):
      guard let address = IPAddress(family, current), from.contains(address) else {
        return [current]
      }
      return [to.address.value | (current - from.address.value)]
    case .interface:
      let index = (end == .source ? state.egress : state.ingress) - 1
      let interfaces = network.devices[device].interfaces
      guard interfaces.indices.contains(index) else { return [] }
      let first = interfaces[index].addresses.first { $0.address.family == family }
      return first.map { [$0.address.value] } ?? []
    }
  }

  private func ports(
    _ rewriting: Translation.Port?, _ end: TranslationEnd, _ current: UInt16
  ) -> [UInt16] {
    switch rewriting {
    case nil: return [current]
    case .any(let range):
      let field: HeaderField = end == .source ? .sourcePort : .destinationPort
      let values = Ranges(UInt128(range.lowerBound)...UInt128(range.upperBound))
      return candidates.choices(for: field, from: values, current: UInt128(current))
        .map { UInt16(truncatingIfNeeded: $0) }
    case .shift(let from, let to):
      guard from.contains(current) else { return [current] }
      return [UInt16(truncatingIfNeeded: Int(to) + Int(current) - Int(from.lowerBound))]
    }
  }

  private func text(of end: PacketState.End, in header: Header) -> String {
    let address = IPAddress(header.family, end.address)?.description ?? "nothing"
    return header.has(.sourcePort) ? "\(address) port \(end.port)" : address
  }
}

extension Translation {
  /// Whether there is one value that a packet can get.
  fileprivate func hasOneChoice(for header: Header) -> Bool {
    if case .pool(let pool) = address,
      pool[header.family].least != pool[header.family].greatest
    {
      return false
    }
    if case .any(let range) = port, header.has(.sourcePort) { return range.count == 1 }
    return true
  }
}
