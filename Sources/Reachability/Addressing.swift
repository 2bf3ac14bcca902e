import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

/// What a rule makes of destinations.
struct DestinationChange {
  /// The packets that come to the rule, by what tells whom they are for: a bound.
  var boxes: [HeaderBox]
  /// What their destinations become.
  var result: Result

  /// What destinations become.
  enum Result {
    /// Any of these.
    case any(AddressSet)
    /// The address as far from the second prefix as it was from the first.
    case moved(from: Prefix, to: Prefix)
  }

  /// The packets that get one of some addresses.
  fileprivate func boxes(becoming wanted: AddressSet) -> [HeaderBox] {
    switch result {
    case .any(let addresses):
      let families = [Family.ipv4, .ipv6].filter {
        !addresses[$0].intersection(wanted[$0]).isEmpty
      }
      let values = Ranges(values: families.map { UInt128($0.rawValue) })
      return boxes.map { $0.constrained(.family, to: values) }.filter { !$0.isEmpty }
    case .moved(let from, let to):
      let met = wanted[to.family].intersection(Ranges(to.range))
      let back = from.range.lowerBound &- to.range.lowerBound
      var before = AddressSet.none
      let field: HeaderField = from.family == .ipv4 ? .destinationIPv4 : .destinationIPv6
      before[from.family] = Trail.move(met, by: back, in: field)
      return HeaderBox.product(boxes, before.destinationBoxes)
    }
  }
}

extension Engine {
  /// The packets with an address of a zone, or one for which some device would give them such an
  /// address.
  ///
  /// It is a bound: the device need not be on their way. What sessions or unmodelled actions write is
  /// left out.
  mutating func addressed(to extent: ZoneExtent) throws(LimitReached) -> HeaderSpace {
    let changes = destinationChanges ?? network.destinationChanges
    destinationChanges = changes
    var addresses = traffic.addresses(of: extent)
    var boxes = addresses.destinationBoxes
    // A device may translate for another, and that one for a third.
    for _ in network.devices {
      let before = changes.flatMap { $0.boxes(becoming: addresses) }
      let all = before.reduce(addresses) { $0.union($1.destinations) }
      if all == addresses {
        boxes += before
        break
      }
      addresses = all
      boxes += before
    }
    return try store.space(of: boxes)
  }
}

extension HeaderBox {
  /// The addresses to which its packets go.
  fileprivate var destinations: AddressSet {
    let families = self[.family]
    return AddressSet(
      ipv4: families.contains(UInt128(Family.ipv4.rawValue)) ? self[.destinationIPv4] : .none,
      ipv6: families.contains(UInt128(Family.ipv6.rawValue)) ? self[.destinationIPv6] : .none)
  }

  /// The same without what does not tell whom a packet is for.
  fileprivate var address: HeaderBox {
    let fields: [HeaderField] = [
      .family, .destinationIPv4, .destinationIPv6, .protocol, .destinationPort,
    ]
    return fields.reduce(HeaderBox()) { $0.constrained($1, to: self[$1]) }
  }
}

extension Network {
  /// All that rules make of destinations.
  fileprivate var destinationChanges: [DestinationChange] {
    devices.flatMap { device in
      var ways = ListWays(device, conditions)
      var result: [DestinationChange] = []
      for list in device.acls.indices {
        for rule in device.acls[list].rules {
          let results = rule.effects.flatMap { device.results(of: $0) }
          if results.isEmpty { continue }
          let boxes = ways.boxes(to: rule, in: list)
          result += results.map { DestinationChange(boxes: boxes, result: $0) }
        }
      }
      return result
    }
  }
}

extension Device {
  /// What an effect makes of destinations.
  fileprivate func results(of effect: Effect) -> [DestinationChange.Result] {
    switch effect {
    case .set(.destinationIPv4, let value):
      return [.any(AddressSet(ipv4: Ranges(value & HeaderField.destinationIPv4.greatest)))]
    case .set(.destinationIPv6, let value): return [.any(AddressSet(ipv6: Ranges(value)))]
    case .translateDestination(let translation):
      switch translations[translation].address {
      case .pool(let addresses): return [.any(addresses)]
      case .prefix(let from, let to): return [.moved(from: from, to: to)]
      case .interface: return [.any(ownAddresses)]
      case nil: return []
      }
    case .set, .translateSource, .untrack, .forward: return []
    }
  }
}

/// How packets come to the lists of a device.
private struct ListWays {
  let device: Device
  let conditions: ConditionTable
  /// By list; a list that is being looked at is there already, with all packets.
  private var known: [Int: [HeaderBox]] = [:]
  /// The rules that lead to each list, with theirs.
  private var callers: [Int: [(list: Int, rule: Int)]] = [:]

  /// More boxes are as good as all packets.
  private static let most = 64

  init(_ device: Device, _ conditions: ConditionTable) {
    self.device = device
    self.conditions = conditions
    for list in device.runLists { known[list] = [HeaderBox()] }
    for (list, acl) in device.acls.enumerated() {
      for (number, rule) in acl.rules.enumerated() {
        switch rule.action {
        case .jump(let next), .goto(let next): callers[next, default: []].append((list, number))
        case .permit, .deny, .reject, .return, .next, .opaque: break
        }
      }
    }
  }

  /// The packets that come to a rule and match it: a bound.
  mutating func boxes(to rule: ACL.Rule, in list: Int) -> [HeaderBox] {
    let matched = try? headerBoxes(of: rule.match, conditions: conditions, place: rule.place)
    var seen: Set<HeaderBox> = []
    let boxes = (matched ?? []).map(\.address).filter { seen.insert($0).inserted }
    if boxes.isEmpty || boxes.count > Self.most { return self.boxes(to: list) }
    return HeaderBox.product(boxes, self.boxes(to: list))
  }

  /// The packets that come to a list: a bound.
  private mutating func boxes(to list: Int) -> [HeaderBox] {
    if let known = known[list] { return known }
    known[list] = [HeaderBox()]
    var result: [HeaderBox] = []
    for (caller, rule) in callers[list] ?? [] where result.count <= Self.most {
      result += boxes(to: device.acls[caller].rules[rule], in: caller)
    }
    if result.count > Self.most { result = [HeaderBox()] }
    known[list] = result
    return result
  }
}
