/// The check of a text of canonical networks and the certificates after each.
///
/// Everything is refused that the pages on the two formats do not allow. What is accepted is true of
/// the transition system that the network says, whoever wrote the certificate.
public struct Check: Sendable {
  /// The network that is read.
  private var reading: Problem?
  /// The network that was read; none where it was refused.
  private var problem: Problem?
  /// The certificate that is read.
  private var proof: Proof?
  private var lineNumber = 0
  private var unfinished: [UInt8] = []
  /// The digest that the first certificate of the network gives it.
  private var digest: String?
  private var refusals: [Int32] = []
  private var isVerified = false
  /// What was answered so far, line by line.
  public private(set) var answers: [String] = []

  /// A check of which nothing was read.
  public init() {}

  /// What a process that reports the answers exits with: 0 where all was verified, and something
  /// was; 1 where anything was rejected; 2 where anything was incomplete.
  public var status: Int32 { refusals.min() ?? (isVerified ? 0 : 2) }

  /// Reads the next bytes of the text, wherever they end.
  public mutating func read(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while true {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let bound = Bounds.lineLength + 1 - unfinished.count
      unfinished += rest[..<(end ?? rest.endIndex)].prefix(bound)
      guard let end else { return }
      rest = rest[(end + 1)...]
      lineNumber += 1
      let line = Line(number: lineNumber, bytes: unfinished)
      let isTooLong = unfinished.count > Bounds.lineLength
      if isTooLong { refuse(.bound(lineNumber, "long")) } else if !line.isNext("#") { read(line) }
      unfinished = []
    }
  }

  /// Ends the text.
  public mutating func finish() {
    let unended = Rejection(line: lineNumber + 1, reason: "format: the last line does not end")
    if !unfinished.isEmpty { refuse(unended) }
    end()
    if !isVerified, refusals.isEmpty { answers.append("INCOMPLETE: no certificate") }
  }

  private mutating func read(_ rest: Line) {
    var line = rest
    do throws(Rejection) {
      let keyword = try line.word()
      if keyword == "firebreak-network" || keyword == "firebreak-certificate" {
        end()
        if keyword == "firebreak-network" {
          (reading, problem, digest) = (Problem(), nil, nil)
        } else if let problem {
          proof = Proof(of: problem, line: lineNumber)
        }
        let version = try line.word()
        let isInPlace = !refusals.isEmpty || proof != nil || reading != nil
        try line.require(version == "1" && line.isAtEnd && isInPlace, "an unknown version")
      } else if reading != nil {
        try reading?.read(keyword, line)
      } else if proof != nil {
        try proof?.read(keyword, line)
        if keyword == "end", let proof { try check(proof) }
      } else {
        // What follows something refused is part of it.
        try line.require(!refusals.isEmpty, "out of place")
      }
    } catch { refuse(error) }
  }

  /// Ends what is being read where something else begins.
  private mutating func end() {
    if proof != nil { refuse(Rejection(line: lineNumber, reason: "format: no end")) }
    guard let network = reading else { return }
    do throws(Rejection) {
      try network.checkReferences()
      (problem, reading) = (network, nil)
    } catch { refuse(error) }
  }

  /// Answers that something is refused, and lets the rest of it pass.
  private mutating func refuse(_ rejection: Rejection) {
    (reading, proof) = (nil, nil)
    refusals.append(rejection.isIncomplete ? 2 : 1)
    let answer = rejection.isIncomplete ? "INCOMPLETE:" : "REJECTED line \(rejection.line):"
    answers.append("\(answer) \(rejection.reason)")
  }

  /// Checks a certificate that was read to its end, and answers each of its claims.
  private mutating func check(_ certificate: Proof) throws(Rejection) {
    proof = nil
    let inputs = certificate.problem.inputs.map { "INPUT \($0)" }
    if digest == nil { answers += ["NETWORK \(certificate.digest)"] + inputs }
    digest = digest ?? certificate.digest
    var verifier = Verifier(certificate)
    try verifier.require(digest == certificate.digest, "network: the digest is another one above")
    try verifier.checkInvariant()
    for claim in certificate.claims {
      do throws(Rejection) {
        try verifier.checkSafety(of: claim)
        isVerified = true
        answers.append("VERIFIED \(claim) \(certificate.problem.claims[claim].name)")
      } catch { refuse(error) }
    }
  }
}
