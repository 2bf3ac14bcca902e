import Testing

@Suite struct `Sessions of a certificate` {
  /// What one box of packets becomes by sessions of one pair, looked up by a device.
  struct Case: CustomTestStringConvertible {
    let name: String
    /// The device that looks up: 1 shares the sessions of 0, and forwards past its filters.
    var device = 0
    /// The class.
    var kind = Sample.kind(0, 0, 1)
    let pair: String
    let packets: String
    /// What is at `REMEMBERED`.
    let boxes: [String]

    var testDescription: String { name }

    /// The line of the packets.
    var line: String { "may 1\(boxes.indices.map { " \($0)" }.joined())" }

    /// The line of a box at `REMEMBERED`.
    func line(_ number: Int, _ box: String) -> String {
      "box \(2 + number) \(Sample.sorted(box))\n"
    }

    var sample: Sample {
      let lines = boxes.enumerated().map { line($0, $1) }.joined()
      return Sample(
        """
        related family=0 protocol=1 icmpType=3
        related protocol=1,58 icmpType=1
        answer 0 8 0
        answer 1 128 129
        answer 0 13 14
        condition 0 of protocol
        device 0
        device 1
        sessions 0 related
        sessions 1 bypass with=0
        translation 0 1 replaced same
        translation 0 2 moved:256 replaced
        translation 0 3 other other
        translation 0 4 same moved:2000
        part 0 77 1
        location 0 recall \(device) 1 2
        location 1 drop a
        location 2 drop b
        tag 1
        source 1 *
        claim 0 never x 1
        """,
        """
        box 0 \(Sample.sorted(pair))
        box 1 \(Sample.sorted("\(packets) trackSourcePort=2"))
        memory 1
        memory 0
        \(kind)
        pairs 0
        \(lines)
        at 0
        \(line)
        at 2
        \(boxes.indices.map { "may \($0 + 2)\n" }.joined())
        """)
    }
  }

  static let tcp =
    "family=0 sourceIPv4=10.0.0.1 destinationIPv4=10.9.0.1 protocol=6 sourcePort=1024 "
    + "destinationPort=80 fragment=0"
  static let answered =
    "family=0 sourceIPv4=10.9.0.1 destinationIPv4=10.0.0.1 protocol=6 sourcePort=80 "
    + "destinationPort=1024 fragment=0"
  static let again = 1 << 22
  static let undo = 1 << 23

  static func registers(
    _ state: Int, _ direction: Int, _ destination: Int = 0, _ source: Int = 0, status: Int = 1
  ) -> String {
    "connectionState=\(state) connectionDirection=\(direction) connectionStatus=\(status) "
      + "destinationTranslation=\(destination) sourceTranslation=\(source)"
  }

  static let cases = [
    Case(
      name: "continuation", pair: tcp,
      packets:
        "family=0 protocol=6 sourcePort=1000-1024 mark=4 connectionState=1 sentSourcePort=9 +0",
      boxes: ["\(tcp) mark=4 \(registers(2, 0)) sessionUse=1-3 +0"]),
    Case(
      name: "continuation that bypasses filters, with a status", device: 1,
      kind: Sample.kind(0, 0, 2),
      pair: tcp, packets: "protocol=6 sourcePort=1024 sessionUse=0-2 sessionSourceIPv4=1.1.1.1",
      boxes: ["\(tcp) \(registers(18, 0, status: 2)) sessionUse=1-2"]),
    Case(
      name: "reply", pair: tcp, packets: "sourcePort=80 protocol=6-9 sessionUse=2-3 origin=4",
      boxes: ["\(answered) \(registers(2, 1)) sessionUse=3 origin=4"]),
    Case(
      name: "reply without its bound", pair: tcp,
      packets: "sourcePort=80 protocol=6 sessionUse=0-2",
      boxes: []),
    Case(
      name: "replies with ICMP", pair: "protocol=1,17 icmpType=8,13,128 fragment=0-1",
      packets: "family=0 icmpType=0,8,14,129 sessionUse=3 destinationIPv4=9.9.9.9 mark=0",
      boxes: [
        "family=0 protocol=1,17 icmpType=8 fragment=0-1 mark=0 \(registers(2, 0)) sessionUse=3",
        "family=0 protocol=17 icmpType=8 \(registers(2, 1)) sessionUse=3",
        "family=0 protocol=1 icmpType=8 fragment=1 \(registers(2, 1))",
        "family=0 protocol=1 icmpType=0 fragment=0 \(registers(2, 1))",
        "family=0 protocol=1 icmpType=14 fragment=0 \(registers(2, 1))",
      ]),
    Case(
      name: "replies with ICMPv6", device: 1,
      pair: "family=1-2 protocol=1,58 icmpType=8,128 fragment=0",
      packets: "icmpType=0,129 sessionUse=3",
      boxes: ["family=1 protocol=58 icmpType=129 fragment=0 \(registers(18, 1)) sessionUse=3"]),
    Case(
      name: "errors about a session", pair: tcp,
      packets: "family=0 protocol=1 destinationIPv4=10.9.0.0-10.9.0.255 sessionUse=1-2 +0",
      boxes: [
        "family=0 destinationIPv4=10.9.0.1 protocol=1 icmpType=3 \(registers(3, 0)) sessionUse=2 +0",
        "family=0 destinationIPv4=10.9.0.1 protocol=1 icmpType=1 \(registers(3, 0)) sessionUse=2 +0",
      ]),
    Case(
      name: "errors to the opener", pair: tcp,
      packets: "protocol=1 icmpType=3 destinationIPv4=10.0.0.1",
      boxes: [
        "family=0 destinationIPv4=10.0.0.1 protocol=1 icmpType=3 \(registers(3, 1)) sessionUse=2-3"
      ]
    ),
    Case(
      name: "errors have both addresses",
      pair: "family=1 sourceIPv4=1.1.1.1 sourceIPv6=0:0:0:0:0:0:0:1 destinationIPv4=2.2.2.2 "
        + "destinationIPv6=0:0:0:0:0:0:0:2 protocol=17",
      packets: "family=1 icmpType=1 protocol=58 sessionUse=2",
      boxes: [
        "family=1 destinationIPv4=2.2.2.2 destinationIPv6=0:0:0:0:0:0:0:2 protocol=58 "
          + "icmpType=1 \(registers(3, 0)) sessionUse=2",
        "family=1 destinationIPv4=1.1.1.1 destinationIPv6=0:0:0:0:0:0:0:1 protocol=58 "
          + "icmpType=1 \(registers(3, 1)) sessionUse=2",
      ]),
    Case(
      name: "no errors where they are not admitted", device: 1, pair: tcp,
      packets: "protocol=1 destinationIPv4=10.0.0.1,10.9.0.1", boxes: []),
    Case(
      name: "destination that was kept", kind: Sample.kind(1, 0, 1, ["DestinationIPv4": 2]),
      pair: tcp.replacing("fragment=0", with: "fragment=0 sentDestinationIPv4=192.0.2.1"),
      packets: "family=0 icmpType=3 protocol=1-6",
      boxes: [
        tcp.replacing("10.9.0.1", with: "192.0.2.1")
          .replacing("fragment=0", with: "icmpType=3 fragment=0")
          + " \(registers(2, 0, again + 1 + 2 << 20)) sessionUse=1-3 sessionDestinationIPv4=10.9.0.1",
        answered.replacing("fragment=0", with: "icmpType=3 fragment=0")
          + " \(registers(2, 1, 0, undo + 1 + 2 << 20)) sessionUse=3 sessionDestinationIPv4=192.0.2.1",
        "family=0 destinationIPv4=192.0.2.1 protocol=1 \(registers(3, 0, again + 1 + 2 << 20)) "
          + "sessionUse=2-3 sessionDestinationIPv4=10.9.0.1",
        "family=0 destinationIPv4=10.0.0.1 protocol=1 \(registers(3, 1)) "
          + "sessionUse=2-3 sessionDestinationIPv4=192.0.2.1",
      ]),
    Case(
      name: "source that was moved, port that was kept, by a part's code",
      kind: Sample.kind(77, 2, 1, ["SourceIPv4": 1, "SourcePort": 2]),
      pair: tcp.replacing("fragment=0", with: "fragment=0 sentSourcePort=5"), packets: "family=0",
      boxes: [
        tcp.replacing("10.0.0.1", with: "9.255.255.1").replacing("1024", with: "5")
          + " \(registers(2, 0, again + 1, again + 2 + 1 << 20 + 2 << 18)) sessionUse=1-3 "
          + "sessionSourcePort=1024",
        answered + " \(registers(2, 1, undo + 2 + 1 << 20 + 2 << 18, undo + 1)) sessionUse=3 "
          + "sessionSourcePort=5",
        "family=0 destinationIPv4=10.9.0.1 protocol=1 icmpType=3 \(registers(3, 0, again + 1))",
        "family=0 destinationIPv4=10.9.0.1 icmpType=1 \(registers(3, 0, again + 1))",
        "family=0 destinationIPv4=10.0.0.1 icmpType=3 "
          + registers(3, 1, undo + 2 + 1 << 20 + 2 << 18),
        "family=0 destinationIPv4=10.0.0.1 icmpType=1 "
          + registers(3, 1, undo + 2 + 1 << 20 + 2 << 18),
      ]),
    Case(
      name: "session that was not looked up", kind: Sample.kind(0, 4, 1, ["SourcePort": 1]),
      pair: tcp,
      packets: "protocol=1-6 icmpType=3",
      boxes: [
        answered.replacing("fragment=0", with: "icmpType=3 fragment=0")
          + " \(registers(2, 1, undo + 1 << 18 + 4))",
        "family=0 destinationIPv4=10.0.0.1 protocol=1 icmpType=3 "
          + "\(registers(3, 1, undo + 1 << 18 + 4)) sessionUse=2-3",
      ]),
  ]

  @Test(arguments: cases) func `sessions take packets in four ways`(_ example: Case) {
    let sample = example.sample
    sample.accepts()
    for (number, box) in example.boxes.enumerated() {
      let line = example.line(number, box)
      for part in line.split(whereSeparator: { " \n".contains($0) }) where part.contains("=") {
        let smaller = line.replacing(part, with: "\(part.prefix { $0 != "=" })=none")
        sample.rejects(line, smaller, at: example.line, "step: to location 2")
      }
      sample.rejects(
        "\nmay \(number + 2)\n", "\n", at: example.line, "step: to location 2")
      for other in [
        "trackSourcePort=1", "+0", "sentSourceIPv4=0.0.0.0", "sessionSourceIPv6=0:0:0:0:0:0:0:0",
      ]
      where !(box + " ").contains("\(other.prefix { $0 != "=" })=") && !box.contains(other) {
        let smaller = "box \(2 + number) \(Sample.sorted("\(box) \(other)"))\n"
        sample.rejects(line, smaller, at: example.line, "step: to location 2")
      }
      sample.accepts(line, "box \(2 + number) \(Sample.sorted("\(box) \(Sample.tracks())"))\n")
    }
  }

  @Test(arguments: [
    Sample.kind(5, 0, 1), Sample.kind(0, 78, 1), Sample.kind(1, 0, 1, ["DestinationPort": 2]),
    Sample.kind(1, 0, 1, ["DestinationIPv4": 1]), Sample.kind(0, 0, 1, ["SourcePort": 1]),
    Sample.kind(0, 0, 1, ["SourcePort": 3]), Sample.kind(0, 4, 1, ["SourceIPv4": 3]),
    Sample.kind(0, 2, 1, ["SourceIPv4": 2]), Sample.kind(0, 2, 1, ["SourcePort": 1]),
    Sample.kind(3, 0, 1, ["DestinationIPv4": 2]), Sample.kind(0, 3, 1, ["SourcePort": 1]),
  ])
  func `a class that cannot be read is refused`(kind: String) {
    let sample = Case(name: "", kind: kind, pair: "family=0", packets: "", boxes: []).sample
    sample.rejects("memory 0", "memory 0", at: "may 1", "memory: an unreadable class")
    sample.accepts("box 0 family=0", "box 0 family=2")
    sample.accepts("box 0 family=0", "box 0 family=0 fragment=none")
    sample.accepts("pairs 0", "")
  }

  @Test func `a class is read for each family by its own address`() {
    for (family, packets) in [("0", "family=1"), ("1", "family=0")] {
      let kind = Sample.kind(1, 0, 1, [family == "0" ? "DestinationIPv6" : "DestinationIPv4": 1])
      let sample = Case(
        name: "", kind: kind, pair: "family=\(family)", packets: packets, boxes: []
      ).sample
      sample.accepts()
      sample.rejects(
        "box 0 family=\(family)", "box 0 family=0-1", at: "may 1", "memory: an unreadable class")
    }
  }

  @Test func `without a bound on sessions nothing is known of their packets`() {
    let sample = Case(name: "", pair: "family=2", packets: "", boxes: []).sample
    let memory = "memory 0\n\(Sample.kind(0, 0, 1))\npairs 0\n"
    sample.accepts()
    sample.rejects(memory, "", at: "may 1", "memory: any session of device 0")
    sample.replacing(memory, "").accepts("at 2\n", "open 2\n")
    sample.rejects("at 2\n", "open 2\nat 2\n", at: "at 2", "format: ")
    sample.replacing(memory, "").rejects(
      "at 2\n", "", at: "may 1", "memory: any session of device 0")
    sample.replacing("memory 1\n", "").rejects(
      "0 related\n", "0 related with=1\n", at: "may 1", "memory: any session of device 1")
  }

  @Test func `what sessions take may be passed through`() {
    let sample = Case(
      name: "", pair: Self.tcp, packets: "family=0 protocol=6 sourcePort=1024", boxes: []
    ).sample.replacing("location 2 drop b", "location 2 choose 3 3\nlocation 3 drop b")
      .replacing("at 2\n", "box 2 connectionState=2 trackSourcePort=0\nat 3\nmay 2\n")
    sample.accepts("may 1\n", "may 1 0*2\n")
    sample.rejects("may 1\n", "may 1 0\n", at: "may 1 0", "hints: too few")
    sample.replacing("may 1\n", "may 1 0*2\n").rejects(
      "connectionState=2", "connectionState=3", at: "may 1 0*2", "step: to location 3")
  }

  @Test func `the first box of nothing does not hide the sessions of others`() {
    let example = Self.cases[0]
    let sample = example.sample.replacing("at 0\n", "box 3 vrf=none\nat 0\nmay 3\n")
    sample.accepts()
    sample.rejects("may 1 0\n", "may 1\n", at: "may 1", "hints: too few")
  }

  @Test func `fresh packets go on without their trail`() {
    let sample = Case(name: "", pair: "family=2", packets: "mark=2 sentSourcePort=1 +0", boxes: [])
      .sample.replacing("may 1\n", "may 1 0\n")
      .replacing("at 2\n", "at 2\nbox 2 mark=2 trackSourcePort=0 +0\nat 1\nmay 2\n")
      .replacing("source 1 *\n", "")
    sample.accepts()
    for smaller in [
      "sentSourcePort=1", "mark=3", "-0", "connectionState=0", "trackSourcePort=2",
    ] {
      sample.rejects(
        "mark=2 trackSourcePort=0 +0", smaller, at: "may 1 0", "step: to location 1")
    }
  }
}

@Suite struct `Memories of a certificate` {
  static let packets =
    "sourceIPv4=10.0.0.1 protocol=6 connectionStatus=1 destinationTranslation=0 "
    + "sourceTranslation=0-1 \(Sample.tracks(["SourceIPv4": 2])) sentSourceIPv4=10.0.0.5 +0"
  static let kept = ["SourceIPv4": 2]
  static let may = "may 6 1*2 0 1"
  static let sample = Sample(
    """
    condition 0 of protocol
    device 0
    sessions 0
    translation 0 1 replaced other
    location 0 remember 0 1
    location 1 drop a
    tag 1
    source 1 *
    claim 0 never x 1
    """,
    """
    open 1
    box 0 family=0
    box 1 sourceIPv4=10.0.0.1 sentSourceIPv4=10.0.0.0-10.0.0.9
    box 2 family=0 protocol=6
    box 3 family=1
    box 4 *
    box 5 *
    box 6 \(packets)
    memory 0
    \(Sample.kind(0, 0, 1))
    pairs 4
    \(Sample.kind(0, 0, 1, kept))
    pairs 0 1
    \(Sample.kind(0, 1, 1, kept))
    pairs 2 3
    \(Sample.kind(0, 1, 2, kept))
    at 0
    \(may)
    """)

  @Test func `every session that is opened is inside a pair`() {
    let (sample, may) = (Self.sample, Self.may)
    sample.accepts()
    sample.accepts("may 6 1*2", "may 6 1 1")
    sample.accepts("may 6 1*2", "may 6 1 1")
    sample.rejects(
      Self.packets, Self.packets.replacing("10.0.0.1", with: "10.0.0.2"), at: may,
      "memory: a session that no pair has")
    for hints in ["0 0 0 1", "1 1 1 1", "1 1 0 0", "1 1 0 2", "1 1 h0.0 1", "2 0 0 1", "> 1 0 1"] {
      sample.rejects(may, "may 6 \(hints)", at: "may 6 \(hints)", "memory: a session that no pair")
    }
    sample.accepts("may 6 1*2 0 1", "may 6 1 1 0 1")
    sample.rejects(may, "may 6 1*2 0", at: "may 6 1*2 0", "hints: too few")
    sample.rejects(may, "may 6", at: "may 6", "hints: too few")
    sample.rejects(may, "may 6 1*2 0 1*2", at: "may 6 1*2 0 1*2", "hints: too many")
    sample.rejects("10.0.0.9", "10.0.0.4", at: may, "memory: a session that no pair has")
    let ghost = "box 3 family=1 sentSourceIPv4=1.1.1.1"
    sample.rejects("box 3 family=1", ghost, at: may, "memory: a session that no pair has")
    sample.rejects("replaced other", "moved:1 other", at: may, "memory: an unreadable class")
    sample.rejects("translation 0 1", "translation 0 2", at: may, "memory: an unreadable class")
    sample.rejects("pairs 2 3\n", "", at: may, "memory: a session that no pair has")
  }

  @Test func `every class that is opened is there`() {
    let sample = Self.sample
    for (old, new) in [
      ("sourceTranslation=0-1", "sourceTranslation=0-2"),
      ("destinationTranslation=0 ", "destinationTranslation=0,4 "),
      ("destinationTranslation=0 ", ""), ("connectionStatus=1", "connectionStatus=0-1"),
      ("trackSourcePort=0", "trackSourcePort=0,3"), ("trackSourcePort=0 ", ""),
    ] {
      sample.rejects(
        Self.packets, Self.packets.replacing(old, with: new), at: Self.may,
        "memory: a class is missing")
    }
    sample.replacing("1*2 0 1", "1*2").rejects(
      Sample.kind(0, 1, 1, Self.kept), Sample.kind(0, 1, 1, ["SourcePort": 2]), at: "may 6 1*2",
      "memory: a class is missing")
    // With both tracks, all classes but the last are opened.
    let both = Self.packets.replacing("trackSourceIPv4=2", with: "trackSourceIPv4=0,2")
      .replacing("sourceTranslation=0-1", with: "sourceTranslation=0")
    sample.replacing(Self.packets, both).accepts("1*2 0 1", "0*2 1*2")
  }

  @Test func `packets with a tag, and those of no family, open nothing`() {
    let sample = Self.sample.replacing(Self.may, "may 6")
    sample.accepts("sourceTranslation=0-1", "sourceTranslation=0-1 origin=1-9")
    sample.accepts("box 6 sourceIPv4", "box 6 family=2 sourceIPv4")
    sample.replacing("box 6 sourceIPv4", "box 6 family=1 sourceIPv4").accepts("may 6", "may 6 1*2")
    sample.replacing("memory 0\n", "memory 0\n").rejects(
      "sourceTranslation=0-1", "sourceTranslation=0-1 origin=0-9", at: "may 6", "hints: too few")
  }
}
