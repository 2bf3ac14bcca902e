public import Packets

/// What shows that a claim about a canonical network is false: runs of packets, step by step.
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

  /// A packet that asks and its answer, of which one fails.
  public struct LostRun: Hashable, Sendable {
    /// The steps of the packet that asks; the steps before a write of `application` have all the
    /// applications for which it goes this way.
    public var asking: [Step]
    /// The steps of the answer, where the packet arrived.
    public var answering: [Step]

    /// Creates a run.
    public init(asking: [Step], answering: [Step] = []) {
      self.asking = asking
      self.answering = answering
    }
  }

  /// How a claim is shown to be false.
  public enum Kind: Hashable, Sendable {
    /// Packets in the order in which they start; the last breaks the claim.
    case breaks([[Step]])
    /// For each trip of a goal, the runs by which it fails with every application.
    case fails(goal: Int, trips: [[LostRun]])
  }

  /// The claim that is false.
  public var claim: Int
  /// What shows it.
  public var kind: Kind

  /// Creates a refutation.
  public init(claim: Int, kind: Kind) {
    self.claim = claim
    self.kind = kind
  }
}

extension Refutation {
  /// The refutation as text, for the network whose text has this SHA-256 in hexadecimal.
  /// - Complexity: Linear in the steps.
  public func text(network digest: String) -> CanonicalText {
    var text = CanonicalText()
    text.add("firebreak-refutation 1\nnetwork \(digest)\nrefutes \(claim)\n")
    switch kind {
    case .breaks(let runs):
      for run in runs { Self.write(run, "starts ", to: &text) }
    case .fails(let goal, let trips):
      text.add("goal \(goal)\n")
      for (number, runs) in trips.enumerated() {
        text.add("fails \(number)\n")
        for run in runs {
          Self.write(run.asking, "starts ", to: &text)
          Self.write(run.answering, "answers ", to: &text)
        }
      }
    }
    text.add("end\n")
    return text
  }

  private static func write(_ run: [Step], _ keyword: String, to text: inout CanonicalText) {
    var last: HeaderBox?
    for step in run {
      text.add(last == nil ? keyword : "goes ")
      text.add(step.location)
      text.space()
      let isAnswer = keyword == "answers "
      let first = isAnswer ? step.packet.without(.application) : step.packet
      text.add(last.map(step.packet.changes(since:)) ?? first.plain)
      text.endLine()
      last = step.packet
    }
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
