import Testing

@Suite struct `Writes of a certificate` {
  /// What packets of `before` with a trail become by writes: boxes of `after` with its trail.
  struct Case: CustomTestStringConvertible {
    let writes: String
    let before: (trail: String, box: String)
    let after: (trail: String, boxes: [String])
    /// Boxes each in place of the first, none of which has all the packets.
    let tooSmall: [String]

    var testDescription: String { "\(writes) of \(before)" }

    init(
      _ writes: String, _ before: (trail: String, box: String),
      _ after: (trail: String, boxes: [String]), tooSmall: [String]
    ) {
      (self.writes, self.before, self.after, self.tooSmall) = (writes, before, after, tooSmall)
    }

    /// A network in which tag 1 starts elsewhere, and packets are rewritten from location 0 to 1.
    var sample: Sample {
      let boxes = after.boxes.map { "box \($0)\n" }.joined()
      let hints = after.boxes.indices.map { " \($0)" }.joined()
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
        "at 0\ntrail \(before.trail)\nbox \(before.box)\nhints\(hints)\n"
          + "at 1\ntrail \(after.trail)\n\(boxes)")
    }
  }

  static let cases = [
    Case(
      "set sourcePort 5,7-9", ("-", "sourcePort=80 destinationPort=1 +0 +1 -2"),
      (
        "sourcePort:kept",
        ["sourcePort=5,7-9 destinationPort=1 sentSourcePort=80 +0 -2"]
      ),
      tooSmall: [
        "sourcePort=5,7-8", "sentSourcePort=79", "+1", "-0", "+2", "destinationPort=2",
        "sentDestinationPort=1", "sessionSourcePort=80",
      ]),
    Case(
      "set sourcePort 5", ("sourcePort:moved", "sourcePort=5-30 sentSourcePort=4"),
      ("sourcePort:lost", ["sourcePort=5"]), tooSmall: ["sentSourcePort=4", "sourcePort=6"]),
    Case(
      "set sourcePort 5", ("sourcePort:lost", "sourcePort=5-30 sentSourcePort=4"),
      ("sourcePort:lost", ["sourcePort=5"]), tooSmall: ["sentSourcePort=4", "sourcePort=6"]),
    Case(
      "shift sourcePort 0-9 1", ("sourcePort:moved", "sourcePort=9-30 sentSourcePort=4"),
      ("sourcePort:lost", ["sourcePort=10"]), tooSmall: ["sentSourcePort=4", "sourcePort=9"]),
    Case(
      "shift sourcePort 0-9 0", ("sourcePort:moved", "sourcePort=9-30 sentSourcePort=4"),
      ("sourcePort:moved", ["sourcePort=9 sentSourcePort=4"]), tooSmall: ["sentSourcePort=5"]),
    Case(
      "shift sourcePort 0-9 1", ("sourcePort:lost", "sourcePort=9-30"),
      ("sourcePort:lost", ["sourcePort=10"]), tooSmall: ["sourcePort=9"]),
    Case(
      "set sourcePort 5", ("sourcePort:kept", "sourcePort=80 sentSourcePort=9"),
      ("sourcePort:kept", ["sourcePort=5 sentSourcePort=9"]), tooSmall: ["sentSourcePort=80"]),
    Case("set mark none", ("-", "*"), ("-", []), tooSmall: []),
    Case(
      "set mark 4 ; set vrf 1-2 ; set mark 5", ("-", "mark=1 vrf=7 +1 +2"),
      ("-", ["mark=5 vrf=1-2 +1 +2"]),
      tooSmall: ["mark=4", "vrf=2", "-1", "-2"]),
    Case(
      "take destinationIPv4 sessionSourceIPv4",
      ("-", "destinationIPv4=10.0.0.1 sessionSourceIPv4=192.168.0.0-192.168.0.255"),
      (
        "destinationIPv4:kept",
        ["destinationIPv4=192.168.0.0-192.168.0.255 sentDestinationIPv4=10.0.0.1"]
      ),
      tooSmall: [
        "sessionSourceIPv4=192.168.0.0-192.168.0.255", "destinationIPv4=192.168.0.1-192.168.0.255",
        "sentDestinationIPv4=10.0.0.2",
      ]),
    Case(
      "shift destinationIPv4 10.0.0.0-10.0.0.255 10.1.0.0",
      ("-", "destinationIPv4=10.0.0.9-11.0.0.0"),
      ("destinationIPv4:moved", ["destinationIPv4=10.1.0.9-10.1.0.255"]),
      tooSmall: ["destinationIPv4=10.1.0.10-10.1.0.255", "destinationIPv4=10.1.0.9-10.1.0.254"]),
    Case(
      "shift sourcePort 65000-65535 65500",
      ("-", "*"),
      ("sourcePort:moved", ["sourcePort=65500-65535"]),
      tooSmall: ["sourcePort=65500-65534", "+1", "sourcePort=1"]),
    Case(
      "shift sourcePort 7 3", ("sourcePort:kept", "sourcePort=1-8 sentSourcePort=2"),
      ("sourcePort:kept", ["sourcePort=3 sentSourcePort=2"]), tooSmall: ["sentSourcePort=7"]),
    Case(
      "shift sourceIPv6 0:0:0:0:0:0:0:1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
      ("-", "*"),
      (
        "sourceIPv6:moved",
        [
          "sourceIPv6=ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        ]
      ),
      tooSmall: ["sourceIPv6=ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"]),
    Case(
      "shift sourceIPv6 0:0:0:0:0:0:0:5-0:0:0:0:0:0:0:9 0:0:0:0:0:0:0:1 ; set sourceIPv6 0:0:0:0:0:0:0:0",
      ("-", "sourceIPv6=0:0:0:0:0:0:0:0-0:0:0:0:0:0:0:6"),
      ("sourceIPv6:lost", ["sourceIPv6=0:0:0:0:0:0:0:0"]),
      tooSmall: ["sentSourceIPv6=0:0:0:0:0:0:0:5"]),
    Case(
      "scramble tcpFlags,sourcePort", ("-", "protocol=5-6 sourcePort=1 tcpFlags=2 +1 +2"),
      (
        "sourcePort:kept",
        [
          "family=0 protocol=5 tcpFlags=0 sentSourcePort=1 +2",
          "family=0 protocol=6 sentSourcePort=1 +2",
        ]
      ),
      tooSmall: ["protocol=6", "tcpFlags=1", "+1", "sourcePort=1", "-2"]),
    Case(
      "anything", ("-", "protocol=9 sourcePort=1 mark=3 +0 +1"),
      (
        "sourceIPv4:kept,sourceIPv6:kept,destinationIPv4:kept,destinationIPv6:kept,"
          + "sourcePort:kept,destinationPort:kept",
        [
          "family=0 protocol=0-5,7-255 tcpFlags=0 mark=3 sentSourcePort=1 +0",
          "family=0 protocol=6 mark=3 sentSourcePort=1 +0",
        ]
      ),
      tooSmall: ["protocol=9", "tcpFlags=1", "+1", "sentDestinationPort=1", "mark=1"]),
  ]

  @Test(arguments: cases) func `the image of a box goes on with its trail`(_ example: Case) {
    let sample = example.sample
    sample.accepts()
    let box = "box \(example.before.box)"
    for tooSmall in example.tooSmall {
      let target = "trail \(example.after.trail)\nbox \(example.after.boxes[0])"
      sample.rejects(
        "at 1\n\(target)\n", "at 1\ntrail \(example.after.trail)\nbox \(tooSmall)\n", at: box,
        "step to location 1")
    }
    if !example.after.boxes.isEmpty {
      for trail in ["-", "sourcePort:kept", "sourcePort:lost"] where trail != example.after.trail {
        sample.rejects(
          "at 1\ntrail \(example.after.trail)", "at 1\ntrail \(trail)", at: box,
          "step to location 1")
      }
    }
  }

  @Test(arguments: [
    "set origin 1", "set monitor 1", "set sessionUse 0", "set sentSourcePort 1", "set nowhere 1",
    "take sourcePort sentSourcePort", "take sourcePort sessionSourceIPv4", "take sourcePort mark",
    "shift sourcePort 1,3 5", "shift sourcePort none 5", "shift origin 1 2", "scramble origin",
    "scramble", "anything ;", "; anything", "set mark 1 set vrf 1", "set mark", "keep mark",
    "set sourcePort,destinationPort 1", "set sourcePort 65536", "",
  ])
  func `writes that the page does not allow are refused`(writes: String) {
    let sample = Self.cases[0].sample
    let line = "location 0 rewrite 1 \(writes)"
    sample.rejects("location 0 rewrite 1 \(Self.cases[0].writes)", line, at: line, "format: ")
  }

  @Test func `boxes that become too many are no proof`() {
    let writes = Array(repeating: "scramble tcpFlags", count: 40).joined(separator: " ; ")
    var sample = Case(writes, ("-", "*"), ("-", ["*"]), tooSmall: []).sample
      .replacing("valid family=0 protocol=6\n", "valid family=0 protocol=1\nvalid family=0\n")
    sample.answer = "INCOMPLETE: line 19: too many images"
    sample.accepts()
  }
}
