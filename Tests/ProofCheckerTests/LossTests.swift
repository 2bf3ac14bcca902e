import ProofChecker
import Testing

@Suite struct `What fails to arrive` {
  static let refutation = Sample(
    whole: Branch.network + Branch.refutation, "VIOLATED 1 answers given +1 -1")

  /// The last answer to the refutation after a change.
  static func answer(_ old: String, _ new: String, after line: String = "fails 0") -> String {
    refutation.answer(old, new, after: line)
  }

  @Test func `trips on which packets fail are refuted`() {
    Self.refutation.accepts()
  }

  @Test(arguments: [
    // Applications that nobody is shown with, or that do not go the same way.
    ("=1-442,444-65535", "=1-441,444-65535"), ("=1-442,444-65535", "=1-442,444-65534"),
    ("=1-442,444-65535", "=1-65535"), ("=1-442,444-65535", "=0-442,444-65535"),
    // Steps that are none.
    ("goes 11 *", "goes 1 *"), ("goes 13 *", "goes 16 *"), ("goes 13 *\n", ""),
    ("goes 11 *", "goes 11 +1"),
    ("goes 20 *", "goes 20 *\ngoes 20 *"), ("goes 20 *", "goes 20 application=5"),
    ("goes 12 connectionStatus=2 ingress=1", "goes 12 connectionStatus=2 ingress=2"),
    ("sourcePort=3000 d", "sourcePort=1000 d"), (" trackSourcePort=2 ", " "),
    ("sentSourcePort=2000", "sentSourcePort=2001"),
    ("destinationIPv4=192.0.2.7", "destinationIPv4=192.0.2.8"),
    // Packets that do not ask.
    (" sessionUse=3\n", "\n"), ("destinationPort=443", "destinationPort=444"),
    ("sessionUse=3\n", "sessionUse=3 origin=1\n"), ("sessionUse=3\n", "monitor=1 sessionUse=3\n"),
    ("sessionUse=3\n", "sessionUse=3 trackSourcePort=1\n"), ("starts 0", "starts 11"),
    // Packets that do not fail yet, or have arrived.
    ("goes 13 *\ngoes 20 *", "goes 13 *"), ("goes 22 c", "starts 0 c"),
    ("answers 10", "fails 1\nanswers 10"),
    // Answers that are none, or that somebody has.
    ("answers 10", "answers 24"), ("answers 10", "answers 9"), ("tcpFlags=18", "tcpFlags=2"),
    ("destinationPort=3000 tcp", "destinationPort=3001 tcp"),
    ("tcpFlags=18", "tcpFlags=18 etherType=1"),
    ("sessionUse=3 +1\nfails", "sessionUse=3\nfails"),
    ("sessionUse=3 +1\nfails", "sessionUse=3 +1\ngoes 24 *\nfails"),
    ("goes 10 *\n", ""),
    // Trips that are left out.
    ("fails 1", "fails 0"), ("fails 1\n", ""), ("fails 1", "fails 2"),
    ("fails 1", "fails 1\nfails 2"),
  ])
  func `a run on which nothing fails is refused`(old: String, new: String) {
    let answer = Self.answer(old, new)
    #expect(answer.contains(": refutation: "), "\(answer)")
  }

  @Test func `each trip of the goal fails`() {
    let end = Branch.refutation.split(separator: "fails 1")[1]
    #expect(Self.answer("fails 1\(end)", "end\n").contains(": refutation: "))
    #expect(Self.answer("goal 0", "goal 1", after: "refutes").contains(": refutation: "))
    // Another claim, whose packets are not those.
    #expect(Self.answer("refutes 1", "refutes 0", after: "").contains(": refutation: "))
    let extra = "returns 21 *\ntrip\nasks 0 family=0\n"
    #expect(Self.answer("returns 21 *\n", extra, after: "claim 1").contains(": refutation: "))
  }

  @Test func `an arrival is no loss`() {
    for line in ["answers 10 s", "answers 19 s"] {
      let start = Branch.refutation.split(separator: line)[1].split(separator: "\n")[0]
      let answer = Self.answer("\(line)\(start)\n", "")
      #expect(answer.contains(": refutation: "), "\(answer)")
    }
    // Where nothing may arrive it is one, so far as no application may.
    let last = Branch.refutation.split(separator: "fails 1")[1]
    let cut = last.split(separator: "answers")[0]
    for (box, isLoss) in [
      ("family=1", true), ("family=0", false), ("application=442", true),
      ("application=443", false),
      ("family=0 +1", false), ("family=0 -1", true),
    ] {
      var sample = Self.refutation
      sample.text = Branch.network + Branch.refutation
      let places = sample.text.ranges(of: "arrives 10 family=0\n")
      sample.text.replaceSubrange(places[1], with: "arrives 10 \(box)\n")
      let answer = sample.answer("fails 1\(last)", "fails 1\(cut)end\n", after: "fails 0")
      #expect(answer.hasPrefix("VIOLATED 1") == isLoss, "\(box): \(answer)")
    }
  }

  @Test func `a session that takes the answer is not ignored`() {
    let back = "answers 19 "
    let steps = "goes 12 connectionStatus=1 ingress=2\ngoes 13 *\n"
    let other = "goes 25 *\ngoes 2 connectionStatus=1 ingress=2\ngoes 3 *\n"
    var sample = Self.refutation
    sample.text = sample.text.replacing("answers 10 19", with: "answers 10 24")
      .replacing(back, with: "answers 24 ").replacing(steps, with: other)
    let answer = Sample.answers(sample.text).last ?? ""
    #expect(answer.contains(": refutation: "), "\(answer)")
    // But where it opened none, and where another device has it, nothing takes it.
    sample.replacing("location 5 remember 0 7", "location 5 watch 0 7").accepts()
    sample.text = sample.text.replacing(
      "location 25 rewrite 2 ", with: "location 25 rewrite 12 ")
    let third = sample.text.replacing(
      "goes 2 connectionStatus=1 ingress=2\ngoes 3 *", with: steps.dropLast())
    #expect(Sample.answers(third).last == "VIOLATED 1 answers given +1 -1")
  }

  @Test func `what comes back as it was never ends`() {
    let first = Branch.refutation.split(separator: "fails 1")[0]
    let tail = String(first.split(separator: "goes 10 *")[1])
    for (location, steps, isLoss) in [
      ("choose 10 22", "goes 22 *\n", true), ("choose 10 22", "", false),
      ("rewrite 22 set mark 1-3", "goes 22 mark=1\n", false),
      ("rewrite 22 set mark 1-3", "goes 22 mark=1\ngoes 22 mark=2\n", false),
      ("rewrite 22 set mark 1-3", "goes 22 mark=1\ngoes 22 mark=2\ngoes 22 mark=1\n", true),
      ("rewrite 22 set mark 0-3", "goes 22 *\n", true),
      ("rewrite 22 set application 1-9", "goes 22 application=7\n", false),
      ("rewrite 22 set application 1-9", "goes 22 application=7\ngoes 22 *\n", true),
    ] {
      var sample = Self.refutation.replacing("location 22 choose 10 23", "location 22 \(location)")
      // The second trip arrives at once, and fails.
      let second = String(Branch.refutation.split(separator: "fails 1")[1])
      let cut = second.split(separator: "goes 23 *")[0]
      sample.text = sample.text.replacing("goes 10 *\(tail)", with: steps)
        .replacing("goes 23 *\(second.split(separator: "goes 23 *")[1])", with: "\(steps)end\n")
      #expect(cut.contains("goes 22"))
      let answer = Sample.answers(sample.text).last ?? ""
      #expect(answer.hasPrefix("VIOLATED 1") == isLoss, "\(location), \(steps): \(answer)")
    }
  }

  @Test func `what vanishes fails`() {
    let first = Branch.refutation.split(separator: "fails 1")[0].split(separator: "goes 5 ")[1]
    let second = Branch.refutation.split(separator: "fails 1")[1].split(separator: "goes 5 ")[1]
    var sample = Self.refutation
    sample.text = sample.text.replacing("goes 5 \(first)", with: "")
      .replacing("goes 5 \(second)", with: "end\n")
    #expect(Sample.answers(sample.text).last?.contains(": refutation: ") == true)
    sample.accepts(
      "shift destinationIPv4 198.51.100.0-198.51.100.255 192.0.2.0 ; set destinationTranslation 2 ; set sourceIPv4 203.0.113.1 ",
      "shift destinationIPv4 198.51.100.0-198.51.100.6 192.0.2.0 ; set destinationTranslation 2 ; set sourceIPv4 203.0.113.1 "
    )
    sample.accepts("set sourceIPv4 203.0.113.1 ", "set sourceIPv4 none ")
    sample.accepts(
      "set sourceIPv4 203.0.113.1 ",
      "set etherType 1 ; scramble tcpFlags ; set sourceIPv4 203.0.113.1 ")
  }

  @Test func `a global condition has one outcome in a run`() {
    let answer = Self.answer("sessionUse=3 +1\ngoes 1 *", "sessionUse=3 +1\ngoes 1 -1")
    #expect(answer.contains(": refutation: "), "\(answer)")
    let both = Self.answer("sessionUse=3 +1\ngoes 12", "sessionUse=3\ngoes 12", after: "answers 19")
    #expect(both.contains(": refutation: "), "\(both)")
  }

  @Test(arguments: [
    ("refutes 1", "refutes 1 0"), ("goal 0\n", ""), ("goal 0", "goal 0\ngoal 0"),
    ("goal 0", "goal"),
    ("goal 0\nfails 0", "fails 0\ngoal 0"), ("fails 0", "fails"), ("fails 0", "fails 0 0"),
    ("starts 0", "starts 99"), ("application=1-442,444-65535", "application=none"),
    ("sourcePort=2000", "sourcePort=2000-2001"), ("goes 20 *", "goes 20 application=1-2"),
    ("answers 10", "answers 99"), ("answers 10", "answer 10"),
    ("tcpFlags=18", "tcpFlags=18 application=443"), ("goes 20 *", "trip 0 0 1 1"),
    ("goes 20 *", "open 1"),
  ])
  func `a refutation that the page does not allow is refused`(old: String, new: String) {
    let answer = Self.answer(old, new, after: "firebreak-refutation")
    #expect(answer.contains(": format: "), "\(answer)")
  }

  @Test func `other claims have no goals`() {
    for line in ["goal 0", "fails 0", "answers 1 *"] {
      let text = Gateway.network + Gateway.published.replacing("goes 3 *", with: line)
      #expect(Sample.answers(text).last?.contains(": format: ") == true)
    }
    // Nor have certificates steps.
    for line in ["goal 0", "fails 0", "goes 1 *", "answers 1 *"] {
      for text in [Gateway.text, Branch.network + Branch.certificate] {
        let answers = Sample.answers(text.replacing("claims 0\n", with: "claims 0\n\(line)\n"))
        #expect(answers.last?.contains(": format: ") == true, "\(line): \(answers)")
      }
    }
  }
}
