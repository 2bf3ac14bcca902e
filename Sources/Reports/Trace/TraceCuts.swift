import Networks
import Packets

extension Network {
  /// Where the addresses that rules, routes and hosts tell apart begin, ascending: between two of
  /// them, all addresses of a family are treated alike at one end of a packet.
  func cuts(at end: TranslationEnd, _ family: Family) -> [UInt128] {
    var found: Set<UInt128> = []
    func add(_ values: Ranges) {
      for range in values.ranges {
        found.insert(range.lowerBound)
        if range.upperBound < UInt128.max { found.insert(range.upperBound + 1) }
      }
    }
    let field = end.address(in: family)
    for device in devices {
      for rule in device.acls.flatMap(\.rules) { rule.match.visit(field, add) }
      for route in device.vrfs.flatMap(\.routes) where route.destination.family == family {
        add(Ranges(route.destination.range))
      }
    }
    for attachment in endpoints.flatMap(\.attachments) { add(attachment.addresses[family]) }
    return found.sorted()
  }
}

extension Match {
  /// Visits the values that the match compares a field with.
  fileprivate func visit(_ field: HeaderField, _ body: (Ranges) -> Void) {
    switch self {
    case .any, .never, .condition: break
    case .field(let other, let values): if other == field { body(values) }
    case .not(let inner): inner.visit(field, body)
    case .all(let parts), .some(let parts): for part in parts { part.visit(field, body) }
    }
  }
}
