import Networks
import Packets
import Places
import Policies
import Reachability

extension Report {
  /// What makes a requirement hold.
  func write(_ proof: Proof, to writer: inout JSONWriter) {
    writer.member("stoppedBy", proof.blocking) { writer, rule in
      writer.object(compact: true) { $0.members(of: rule) }
    }
    if let cut = proof.cut {
      writer.member("blocked", cut.decisions) { writer, decision in
        writer.object { writer in
          writer.members(of: decision.rule)
          writer.member("stops", decision.stops.entries) { writer, entry in
            writer.string(network.text(of: entry.box, conditions: result.conditions))
          }
          writer.member("stopsMore", decision.stops.isTruncated)
        }
      }
      writer.member("isMinimal", cut.isMinimal)
    }
    if let layers = proof.layers { writer.member("layers") { $0.write(layers) } }
    let remarks = proof.shownRemarks
    if !remarks.isEmpty {
      writer.member("remarks") { $0.array(remarks) { $0.string($1) } }
    }
    writer.member("certificate", ifAny: proof.certificate)
    writer.member("withoutCertificate", ifAny: proof.withoutCertificate)
  }

  /// What no longer holds once devices are lost.
  func writeLosses(to writer: inout JSONWriter) {
    guard let losses = result.losses else { return }
    writer.member("losses", losses.rows) { writer, row in
      writer.object { writer in
        writer.member("lost", row.name)
        writer.member("kind", row.kind.rawValue)
        writer.member("devices", row.devices)
        writer.member("effects", row.effects) { writer, effect in
          writer.object { writer in
            writer.member("loss", effect.loss.rawValue)
            writer.member("noLongerHold", effect.broken) { writer, broken in
              writer.object(compact: true) {
                $0.member("requirement", broken.requirement)
                $0.members(of: broken.standing)
              }
            }
          }
        }
      }
    }
  }
}

extension JSONWriter {
  /// Something that a verdict rests on.
  mutating func write(_ premise: Premise) {
    object(compact: true) { writer in
      writer.member("text", premise.text)
      if let place = premise.place { writer.member(place) }
    }
  }

  /// The members of a rule that stops packets.
  fileprivate mutating func members(of rule: BlockingRule) {
    member("device", rule.device)
    member("list", rule.list)
    member("rule", rule.rule)
    member(rule.place)
  }

  /// The members of how a requirement stands, as those of its verdict are.
  fileprivate mutating func members(of standing: Standing) {
    switch standing {
    case .violated, .waived:
      member("verdict", Standing.violated.rawValue)
      member("waived", standing == .waived)
    case .holds, .undecided: member("verdict", standing.rawValue)
    }
  }

  fileprivate mutating func write(_ layers: Layers) {
    object { writer in
      if let count = layers.count { writer.member("count", count) }
      writer.member("isExact", layers.isExact)
      writer.member("sets", layers.sets) { writer, set in
        writer.array(set, compact: true) { $0.string($1) }
      }
      writer.member("hasMoreSets", layers.hasMoreSets)
    }
  }
}
