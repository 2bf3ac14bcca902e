public import Packets

/// A run of a canonical network that breaks a claim: one packet, step by step, with those that open
/// the sessions that it needs.
///
/// `Documentation/CertificateFormat.md` says what each part means.
public struct Refutation: Hashable, Sendable {
  /// One packet at a location: one value for each field, and one outcome for each condition.
  public struct Step: Hashable, Sendable {
    /// The location.
    public var location: Int
    /// The packet.
    public var packet: HeaderBox

    /// Creates a step.
    public init(location: Int, packet: HeaderBox) {
      self.location = location
      self.packet = packet
    }
  }

  /// The claim that is false.
  public var claim: Int
  /// The packets in the order in which they start; the last breaks the claim.
  public var runs: [[Step]]

  /// Creates a refutation.
  public init(claim: Int, runs: [[Step]]) {
    self.claim = claim
    self.runs = runs
  }
}

extension Refutation {
  /// The refutation as text, for the network whose text has this SHA-256 in hexadecimal.
  /// - Complexity: Linear in the steps.
  public func text(network digest: String) -> CanonicalText {
    var text = CanonicalText()
    text.add("firebreak-refutation 1\nnetwork \(digest)\nrefutes \(claim)\n")
    for run in runs {
      var last: HeaderBox?
      for step in run {
        text.add(last == nil ? "starts " : "goes ")
        text.add(step.location)
        text.space()
        text.add(last.map(step.packet.changes(since:)) ?? step.packet.plain)
        text.endLine()
        last = step.packet
      }
    }
    text.add("end\n")
    return text
  }
}

extension HeaderBox {
  /// The box without the fields that are 0 and the conditions that are false.
  fileprivate var plain: HeaderBox {
    var result = HeaderBox()
    for constraint in constraints where constraint.values != Ranges(0) {
      result.constrain(constraint.field, to: constraint.values)
    }
    for literal in literals where literal.value { result.constrain(literal) }
    return result
  }

  /// The box of what differs from that of another packet.
  fileprivate func changes(since last: HeaderBox) -> HeaderBox {
    var result = HeaderBox()
    for constraint in constraints where last[constraint.field] != constraint.values {
      result.constrain(constraint.field, to: constraint.values)
    }
    for literal in literals where !last.literals.contains(literal) { result.constrain(literal) }
    return result
  }
}
