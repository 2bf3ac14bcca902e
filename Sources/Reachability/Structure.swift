import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies

extension Verifier {
  /// Decides whether an endpoint group, or a device that is a host, joins two zones at once.
  func decideDualHomed(_ a: ZoneExtent, _ b: ZoneExtent, except: ZoneExtent?) -> Verdict {
    var remarks: [String] = []
    for (host, inA, inB) in network.hosts(joining: a, b, except: except) {
      remarks.append(
        "\(host.name) (\(host.place)) has \(Self.names(inA, in: network)) in \(a.name) and "
          + "\(Self.names(inB, in: network)) in \(b.name)")
    }
    if remarks.isEmpty {
      return .holds(Proof(remarks: ["no endpoint joins both \(a.name) and \(b.name)"]))
    }
    var violation = Violation(witnesses: [], flows: FlowList())
    violation.remarks = remarks
    return .violated(violation)
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
