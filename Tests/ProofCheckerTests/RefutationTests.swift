import Testing

@Suite struct `Refutations` {
  static let published = Sample(
    whole: Gateway.network + Gateway.published, "VIOLATED 1 published given +0")
  static let answered = Sample(
    whole: Gateway.network + Gateway.answered, "VIOLATED 2 answered given -1")
  static let starts =
    "starts 1 destinationIPv4=192.0.2.5 protocol=6 destinationPort=80 origin=1 +0"
  static let opens =
    "starts 0 sourceIPv4=10.0.0.9 destinationIPv4=198.51.100.7 protocol=17 sourcePort=2000 destinationPort=53"
  static let replies =
    "starts 1 sourceIPv4=198.51.100.7 destinationIPv4=192.0.2.1 protocol=17 sourcePort=53 destinationPort=3000 sessionUse=3 origin=1"
  static let recalled =
    "goes 7 connectionState=2 connectionDirection=1 destinationTranslation=11010049 sessionSourceIPv4=10.0.0.9 sessionSourcePort=2000"

  @Test func `a run that breaks a claim is one`() {
    for (sample, text) in [
      (Self.published, Gateway.published), (Self.answered, Gateway.answered),
    ] {
      sample.accepts()
      #expect(Walk.complaint(Gateway.network, text) == nil)
    }
    // What is any value may be any, and what is 0 may be left out or not.
    Self.published.accepts(
      Self.starts, Self.starts.replacing("origin=1", with: "origin=1 sentSourcePort=5"))
    Self.published.accepts("ingress=2 egress=1\n", "ingress=2 egress=1 sentSourcePort=0\n")
    Self.published.accepts("goes 3 *", "goes 3 sentSourcePort=9")
    Self.answered.accepts(Self.recalled, Self.recalled + " sessionDestinationPort=7")
    // Of the port's condition a new outcome, after the port was written.
    Self.answered.accepts("sentDestinationPort=3000\n", "sentDestinationPort=3000 +0\n")
  }

  @Test(arguments: [
    ("goes 3 *", "goes 7 *"), ("goes 3 *", "goes 4 *"), ("goes 5 *", "goes 4 *"),
    ("goes 5 *", "goes 17 *"), ("goes 5 *", "goes 5 mark=1"), ("goes 5 *", "goes 5 -0"),
    ("goes 5 *\n", ""), ("goes 8 *", "goes 8 sentSourcePort=1"),
    ("goes 3 *", "goes 3 sourcePort=1"),
    ("goes 3 *", "goes 3 +1"), ("goes 3 *", "goes 3 -0"),
    ("10.0.0.5", "10.0.0.6"), ("destinationTranslation=2", "destinationTranslation=1"),
    (" trackDestinationIPv4=1", ""), ("trackDestinationIPv4=1", "trackDestinationIPv4=2"),
    ("trackDestinationIPv4=1", "trackDestinationIPv4=1 sentDestinationIPv4=192.0.2.5"),
    ("ingress=0 egress=0", "ingress=0"), (" trackDestinationIPv4=0", ""),
    ("goes 16", "goes 18"), ("goes 14 *\n", "goes 14 *\ngoes 14 *\n"),
    ("trackDestinationIPv4=0\n", "trackDestinationIPv4=0\ngoes 16 *\n"),
  ])
  func `a step that the network does not allow is none`(old: String, new: String) {
    let sample = Self.published
    let changed = sample.replacing(old, new)
    let answers = Sample.answers(changed.text)
    #expect(answers.last?.contains(": refutation: ") == true, "\(answers)")
    let text = "firebreak-refutation" + changed.text.split(separator: "firebreak-refutation")[1]
    #expect(Walk.complaint(Gateway.network, text) != nil)
  }

  @Test func `the last packet has a tag, and ends where it is forbidden`() {
    let sample = Self.published
    let end =
      "\ngoes 14 *\ngoes 16 connectionStatus=0 ingress=0 egress=0 destinationTranslation=0 trackDestinationIPv4=0"
    let first = "firebreak-refutation 1"
    for (old, new, line) in [
      (end, "", first), (end, "\ngoes 14 *", first), ("refutes 1", "refutes 2", first),
      ("refutes 1", "refutes 0", first),
      (Self.starts, Self.starts.replacing("origin=1 ", with: ""), first),
      (Self.starts, Self.starts.replacing("origin=1 ", with: "origin=2 "), ""),
      (Self.starts, Self.starts.replacing("80 ", with: "81 "), "goes 5 *"),
      (Self.starts, Self.starts.replacing("80 ", with: "80 fragment=1 "), ""),
      (Self.starts, Self.starts.replacing("starts 1", with: "starts 0"), ""),
      (Self.starts, Self.starts.replacing("starts 1", with: "starts 3"), ""),
      (Self.starts, Self.starts.replacing(" +0", with: " trackSourcePort=1 +0"), ""),
      (Self.starts, Self.starts.replacing("starts 1", with: "starts 1 family=1"), ""),
      ("forbid 16 destinationPort=80", "forbid 16 destinationPort=80 -0", first),
      ("forbid 16 destinationPort=80", "forbid 14 destinationPort=80", first),
    ] {
      let changed = line.isEmpty ? new.split(separator: "\n").first.map(String.init) ?? "" : line
      sample.rejects(old, new, at: changed, "refutation: ")
    }
    sample.accepts("forbid 16 destinationPort=80", "forbid 16 destinationPort=80 +0")
    sample.accepts("claim 1 never published 1", "claim 1 never published 1")
  }

  @Test func `conditions that choose are told`() {
    var sample = Self.published
    sample.answer = "VIOLATED 1 published"
    sample.accepts("destinationPort=80 ingress=2 +0", "destinationPort=80 ingress=2")
    // Only those of boxes that hold the fields, up to the first entry that has the packet.
    let entry = "entry 0 ingress=1"
    sample.answer = "VIOLATED 1 published given +0 -1"
    sample.accepts(entry, "entry 0 ingress=1\\nentry 2 ingress=2 +1".replacing("\\n", with: "\n"))
    sample.answer = "VIOLATED 1 published given +0"
    sample.accepts(entry, "entry 0 ingress=1 +1")
    sample.accepts("ingress=2 +0", "ingress=2 +0\nentry 2 ingress=2 +1")
    sample.answer = "VIOLATED 1 published given +0 -1"
    sample.accepts("ingress=2 +0", "ingress=2 +1\nor ingress=2 +0")
    // What starts, and what is forbidden, may depend on them, too.
    sample.accepts("source 1 family=0 fragment=0", "source 1 family=0 fragment=0 -1")
    sample.accepts("forbid 16 destinationPort=80", "forbid 16 destinationPort=80 -1")
    // Outcomes before and after the port was written.
    sample.answer = "VIOLATED 1 published given +0 -0"
    let leaves = "destinationTranslation=0 trackDestinationIPv4=0\n"
    sample.replacing("10.0.0.0 ; set", "10.0.0.0 ; set destinationPort 80 ; set")
      .replacing(leaves, leaves.dropLast() + " trackDestinationPort=0\n")
      .replacing("entry 0 egress=1", "entry 2 egress=1 +0\nentry 0 egress=1")
      .accepts(
        "destinationTranslation=2 trackDestinationIPv4=1\n",
        "destinationTranslation=2 trackDestinationIPv4=1 trackDestinationPort=2 sentDestinationPort=80 -0\n"
      )
  }

  @Test func `sessions are those of packets before`() {
    let (sample, starts) = (Self.answered, Self.replies)
    let opener = sample.text.split(separator: Self.opens)[1].split(separator: "starts")[0]
    sample.rejects("\(Self.opens)\(opener)", "", at: Self.recalled, "refutation: ")
    // The packet that opens it comes later, or is not at `remember` yet, or has another port or tag.
    let end = sample.text.split(separator: starts)[1].split(separator: "end\n")[0]
    sample.rejects(
      "\(Self.opens)\(opener)\(starts)\(end)", "\(starts)\(end)\(Self.opens)\(opener)",
      at: Self.recalled, "refutation: ")
    sample.rejects("goes 8 *\ngoes 15 *\n", "", at: Self.recalled, "refutation: ")
    sample.rejects(
      starts, starts.replacing("3000", with: "3001"), at: Self.recalled, "refutation: ")
    sample.rejects(
      starts, starts.replacing("protocol=17", with: "protocol=6"), at: Self.recalled, "refutation: "
    )
    sample.rejects(
      starts, starts.replacing("198.51.100.7", with: "198.51.100.8"), at: Self.recalled,
      "refutation: ")
    sample.rejects(
      starts, starts.replacing("sessionUse=3", with: "sessionUse=2"), at: Self.recalled,
      "refutation: ")
    for (old, new) in [
      ("State=2", "State=3"), ("State=2", "State=18"), ("Direction=1", "Direction=0"),
      ("11010049", "11010050"), ("11010049", "6815745"), ("10.0.0.9", "10.0.0.8"), ("2000", "3000"),
      ("sessionSourcePort", "sentSourcePort=1 sourceTranslation=1 sessionSourcePort"),
    ] {
      let line = Self.recalled.replacing(old, with: new)
      sample.rejects(
        Self.recalled, line, at: line, new.contains(" s") ? "format: " : "refutation: ")
    }
    // Packets with a tag open nothing, and none comes after one.
    sample.replacing("source 1 family=0", "source 0 family=0 fragment=0\nsource 1 family=0")
      .rejects(Self.opens, Self.opens + " origin=1", at: Self.replies, "refutation: ")
    // Nor does a packet take its own.
    sample.rejects(
      "goes 8 *\ngoes 15 *\n\(starts)\n", "goes 2 *\ngoes 7 *\n", at: "goes 2 *", "refutation: ")
  }

  @Test func `sessions that cannot be read are refused`() {
    let sample = Self.answered
    for (old, new) in [
      ("translation 0 1 replaced replaced", "translation 0 1 replaced same"),
      ("translation 0 1 replaced replaced", "translation 0 1 other replaced"),
      ("set sourceTranslation 1", "set sourceTranslation 3"),
    ] {
      let answers = Sample.answers(
        sample.replacing(old, new).text.replacing(
          "sourceTranslation=1 ", with: "sourceTranslation=\(new.last ?? "1") "
        )
        .replacing("sourceTranslation=e ", with: "sourceTranslation=1 ")
        .replacing("sourceTranslation=d ", with: "sourceTranslation=1 "))
      #expect(answers.last?.contains("memory: an unreadable class") == true, "\(answers)")
    }
  }

  @Test func `a global condition has one outcome`() {
    let sample = Self.answered
    let starts = Self.replies
    sample.rejects(starts, starts + " +1", at: starts + " +1", "refutation: ")
    sample.rejects(Self.opens, Self.opens + " +1", at: "goes 15 *", "refutation: ")
    var fine = sample.replacing("entry 2 egress=2 +1", "entry 2 egress=2 -1")
      .replacing(starts, starts + " +1")
    fine.answer = "VIOLATED 2 answered given +1"
    fine.accepts(Self.opens, Self.opens + " +1")
    fine.rejects("goes 15 *", "goes 15 *", at: "goes 15 *", "refutation: ")
    // One that is evaluated for each packet may have several.
    sample.accepts(starts, starts + " +0")
  }

  @Test(arguments: [
    ("firebreak-refutation 1", "firebreak-refutation 2"), ("network 0", "network "),
    ("refutes 1", "refutes"), ("refutes 1", "refutes 1 2"), ("refutes 1", "refutes 3"),
    ("refutes 1", "claims 1"), ("refutes 1\n", ""), ("refutes 1", "refutes 1\nrefutes 1"),
    ("starts 1", "goes 1 *\nstarts 1"), ("starts 1", "starts 99"), ("starts 1 ", "starts 1 +9 "),
    ("protocol=6", "protocol=6-7"), ("protocol=6", "protocol=none"), ("protocol=6", "protocol=$0"),
    ("protocol=6", "protocol=6,8"), ("goes 3 *", "goes 3"), ("goes 3 *", "goes 3 * *"),
    ("goes 3 *", "goes 99 *"), ("goes 3 *", "may 0"), ("goes 3 *", "at 3"), ("goes 3 *", "open 3"),
    ("goes 3 *", "box 0 *"), ("goes 3 *", "memory 0"), ("goes 3 *", "gose 3 *"),
    ("goes 3 *", "goes 3 -0 +0"), ("goes 3 *", "goes 3 mark=1 family=0"), ("end", "end 1"),
    ("end", ""),
  ])
  func `a refutation that the page does not allow is refused`(old: String, new: String) {
    var sample = Self.published
    sample.replace(old, with: new, after: "firebreak-ref")
    let answers = Sample.answers(sample.text)
    #expect(answers.last?.contains(": format: ") == true, "\(answers)")
  }

  @Test func `only what may not happen at all is refuted`() {
    let text = """
      firebreak-network 1
      claim 0 apart x
      left a
      right a
      firebreak-refutation 1
      network \(Sample.digest)
      refutes 0
      end

      """
    #expect(Sample.answers(text).last?.contains("REJECTED line 5: refutation") == true)
  }

  @Test func `certificates and refutations stand side by side`() {
    let answers = Sample.answers(Gateway.text + Gateway.published + Gateway.answered)
    #expect(
      answers == [
        "NETWORK \(Sample.digest)", "VERIFIED 0 in", "VIOLATED 1 published given +0",
        "VIOLATED 2 answered given -1",
      ])
    let other = Gateway.published.replacing("network 0", with: "network 1")
    #expect(Sample.answers(Gateway.text + other).last?.contains(": network: ") == true)
  }
}
