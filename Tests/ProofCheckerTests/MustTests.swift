import ProofChecker
import Testing

@Suite struct `What must arrive` {
  static let proof = Sample(whole: Branch.network + Branch.certificate, "VERIFIED 0 reach")

  /// The last answer to the proof after a change.
  static func answer(_ old: String, _ new: String) -> String {
    proof.answer(old, new)
  }

  @Test func `connections through gateways are proved`() {
    Self.proof.accepts()
  }

  @Test(arguments: [
    // More steps, and another application of a trip where it does not matter.
    ("trip 0 1 443 17", "trip 0 1 443 18"), ("trip 1 0 443 16", "trip 1 0 443 15"),
    // Other ways that are as good.
    ("location 22 choose 10 23", "location 22 choose 23"), ("related with", "with"),
    ("sessions 1 bypass", "sessions 1"), ("set sourcePort 1024-65535", "set sourcePort 1024"),
    ("entry 0 +1", "entry 0 -1"), ("condition 0 of destinationPort", "condition 0 global"),
    ("7 leave 22", "7 rewrite 22 scramble tcpFlags,icmpCode"),
    // Of what asks with another type nothing is an answer.
    ("7 leave 22", "7 rewrite 22 scramble icmpType"),
    ("location 9 leave 21", "location 9 choose 21"),
    ("application=443 ingress", "application=443-444 ingress"),
    // What has no answers needs no way back.
    ("answer 0 8 0\n", ""), ("protocol=6 destinationPort=80 icmpType", "protocol=17 icmpType"),
    // A filter in which everything is in one of two entries.
    (
      "entry 1 family=1 application",
      "entry 1 family=1 application=443 ingress=1 +0\nor family=1 application"
    ),
    (
      "entry 0 destinationT",
      "entry 2 sourcePort=0-9 destinationTranslation=1\nentry 0 destinationT"
    ),
  ])
  func `what makes no difference is proved`(old: String, new: String) {
    #expect(Self.answer(old, new) == "VERIFIED 0 reach")
  }

  @Test(arguments: [
    ("trip 0 1 443 17", "trip 0 1 443 16"), ("trip 1 0 443 16", "trip 1 0 443 14"),
    ("trip 0 1 443", "trip 0 1 442"), ("trip 0 1", "trip 0 0"), ("trip 1 0 443 16\n", ""),
    // Some of what asks, or an answer, is at no place for it.
    ("arrives 10 sourceIPv4=203.0.113.2-203.0.113.3", "arrives 10 sourceIPv4=203.0.113.2"),
    ("24 family=0 sourceIPv4=192.0.2.0-192.0.2.9", "24 family=0 sourceIPv4=192.0.2.0-192.0.2.8"),
    (
      "returns 21 family=0 sourceIPv4=198.51.100.0-198.51.100.9 d",
      "returns 21 family=0 sourceIPv4=198.51.100.0-198.51.100.8 d"
    ),
    ("nextHeader=6,58", "nextHeader=6"), ("nextHeader=6,58", "nextHeader=58"),
    ("nextHeader=6,58", "icmpType=0"), ("nextHeader=6,58", "tcpFlags=18"),
    ("nextHeader=6,58", "sourcePort=80"), ("nextHeader=6,58", "sessionUse=0-2"),
    // Answers without a session, or through one of another device.
    ("24 match 2 25 19", "24 match 2 25 9"), ("24 match 2 25 19", "24 match 2 19 25"),
    ("24 match 2 25 19", "24 choose 25 19"), ("location 15 remember 1", "location 15 watch 1"),
    ("location 12 recall 1 13 16", "location 12 recall 1 16 13"),
    // Conditions that decide, or are others for the answer.
    ("application=443 ingress=1", "application=443 ingress=1 +0"),
    ("application=443 ingress=1", "application=443 ingress=1 -1"),
    ("condition 1 global", "condition 1 of sourcePort"),
    // What vanishes, may come where it is lost, or never ends.
    (
      "shift destinationIPv4 198.51.100.0-198.51.100.255",
      "shift destinationIPv4 198.51.100.0-198.51.100.8"
    ),
    (
      "shift destinationIPv4 198.51.100.0-198.51.100.255 192.0.2.0",
      "shift destinationIPv4 198.51.100.0-198.51.100.255 255.255.255.248"
    ),
    ("set sourceIPv4 203.0.113.1 ", "set sourceIPv4 none "),
    ("22 choose 10 23", "22 choose 10 20"), ("22 choose 10 23", "22 choose"),
    ("22 choose 10 23", "22 choose 10 22"), ("23 spread 10 20", "23 spread 20 10"),
    ("7 leave 22", "7 rewrite 22 anything"),
    ("valid family=0 protocol=1 ", "valid family=0 protocol=1 icmpType=8 "),
    // Values that are not undone.
    ("take destinationIPv4 sessionSourceIPv4", "take destinationIPv4 sessionDestinationIPv4"),
    (
      "shift sourceIPv4 192.0.2.0-192.0.2.255 198.51.100.0",
      "shift sourceIPv4 192.0.2.0-192.0.2.255 198.51.100.1"
    ),
    ("entry 0 destinationTranslation=11010049", "entry 0 destinationTranslation=11010048"),
  ])
  func `what may be lost is refused`(old: String, new: String) {
    let answer = Self.answer(old, new)
    #expect(answer.contains(": trip: "), "\(answer)")
  }

  @Test func `sessions that cannot be read are refused`() {
    for (old, new) in [
      ("translation 0 1 replaced replaced", "translation 0 1 replaced same"),
      ("translation 1 3 replaced same", "translation 1 3 other same"),
      ("set sourceTranslation 3", "set sourceTranslation 4"),
    ] {
      let answer = Self.answer(old, new)
      #expect(answer.contains(": memory: an unreadable class"), "\(answer)")
    }
  }

  @Test func `what the program cannot tell is incomplete`() {
    for (old, new) in [
      // A class of two translations, errors that answers may be, and valid answers with any type.
      ("set sourceTranslation 3", "set sourceTranslation 2-3"),
      ("protocol=1 icmpType=3", "protocol=1 icmpType=0"),
      ("protocol=6,17 icmpType=0 fragment=0", "protocol=6,17 fragment=0"),
      // The answer's port is any, so it need not be that of the session.
      ("25 rewrite 2 set", "25 rewrite 2 scramble destinationPort ; set"),
    ] {
      let answer = Self.answer(old, new)
      #expect(answer.hasPrefix("INCOMPLETE line "), "\(new): \(answer)")
    }
  }

  @Test func `an ICMP session takes the answer of its type only`() {
    // The answer has another type than the one that the session awaits, and is seen to be no reply.
    let answer = Self.answer("25 rewrite 2 set", "25 rewrite 2 set icmpType 5 ; set")
    #expect(answer.contains(": trip: "), "\(answer)")
    #expect(Self.answer("answer 0 8 0", "answer 0 8 9") == "VERIFIED 0 reach")
    #expect(Self.answer("answer 1 128 129", "answer 1 128 1") == "VERIFIED 0 reach")
  }

  @Test(arguments: [
    ("claims 0", "claims 0 1"), ("trip 0 1", "trip 1 0"), ("trip 0 1", "trip 0 2"),
    ("trip 0 1 443", "trip 0 1 0"), ("trip 0 1 443", "trip 0 1 65536"), ("443 17", "443"),
    ("443 17", "443 17 1"), ("trip 1 0", "trip 2 0"), ("trip 1 0", "trip 0 0"), ("443 17", "443 x"),
    ("trip 1", "open 1\ntrip 1"), ("trip 1", "starts 0\ntrip 1"), ("trip 1", "at 1\ntrip 1"),
    ("trip 1", "box 0 *\ntrip 1"), ("trip 1", "goal 0\ntrip 1"), ("end", "trip 2 0 443 9\nend"),
    ("claims 0\n", ""), ("trip 1", "memory 0\ntrip 1"), ("trip 1", "values 0 mark 1\ntrip 1"),
  ])
  func `a certificate that the page does not allow is refused`(old: String, new: String) {
    let answer = Self.proof.answer(old, new, after: "firebreak-certificate")
    #expect(answer.contains(": format: "), "\(answer)")
  }

  @Test(arguments: [
    ("claim 0 must reach\ngoal", "claim 0 must reach"), ("claim 0 must", "claim 0 should"),
    ("goal\ntrip\n", "goal\ngoal\ntrip\n"), ("goal\ntrip\n", "goal\n"), ("goal\n", "goal 0\n"),
    ("trip\n", "trip 0\n"), ("asks 0 family=0", "asks 99 family=0"), ("arrives 10", "arrives 9"),
    ("returns 21", "returns 20"), ("answers 10 24", "answers 24"),
    ("answers 10 24", "answers 99 24"),
    ("answers 10 24", "answers 10 99"), ("asks 0 family=0", "asks 0 family=3"),
    ("asks 0 family=0", "asks family=0"), ("asks 0", "forbid 0"), ("asks 0", "left 0"),
    ("fragment=0 etherType", "fragment=0 application=443 etherType"),
    ("claim 0 must reach", "claim 0 apart reach"), ("claim 0 must reach", "claim 0 must reach 1"),
    ("claim 0 must reach", "claim 0 must"), ("claim 1 must answers", "claim 1 must answers\ngoal"),
    ("claim 1 must answers\n", "claim 1 must answers\ntag 1\n"),
    ("family=0\ntrip", "family=0\ngoal\ntag 1\ntrip"),
  ])
  func `a network that the page does not allow is refused`(old: String, new: String) {
    let text = Sample(whole: Branch.network + "firebreak-network 1\n", "")
    let answer = text.answer(old, new, after: old.hasPrefix("claim") ? "" : "claim 0 must")
    #expect(answer.contains(": format: "), "\(answer)")
  }

  @Test func `a claim without goals holds, and needs no trips`() {
    let text = """
      firebreak-network 1
      claim 0 must nothing
      firebreak-certificate 2
      network \(Sample.digest)
      claims 0
      end

      """
    #expect(Sample.answers(text).last == "VERIFIED 0 nothing")
  }
}
