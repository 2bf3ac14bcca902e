import Testing

@Suite struct `Sessions of a certificate` {
  /// What one box of packets becomes by sessions of one pair, looked up by a device.
  struct Case: CustomTestStringConvertible {
    let name: String
    /// The device that looks up: 1 shares the sessions of 0, and forwards past its filters.
    var device = 0
    /// The class: two codes, a status, a trail.
    var kind = "0 0 1 -"
    let pair: String
    let packets: String
    /// What is at `REMEMBERED`.
    let boxes: [String]

    var testDescription: String { name }

    /// The line of the packets.
    var line: String { "box \(Sample.sorted(packets))" }

    var sample: Sample {
      let lines = boxes.map { "box \(Sample.sorted($0))\n" }.joined()
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
        memory 1
        memory 0
        class \(kind)
        pair \(Sample.sorted(pair))
        at 0
        trail sourcePort:kept
        \(line)
        hints\(boxes.indices.map { " \($0)" }.joined())
        at 2
        trail -
        \(lines)
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
      name: "continuation that bypasses filters, with a status", device: 1, kind: "0 0 2 -",
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
      name: "no errors where they are not admitted", device: 1, pair: tcp,
      packets: "protocol=1 destinationIPv4=10.0.0.1,10.9.0.1", boxes: []),
    Case(
      name: "destination that was kept", kind: "1 0 1 destinationIPv4:kept",
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
      kind: "77 2 1 sourceIPv4:moved,sourcePort:kept",
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
      name: "session that was not looked up", kind: "0 4 1 sourcePort:moved", pair: tcp,
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
    for box in example.boxes.map(Sample.sorted) {
      for part in box.split(separator: " ") where part.contains("=") {
        let smaller = box.replacing(part, with: "\(part.prefix { $0 != "=" })=none")
        sample.rejects(
          "box \(box)\n", "box \(smaller)\n", at: example.line, "step to location 2")
      }
    }
    if let last = example.boxes.last.map(Sample.sorted) {
      sample.rejects("\nbox \(last)\n", "\n", at: example.line, "step to location 2")
    }
  }

  @Test(arguments: [
    "5 0 1 -", "0 78 1 -", "1 0 1 destinationPort:kept", "1 0 1 destinationIPv4:moved",
    "0 0 1 sourcePort:moved", "0 0 1 sourcePort:lost",
    "0 4 1 sourceIPv4:lost",
    "0 2 1 sourceIPv4:kept", "0 2 1 sourcePort:moved", "3 0 1 destinationIPv4:kept",
    "0 3 1 sourcePort:moved",
  ])
  func `a class that cannot be read is refused`(kind: String) {
    let sample = Case(name: "", kind: kind, pair: "family=0", packets: "*", boxes: []).sample
    sample.rejects(
      "memory 0", "memory 0",
      at: sample.text.split(separator: "\n").first { $0.hasPrefix("box") }.map(String.init) ?? "",
      "memory: an unreadable class")
    sample.accepts("pair family=0", "pair family=2")
    sample.accepts("pair family=0", "pair family=0 fragment=none")
    sample.accepts("pair family=0", "")
  }

  @Test func `a class is read for each family by its own address`() {
    for (family, packets) in [("0", "family=1"), ("1", "family=0")] {
      let kind = "1 0 1 destinationIPv\(family == "0" ? "6" : "4"):moved"
      let sample = Case(
        name: "", kind: kind, pair: "family=\(family)", packets: packets, boxes: []
      ).sample
      sample.accepts()
      sample.rejects(
        "pair family=\(family)", "pair family=0-1",
        at: sample.text.split(separator: "\n").first { $0.hasPrefix("box") }.map(String.init) ?? "",
        "memory: an unreadable class")
    }
  }

  @Test func `without a bound on sessions nothing is known of their packets`() {
    let sample = Case(name: "", pair: "family=2", packets: "*", boxes: []).sample
    let memory = "memory 0\nclass 0 0 1 -\npair family=2\n"
    sample.accepts()
    sample.rejects(memory, "", at: "box *", "memory: any session of device 0")
    sample.replacing(memory, "").accepts("at 2\ntrail -\n", "")
    sample.replacing("memory 1\n", "").rejects(
      "0 related\n", "0 related with=1\n", at: "box *", "memory: any session of device 1")
  }

  @Test func `the first box of nothing does not hide the sessions of others`() {
    let example = Self.cases[0]
    let sample = example.sample.replacing("kept\nbox", "kept\nbox vrf=none\nbox")
    sample.accepts()
    sample.rejects("hints 0\n", "", at: example.line, "hints: too few")
  }

  @Test func `fresh packets go on without their trail`() {
    let box = "box mark=2 sentSourcePort=1 +0"
    let sample = Case(name: "", pair: "family=2", packets: "mark=2 sentSourcePort=1 +0", boxes: [])
      .sample.replacing("hints\n", "hints 0\nat 1\ntrail -\nbox mark=2 +0\n")
      .replacing("source 1 *\n", "")
    sample.accepts()
    for smaller in ["sentSourcePort=1", "mark=3", "-0", "connectionState=0"] {
      sample.rejects("mark=2 +0\n", "\(smaller)\n", at: box, "step to location 1")
    }
    sample.rejects("at 1\ntrail -", "at 1\ntrail sourcePort:kept", at: box, "step to location 1")
  }
}

@Suite struct `Memories of a certificate` {
  static let packets =
    "sourceIPv4=10.0.0.1 protocol=6 connectionStatus=1 destinationTranslation=0 "
    + "sourceTranslation=0-1 sentSourceIPv4=10.0.0.5 +0"
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
    memory 0
    class 0 0 1 -
    class 0 0 1 sourceIPv4:kept
    pair family=0
    pair sourceIPv4=10.0.0.1 sentSourceIPv4=10.0.0.0-10.0.0.9
    class 0 1 1 sourceIPv4:kept
    pair family=0 protocol=6
    pair family=1
    class 0 1 2 sourceIPv4:kept
    at 0
    trail sourceIPv4:kept
    box \(packets)
    hints 1*2 0 1
    """)

  @Test func `every session that is opened is inside a pair`() {
    let (sample, box) = (Self.sample, "box \(Self.packets)")
    sample.accepts()
    sample.accepts("hints 1*2", "hints 0 1")
    let other = box.replacing("10.0.0.1", with: "10.0.0.2")
    sample.rejects(box, other, at: other, "memory: a session that no pair has")
    for hints in ["0 0 0 1", "1 1 1 1", "1 1 0 0", "1 1 0 2", "1 1 h0.0 1", "2 0 0 1"] {
      sample.rejects("hints 1*2 0 1", "hints \(hints)", at: box, "memory: a session that no pair")
    }
    sample.rejects("hints 1*2 0 1", "hints 1*2 0", at: "hints 1*2 0", "hints: too few")
    sample.rejects("hints 1*2 0 1", "", at: box, "hints: too few")
    sample.rejects("hints 1*2 0 1", "hints 1*2 0 1*2", at: "hints 1*2 0 1*2", "hints: too many")
    sample.rejects("10.0.0.9", "10.0.0.4", at: box, "memory: a session that no pair has")
    let ghost = "\npair family=1 sentSourceIPv4=1.1.1.1"
    sample.rejects("\npair family=1", ghost, at: box, "memory: a session that no pair has")
    sample.rejects("replaced other", "moved:1 other", at: box, "memory: a session that no pair")
    sample.rejects("translation 0 1", "translation 0 2", at: box, "memory: a session that no pair")
  }

  @Test func `every class that is opened is listed`() {
    let (sample, box) = (Self.sample, "box \(Self.packets)")
    for (old, new) in [
      ("sourceTranslation=0-1", "sourceTranslation=0-2"),
      ("destinationTranslation=0 ", "destinationTranslation=0,4 "),
      ("destinationTranslation=0 ", ""), ("connectionStatus=1", "connectionStatus=0-1"),
    ] {
      let other = box.replacing(old, with: new)
      sample.rejects(box, other, at: other, "memory: a class is missing")
    }
    let kind = "class 0 1 1 sourceIPv4:kept"
    sample.replacing("1*2 0 1", "1*2").rejects(
      kind, "class 0 1 1 -", at: box, "memory: a class is missing")
  }

  @Test func `packets with a tag, and those of no family, open nothing`() {
    let sample = Self.sample.replacing("hints 1*2 0 1\n", "")
    sample.accepts("sentSourceIPv4=10.0.0.5", "origin=1-9 sentSourceIPv4=10.0.0.5")
    sample.accepts("box sourceIPv4", "box family=2 sourceIPv4")
    sample.replacing("box sourceIPv4", "box family=1 sourceIPv4")
      .accepts("+0\n", "+0\nhints 1*2\n")
  }
}
