import CertificateChecker
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

  static let start = "starts 0\nat 0\ntrail -\nbox family=0 origin=1"
  static let box = "box family=0 origin=1"

  @Test(arguments: ["choose", "spread"])
  func `choose and spread lead to each of their locations`(word: String) {
    let sample = Self.sample(
      "location 0 \(word) 1 2\nlocation 1 deliver segment 0\nlocation 2 drop filtered",
      forbid: "1 family=1",
      "\(Self.start)\nhints 0 1\nat 1\ntrail -\nbox family=0\nat 2\ntrail -\nbox family=1\nbox *")
    sample.accepts()
    sample.accepts("hints 0 1", "hints 0 1 @ a remark")
    sample.accepts("at 2\ntrail -\nbox family=1\nbox *", "at 2\ntrail -\nbox *\nbox *")
    sample.rejects("hints 0 1", "hints 0", at: "hints 0", "hints: too few")
    sample.rejects("hints 0 1", "", at: Self.box, "hints: too few")
    sample.rejects("hints 0 1", "hints 0 1 0", at: "hints 0 1 0", "hints: too many")
    for hints in ["0 0", "0 2", "0 h0.0", "0 s0.0.0", "1 1"] {
      sample.rejects("hints 0 1", "hints \(hints)", at: Self.box, "step to location")
    }
    sample.rejects("starts 0", "starts 1", at: "starts 1", "step to location 0")
    sample.rejects("starts 0", "", at: "firebreak-certificate 1", "hints: too few")
    let other = "\nat 2\ntrail -\nbox family=1\nbox *"
    sample.rejects(other, "", at: "hints 0 1", "hints: too many")
    sample.replacing("hints 0 1", "hints 0").accepts(other, "")
    sample.rejects(
      "at 1\ntrail -", "at 1\ntrail sourcePort:kept", at: Self.box, "step to location 1")
    sample.rejects("at 1\ntrail -\nbox family=0", "at 1", at: Self.box, "step to location 1")
  }

  @Test func `what is not listed leads to nothing that is`() {
    let sample = Self.sample(
      "location 0 choose 1\nlocation 1 drop a\nlocation 2 leave 3\nlocation 3 drop b",
      forbid: "1 family=1", "\(Self.start)\nhints 0\nat 1\ntrail -\nbox family=0 origin=1")
    sample.accepts()
    for kind in [
      "leave 1", "choose 3 1", "spread 3 1", "match 0 3 3 1", "rewrite 1 set mark 1",
      "recall 0 3 1", "recall 0 1 3", "remember 0 1", "watch 0 1",
    ] {
      sample.rejects("leave 3", kind, at: "at 1", "unlisted: location 2 leads there")
    }
    let remembering = sample.replacing("leave 3", "remember 0 3")
    remembering.accepts()
    remembering.accepts("starts", "memory 1\nstarts")
    remembering.rejects("starts", "memory 0\nstarts", at: "memory 0", "unlisted: location 2")
  }

  @Test func `match goes by the first entry`() {
    let hints = "hints 0 1 s0.0.1 h0.0 0 s1.0.0 s1.0.1 h1.0 0 1"
    let locations =
      "location 0 match 0 1 2 3\nlocation 1 drop a\nlocation 2 drop b\nlocation 3 drop c"
    let sample = Self.sample(
      locations, forbid: "1 protocol=7",
      """
      \(Self.start)
      \(hints)
      at 1
      trail -
      box protocol=6 +1
      at 2
      trail -
      box protocol=6 destinationPort=80
      box protocol=17
      at 3
      trail -
      box family=0 -1
      box protocol=0-5,7-255
      """)
    sample.accepts()
    for broken in [
      "0 1 h0.0 s1.0.0 s1.0.1 h1.0 0 1", "0 1 0 s1.0.0 s1.0.1 h1.0 0 0",
      "0 0 0 s1.0.0 s1.0.1 h1.0 0 1", "0 1 s0.0.1 h1.0 0 s1.0.0 s1.0.1 h1.0 0 1",
      "0 1 0 s1.0.0 s1.0.2 h1.0 0 1", "0 1 0 s3.0.0 h1.0 0", "0 1 0 s1.1.0 h1.0 0",
      "0 1 0 s1.0.0 s1.0.1 h2.0 0 1", "0 1 0 s1.0.0 s1.0.1 h1.1 0 1", "0 h0.0 0 0 0",
      "0 1 0 s1.0.1 s1.0.0 0 h1.0 0",
    ] {
      sample.rejects(hints, "hints \(broken)", at: Self.box, "step to location")
    }
    sample.replacing(hints, "hints s0.0.1 h0.0 0 s1.0.0 s1.0.1 h1.0 0 1").accepts(
      "at 2\ntrail -\nbox protocol=6 destinationPort=80\nbox protocol=17\n", "")
    let outcome = "location 0 match 0 1 2"
    sample.rejects(
      "location 0 match 0 1 2 3", outcome, at: outcome, "format: an outcome leads nowhere")
  }

  @Test func `what earlier entries hide needs no trail`() {
    let sample = Self.sample(
      "location 0 match 1 1 2\nlocation 1 drop a\nlocation 2 drop b\ntable 1\notherwise 0",
      forbid: "2 *", "\(Self.start)\nhints 0 h0.0\nat 1\ntrail -\nbox *\nat 2"
    )
    .replacing("\ntable 1\notherwise 0", "").replacing("match 1", "match 0")
    .replacing(
      "or protocol=17 destinationPort=53\nentry 0 protocol=6 +1\notherwise 2", "otherwise 1"
    )
    .replacing("entry 1 protocol=6 destinationPort=80", "entry 0 family=0")
    sample.accepts()
    sample.rejects("h0.0", "0", at: Self.box, "step to location 2")
    sample.rejects(
      "family=0\notherwise", "protocol=0-5\notherwise", at: Self.box, "step to location 2")
  }

  @Test func `watch raises the monitor of tags that watch`() {
    let sample = Self.sample(
      "location 0 watch 0 1\nlocation 1 drop a", forbid: "1 monitor=0",
      """
      starts 0
      at 0
      trail -
      box family=0
      hints 1 0
      at 1
      trail -
      box monitor=1
      box origin=0,2-65535
      """)
    sample.accepts()
    sample.rejects("watch 0 1", "watch 1 1", at: "box family=0", "step to location 1")
    sample.rejects("box monitor=1", "box monitor=0-1", at: "box monitor=0-1", "safety: claim 0")
    sample.rejects("hints 1 0", "hints 0 1", at: "box family=0", "step to location 1")
  }

  @Test func `leave clears what a device knows`() {
    let before = "box sentSourcePort=1 sessionSourcePort=1"
    let sample = Self.sample(
      "location 0 leave 1\nlocation 1 drop a", forbid: "1 mark=1-4294967295",
      "starts 0\nat 0\ntrail -\nbox *\nhints 0\n\(before)\nhints 0\nat 1\ntrail -\nbox mark=0 vrf=0"
    )
    sample.accepts()
    for more in [" sentSourcePort=1", " sessionSourcePort=1", " monitor=0", " +0"] {
      sample.rejects("mark=0 vrf=0", "mark=0 vrf=0\(more)", at: "box *", "step to location 1")
      sample.replacing("box *\nhints 0\n", "").replacing("starts 0\n", "").replacing(
        "source 0 family=0\n", ""
      )
      .rejects("mark=0 vrf=0", "mark=0 vrf=0\(more)", at: before, "step to location 1")
    }
  }

  @Test func `a claim holds if nothing forbidden is there`() {
    let sample = Self.sample(
      "location 0 drop a", forbid: "0 protocol=1 +0",
      "starts 1\nat 0\ntrail sourcePort:kept\nbox origin=2\ntrail -\nbox protocol=1 -0\nbox protocol=2"
    )
    .replacing("source 0 family=0", "source 0 protocol=2")
    sample.accepts()
    for other in ["origin=1", "protocol=1", "family=0 origin=0-9", "protocol=1 +0", "*", "-1"] {
      sample.rejects("protocol=1 -0", other, at: "box \(other)", "safety: claim 0 forbids")
      sample.rejects("box origin=2", "box \(other)", at: "box \(other)", "safety: claim 0 forbids")
    }
    sample.accepts("protocol=1 -0", "origin=0,2-65535")
    sample.accepts("protocol=1 -0", "protocol=1 destinationPort=none")
  }

  @Test func `forbidden locations are listed`() {
    let sample = Self.sample("location 0 drop a\nlocation 1 drop a", forbid: "1 *", Self.start)
    sample.accepts(Self.start, "\(Self.start)\nat 1")
    sample.rejects(Self.start, Self.start + " -0", at: "starts 0", "step to location 0")
    sample.rejects("at 0", "at 0", at: "firebreak-certificate 1", "safety: claim 0: not listed")
  }

  @Test func `nobody is on both sides`() {
    var sample = Sample("claim 0 apart x%20y\nleft a\nleft a%20b\nright c\nright a%20c", "")
    sample.answer = "VERIFIED 0 x%20y"
    sample.accepts()
    sample.rejects(
      "right c", "right a%20b", at: "firebreak-certificate 1", "safety: claim 0: a name")
  }

  @Test func `senders start without a tag, sources with their own`() {
    let sample = Self.sample(
      """
      location 0 drop a
      location 1 drop b
      sender 1 protocol=6 origin=7
      sender 0 family=none
      """, forbid: "0 protocol=9",
      "starts 0*2\nat 0\ntrail -\nbox protocol=1 origin=1\nat 1\ntrail -\nbox origin=0"
    ).replacing("source 0 family=0", "source 0 protocol=1")
    sample.accepts()
    sample.accepts("starts 0*2", "starts 0 0")
    sample.rejects("starts 0*2", "starts 0*3", at: "starts 0*3", "hints: too many")
    sample.rejects("starts 0*2", "starts 0", at: "starts 0", "hints: too few")
    sample.rejects("never x 1", "never x 1,2", at: "starts 0*2", "hints: too few")
    sample.rejects("box origin=0", "box origin=7", at: "starts 0*2", "step to location 1")
    sample.rejects("origin=1\n", "origin=2\n", at: "starts 0*2", "step to location 0")
    sample.rejects(
      "at 1\ntrail -", "at 1\ntrail sourcePort:kept", at: "starts 0*2", "step to location 1")
  }
}
