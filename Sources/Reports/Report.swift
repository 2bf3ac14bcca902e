public import Networks
public import Places
public import Policies
public import Reachability

/// One verification, with everything that a report of it says: the one value from which every
/// format is rendered.
///
/// It holds no clock and no path of this machine but those that the user named, so that the same
/// inputs give the same bytes.
public struct Report: Sendable {
  /// An input file and its digest.
  public struct Input: Hashable, Sendable {
    /// The path as the user would name it.
    public var file: String
    /// How many bytes it has.
    public var size: Int
    /// The SHA-256 digest of its content, in hexadecimal digits.
    public var digest: String

    /// Creates a record of a file.
    public init(file: String, size: Int, digest: String) {
      self.file = file
      self.size = size
      self.digest = digest
    }
  }

  /// The version of the tool.
  public var version: String
  /// The network.
  public var network: Network
  /// The policy in this network.
  public var policy: ResolvedPolicy
  /// The files that were read, in the order of reading.
  public var inputs: [Input]
  /// How much of each file is modelled.
  public var coverage: [Coverage]
  /// What a person should know about the inputs.
  public var notices: [Notice]
  /// The answers.
  public var result: VerificationResult

  /// Creates a report.
  public init(
    version: String, network: Network, policy: ResolvedPolicy, inputs: [Input],
    coverage: [Coverage], notices: [Notice], result: VerificationResult
  ) {
    self.version = version
    self.network = network
    self.policy = policy
    self.inputs = inputs
    self.coverage = coverage
    self.notices = notices
    self.result = result
  }

  /// The report in one of the formats.
  public func rendered(as format: ReportFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .text: text(style)
    case .json: json()
    case .markdown: markdown()
    }
  }

  /// The mistakes of ours that came to light: witnesses that the simulator did not replay.
  public var internalErrors: [String] {
    result.answers.compactMap { answer in
      answer.internalError.map { "\(answer.requirement.id): \($0)" }
    }
  }
}

/// A format in which a report is rendered.
public enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  /// For people at a terminal: concise, long lists cut short with a count.
  case text
  /// For machines: complete, of a published schema.
  case json
  /// For a page in a repository or a wiki.
  case markdown
}

extension Report {
  /// How many answers there are of each sort.
  struct Counts {
    var holds = 0
    var violated = 0
    var waived = 0
    var undecided = 0

    /// `1 holds`, `2 hold`.
    var holding: String { holds == 1 ? "1 holds" : "\(holds) hold" }
  }

  var counts: Counts {
    var counts = Counts()
    for answer in result.answers {
      switch answer.verdict {
      case .holds: counts.holds += 1
      case .violated(let violation):
        counts.violated += 1
        if violation.isWaived { counts.waived += 1 }
      case .undecided: counts.undecided += 1
      }
    }
    return counts
  }

  /// The waivers that name a requirement, in the order of the policy.
  func waivers(of requirement: Requirement) -> [ResolvedWaiver] {
    policy.waivers.filter { $0.waiver.requirement.name == requirement.id }
  }

  /// The day by which waivers and indicators were judged, where there are any.
  var judgementDay: Day? {
    policy.policy.waivers.isEmpty && policy.policy.feeds.isEmpty ? nil : policy.day
  }

  /// Everything that the verdicts rest on, each once, in the order of the answers.
  var assumptions: [Premise] {
    var seen: Set<Premise> = []
    return result.answers.flatMap(\.assumptions).filter { seen.insert($0).inserted }
  }

  /// The devices whose filters were taken away for the question, by name.
  var unfiltered: [String] { network.unfiltered.map { network.devices[$0].name } }

  /// The notices of one kind, each once, in the order of the input.
  func notices(_ kind: Notice.Kind) -> [Notice] {
    var seen: Set<Notice> = []
    return notices.filter { $0.kind == kind && seen.insert($0).inserted }
  }
}
