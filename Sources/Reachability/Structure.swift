import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies

extension Verifier {
  /// Decides whether an endpoint group joins two zones at once.
  func decideDualHomed(_ a: ZoneExtent, _ b: ZoneExtent, except: ZoneExtent?) -> Verdict {
    var remarks: [String] = []
    for group in network.endpoints {
      let inA = homes(of: group, in: a)
      let inB = homes(of: group, in: b)
      if inA.isEmpty || inB.isEmpty { continue }
      let homes = homes(of: group, in: nil)
      if let except, homes.allSatisfy({ Self.owns(except, $0) }) { continue }
      remarks.append(
        "\(group.name) (\(group.place)) has \(Self.names(inA, in: network)) in \(a.name) and "
          + "\(Self.names(inB, in: network)) in \(b.name)")
    }
    if remarks.isEmpty {
      return .holds(Proof(remarks: ["no endpoint joins both \(a.name) and \(b.name)"]))
    }
    var violation = Violation(witnesses: [], flows: FlowList())
    violation.remarks = remarks
    return .violated(violation)
  }

  /// Addresses on one segment.
  private struct Home {
    var segment: Int
    var addresses: AddressSet
  }

  /// Where a group is at home, by its attachments and by links; all of it, or what a zone owns.
  private func homes(of group: EndpointGroup, in zone: ZoneExtent?) -> [Home] {
    var all = group.attachments.map { Home(segment: $0.segment, addresses: $0.addresses) }
    let number = network.endpoints.firstIndex(of: group)
    for link in network.links {
      for (party, other) in [(link.from, link.to), (link.to, link.from)] {
        if case .endpoint(let index) = party, index == number, case .segment(let segment) = other {
          all.append(Home(segment: segment, addresses: link.addresses))
        }
      }
    }
    guard let zone else { return all }
    return all.filter { Self.owns(zone, $0) }
  }

  private static func owns(_ zone: ZoneExtent, _ home: Home) -> Bool {
    guard let part = zone[home.segment] else { return false }
    return home.addresses.isEmpty
      || !part.addresses.union(part.lines).intersection(home.addresses).isEmpty
  }

  private static func names(_ homes: [Home], in network: Network) -> String {
    homes.map { network.segments[$0.segment].name }.joined(separator: ", ")
  }

  /// Which zones deliver anything new to which.
  mutating func matrix(of policy: ResolvedPolicy) throws(LimitReached) -> ZoneMatrix {
    var cells: [[ZoneMatrix.Cell]] = []
    for from in policy.zones {
      var row: [ZoneMatrix.Cell] = []
      for to in policy.zones {
        if from.name == to.name {
          row.append(.itself)
          continue
        }
        var breaches = try engine.delivered(from: from, to: to)
        breaches = try engine.narrow(breaches, toUses: 0...0)
        switch try engine.judge(breaches).kind {
        case .never: row.append(.nothing)
        case .always: row.append(.something)
        case .sometimes: row.append(.conditional)
        }
      }
      cells.append(row)
    }
    return ZoneMatrix(zones: policy.zones.map(\.name), cells: cells)
  }
}
