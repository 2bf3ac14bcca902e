public import Networks
import Packets
public import Policies

/// What the requirements of a policy ask of a canonical network.
///
/// A requirement has a claim where it is decided by where packets can be, or by who is where; the
/// claim is then true if and only if the requirement holds, but for two cases in which it asks for
/// more: `count: connections`, where no packet that could open a connection may arrive, answered or
/// not, and none at all where replies count, too; and services with port 0 where a device writes
/// anything into packets without ports.
public func claims(
  of policy: ResolvedPolicy, in network: Network, canonical: CanonicalNetwork
) -> Claims {
  claims(of: policy.requirements, in: network, canonical: canonical)
}

/// What requirements ask of a canonical network.
public func claims(
  of requirements: [ResolvedRequirement], in network: Network, canonical: CanonicalNetwork
) -> Claims {
  var lowering = ClaimLowering(ZoneTraffic(network, canonical))
  for (number, requirement) in requirements.enumerated() {
    lowering.add(requirement, number: number)
  }
  return lowering.claims
}

/// The bounds of the lowering of claims.
enum ClaimBounds {
  /// The most tags: as many as `HeaderField.origin` can tell apart.
  static let tags = Int(HeaderField.origin.greatest)
  /// The most boxes that one requirement forbids.
  static let boxes = 100_000
  /// The most sets of sources that the conduits of one requirement tell apart.
  static let sources = 4_096
}

/// Senders, and what of theirs must not arrive where.
struct Ask {
  /// Packets that are told apart by what they are when they are sent, since nothing else tells when
  /// they arrive.
  struct Part {
    /// Boxes of them; disjoint from those of other parts.
    var sent: [HeaderBox]
    /// What must not become of them.
    var forbidden: [Claims.Packets]
  }

  var sources: [Claims.Packets]
  var watched: [Int] = []
  var parts: [Part]

  /// The same asked at once about all that is asked about the same senders.
  ///
  /// Their packets are told apart as finely as any of the questions does, so that each is followed
  /// once for all of them.
  static func joined(_ asks: [Self]) -> [Self] {
    var result: [Self] = []
    for ask in asks {
      let same = result.firstIndex { $0.sources == ask.sources && $0.watched == ask.watched }
      if let same { result[same].refine(by: ask.parts) } else { result.append(ask) }
    }
    return result
  }

  private mutating func refine(by others: [Part]) {
    var refined: [Part] = []
    for part in parts {
      for other in others {
        let sent = HeaderBox.product(part.sent, other.sent)
        if sent.isEmpty { continue }
        let forbidden = part.forbidden + other.forbidden.filter { !part.forbidden.contains($0) }
        if let index = refined.firstIndex(where: { $0.forbidden == forbidden }) {
          refined[index].sent += sent
        } else {
          refined.append(Part(sent: sent, forbidden: forbidden))
        }
      }
    }
    parts = refined
  }
}

/// Why a requirement has no claim.
struct NoClaim: Error {
  var reason: String
}

/// Makes claims of requirements, one after the other.
struct ClaimLowering {
  let traffic: ZoneTraffic
  let writes: WrittenFields
  var claims: Claims
  private var tags: [Claims.Tag: Int] = [:]

  init(_ traffic: ZoneTraffic) {
    self.traffic = traffic
    writes = WrittenFields(in: traffic.canonical)
    claims = Claims(senders: traffic.everySender().map(\.existing).filter { !$0.boxes.isEmpty })
  }

  mutating func add(_ resolved: ResolvedRequirement, number: Int) {
    let name = resolved.requirement.id
    do throws(NoClaim) {
      let kind = try kind(of: resolved)
      claims.claims.append(Claims.Claim(name: name, requirement: number, kind: kind))
    } catch {
      claims.unclaimed.append(Claims.Unclaimed(name: name, reason: error.reason))
    }
  }

  private mutating func kind(
    of resolved: ResolvedRequirement
  ) throws(NoClaim) -> Claims.Claim.Kind {
    if case .noDualHomed(let a, let b, let except) = resolved.obligation {
      let network = traffic.network
      let sides = [a, b].map { network.hosts(in: $0, except: except) }
      return .apart(left: sides[0], right: sides[1])
    }
    if case .mustReach(let from, let to, let services) = resolved.obligation {
      return try must(traffic.goals(from: from, to: to, services: services))
    }
    return try never(Ask.joined(try asks(of: resolved)))
  }

  /// The claim that goals are reached.
  private func must(_ goals: [[Claims.Trip]]) throws(NoClaim) -> Claims.Claim.Kind {
    let asks = goals.joined().flatMap(\.asks)
    guard goals.joined().allSatisfy({ !$0.asks.isEmpty }) else {
      throw NoClaim(reason: ZoneTraffic.nobodyAsks)
    }
    guard asks.reduce(0, { $0 + $1.boxes.count }) <= ClaimBounds.boxes else {
      throw NoClaim(reason: "it asks for more than \(ClaimBounds.boxes) boxes")
    }
    return .must(goals: goals)
  }

  /// The claim that nothing happens which is asked about.
  private mutating func never(_ asks: [Ask]) throws(NoClaim) -> Claims.Claim.Kind {
    var claimed: [Int] = []
    var order: [(location: Int, box: HeaderBox)] = []
    var tagsOfBox: [Forbidden: [Int]] = [:]
    for ask in asks {
      for part in ask.parts {
        let sources = Self.joined(ask.sources.compactMap { $0.intersection(part.sent) })
        if part.forbidden.isEmpty || sources.isEmpty { continue }
        let tag = try tag(Claims.Tag(sources: sources, watched: ask.watched))
        if !claimed.contains(tag) { claimed.append(tag) }
        for packets in part.forbidden {
          for box in packets.boxes {
            let key = Forbidden(location: packets.location, box: box)
            let known = tagsOfBox[key, default: []]
            if known.isEmpty { order.append((packets.location, box)) }
            if !known.contains(tag) { tagsOfBox[key] = known + [tag] }
          }
        }
        guard order.count <= ClaimBounds.boxes else {
          throw NoClaim(reason: "it forbids more than \(ClaimBounds.boxes) boxes")
        }
      }
    }
    if claimed.isEmpty {
      // Nobody sends, or nothing is there to receive: a claim names somebody all the same.
      let sources = Self.joined(asks.first?.sources.map(\.existing) ?? [])
      claimed.append(try tag(Claims.Tag(sources: sources, watched: asks.first?.watched ?? [])))
    }
    claimed.sort()
    var forbidden: [Int: [HeaderBox]] = [:]
    for (location, box) in order {
      let tags = tagsOfBox[Forbidden(location: location, box: box)] ?? []
      let origins = Ranges(values: tags.map { UInt128($0 + 1) })
      let marked = tags.count == claimed.count ? box : box.constrained(.origin, to: origins)
      forbidden[location, default: []].append(marked)
    }
    return .never(
      tags: claimed,
      forbidden: forbidden.sorted { $0.key < $1.key }
        .map { Claims.Packets(location: $0.key, boxes: $0.value) })
  }

  /// Packets with all of those at one location together, and without locations where there are none.
  private static func joined(_ packets: [Claims.Packets]) -> [Claims.Packets] {
    var result: [Claims.Packets] = []
    for some in packets where !some.boxes.isEmpty {
      if let index = result.firstIndex(where: { $0.location == some.location }) {
        let known = result[index].boxes
        result[index].boxes += some.boxes.filter { !known.contains($0) }
      } else {
        result.append(some)
      }
    }
    return result
  }

  /// What one tag or several must not be.
  private struct Forbidden: Hashable {
    var location: Int
    var box: HeaderBox
  }

  /// The index of a tag, which claims about the same senders share.
  private mutating func tag(_ tag: Claims.Tag) throws(NoClaim) -> Int {
    if let known = tags[tag] { return known }
    guard claims.tags.count < ClaimBounds.tags else {
      throw NoClaim(reason: "there are more than \(ClaimBounds.tags) sets of senders")
    }
    tags[tag] = claims.tags.count
    claims.tags.append(tag)
    return claims.tags.count - 1
  }
}

extension Claims.Packets {
  /// The packets of these that exist.
  fileprivate var existing: Self {
    Self(location: location, boxes: HeaderBox.product(boxes, HeaderBox.validPackets))
  }

  /// The packets of these that exist and are in one of the boxes, with any origin.
  ///
  /// It is `nil` for none.
  fileprivate func intersection(_ other: [HeaderBox]) -> Self? {
    let both = HeaderBox.product(HeaderBox.product(boxes, other), HeaderBox.validPackets)
    return both.isEmpty ? nil : Self(location: location, boxes: both.map { $0.without(.origin) })
  }
}

/// Which fields of packets a network writes at all.
struct WrittenFields {
  /// The wire fields that some location writes.
  private(set) var fields: Set<HeaderField> = []
  /// Whether a port may be written into packets that have none.
  private(set) var writesMissingPorts = false

  init(in canonical: CanonicalNetwork) {
    let wire = HeaderField.allCases.filter { $0 <= .etherType }
    let kinds: [HeaderField] = [.family, .protocol, .fragment]
    for case .rewrite(let writes, _) in canonical.locations {
      for write in writes {
        switch write {
        case .set(let field, _), .take(let field, _), .shift(let field, _, _):
          if field <= .etherType { fields.insert(field) }
        case .anything:
          fields.formUnion(wire)
          writesMissingPorts = true
        case .scramble(let scrambled):
          fields.formUnion(scrambled)
          if scrambled.contains(.destinationPort) { writesMissingPorts = true }
        }
      }
    }
    if kinds.contains(where: fields.contains) { writesMissingPorts = true }
  }
}
