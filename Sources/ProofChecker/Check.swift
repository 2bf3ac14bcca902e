import CertificateChecker

/// The check of a text of canonical networks, and of the certificates and refutations after each.
///
/// Everything is refused that the pages on the two formats do not allow. What is accepted is true of
/// the transition system that the network says, whoever wrote the proof.
public struct Check: Sendable {
  /// What is read: nothing, a network, a proof, or what follows something refused.
  private enum State { case nothing, network, proof, refused }

  private var state = State.nothing
  /// The network that is or was read, and whether it is one that was not refused.
  private var problem: Problem
  private var isNetwork = false
  /// The certificate or refutation that is read.
  private var proof: Proof?
  private var lineNumber = 0
  private var unfinished: [UInt8] = []
  /// The digest of the network that its first certificate or refutation gives.
  private var digest: String?
  /// What the answers say: 0 accepted, 1 rejected, 2 incomplete.
  private var statuses: Set<Int32> = []
  /// What was answered so far, line by line.
  public private(set) var answers: [String] = []

  /// A check of which nothing was read.
  public init() { self.init(work: Bounds.work) }

  /// A check that begins with so much work on its account.
  init(work: Int) { problem = Problem(account: Account(work: work)) }

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
      problem.account.allow(unfinished.count)
      read(Line(number: lineNumber, bytes: unfinished))
      unfinished = []
    }
  }

  /// Ends the text.
  public mutating func finish() {
    do throws(Rejection) {
      let isFine = unfinished.isEmpty || state == .refused
      try Line(number: lineNumber + 1, bytes: []).require(isFine, "no line end")
    } catch { refuse(error) }
    end()
    if statuses.isEmpty { answers.append("INCOMPLETE: no certificate and no refutation") }
  }

  /// Reads a line, unless it belongs to something that was refused.
  private mutating func read(_ rest: Line) {
    var line = rest
    let isBeginning = line.begins(with: "firebreak-")
    if isBeginning { end() }
    if line.begins(with: "#") || state == .refused && !isBeginning { return }
    do throws(Rejection) {
      try line.require(unfinished.count <= Bounds.lineLength, "too long a line", as: "bounds")
      if isBeginning { return try begin(line) }
      let keyword = try line.word()
      if state == .network { return try problem.read(keyword, line) }
      try line.require(state == .proof, "out of place")
      try proof?.read(keyword, line)
      if keyword == "end" { try check() }
    } catch { refuse(error) }
  }

  private mutating func begin(_ line: Line) throws(Rejection) {
    let isRefutation = line.begins(with: "firebreak-refutation ")
    switch line.text {
    case "firebreak-network 1":
      problem = Problem(account: problem.account)
      (isNetwork, digest, state) = (true, nil, .network)
    case "firebreak-certificate 2" where isNetwork, "firebreak-refutation 1" where isNetwork:
      (proof, state) = (Proof(of: problem, lineNumber, isRefutation: isRefutation), .proof)
    case "firebreak-certificate 2", "firebreak-refutation 1":
      try line.require(state == .refused, "it is of no network")
    default:
      // What is not a proof could be a network, and what follows would be its proofs.
      isNetwork = isNetwork && (isRefutation || line.begins(with: "firebreak-certificate "))
      try line.require(false, "an unknown version")
    }
  }

  /// Ends what is being read where something else begins.
  private mutating func end() {
    do throws(Rejection) {
      if state == .network { try problem.finish() }
      try Line(number: lineNumber, bytes: []).require(state != .proof, "no end")
      if state == .network { state = .nothing }
    } catch { refuse(error) }
  }

  /// Answers that something is refused, and lets the rest of it pass.
  private mutating func refuse(_ rejection: Rejection) {
    if state == .network { isNetwork = false }
    (proof, state) = (nil, .refused)
    answer(rejection.isBound ? 2 : 1, rejection.text)
  }

  private mutating func answer(_ status: Int32, _ text: String) {
    statuses.insert(status)
    answers.append(text)
  }

  /// Checks a proof that was read to its end, and answers each of its claims.
  private mutating func check() throws(Rejection) {
    guard let proof else { return }
    let inputs = proof.problem.inputs.map { "INPUT \($0)" }
    if digest == nil { answers += ["NETWORK \(proof.digest)"] + inputs }
    digest = digest ?? proof.digest
    try proof.line.require(digest == proof.digest, "the digest is another one", as: "network")
    (self.proof, state) = (nil, .nothing)
    if proof.isRefutation {
      var refutation = Refutation(proof, of: problem)
      defer { problem.account = refutation.problem.account }
      return answer(0, try refutation.check(proof))
    }
    if proof.isMust {
      var trips = Trips(proof, of: problem)
      defer { problem.account = trips.problem.account }
      return answer(0, try trips.check())
    }
    var verifier = Verifier(proof, for: problem)
    defer { problem.account = verifier.problem.account }
    try verifier.checkInvariant()
    for claim in proof.claims {
      do throws(Rejection) {
        answer(0, try verifier.checkSafety(of: claim))
      } catch { answer(error.isBound ? 2 : 1, error.text) }
    }
  }
}
