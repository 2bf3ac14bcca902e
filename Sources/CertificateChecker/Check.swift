/// The check of a text of canonical networks, and of the certificates and refutations after each.
///
/// Everything is refused that the pages on the two formats do not allow. What is accepted is true of
/// the transition system that the network says, whoever wrote the proof.
public struct Check: Sendable {
  /// What is read: nothing, a network, a proof, or what follows something refused.
  private enum State { case nothing, network, proof, refused }

  private var state = State.nothing
  /// The network that is or was read; none where it was refused.
  private var problem: Problem?
  /// The certificate or refutation that is read.
  private var proof: Proof?
  private var lineNumber = 0
  private var unfinished: [UInt8] = []
  /// The digest of the network that its first certificate or refutation gives.
  private var digest: String?
  /// Of each answer 0 if it was accepted, 1 if it was rejected, and 2 if it is incomplete.
  private var statuses: [Int32] = []
  /// What was answered so far, line by line.
  public private(set) var answers: [String] = []

  /// A check of which nothing was read.
  public init() {}

  /// What a process that reports the answers exits with: 0 where all was verified or violated as it
  /// says, and something was; 1 where anything was rejected; 2 where anything was incomplete.
  public var status: Int32 { statuses.contains(1) ? 1 : statuses.max() ?? 2 }

  /// Reads the next bytes of the text, wherever they end.
  public mutating func read(_ bytes: [UInt8]) {
    for byte in bytes {
      if byte != UInt8(ascii: "\n") {
        if unfinished.count <= Bounds.lineLength { unfinished.append(byte) }
        continue
      }
      lineNumber += 1
      let line = Line(number: lineNumber, bytes: unfinished)
      let isTooLong = unfinished.count > Bounds.lineLength
      if isTooLong { refuse(.bound("long")) } else if !line.isNext("#") { read(line) }
      unfinished = []
    }
  }

  /// Ends the text.
  public mutating func finish() {
    if !unfinished.isEmpty {
      refuse(Rejection(line: lineNumber + 1, reason: "format: no line end"))
    }
    end()
    if statuses.isEmpty { answers.append("INCOMPLETE: no certificate and no refutation") }
  }

  /// What `firebreak-` begins, with its version.
  private static let versions = ["network": "1", "certificate": "2", "refutation": "1"]

  private mutating func read(_ rest: Line) {
    var line = rest
    do throws(Rejection) {
      let keyword = try line.word()
      let name = keyword.hasPrefix("firebreak-") ? String(keyword.dropFirst(10)) : ""
      if let version = Check.versions[name] {
        end()
        try begin(name, version, line)
      } else if state == .network {
        try problem?.read(keyword, line)
      } else if state == .proof {
        try proof?.read(keyword, line)
        if keyword == "end" { try check() }
      } else {
        try line.require(state == .refused, "out of place")
      }
    } catch { refuse(error) }
  }

  private mutating func begin(_ name: String, _ version: String, _ rest: Line) throws(Rejection) {
    var line = rest
    let isKnown = try line.word() == version && line.isAtEnd
    if name == "network" {
      (problem, digest, state) = (Problem(), nil, .network)
    } else if let problem {
      proof = Proof(of: problem, line, isRefutation: name == "refutation")
      state = .proof
    } else {
      // What belongs to a network that was refused is passed over.
      return try line.require(state == .refused, "it is of no network")
    }
    try line.require(isKnown, "an unknown version")
  }

  /// Ends what is being read where something else begins.
  private mutating func end() {
    do throws(Rejection) {
      if state == .network { try problem?.finish() }
      if state == .proof { throw Rejection(line: lineNumber, reason: "format: no end") }
    } catch { refuse(error) }
  }

  /// Answers that something is refused, and lets the rest of it pass.
  private mutating func refuse(_ rejection: Rejection) {
    if state == .network { problem = nil }
    (proof, state) = (nil, .refused)
    answer(rejection)
  }

  private mutating func answer(_ rejection: Rejection) {
    statuses.append(rejection.line == nil ? 2 : 1)
    let answer = rejection.line.map { "REJECTED line \($0):" } ?? "INCOMPLETE:"
    answers.append("\(answer) \(rejection.reason)")
  }

  /// Checks a proof that was read to its end, and answers each of its claims.
  private mutating func check() throws(Rejection) {
    guard let proof else { return }
    let inputs = proof.problem.inputs.map { "INPUT \($0)" }
    if digest == nil { answers += ["NETWORK \(proof.digest)"] + inputs }
    digest = digest ?? proof.digest
    try proof.line.require(digest == proof.digest, "the digest is another one", as: "network")
    var (verifier, trips, refutation) = (Verifier(proof), Trips(proof), Refutation(proof))
    if proof.isRefutation {
      try refutation.check(proof)
    } else {
      try proof.isMust ? trips.check() : verifier.checkInvariant()
    }
    (self.proof, state) = (nil, .nothing)
    let verdict = proof.isRefutation ? "VIOLATED" : "VERIFIED"
    for claim in proof.claims {
      do throws(Rejection) {
        if !proof.isRefutation { try verifier.checkSafety(of: claim) }
        answers.append("\(verdict) \(claim) \(proof.problem.claims[claim].name)\(refutation.given)")
        statuses.append(0)
      } catch { answer(error) }
    }
  }
}
