import ProofChecker
import Testing

@Suite struct `Locations of a certificate` {
  /// A network with packets of tag 1 that start at location 0.
  static func sample(_ locations: String, forbid: String, _ certificate: String) -> Sample {
    Sample(
      """
      valid family=0
      condition 0 global
      condition 1 of protocol,sourcePort
      segment 0 @ lan
      device 0 @ gw
      device 1
      sessions 0
      table 0
      entry 1 protocol=6 destinationPort=80
      or protocol=17 destinationPort=53
      entry 0 protocol=6 +1
      otherwise 2
      \(locations)
      tag 1
      source 0 family=0
      watched 0
      tag 2
      source 0 *
      claim 0 never x 1
      forbid \(forbid)
      """, certificate)
  }

  static let start = "starts 0\nbox 0 family=0 origin=1\nat 0"

  @Test(arguments: ["choose", "spread"])
  func `choose and spread lead to each of their locations`(word: String) {
    let sample = Self.sample(
      "location 0 \(word) 1 2\nlocation 1 deliver segment 0\nlocation 2 drop filtered",
      forbid: "1 family=1",
      """
      \(Self.start)
      may 0 0 1
      box 1 family=0
      box 2 family=1
      box 3 *
      at 1
      may 1
      at 2
      may 2
      may 3
      """)
    sample.accepts()
    sample.accepts("may 0 0 1", "may 0 0 1 @ a remark")
    sample.accepts("at 2\nmay 2", "at 2\nmay 1")
    sample.rejects("may 0 0 1", "may 0 0", at: "may 0 0", "hints: too few")
    sample.rejects("may 0 0 1", "may 0", at: "may 0", "hints: too few")
    sample.rejects("may 0 0 1", "may 0 0 1 0", at: "may 0 0 1 0", "hints: too many")
    for hints in ["0 0", "0 2", "0 h0.0", "0 s0.0.0", "1 1", "0 >", "> 1"] {
      sample.rejects("may 0 0 1", "may 0 \(hints)", at: "may 0 \(hints)", "step: to location")
    }
    sample.rejects("starts 0", "starts 1", at: "starts 1", "step: to location 0")
    sample.rejects("starts 0", "", at: "firebreak-certificate 2", "hints: too few")
    let other = "\nat 2\nmay 2\nmay 3"
    sample.rejects(other, "", at: "may 0 0 1", "hints: too many")
    sample.rejects(other, "\nopen 2", at: "may 0 0 1", "hints: too many")
    sample.replacing("may 0 0 1", "may 0 0").accepts(other, "")
    sample.replacing("may 0 0 1", "may 0 0").accepts(other, "\nopen 2")
    sample.rejects("at 1\nmay 1", "at 1", at: "may 0 0 1", "step: to location 1")
  }

  @Test func `match goes by the first entry`() {
    let may = "may 0 0 1 s0.0.1 h0.0 0 s1.0.0 s1.0.1 h1.0 0 1"
    let locations =
      "location 0 match 0 1 2 3\nlocation 1 drop a\nlocation 2 drop b\nlocation 3 drop c"
    let sample = Self.sample(
      locations, forbid: "1 protocol=7",
      """
      \(Self.start)
      \(may)
      box 1 protocol=6 +1
      box 2 protocol=6 destinationPort=80
      box 3 protocol=17
      box 4 family=0 -1
      box 5 protocol=0-5,7-255
      at 1
      may 1
      at 2
      may 2
      may 3
      at 3
      may 4
      may 5
      """)
    sample.accepts()
    // The part inside comes first: of what is neither web nor name service, TCP with and without +1.
    sample.accepts(may, "may 0 0 1 0 s1.0.0 s1.0.1 h1.0 0 1")
    for broken in [
      "0 1 h0.0 s1.0.0 s1.0.1 h1.0 0 1", "0 1 0 s1.0.0 s1.0.1 h1.0 0 0",
      "0 0 0 s1.0.0 s1.0.1 h1.0 0 1", "0 1 s0.0.1 0 0 s1.0.0 h1.0 1 1",
      "0 1 0 s1.0.0 s1.0.2 h1.0 0 1", "0 1 0 s3.0.0 h1.0 0", "0 1 0 s1.1.0 h1.0 0",
      "0 1 0 s1.0.0 s1.0.1 h2.0 0 1", "0 1 0 s1.0.0 s1.0.1 h1.1 0 1", "0 h0.0 0 0 0",
      "0 1 0 s1.0.1 s1.0.0 0 h1.0 0", "0 1 h1.0 s1.0.0 s1.0.1 h1.0 0 1", "> 1 0 0 0",
    ] {
      sample.rejects(may, "may 0 \(broken)", at: "may 0 \(broken)", "step: to location")
    }
    sample.replacing(may, "may 0 0 s1.0.0 s1.0.1 h1.0 0 1")
      .accepts("at 2\nmay 2\nmay 3", "open 2")
    let outcome = "location 0 match 0 1 2"
    sample.rejects("location 0 match 0 1 2 3", outcome, at: outcome, "format: ")
  }

  @Test func `what earlier entries hide is nowhere`() {
    let sample = Self.sample(
      "location 0 match 0 1 2\nlocation 1 drop a\nlocation 2 drop b",
      forbid: "2 *", "\(Self.start)\nmay 0 0 h0.0\nbox 1 *\nat 1\nmay 1\nat 2"
    )
    .replacing(
      "or protocol=17 destinationPort=53\nentry 0 protocol=6 +1\notherwise 2", "otherwise 1"
    )
    .replacing("entry 1 protocol=6 destinationPort=80", "entry 0 family=0")
    sample.accepts()
    sample.rejects("h0.0", "0", at: "may 0 0 0", "step: to location 2")
    sample.rejects(
      "family=0\notherwise", "protocol=0-5\notherwise", at: "may 0 0 h0.0", "step: to location 2")
    // An entry hides nothing from itself.
    sample.replacing("at 1\nmay 1\n", "").replacing("may 0 0 h0.0", "may 0 > h0.0").accepts()
    sample.rejects("may 0 0 h0.0", "may 0 h0.0*2", at: "may 0 h0.0*2", "step: to location 1")
  }

  @Test func `watch raises the monitor of tags that watch`() {
    let sample = Self.sample(
      "location 0 watch 0 1\nlocation 1 drop a", forbid: "1 monitor=0",
      """
      starts 0
      box 0 family=0
      box 1 monitor=1
      box 2 origin=0,2-65535
      at 0
      may 0 1 0
      at 1
      may 1
      may 2
      """)
    sample.accepts()
    sample.rejects("watch 0 1", "watch 1 1", at: "may 0 1 0", "step: to location 1")
    sample.rejects("box 1 monitor=1", "box 1 monitor=0-1", at: "may 1", "safety: claim 0")
    sample.rejects("may 0 1 0", "may 0 0 1", at: "may 0 0 1", "step: to location 1")
  }

  @Test func `leave clears what a device knows`() {
    let sample = Self.sample(
      "location 0 leave 1\nlocation 1 drop a", forbid: "1 mark=1-4294967295",
      """
      starts 0
      box 0 *
      box 1 trackSourcePort=1 sentSourcePort=1 sessionSourcePort=1
      box 2 mark=0 vrf=0 trackSourcePort=0
      at 0
      may 0 0
      may 1 0
      at 1
      may 2
      """)
    sample.accepts()
    for more in [" sentSourcePort=1", " sessionSourcePort=1"] {
      sample.rejects("Port=0\n", "Port=0\(more)\n", at: "may 0 0", "step: to location 1")
      sample.replacing("may 0 0\n", "").replacing("starts 0\n", "").replacing(
        "source 0 family=0\n", ""
      )
      .rejects("Port=0\n", "Port=0\(more)\n", at: "may 1 0", "step: to location 1")
    }
    sample.rejects("trackSourcePort=0\n", "+0\n", at: "may 0 0", "step: to location 1")
    sample.rejects("mark=0 vrf=0", "mark=0 monitor=0", at: "may 0 0", "step: to location 1")
  }

  @Test func `a claim holds if nothing forbidden is there`() {
    let sample = Self.sample(
      "location 0 drop a", forbid: "0 protocol=1 +0",
      "starts 1\nbox 0 origin=2\nbox 1 protocol=1 -0\nbox 2 protocol=2\nat 0\nmay 1\nmay 2\nmay 0"
    )
    .replacing("source 0 family=0", "source 0 protocol=2")
    sample.accepts()
    for other in ["origin=1", "protocol=1", "family=0 origin=0-9", "protocol=1 +0", "*", "-1"] {
      sample.rejects("protocol=1 -0", other, at: "may 1", "safety: claim 0 forbids")
      sample.rejects("origin=2", other, at: "may 0", "safety: claim 0 forbids")
    }
    sample.accepts("protocol=1 -0", "origin=0,2-65535")
    sample.accepts("protocol=1 -0", "protocol=1 destinationPort=none")
  }

  @Test func `forbidden locations are listed`() {
    let sample = Self.sample(
      "location 0 drop a\nlocation 1 drop a", forbid: "1 *", "\(Self.start)\nmay 0")
    sample.accepts("may 0", "may 0\nat 1")
    sample.rejects("family=0 origin=1", "-0", at: "starts 0", "step: to location 0")
    for lines in ["may 0", "may 0\nopen 1"] {
      sample.rejects("may 0", lines, at: "firebreak-certificate 2", "safety: claim 0: not listed")
    }
  }

  @Test func `nobody is on both sides`() {
    var sample = Sample("claim 0 apart x%20y\nleft a\nleft a%20b\nright c\nright a%20c", "")
    sample.answer = "VERIFIED 0 x%20y"
    sample.accepts()
    sample.rejects(
      "right c", "right a%20b", at: "firebreak-certificate 2", "safety: claim 0: on both sides")
  }

  @Test func `senders start without a tag, sources with their own`() {
    let sample = Self.sample(
      """
      location 0 drop a
      location 1 drop b
      sender 1 protocol=6 origin=7
      sender 0 family=none
      """, forbid: "0 protocol=9",
      "starts 0*2\nbox 0 protocol=1 origin=1\nbox 1 origin=0\nat 0\nmay 0\nat 1\nmay 1"
    ).replacing("source 0 family=0", "source 0 protocol=1")
    sample.accepts()
    sample.accepts("starts 0*2", "starts 0 0")
    sample.rejects("starts 0*2", "starts 0*3", at: "starts 0*3", "hints: too many")
    sample.rejects("starts 0*2", "starts 0", at: "starts 0", "hints: too few")
    sample.rejects("never x 1", "never x 1,2", at: "starts 0*2", "hints: too few")
    sample.rejects("1 origin=0", "1 origin=7", at: "starts 0*2", "step: to location 1")
    sample.rejects("origin=1\n", "origin=2\n", at: "starts 0*2", "step: to location 0")
    for fine in ["1 origin=0 trackSourcePort=0", "1 trackDestinationIPv6=0-2"] {
      sample.accepts("1 origin=0", fine)
    }
    sample.rejects("1 origin=0", "1 trackSourcePort=1-3", at: "starts 0*2", "step: to location 1")
    sample.rejects("1 origin=0", "1 sentSourcePort=0", at: "starts 0*2", "step: to location 1")
    // Whatever the network says of tracks and tags, packets start with none, or with this one.
    sample.accepts("origin=7", "origin=7 trackSourcePort=1")
  }
}

@Suite struct `Locations that a certificate does not list` {
  @Test func `what they lead to is followed, in a queue`() {
    // Entry 0 of the table is web traffic, of which nothing leaves by location 2. What is looked at
    // first is the table; then what leaves by 4, and after that what the table let through to 2.
    let may = "may 0 s0.0.1 h0.0 > 0 0"
    let sample = `Locations of a certificate`.sample(
      """
      location 0 choose 1 4
      location 1 match 0 2 3 3
      location 2 leave 5
      location 3 drop a
      location 4 leave 6
      location 5 deliver segment 0
      location 6 deliver segment 0
      """, forbid: "5 protocol=7",
      """
      \(`Locations of a certificate`.start)
      \(may)
      open 3
      box 1 *
      box 2 protocol=6 +1
      at 5
      may 2
      at 6
      may 1
      """)
    sample.accepts()
    for broken in [
      "s0.0.1 h0.0 0 > 0", "> 0 0 0", "s0.0.1 > h0.0 0 0", "s0.0.1 h0.0 > 0 0 0",
      "s0.0.1 h0.0 > 0", "s0.0.1 h0.0 0 0 0", "s0.0.1 h0.0 h0.0 0 0",
    ] {
      let answers = Sample.answers(sample.replacing(may, "may 0 \(broken)").text)
      #expect(answers.last?.hasPrefix("REJECTED line") == true, "\(broken): \(answers)")
    }
    // A table need not be told what it hides, and what gets through is followed all the same.
    sample.accepts(may, "may 0 > 0 0")
    sample.rejects("+1\nat", "-1\nat", at: may, "step: to location 5")
    sample.rejects("box 1 *", "box 1 protocol=1", at: may, "step: to location 6")
  }

  @Test func `what starts may start there`() {
    let sample = `Locations of a certificate`.sample(
      "location 0 choose 1 1\nlocation 1 leave 2\nlocation 2 drop a", forbid: "2 protocol=7",
      "starts 0*2\nbox 0 family=0 ingress=0\nat 2\nmay 0"
    )
    .replacing("source 0 family=0", "source 0 family=0 protocol=6")
    sample.replacing("ingress=0", "protocol=6 ingress=0").accepts()
    sample.rejects("ingress=0", "ingress=1", at: "starts 0*2", "step: to location 2")
    sample.replacing("ingress=0", "protocol=6 ingress=0")
      .rejects("starts 0*2", "starts 0", at: "starts 0", "hints: too few")
  }

  @Test func `nothing lies inside their boxes, for they have none`() {
    let sample = `Locations of a certificate`.sample(
      "location 0 match 0 1 1 1\nlocation 1 choose 2\nlocation 2 drop a", forbid: "2 family=1",
      "\(`Locations of a certificate`.start)\nmay 0 >*4 0*4\nbox 1 family=0\nat 2\nmay 1")
    sample.accepts()
    sample.rejects(">*4 0*4", "0*4 0*4", at: "may 0 0*4 0*4", "step: to location 1")
    sample.rejects("0*4", ">*4", at: "may 0 >*4 >*4", "step: to location 2")
  }

  @Test func `circles of them end somewhere`() {
    func sample(_ locations: String, _ hints: String = "") -> Sample {
      var sample = `Locations of a certificate`.sample(
        locations, forbid: "0 family=1", "\(`Locations of a certificate`.start)\nmay 0\(hints)")
      let line = sample.text.split(separator: "\n").firstIndex { $0 == "may 0\(hints)" } ?? -1
      sample.answer = "INCOMPLETE line \(line + 1): bounds: too many boxes at once"
      return sample
    }
    sample("location 0 choose 1\nlocation 1 choose 2 2\nlocation 2 choose 1").accepts()
    sample("location 0 leave 1\nlocation 1 rewrite 2 anything\nlocation 2 watch 0 1").accepts()
    // A circle by a table needs tokens without end.
    let circle = sample(
      "location 0 choose 1\nlocation 1 match 0 1 1 1", " >*1000000000")
    circle.accepts()
    circle.rejects(">*1000000000", ">*4", at: "may 0 >*4", "hints: too few")
    circle.rejects(
      ">*1000000000", ">*4 h0.0*9", at: "may 0 >*4 h0.0*9", "step: to location 1")
  }

  @Test(arguments: ["recall 0 3 3", "remember 0 3"])
  func `no session is opened or used there`(location: String) {
    let sample = `Locations of a certificate`.sample(
      "location 0 choose 2\nlocation 1 drop a\nlocation 2 \(location)\nlocation 3 drop b",
      forbid: "1 family=1", "\(`Locations of a certificate`.start)\nmay 0\nat 1")
    let certificate = "firebreak-certificate 2"
    sample.rejects("at 1", "at 1", at: certificate, "unlisted: location 2")
    sample.rejects("choose 2", "choose 1", at: certificate, "unlisted: location 2")
    sample.accepts("at 1", "at 1\nopen 2-3")
    sample.replacing("choose 2", "choose 3").accepts("at 1", "at 1\nat 2")
    sample.rejects("at 1", "at 1\nopen 2", at: "open 2", "unlisted: location 2")
  }

  @Test func `open locations lead to open ones only`() {
    let sample = `Locations of a certificate`.sample(
      "location 0 choose 1\nlocation 1 drop a\nlocation 2 leave 3\nlocation 3 drop b",
      forbid: "1 family=1",
      "\(`Locations of a certificate`.start)\nmay 0 0\nat 1\nmay 0\nopen 2-3")
    sample.accepts()
    sample.accepts("open 2-3", "open 3")
    sample.rejects("open 2-3", "open 2", at: "open 2", "unlisted: location 2")
    for kind in [
      "leave 1", "choose 3 1", "spread 3 1", "match 0 3 3 1", "rewrite 1 set mark 1",
      "recall 0 3 1", "recall 0 1 3", "remember 0 1", "watch 0 1",
    ] {
      sample.rejects("leave 3", kind, at: "open 2-3", "unlisted: location 2")
    }
    sample.accepts("leave 3", "match 0 3 3 3")
    // What no outcome leads to is in the list of the match, too.
    sample.rejects("leave 3", "match 0 3 3 3 1", at: "open 2-3", "unlisted: location 2")
    let remembering = sample.replacing("leave 3", "remember 0 3")
    remembering.accepts()
    remembering.accepts("starts", "memory 1\nstarts")
    remembering.rejects("starts", "memory 0\nstarts", at: "open 2-3", "unlisted: location 2")
  }
}
