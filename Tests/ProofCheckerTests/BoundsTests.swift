import Testing

@testable import ProofChecker

/// Texts that are made to cost much: each is small beside what it would have a careless reader do.
@Suite struct `Hostile texts` {
  /// A text with these lines in its network and these in its certificate.
  static func text(_ network: [String], _ certificate: [String]) -> String {
    let head = ["firebreak-certificate 2", "network \(Sample.digest)", "claims 0"]
    let claim = ["tag 1", "source 0 *", "claim 0 never x 1"]
    let lines = ["firebreak-network 1"] + network + claim + head + certificate + ["end"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The answers to a text by a check that begins with so much work on its account.
  static func answers(_ text: String, work: Int? = nil) -> [String] {
    var check = work.map(Check.init(work:)) ?? Check()
    check.read(Array(text.utf8))
    check.finish()
    return check.answers
  }

  /// The number of the first line that is this one, from 1.
  static func number(of line: String, in text: String) -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return (lines.firstIndex { $0 == line } ?? -1) + 1
  }

  /// What would be too many boxes at once, and the line that is named.
  static let crowds: [(name: String, text: String, line: String)] = {
    let tracks = Sample.tracks()
    let numbers = (1..<3000).map { "\($0)" }
    let ports = numbers.map { "box \($0) sourcePort=\($0)" }
    let class0 = "class connectionStatus=0 destinationTranslation=0 sourceTranslation=0 \(tracks)"
    let memory = ["memory 0", class0, "pairs \(numbers.joined(separator: " "))"]
    let start = ["box 0 *", "starts 0", "at 0", "may 0"]
    func kinds(_ word: String) -> [String] {
      (0..<3000).map { "\(word) destinationPort=\($0) protocol=1".split(separator: " ") }
        .map { "\($0[0]) \($0[2]) \($0[1])" }
    }
    return [
      (
        "writes square what exists",
        text(
          kinds("valid") + ["location 0 rewrite 1 anything ; anything", "location 1 drop x"],
          ["box 0 *", "open 1", "starts 0", "at 0", "may 0"]), "may 0"
      ),
      (
        "sessions times errors",
        text(
          kinds("related") + [
            "device 0", "sessions 0 related", "location 0 recall 0 1 2", "location 1 drop x",
            "location 2 drop x",
          ], ["box 0 *"] + ports + memory + ["open 1", "starts 0", "at 0", "may 0"]), "may 0"
      ),
      (
        "circles by tables",
        text(
          [
            "table 0", "entry 0 protocol=6", "or protocol=7", "otherwise 0",
            "location 0 choose 1", "location 1 match 0 1",
          ], start.dropLast() + ["may 0 >*999999999"]), "may 0 >*999999999"
      ),
      (
        "paths that double",
        text(
          (0..<40).map { "location \($0) choose \($0 + 1) \($0 + 1)" } + ["location 40 drop x"],
          ["open 40"] + start), "may 0"
      ),
      (
        "halves of halves",
        text(
          [
            "table 0", "entry 1 " + (0..<1000).map { "+\($0)" }.joined(separator: " "),
            "otherwise 1", "location 0 match 0 0 1", "location 1 drop x",
          ].reduce(into: (0..<1000).map { "condition \($0) global" }) { $0.append($1) },
          start.dropLast() + ["may 0 " + (0..<1000).map { "s0.0.\($0)" }.joined(separator: " ")]),
        "may 0 " + (0..<1000).map { "s0.0.\($0)" }.joined(separator: " ")
      ),
    ]
  }()

  @Test(arguments: crowds.indices)
  func `too many boxes at once are incomplete, with the line`(index: Int) {
    let (name, text, line) = Self.crowds[index]
    let answer =
      "INCOMPLETE line \(Self.number(of: line, in: text)): bounds: too many boxes at once"
    #expect(Self.answers(text).last == answer, "\(name)")
  }

  /// What would be too much work although little is there at once.
  static let labours: [(name: String, text: String)] = {
    let ports = (1..<1000).map { "box \($0) sourcePort=\($0)" }
    let may = (1..<1000).map { "may \($0)" }
    let start = ["box 0 *"] + ports + ["starts 0", "open 1", "at 0", "may 0"]
    let end = ["location 1 drop x"]
    let again = "firebreak-certificate 2\nnetwork \(Sample.digest)\nclaims 0\nopen 0\nend\n"
    let refutation =
      "firebreak-refutation 1\nnetwork \(Sample.digest)\nrefutes 0\nstarts 0 origin=1\n"
      + String(repeating: "goes 0 *\n", count: 1000) + "end\n"
    let rest = "destinationTranslation=0 sourceTranslation=0 \(Sample.tracks())"
    let kinds = (0..<1000).map { "class connectionStatus=0 destinationTranslation=\($0)" }
      .map { "\($0) sourceTranslation=0 \(Sample.tracks())" }
    return [
      (
        "sets times entries",
        text(
          ["table 0"] + Array(repeating: "entry 0 egress=6", count: 1000)
            + ["otherwise 0", "location 0 match 0 1"] + end, start + may)
      ),
      (
        "sets times targets",
        text(
          ["location 0 choose" + String(repeating: " 1", count: 20_000)] + end, start + may)
      ),
      (
        "writes times sets",
        text(
          [
            "location 0 rewrite 1 "
              + Array(repeating: "shift sourcePort 0-65535 0", count: 1000).joined(separator: " ; ")
          ] + end, start + may)
      ),
      (
        "classes times sets",
        text(
          ["device 0", "sessions 0", "location 0 remember 0 1"] + end,
          ["box 0 *", "memory 0", kinds[0], "pairs 0"] + kinds.dropFirst()
            + (1..<1000).map { "box \($0) connectionStatus=0 egress=\($0) \(rest)" }
            + ["box 1000 origin=1", "starts 999", "open 1", "at 0"]
            + (1..<1000).map { "may \($0) 0*2" } + ["may 1000"])
      ),
      (
        "forbidden boxes times boxes",
        text(
          ["location 0 drop x"] + (0..<1).map { _ in "tag 1" } + [
            "source 0 *", "claim 0 never x 1",
          ]
            + Array(repeating: "forbid 0 protocol=7", count: 1000), []
        ).replacing("tag 1\nsource 0 *\nclaim 0 never x 1\nfirebreak", with: "firebreak")
          .replacing(
            "claims 0\n",
            with: "claims 0\nbox 0 protocol=0-6,8-255\n"
              + (1..<1000).map { "box \($0) protocol=1 egress=\($0)\n" }.joined()
              + "starts 0\nat 0\n" + (0..<1000).map { "may \($0)\n" }.joined()
          ).replacing("source 0 *", with: "source 0 protocol=6")
      ),
      (
        "certificates times locations",
        text((0..<5000).map { "location \($0) drop x" }, ["open 0"])
          + String(repeating: again, count: 500)
      ),
      (
        "answers times names",
        text(["location 0 drop x"], ["open 0"]).replacing(
          "never x", with: "never \(String(repeating: "x", count: 50_000))")
          + String(repeating: again, count: 500)
      ),
      (
        "steps times conditions",
        text(
          (0..<1000).map { "condition \($0) global" } + ["location 0 choose 0"], ["open 0"])
          + refutation
      ),
      (
        "steps times entries",
        text(
          ["table 0"] + Array(repeating: "entry 0 protocol=6", count: 1000)
            + ["otherwise 0", "location 0 match 0 0"], ["open 0"]) + refutation
      ),
    ]
  }()

  @Test(arguments: labours.indices)
  func `too much work is incomplete`(index: Int) {
    let (name, text) = Self.labours[index]
    let answers = Self.answers(text, work: 0)
    let last = answers.last ?? ""
    #expect(
      last.hasPrefix("INCOMPLETE line ") && last.hasSuffix("too much work"), "\(name): \(last)")
  }

  @Test func `what a text pays for itself is enough for proofs of a network`() {
    let texts = [`The text that is checked`.sample.text]
    for text in texts {
      #expect(Self.answers(text, work: 0).last?.hasPrefix("VERIFIED") == true)
      #expect(Self.answers(text + text, work: 0).last?.hasPrefix("VERIFIED") == true)
    }
  }

  @Test func `what came before a text of a bound is answered, and what comes after`() {
    let (_, hostile, _) = Self.crowds[3]
    let text = `The text that is checked`.sample.text
    let answers = Sample.answers(text + hostile + text)
    #expect(answers.filter { $0 == "VERIFIED 0 x" }.count == 2)
    #expect(answers.filter { $0.hasPrefix("INCOMPLETE line ") }.count == 1)
  }

  @Test func `a line that is too long is incomplete`() {
    var check = Check()
    check.read(Array("firebreak-network 1\n".utf8))
    for _ in 0..<1025 { check.read([UInt8](repeating: 0x20, count: 1 << 16)) }
    check.read(Array("\nlocation 0 drop x\n".utf8))
    check.finish()
    #expect(
      check.answers == ["INCOMPLETE line 2: bounds: too long a line"] + check.answers.dropFirst())
    #expect(check.answers.count == 1)
  }
}
