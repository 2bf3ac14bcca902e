public import Networks
public import Packets
public import Places
public import Policies
public import Simulation

/// The answer to one requirement.
public enum Verdict: Hashable, Sendable {
  /// Nothing that the model admits breaks it.
  case holds(Proof)
  /// For every outcome of the conditions some packet breaks it.
  case violated(Violation)
  /// It breaks only under conditions that the input does not settle, or a limit was met.
  case undecided(Doubt)

  /// `holds`, `violated` or `undecided`.
  public var name: String {
    switch self {
    case .holds: "holds"
    case .violated: "violated"
    case .undecided: "undecided"
    }
  }
}

/// What a `holds` rests on.
public struct Proof: Hashable, Sendable {
  /// The rules, in the order of their places, that stop what the sources send on its way there.
  public var blocking: [BlockingRule]
  /// What else stops it, in words: no route, no way in.
  public var remarks: [String]
  /// The constructs on the way that are not modelled and are taken to let everything through.
  public var taken: [Premise] = []
  /// Decisions of which none can be left out, where evidence was asked for.
  public var cut: BlockingCut?
  /// How many devices stop it one after another, where evidence was asked for.
  public var layers: Layers?
  /// The file of the certificate, where certificates were asked for and there is one.
  public var certificate: String?
  /// Why there is no certificate, where certificates were asked for.
  public var withoutCertificate: String?

  /// Creates a proof.
  public init(blocking: [BlockingRule] = [], remarks: [String] = []) {
    self.blocking = blocking
    self.remarks = remarks
  }
}

/// A rule that stops packets which a requirement is about.
public struct BlockingRule: Hashable, Sendable {
  /// The device's name.
  public var device: String
  /// The list's name.
  public var list: String
  /// The rule's name; `default` for the list's end.
  public var rule: String
  /// Where the rule is.
  public var place: Place
  /// The decision of a filter that it is; `nil` where none alone is behind it.
  public var denial: Denial?
}

/// How and where a requirement is broken.
public struct Violation: Hashable, Sendable {
  /// The fewest witnesses found that jointly cover the outcomes of the conditions; nearly always one.
  public var witnesses: [Witness]
  /// All violating flows.
  public var flows: FlowList
  /// Whether waivers excuse every violating flow.
  public var isWaived = false
  /// What holds only in the world that was assumed: `routing: any`; `nil` for today's network.
  public var under: String?
  /// What is broken, for requirements that no packet breaks: the shared element, say.
  public var remarks: [String] = []
  /// The file of the refutation, where certificates were asked for and there is one.
  public var refutation: String?
  /// Why there is no refutation, where certificates were asked for.
  public var withoutRefutation: String?

  /// Creates a violation.
  public init(witnesses: [Witness], flows: FlowList, isWaived: Bool = false) {
    self.witnesses = witnesses
    self.flows = flows
    self.isWaived = isWaived
  }
}

/// Why a requirement could not be decided.
public struct Doubt: Hashable, Sendable {
  /// The conditions under which it breaks, as indices into the conditions of the result.
  public var conditions: [Int]
  /// A witness under an outcome of them.
  public var witness: Witness?
  /// The flows that break it under some outcome.
  public var flows: FlowList
  /// The limit that was met, if that is why.
  public var limit: String?

  /// Creates a doubt.
  public init(
    conditions: [Int] = [], witness: Witness? = nil, flows: FlowList = FlowList(),
    limit: String? = nil
  ) {
    self.conditions = conditions
    self.witness = witness
    self.flows = flows
    self.limit = limit
  }
}

/// A packet that breaks a requirement, and the way that it takes, replayed in the simulator.
public struct Witness: Hashable, Sendable {
  /// The packet as sent.
  public var header: Header
  /// The segment or device that it is sent from.
  public var origin: Origin
  /// Its way.
  public var walk: Walk
  /// How it is delivered; `nil` where it is not, as in a failed `mustReach`.
  public var deliveryClass: DeliveryClass?
  /// The outcomes of conditions under which it goes this way.
  public var literals: [Literal]
  /// Whether it needs sessions that other packets opened before.
  public var needsSessions: Bool
  /// Packets that open these sessions, in the order in which they are sent; none where they were not
  /// found.
  public var openings: [Opening] = []

  /// A packet that opens a session, and the way that it takes.
  public struct Opening: Hashable, Sendable {
    /// The packet as sent.
    public var header: Header
    /// The segment that it is sent from.
    public var origin: Origin
    /// Its way.
    public var walk: Walk
    /// The outcomes of conditions under which it goes this way.
    public var literals: [Literal]
  }
}

/// A short list of boxes that are all flows of some kind.
public struct FlowList: Hashable, Sendable {
  /// One box of flows.
  public struct Entry: Hashable, Sendable {
    /// The box: source as sent, destination as delivered, service as delivered.
    public var box: HeaderBox
    /// The rules that let a part of it through, in the order in which packets come to them.
    public var rules: [RulePassed]
    /// Whether there are more.
    public var hasMoreRules = false
  }

  /// The boxes.
  public var entries: [Entry]
  /// Whether there are more.
  public var isTruncated: Bool

  /// Creates a list.
  public init(entries: [Entry] = [], isTruncated: Bool = false) {
    self.entries = entries
    self.isTruncated = isTruncated
  }
}

/// A rule that let a packet through.
public struct RulePassed: Hashable, Sendable {
  /// The device's name.
  public var device: String
  /// The list's name.
  public var list: String
  /// The rule's name.
  public var rule: String
  /// Where the rule is.
  public var place: Place
}

/// The answers to all requirements of a policy, and what they rest on.
public struct VerificationResult: Sendable {
  /// One answer.
  public struct Answer: Sendable {
    /// The requirement.
    public var requirement: Requirement
    /// Its verdict.
    public var verdict: Verdict
    /// What the verdict rests on.
    public var assumptions: [Premise]
    /// A witness that the simulator did not replay: an error of ours, never a finding.
    public var internalError: String?
  }

  /// The answers in the order of the policy.
  public var answers: [Answer]
  /// The conditions of the network, and unmodelled neighbours after them.
  public var conditions: [Condition]
  /// Which zones reach which: for each pair, whether anything new is delivered.
  public var matrix: ZoneMatrix?
  /// What no longer holds once devices are lost, where that was asked for.
  public var losses: LossTable?

  /// Creates a result.
  public init(answers: [Answer], conditions: [Condition], matrix: ZoneMatrix? = nil) {
    self.answers = answers
    self.conditions = conditions
    self.matrix = matrix
  }

  /// 0 where everything holds, 1 where something is violated and not waived, 2 where nothing is
  /// violated but something is undecided; under each loss, where losses were asked for.
  public var exitStatus: Int32 {
    var status = losses?.exitStatus ?? 0
    if status == 1 { return 1 }
    for answer in answers {
      switch answer.verdict {
      case .holds: break
      case .violated(let violation): if !violation.isWaived { return 1 }
      case .undecided: status = 2
      }
    }
    return status
  }
}

/// What each zone can deliver to each other zone.
public struct ZoneMatrix: Hashable, Sendable {
  /// One pair of zones.
  public enum Cell: String, Hashable, Sendable {
    /// Nothing is delivered.
    case nothing = "none"
    /// Something is delivered under some outcome of the conditions only.
    case conditional
    /// Something is delivered.
    case something = "some"
    /// The same zone.
    case itself = "self"
  }

  /// The zones' names.
  public var zones: [String]
  /// By source zone, then by destination zone.
  public var cells: [[Cell]]

  /// Creates a matrix.
  public init(zones: [String], cells: [[Cell]]) {
    self.zones = zones
    self.cells = cells
  }
}
