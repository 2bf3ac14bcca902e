import Testing

@Suite struct `Writes of a certificate` {
  /// What packets of `before` become by writes: boxes of `after`.
  struct Case: CustomTestStringConvertible {
    let writes: String
    let before: String
    let after: [String]
    /// Boxes each in place of the first, none of which has all the packets.
    let tooSmall: [String]

    var testDescription: String { "\(writes) of \(before)" }

    init(_ writes: String, _ before: String, _ after: [String], tooSmall: [String]) {
      (self.writes, self.before, self.after, self.tooSmall) = (writes, before, after, tooSmall)
    }

    /// The line of the packets.
    var line: String { "may 0\(after.indices.map { " \($0)" }.joined())" }

    /// A network in which tag 1 starts elsewhere, and packets are rewritten from location 0 to 1.
    var sample: Sample {
      let boxes = after.enumerated().map { "box \($0 + 1) \($1)\n" }.joined()
      return Sample(
        """
        valid family=0 protocol=0-5,7-255 tcpFlags=0
        valid family=0 protocol=6
        condition 0 global
        condition 1 of sourcePort
        condition 2 of mark
        location 0 rewrite 1 \(writes)
        location 1 drop a
        location 2 drop b
        tag 1
        source 2 *
        claim 0 never x 1
        """,
        "box 0 \(before)\nat 0\n\(line)\n\(boxes)at 1\n"
          + after.indices.map { "may \($0 + 1)\n" }.joined())
    }
  }

  static let none = Sample.tracks()

  static let cases = [
    Case(
      "set sourcePort 5,7-9", "sourcePort=80 destinationPort=1 trackSourcePort=0 +0 +1 -2",
      ["sourcePort=5,7-9 destinationPort=1 trackSourcePort=2 sentSourcePort=80 +0 -2"],
      tooSmall: [
        "sourcePort=5,7-8", "sentSourcePort=79", "+1", "-0", "+2", "destinationPort=2",
        "sentDestinationPort=1", "sessionSourcePort=80", "trackSourcePort=0",
        "trackDestinationPort=0",
      ]),
    Case(
      "set sourcePort 5", "sourcePort=5-30 trackSourcePort=1 sentSourcePort=4",
      ["sourcePort=5 trackSourcePort=3"],
      tooSmall: ["sentSourcePort=4", "sourcePort=6", "trackSourcePort=2"]),
    Case(
      "set sourcePort 5", "sourcePort=5-30 trackSourcePort=3 sentSourcePort=4",
      ["sourcePort=5 trackSourcePort=3"],
      tooSmall: ["sentSourcePort=4", "sourcePort=6", "trackSourcePort=2"]),
    Case(
      "set sourcePort 5", "sourcePort=80 trackSourcePort=2 sentSourcePort=9",
      ["sourcePort=5 trackSourcePort=2 sentSourcePort=9"],
      tooSmall: ["sentSourcePort=80", "trackSourcePort=3"]),
    Case(
      "set sourcePort 5", "sourcePort=80 trackSourcePort=0,2 sentSourcePort=9",
      ["sourcePort=5 trackSourcePort=2"],
      tooSmall: ["sentSourcePort=80", "sentSourcePort=9", "sentSourcePort=9,80"]),
    Case(
      "set sourcePort 5", "trackSourcePort=0-1 sentSourcePort=9",
      ["sourcePort=5 trackSourcePort=2-3"],
      tooSmall: ["sentSourcePort=9", "trackSourcePort=2", "trackSourcePort=3"]),
    Case(
      "set sourcePort 5", "sentSourcePort=9", ["sourcePort=5 trackSourcePort=2-3"],
      tooSmall: ["sentSourcePort=9", "trackSourcePort=2"]),
    Case(
      "set sourcePort 5", "trackSourcePort=1,3", ["trackSourcePort=3"],
      tooSmall: ["trackSourcePort=2"]),
    Case(
      "set sourcePort 5 ; set sourcePort 6", "sourcePort=80 trackSourcePort=0",
      ["sourcePort=6 trackSourcePort=2 sentSourcePort=80"],
      tooSmall: ["sentSourcePort=5", "sourcePort=5"]),
    Case("set mark none", "*", [], tooSmall: []),
    Case(
      "set mark 4 ; set vrf 1-2 ; set mark 5", "mark=1 vrf=7 \(none) +1 +2",
      ["mark=5 vrf=1-2 \(none) +1 +2"], tooSmall: ["mark=4", "vrf=2", "-1", "-2"]),
    Case(
      "take destinationIPv4 sessionSourceIPv4",
      "destinationIPv4=10.0.0.1 \(none) sessionSourceIPv4=192.168.0.0-192.168.0.255",
      [
        "destinationIPv4=192.168.0.0-192.168.0.255 \(Sample.tracks(["DestinationIPv4": 2])) "
          + "sentDestinationIPv4=10.0.0.1"
      ],
      tooSmall: [
        "sessionSourceIPv4=192.168.0.0-192.168.0.255", "destinationIPv4=192.168.0.1-192.168.0.255",
        "sentDestinationIPv4=10.0.0.2", none,
      ]),
    Case(
      "shift destinationIPv4 10.0.0.0-10.0.0.255 10.1.0.0",
      "destinationIPv4=10.0.0.9-11.0.0.0 trackDestinationIPv4=0 sentDestinationIPv4=0.0.0.7",
      [
        "destinationIPv4=10.1.0.9-10.1.0.255 trackDestinationIPv4=1 sentDestinationIPv4=0.0.0.7"
      ],
      tooSmall: [
        "destinationIPv4=10.1.0.10-10.1.0.255", "destinationIPv4=10.1.0.9-10.1.0.254",
        "trackDestinationIPv4=0", "sentDestinationIPv4=10.0.0.9-10.0.0.255",
      ]),
    Case(
      "shift sourcePort 0-9 1", "sourcePort=9-30 trackSourcePort=1 sentSourcePort=4",
      ["sourcePort=10 trackSourcePort=3"],
      tooSmall: ["sentSourcePort=4", "sourcePort=9", "trackSourcePort=1"]),
    Case(
      "shift sourcePort 0-9 0", "sourcePort=9-30 trackSourcePort=1 sentSourcePort=4 +1",
      ["sourcePort=9 trackSourcePort=1 sentSourcePort=4"],
      tooSmall: ["sentSourcePort=5", "+1", "trackSourcePort=3"]),
    Case(
      "shift sourcePort 0-9 1", "sourcePort=9-30 trackSourcePort=3 sentSourcePort=4",
      ["sourcePort=10 trackSourcePort=3 sentSourcePort=4"], tooSmall: ["sourcePort=9"]),
    Case(
      "shift sourcePort 7 3", "sourcePort=1-8 trackSourcePort=2 sentSourcePort=2",
      ["sourcePort=3 trackSourcePort=2 sentSourcePort=2"],
      tooSmall: ["sentSourcePort=7", "trackSourcePort=3"]),
    Case(
      "shift sourcePort 7 3", "sourcePort=1-8 trackSourcePort=0,2 sentSourcePort=2",
      ["sourcePort=3 trackSourcePort=1-2 sentSourcePort=2"],
      tooSmall: ["trackSourcePort=1", "trackSourcePort=2", "sentSourcePort=7"]),
    Case(
      "shift sourcePort 7 3", "sentSourcePort=2", ["sourcePort=3 trackSourcePort=1-3"],
      tooSmall: ["trackSourcePort=0-2", "trackSourcePort=2-3", "sentSourcePort=2"]),
    Case(
      "shift sourcePort 65000-65535 65500", "*", ["sourcePort=65500-65535"],
      tooSmall: ["sourcePort=65500-65534", "+1", "sourcePort=1"]),
    Case(
      "shift sourceIPv6 0:0:0:0:0:0:0:1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
      "trackSourceIPv6=0",
      [
        "sourceIPv6=ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff trackSourceIPv6=1"
      ],
      tooSmall: ["sourceIPv6=ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"]),
    Case(
      "shift sourceIPv6 0:0:0:0:0:0:0:5-0:0:0:0:0:0:0:9 0:0:0:0:0:0:0:1 ; set sourceIPv6 0:0:0:0:0:0:0:0",
      "sourceIPv6=0:0:0:0:0:0:0:0-0:0:0:0:0:0:0:6 trackSourceIPv6=0",
      ["sourceIPv6=0:0:0:0:0:0:0:0 trackSourceIPv6=3"],
      tooSmall: ["sentSourceIPv6=0:0:0:0:0:0:0:5", "trackSourceIPv6=2"]),
    Case(
      "scramble tcpFlags,sourcePort",
      "protocol=5-6 sourcePort=1 tcpFlags=2 trackSourcePort=0 +1 +2",
      [
        "family=0 protocol=5 tcpFlags=0 trackSourcePort=2 sentSourcePort=1 +2",
        "family=0 protocol=6 trackSourcePort=2 sentSourcePort=1 +2",
      ],
      tooSmall: ["protocol=6", "tcpFlags=1", "+1", "sourcePort=1", "-2", "trackSourcePort=0"]),
    Case(
      "scramble sourcePort", "family=1", [], tooSmall: []),
    Case(
      "anything", "protocol=9 sourcePort=1 mark=3 \(none) +0 +1",
      [
        "family=0 protocol=0-5,7-255 tcpFlags=0 mark=3 \(all) sentSourcePort=1 +0",
        "family=0 protocol=6 mark=3 \(all) sentSourcePort=1 +0",
      ],
      tooSmall: [
        "protocol=9", "tcpFlags=1", "+1", "sentDestinationPort=1", "mark=1", none,
      ]),
  ]

  /// All tracks as they are after all tracked fields were overwritten.
  static let all = Sample.tracks([
    "SourceIPv4": 2, "SourceIPv6": 2, "DestinationIPv4": 2, "DestinationIPv6": 2, "SourcePort": 2,
    "DestinationPort": 2,
  ])

  @Test(arguments: cases) func `the image of a box goes on with its trail`(_ example: Case) {
    let sample = example.sample
    sample.accepts()
    for tooSmall in example.tooSmall {
      sample.rejects(
        "box 1 \(example.after[0])\n", "box 1 \(tooSmall)\n", at: example.line,
        "step: to location 1")
    }
    if let last = example.after.indices.last {
      sample.rejects("\nmay \(last + 1)\n", "\n", at: example.line, "step: to location 1")
    } else {
      sample.rejects("may 0\n", "may 0 0\n", at: "may 0 0", "hints: too many")
    }
  }

  @Test(arguments: [
    "set origin 1", "set monitor 1", "set sessionUse 0", "set sentSourcePort 1", "set nowhere 1",
    "take sourcePort sentSourcePort", "take sourcePort sessionSourceIPv4", "take sourcePort mark",
    "shift sourcePort 1,3 5", "shift sourcePort none 5", "shift origin 1 2", "scramble origin",
    "scramble", "anything ;", "; anything", "set mark 1 set vrf 1", "set mark", "keep mark",
    "set sourcePort,destinationPort 1", "set sourcePort 65536", "", "set trackSourcePort 0",
    "scramble sourcePort,sourcePort", "shift sourcePort 1-5 65536",
  ])
  func `writes that the page does not allow are refused`(writes: String) {
    let sample = Self.cases[0].sample
    let line = "location 0 rewrite 1 \(writes)"
    sample.rejects("location 0 rewrite 1 \(Self.cases[0].writes)", line, at: line, "format: ")
  }

  @Test func `boxes that become too many are no proof`() {
    let writes = Array(repeating: "scramble tcpFlags", count: 40).joined(separator: " ; ")
    var sample = Case(writes, "*", ["*"], tooSmall: []).sample
      .replacing("valid family=0 protocol=6\n", "valid family=0 protocol=1\nvalid family=0\n")
    sample.answer = "INCOMPLETE line 19: bounds: too many boxes at once"
    sample.accepts()
  }
}
