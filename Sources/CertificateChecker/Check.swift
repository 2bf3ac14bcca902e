/// The check of a text of canonical networks and the certificates after each.
///
/// Everything is refused that the pages on the two formats do not allow. What is accepted is true of
/// the transition system that the network says, whoever wrote the certificate.
public struct Check: Sendable {
  private enum State: Sendable {
    case network(ProblemReader)
    case ready(Problem)
    case certificate(Proof, Problem)
    /// What follows belongs to what was refused: a network, or a certificate of this one.
    case refused(Problem?)
  }

  private var state: State?
  private var lineNumber = 0
  private var unfinished: [UInt8] = []
  private var isTooLong = false
  /// The digest that the first certificate of the network gives it.
  private var digest: String?
  private var answers: [String] = []
  private var verified = 0
  private var rejected = 0
  private var incomplete = 0

  /// A check of which nothing was read.
  public init() {}

  /// What a process that reports the answers exits with: 0 where all was verified, and something
  /// was; 1 where anything was rejected; 2 where anything was incomplete.
  public var status: Int32 { rejected > 0 ? 1 : incomplete > 0 || verified == 0 ? 2 : 0 }

  /// Reads the next bytes of the text, wherever they end, and returns what is known by then.
  public mutating func read(_ bytes: [UInt8]) -> [String] {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      extend(rest[..<end])
      rest = rest[(end + 1)...]
      lineNumber += 1
      let line = Line(number: lineNumber, bytes: unfinished)
      if isTooLong { refuse(.bound(lineNumber, "long")) }
      (unfinished, isTooLong) = ([], false)
      if !line.isNext("#") { read(line) }
    }
    extend(rest)
    defer { answers = [] }
    return answers
  }

  /// Ends the text, and returns what is known by then.
  public mutating func finish() -> [String] {
    if !unfinished.isEmpty || isTooLong {
      refuse(Rejection(line: lineNumber + 1, reason: "format: the last line does not end"))
    }
    end()
    if verified + rejected + incomplete == 0 { answers.append("INCOMPLETE: no certificate") }
    defer { answers = [] }
    return answers
  }

  private mutating func extend(_ bytes: ArraySlice<UInt8>) {
    isTooLong = isTooLong || unfinished.count + bytes.count > Bounds.lineLength
    if isTooLong { unfinished = [] } else { unfinished += bytes }
  }

  private mutating func read(_ line: Line) {
    var line = line
    do throws(Rejection) {
      let keyword = try line.word()
      if keyword == "firebreak-network" || keyword == "firebreak-certificate" {
        end()
        if keyword == "firebreak-network" {
          (state, digest) = (.network(ProblemReader()), nil)
        } else if case .ready(let problem) = state {
          state = .certificate(Proof(firstLine: lineNumber), problem)
        }
        let version = try line.word()
        try line.require(state != nil && version == "1" && line.isAtEnd, "out of place, or not 1")
      } else {
        try read(keyword, &line)
      }
    } catch { refuse(error) }
  }

  private mutating func read(_ keyword: String, _ line: inout Line) throws(Rejection) {
    switch state {
    case .network(var reader):
      state = .refused(nil)
      try reader.read(keyword, &line)
      state = .network(reader)
    case .certificate(var proof, let problem):
      state = .refused(problem)
      try proof.read(keyword, &line, for: problem)
      if proof.last == "end" { try check(proof, problem) }
      state = proof.last == "end" ? .ready(problem) : .certificate(proof, problem)
    case .refused: break
    case .ready, nil: throw Rejection(line: lineNumber, reason: "format: out of place")
    }
  }

  /// Ends what is being read where something else begins.
  private mutating func end() {
    switch state {
    case .network(let reader):
      state = .refused(nil)
      do throws(Rejection) { state = .ready(try reader.finish(at: lineNumber)) } catch {
        refuse(error)
      }
    case .certificate(_, let problem):
      refuse(Rejection(line: lineNumber, reason: "format: the certificate does not end"))
      state = .ready(problem)
    case .refused(.some(let problem)): state = .ready(problem)
    case .refused(nil), .ready, nil: break
    }
  }

  /// Answers that something is refused, and lets the rest of it pass.
  private mutating func refuse(_ rejection: Rejection) {
    switch state {
    case .ready(let problem), .certificate(_, let problem): state = .refused(problem)
    case .network, nil: state = .refused(nil)
    case .refused: break
    }
    answer(rejection)
  }

  private mutating func answer(_ rejection: Rejection) {
    rejected += rejection.isIncomplete ? 0 : 1
    incomplete += rejection.isIncomplete ? 1 : 0
    let answer = rejection.isIncomplete ? "INCOMPLETE:" : "REJECTED line \(rejection.line):"
    answers.append("\(answer) \(rejection.reason)")
  }

  /// Checks a certificate that was read to its end, and answers each of its claims.
  private mutating func check(_ proof: Proof, _ problem: Problem) throws(Rejection) {
    if digest == nil {
      answers.append("NETWORK \(proof.digest)")
      for input in problem.inputs { answers.append("INPUT \(input)") }
    }
    digest = digest ?? proof.digest
    if digest != proof.digest {
      throw Rejection(line: proof.firstLine, reason: "network: the digest is another one above")
    }
    var verifier = Verifier(proof, of: problem)
    try verifier.checkInvariant()
    for claim in proof.claims {
      do throws(Rejection) {
        try verifier.checkSafety(of: claim)
        verified += 1
        answers.append("VERIFIED \(claim) \(problem.claims[claim].name)")
      } catch { answer(error) }
    }
  }
}
