import Networks
import Packets

extension DeviceLowering {
  /// Packets of which a translation leaves an end as it was.
  struct Unchanged {
    var boxes: [HeaderBox]
    /// Whether it has no other choice for them.
    var isCertain: Bool
  }

  /// Leads packets past a translation that leaves their end as it was.
  ///
  /// A session is noted as translated only where something changed: `nf_nat_setup_info` of Linux
  /// compares the addresses and ports. Where the same value is one of several, either is possible;
  /// a part of a pool, by which a packet was routed, is such a value.
  func unlessUnchanged(
    _ translation: Translation, on end: TranslationEnd, isPart: Bool = false, performed: Int,
    next: Int, in lowering: inout Lowering
  ) -> Int {
    if translation.address == nil && translation.port == nil { return performed }
    var certain: [HeaderBox] = []
    var possible: [HeaderBox] = []
    let ports = unchangedPorts(of: translation.port, on: end)
    for address in unchangedAddresses(of: translation.address, on: end) {
      for port in ports {
        let boxes = address.boxes.flatMap { box in port.boxes.map(box.intersection) }
          .filter { !$0.isEmpty }
        if address.isCertain && port.isCertain && !isPart {
          certain += boxes
        } else {
          possible += boxes
        }
      }
    }
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    if !certain.isEmpty { entries.append((certain, next)) }
    if !possible.isEmpty { entries.append((possible, lowering.choose([performed, next]))) }
    return lowering.match(entries, otherwise: performed)
  }

  private func unchangedAddresses(
    of address: Translation.Address?, on end: TranslationEnd
  ) -> [Unchanged] {
    let families = Self.addressFields(end).map { family, field in
      (family, field, HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue))))
    }
    // A frame has no addresses.
    let frames = HeaderBox().constrained(.family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    var result = [Unchanged(boxes: [frames], isCertain: true)]
    switch address {
    case nil: result.append(Unchanged(boxes: families.map(\.2), isCertain: true))
    case .pool(let pool):
      result += families.map { family, field, box in
        Unchanged(
          boxes: [box.constrained(field, to: pool[family])],
          isCertain: pool[family].least == pool[family].greatest)
      }
    case .prefix(let from, let to):
      let kept = families.map { family, field, box in
        guard family == from.family, from.range != to.range else { return box }
        let others = Ranges(from.range).complement(upTo: field.greatest)
        return box.constrained(field, to: others)
      }
      result.append(Unchanged(boxes: kept, isCertain: true))
    case .interface:
      let register: HeaderField = end == .source ? .egress : .ingress
      let boxes = device.interfaces.enumerated().flatMap { index, interface in
        families.compactMap { family, field, box -> HeaderBox? in
          guard let own = interface.addresses.first(where: { $0.address.family == family })
          else { return nil }
          return box.constrained(register, to: Ranges(UInt128(index + 1)))
            .constrained(field, to: Ranges(own.address.value))
        }
      }
      result.append(Unchanged(boxes: boxes, isCertain: true))
    }
    return result
  }

  private func unchangedPorts(
    of port: Translation.Port?, on end: TranslationEnd
  ) -> [Unchanged] {
    let field: HeaderField = end == .source ? .sourcePort : .destinationPort
    let without = Unchanged(boxes: MatchBoxes.lacking(field), isCertain: true)
    switch port {
    case nil: return [Unchanged(boxes: [HeaderBox()], isCertain: true)]
    case .any(let range):
      let values = Ranges(UInt128(range.lowerBound)...UInt128(range.upperBound))
      let boxes = MatchBoxes.having(field).map { $0.constrained(field, to: values) }
      return [without, Unchanged(boxes: boxes, isCertain: range.count == 1)]
    case .shift(let from, let to):
      if from.lowerBound == to { return [Unchanged(boxes: [HeaderBox()], isCertain: true)] }
      let moved = Ranges(UInt128(from.lowerBound)...UInt128(from.upperBound))
      let others = moved.complement(upTo: field.greatest)
      let boxes = MatchBoxes.having(field).map { $0.constrained(field, to: others) }
      return [without, Unchanged(boxes: boxes, isCertain: true)]
    }
  }
}
