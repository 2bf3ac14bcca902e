import ProofChecker
import Testing

@Suite struct `The text that is checked` {
  static let sample = Sample(
    """
    # A network with all kinds of lines.
    input \(Sample.digest) a%20b/c.json
    valid *
    related *
    answer 0 8 0
    condition 0 global @ schedule at a:1:2
    condition 1 of protocol,sourcePort
    segment 0
    device 0
    device 1
    sessions 0 related bypass with=1
    sessions 1
    translation 0 1 same replaced
    translation 0 3 moved:7 other
    part 0 9 3
    table 0
    entry 1 sourceIPv4=10.0.0.1,10.0.0.3-10.0.0.9 +0 -1
    or sourceIPv6=0:0:0:0:0:0:0:0-ffff:ffff:0:a:1:2:3:4
    otherwise 0
    location 0 match 0 1 2
    location 1 deliver segment 0
    location 2 deliver device 1
    location 3 recall 0 4 5
    location 4 remember 0 6
    location 5 watch 1 6
    location 6 leave 7
    location 7 drop reason
    sender 3 *
    tag 1
    source 0 protocol=6
    watched 1
    tag 2
    claim 0 never x 1,2 @ a claim
    forbid 1 protocol=7
    claim 1 apart y
    left a
    right b
    """,
    """
    # A certificate.
    values 0 protocol 6,8
    values 1 sourceIPv4 10.0.0.1
    box 0 protocol=6
    box 1 family=0 sentSourceIPv4=10.0.0.1
    memory 1
    class connectionStatus=2 destinationTranslation=0 sourceTranslation=3 \(Sample.tracks(["SourceIPv4": 2, "DestinationPort": 1]))
    pairs 1
    starts 0
    at 0
    may 0 0*3 @ what goes there
    box 2 protocol=$0
    at 1
    may 0
    may 2
    at 2
    may 0
    open 3-7
    """)

  @Test func `what was read in pieces is the same`() {
    Self.sample.accepts()
    let whole = Sample.answers(Self.sample.text)
    for count in [1, 2, 3, 7, 100] {
      #expect(Sample.answers(Self.sample.text, inPiecesOf: count) == whole)
    }
  }

  @Test func `the network and its inputs are echoed`() {
    let network = ["NETWORK \(Sample.digest)", "INPUT \(Sample.digest) a%20b/c.json"]
    let both = Self.sample.replacing("claims 0", "claims 0 1").text
    #expect(Sample.answers(both) == network + ["VERIFIED 0 x", "VERIFIED 1 y"])
    let second = both.split(separator: "firebreak-certificate")[1]
    let more = both + "firebreak-certificate\(second)"
    #expect(
      Sample.answers(more) == network + [
        "VERIFIED 0 x", "VERIFIED 1 y", "VERIFIED 0 x", "VERIFIED 1 y",
      ])
    let other =
      more.dropLast(second.count)
      + second.replacing(Sample.digest, with: "1" + Sample.digest.dropFirst())
    #expect(
      Sample.answers(String(other)).last?.hasSuffix("network: the digest is another one")
        == true)
    #expect(
      Sample.answers(both + Self.sample.text) == network + ["VERIFIED 0 x", "VERIFIED 1 y"]
        + network + ["VERIFIED 0 x"])
  }

  @Test func `a line that is missing, twice or elsewhere is refused or was not needed`() {
    let lines = Self.sample.text.split(separator: "\n").map(String.init)
    var counts = [0, 0, 0]
    for index in lines.indices {
      var fewer = lines
      fewer.remove(at: index)
      var more = lines
      more.insert(lines[index], at: index)
      var moved = fewer
      moved.append(lines[index])
      for (way, changed) in [fewer, more, moved].enumerated() {
        let answers = Sample.answers(changed.joined(separator: "\n") + "\n")
        let isRefused = answers.last?.hasPrefix("VERIFIED") != true
        counts[way] += isRefused ? 1 : 0
      }
    }
    print("\(lines.count) lines: \(counts) refused without, twice, at the end")
    #expect(counts[0] > 30 && counts[1] > 40 && counts[2] >= lines.count - 3)
  }

  @Test(arguments: [
    ("firebreak-network 1", "firebreak-network 2"), ("segment 0", "segment 1"),
    ("answer 0 8 0", "answer 2 8 0"), ("answer 0 8 0", "answer 0 256 0"),
    ("condition 0 global", "condition 0 local"), ("of protocol,sourcePort", "of"),
    ("of protocol,sourcePort", "of protocol,none"), ("device 0\n", "device 00\n"),
    ("sessions 1\n", "sessions 1 relate\n"), ("sessions 1\n", "sessions 0\n"),
    ("with=1", "with=2"), ("with=1", "with="), ("with=1", "with"),
    ("1 same replaced", "1 same"), ("1 same replaced", "0 same replaced"),
    ("1 same replaced", "262144 same replaced"), ("moved:7 other", "moved:0 other"),
    ("moved:7 other", "kept other"), ("translation 0 3", "translation 0 1"),
    ("part 0 9 3", "part 0 9 4"), ("part 0 9 3", "part 0 0 3"),
    ("part 0 9 3", "part 0 9 3\npart 0 9 1"), ("entry 1", "or *\nentry 1"),
    ("10.0.0.3-10.0.0.9", "10.0.0.2-10.0.0.9"), ("10.0.0.3-10.0.0.9", "10.0.0.3-10.0.0.3"),
    ("10.0.0.3-10.0.0.9", "10.0.0.9-10.0.0.3"), ("10.0.0.3-10.0.0.9", "10.0.0.3-10.0.0.256"),
    ("10.0.0.3-10.0.0.9", "10.0.0.3-10.0.9"), ("10.0.0.3-10.0.0.9", "10.0.0.03"),
    ("10.0.0.3-10.0.0.9", ""), ("10.0.0.3-10.0.0.9", "none"), ("+0 -1", "-1 +0"),
    ("+0 -1", "+0 -0"), ("+0 -1", "+2"), ("+0 -1", "+0 protocol=6"), ("+0 -1", "protocol=$0"),
    ("+0 -1", "protocol=6 family=0"),
    ("+0 -1", "family=0"), ("+0 -1", "protocol=6 protocol=6"), ("+0 -1", "protocol=256"),
    ("+0 -1", "Protocol=6"), ("+0 -1", "protocol"), ("+0 -1", "protocol=06"),
    ("+0 -1", "protocol= 6"),
    ("+0 -1", " +0"), ("+0 -1", "+0 "), ("+0 -1", "protocol=nine"), ("+0 -1", "protocol=6,"),
    ("+0 -1", "protocol=340282366920938463463374607431768211462"),
    ("+0 -1", "protocol=99999999999999999999999999999999999999999999999"), ("+0 -1", "*"),
    ("ffff:ffff:0:a", "ffff:ffff:00:a"), ("ffff:ffff:0:a", "ffff:FFFF:0:a"),
    ("ffff:ffff:0:a", "ffff:ffff:0"), ("ffff:ffff:0:a", "ffff:ffff:0:a:1"),
    ("ffff:ffff:0:a", "ffff::0:a"), ("ffff:ffff:0:a", "ffff:10000:0:a"), ("otherwise 0\n", ""),
    ("otherwise 0", "otherwise"), ("match 0 1 2", "match 0 1"), ("match 0 1 2", "match 1 1 2"),
    ("match 0 1 2", "match 0 1 8"), ("location 0", "location 1"),
    ("segment 0\nlocation", "segment 1\nlocation"),
    ("deliver device", "deliver host"), ("recall 0 4 5", "recall 0 4"),
    ("recall 0 4 5", "recall 0 4 5 6"),
    ("recall 0 4 5", "recall 2 4 5"), ("watch 1 6", "watch 1"), ("leave 7", "leave 8"),
    ("leave 7", "leave"), ("drop reason", "drop"), ("drop reason", "lose reason"),
    ("sessions 0 related bypass with=1\n", ""), ("sender 3", "sender 9"), ("sender 3", "sender -3"),
    ("tag 1", "tag 0"), ("watched 1", "watched 2"), ("x 1,2", "x 1,3"), ("x 1,2", "x 0"),
    ("x 1,2", "x"),
    ("x 1,2", "x 1, 2"), ("never x", "always x"), ("forbid 1", "forbid 17"), ("left a", "left a b"),
    ("left a", "forbid 1 *"), ("valid *", "valid mark=1"), ("valid *", "valid +0"),
    ("related *", "related +0"),
    ("input ", "input x"), ("claim 0 never", "claim 0  never"), ("apart y", "apart y\u{1B}[2J"),
  ])
  func `a network that the page does not allow is refused`(old: String, new: String) {
    var sample = Self.sample
    if old == "+0 -1", ["*", "family=0"].contains(new) {
      sample.text.replace("sourceIPv4=10.0.0.1,", with: "protocol=1 sourceIPv4=10.0.0.1,")
    }
    sample.replace(old, with: new)
    let answers = Sample.answers(sample.text)
    #expect(answers.count == 1 && answers[0].contains(": format: "), "\(answers)")
  }

  @Test(arguments: [
    ("firebreak-certificate 2", "firebreak-certificate 1"),
    ("firebreak-certificate 2", "firebreak-certificate 2 2"), ("network 0", "network g"),
    ("network ", "network 0"), ("claims 0", "claims"), ("claims 0", "claims 0 0"),
    ("claims 0", "claims 2"), ("claims 0", "refutes 0"), ("claims 0\n", ""),
    ("claims 0", "claims 0\nclaims 1"), ("values 0 p", "values 1 p"), ("6,8", "8,6"),
    ("values 0 protocol", "values 0 family"), ("values 0 protocol", "values 0 protokoll"),
    ("values 0 protocol", "values 0 protocol="), ("values 1 s", "values 0 s"),
    ("values 1 s", "values 1\nvalues 1 s"), ("box 0 p", "box 1 p"), ("box 0 p", "box p"),
    ("box 0 protocol=6", "box 0"), ("box 0 protocol=6", "box 0 protocol=$1"),
    ("box 0 protocol=6", "box 0 protocol=$2"), ("box 0 protocol=6", "box 0 protocol=$"),
    ("box 0 protocol=6", "box 0 protocol=$0-9"), ("box 0 protocol=6", "box 0 protocol=$0,9"),
    ("box 0 protocol=6", "box 0 nextHeader=$0"), ("box 0 protocol=6", "box 0 protocol=$00"),
    ("box 0 protocol=6", "box 0 trail=0"), ("box 0 protocol=6", "box 0 trackSourcePort=4"),
    ("box 0 protocol=6", "box 0 sentSourcePort=1 trackSourcePort=1"), ("box 2 p", "box 1 p"),
    ("memory 1", "memory 1\nmemory 1"), ("memory 1", "memory 2"), ("memory 1\n", ""),
    ("memory 1", "pairs 1\nmemory 1"), ("class connectionStatus=2", "class connectionStatus=4"),
    ("class connectionStatus=2", "class connectionStatus=1-2"),
    ("class connectionStatus=2", "class connectionStatus=none"),
    ("class connectionStatus=2 ", "class "),
    ("class connectionStatus=2", "class mark=0 connectionStatus=2"),
    ("class connectionStatus=2", "class family=0 connectionStatus=2"),
    ("trackSourceIPv6=0 ", ""), ("trackSourceIPv6=0", "trackSourceIPv6=0-1"),
    ("trackDestinationPort=1", "trackDestinationPort=1 sentSourcePort=0"),
    ("trackDestinationPort=1", "trackDestinationPort=1 +0"), ("pairs 1", "pairs"),
    ("pairs 1", "pairs 1 1"), ("pairs 1", "pairs 1\npairs 1"), ("pairs 1", "pairs 2"),
    ("pairs 1", "pairs 1,0"), ("pairs 1", "pairs 1\nmemory 0\npairs 1"),
    ("box 1 family=0", "box 1 family=0 mark=1"),
    ("10.0.0.1\nmemory", "10.0.0.1 +0\nmemory"),
    ("box 1 family=0", "box 1 family=0 sentSourceIPv6=$1"),
    ("box 1 family=0 sentSourceIPv4=10.0.0.1", "box 1 sentSourcePort=0"),
    ("trackSourceIPv4=2", "trackSourceIPv4=1"), ("starts 0", "starts 0\nstarts 0"),
    ("starts 0", "may 0\nstarts 0"), ("starts 0", "hints 0\nstarts 0"),
    ("starts 0", "trail -\nstarts 0"), ("starts 0", "pair *\nstarts 0"),
    ("starts 0", "goes 0 *\nstarts 0"), ("at 1", "at 0"), ("at 1", "at 8"), ("at 1", "at 6"),
    ("at 1", "something\nat 1"), ("at 1", "at 1 1"), ("at 1", "at"), ("may 2", "may 0"),
    ("may 2", "may 3"), ("may 2", "may"), ("may 2", "may $0"), ("open 3-7", "open 3-8"),
    ("open 3-7", "open 3-7\nopen 5"), ("open 3-7", "open 7,3"), ("open 3-7", "open 3,4-7"),
    ("open 3-7", "open 7-7"), ("open 3-7", "open"), ("open 3-7", "open 0"),
    ("open 3-7", "open 2-7"),
    ("open 3-7", "open 6-4294967295"), ("open 3-7", "open 3-7 3"),
    ("open 3-7", "open 6-4294967296"),
    ("end", "end now"), ("end", ""), ("end", "end\nmay 0"), ("0*3", "0*0"), ("0*3", "0*"),
    ("0*3", "0*3*1"), ("0*3", " 0*3"), ("0*3", "k0"), ("0*3", "h0"), ("0*3", "s0.0"),
    ("0*3", "0.0"), ("0*3", "h0.0.0"), ("0*3", ">0"), ("0*3", "h>"), ("0*3", "hs0.0"),
    ("0*3", "0*99999999999999999999"), ("0*3", "4294967296 0*2"), ("0*3", "00*3"),
    ("0*3", "s0.0.0.0"),
  ])
  func `a certificate that the page does not allow is refused`(old: String, new: String) {
    var sample = Self.sample
    sample.replace(old, with: new, after: "firebreak-cert")
    let answers = Sample.answers(sample.text)
    #expect(answers.last?.hasPrefix("REJECTED line ") == true, "\(answers)")
    #expect(answers.last?.contains(": format: ") == true, "\(answers)")
  }

  @Test func `a text that ends early says so`() {
    let bytes = Array(Self.sample.text.utf8)
    for count in bytes.indices {
      var check = Check()
      check.read(Array(bytes[..<count]))
      check.finish()
      #expect(!check.answers.contains { $0.hasPrefix("VERIFIED") }, "\(count)")
      #expect(check.status != 0)
    }
  }

  @Test func `the status says what the answers say`() {
    func status(_ text: String) -> Int32 {
      var check = Check()
      check.read(Array(text.utf8))
      check.finish()
      return check.status
    }
    let text = Self.sample.text
    #expect(status(text) == 0)
    #expect(status("") == 2)
    #expect(status(String(text.prefix(while: { $0 != "@" }))) == 1)
    #expect(status(text.replacing("protocol=7", with: "protocol=6")) == 1)
    #expect(status(text + text.replacing("protocol=7", with: "protocol=6") + text) == 1)
    let literals = (0..<1100).map { " +\($0)" }.joined()
    let conditions = (2..<1100).map { "condition \($0) global\n" }.joined()
    let large = text.replacing("segment 0\ndevice", with: "\(conditions)segment 0\ndevice")
    #expect(status(large) == 0)
    let incomplete = large.replacing("box 0 protocol=6\n", with: "box 0 protocol=6\(literals)\n")
    #expect(status(incomplete) == 2)
    let place = incomplete.split(separator: "\n").firstIndex { $0.hasPrefix("box 0 ") } ?? -1
    let answer = "INCOMPLETE line \(place + 1): bounds: too many conditions in a box"
    #expect(Sample.answers(incomplete).last == answer)
    #expect(status(incomplete + text) == 2)
    #expect(status(incomplete + text.replacing("may 0 0*3", with: "may 0 0*2")) == 1)
  }

  @Test(arguments: [
    "bogus", "bogus\n\n\n x\na  b\n\u{1}\nlocation 0", "\u{1}", "", "  ",
    "location 0 drop x\nlocation 2",
    "firebreak", "end", "may 0", "firebreak-certificate", "table 0\nentry 0 *",
  ])
  func `a text that is malformed is refused in one line`(lines: String) {
    for ending in ["\n", "\n\u{FF}", "\nend\n#\n\n"] {
      var check = Check()
      check.read(Array("firebreak-network 1\n\(lines)\(ending)".utf8))
      check.finish()
      #expect(check.answers.count == 1, "\(check.answers)")
      #expect(check.answers[0].hasPrefix("REJECTED line ") && check.status == 1)
    }
  }

  @Test func `a network that does not begin as it should takes no proofs of the one before`() {
    let text = Self.sample.text
    let certificate = "firebreak-certificate" + text.split(separator: "firebreak-certificate")[1]
    for line in ["firebreak-network  1", "firebreak-network 2", "firebreak-networks", "firebreak-"]
    {
      let other = text.replacing("firebreak-network 1", with: line)
      let answers = Sample.answers(text + other + certificate)
      #expect(answers.filter { $0.hasPrefix("VERIFIED") }.count == 1, "\(line): \(answers)")
      #expect(answers.filter { $0.hasPrefix("REJECTED") }.count == 1, "\(line): \(answers)")
    }
    // A proof of another version is refused, and what follows is not.
    let newer = certificate.replacing("firebreak-certificate 2", with: "firebreak-certificate 3")
    let answers = Sample.answers(text + newer + certificate)
    #expect(answers.filter { $0.hasPrefix("VERIFIED") }.count == 2)
    #expect(answers.filter { $0.hasPrefix("REJECTED") }.count == 1)
  }

  @Test(arguments: [
    "\u{80}", "\u{85}", "\u{9B}", "\u{A0}", "\u{AD}", "\u{200B}", "\u{200F}", "\u{2028}",
    "\u{2029}",
    "\u{202E}", "\u{2066}", "\u{3000}", "\u{FEFF}", "\u{7F}", "\u{0}", "\t", "\r",
  ])
  func `names have nothing that is not seen`(character: String) {
    for (old, new) in [("never x", "never x\(character)"), ("left a", "left \(character)a")] {
      let answers = Sample.answers(Self.sample.text.replacing(old, with: new))
      #expect(answers.count == 1 && answers[0].contains(": format: no word"), "\(answers)")
    }
    let path = Self.sample.text.replacing("a%20b/c.json", with: "a\(character)b")
    #expect(Sample.answers(path).count == 1)
    // In a remark there may be anything.
    let remark = Self.sample.text.replacing("@ a claim", with: "@ a\(character)claim")
    #expect(Sample.answers(remark).last == "VERIFIED 0 x")
  }

  @Test(arguments: ["é", "Ж", "北", "٣", "O’Brien", "a–b", "\u{1F525}"])
  func `names have what is seen, and nothing else does`(character: String) {
    let named = Self.sample.text.replacing("never x", with: "never \(character)")
    #expect(Sample.answers(named).last == "VERIFIED 0 \(character)")
    for (old, new) in [
      ("drop reason", "drop \(character)"), ("segment 0", "segment \(character)"),
      ("global", "global\(character)"), ("protocol=7", "protocol=7\(character)"),
    ] {
      let range = Self.sample.text.firstRange(of: old)
      var text = Self.sample.text
      if let range { text.replaceSubrange(range, with: new) }
      let answers = Sample.answers(text)
      #expect(answers.count == 1 && answers[0].contains(": format: "), "\(answers)")
    }
  }

  @Test(arguments: ["０", "٠", "߀", "०", "𝟎", "Ａ"])
  func `digits are those of ASCII`(digit: String) {
    for old in [Sample.digest, "tag 1", "forbid 1", "sourceIPv4=10.0.0.1,", "values 0 protocol 6"] {
      let new = old.dropLast() + digit
      var text = Self.sample.text
      if let range = text.firstRange(of: old) { text.replaceSubrange(range, with: new) }
      let last = Sample.answers(text).last ?? ""
      #expect(last.hasPrefix("REJECTED line ") && last.contains(": format: "), "\(old): \(last)")
      let digest = "0" + String(repeating: digit, count: 63)
      let second = Sample.answers(Self.sample.text.replacing(Sample.digest, with: digest))
      #expect(second.last?.contains(": format: ") == true)
    }
  }

  @Test func `bytes that are no text are refused in words`() {
    var bytes = Array(Self.sample.text.utf8)
    let place = Self.sample.text.utf8.split(separator: UInt8(ascii: "\n")).prefix {
      !$0.starts(with: "claim 0".utf8)
    }
    let index = place.reduce(0) { $0 + $1.count + 1 } + "claim 0 never x".utf8.count
    bytes.insert(0xC3, at: index)
    let answers = Sample.answers(bytes)
    #expect(answers.count == 1 && answers[0].contains(": format: no word"), "\(answers)")
  }

  @Test func `what follows something refused is passed over, and the next is read`() {
    let text = Self.sample.text
    let refused = text.replacing("leave 7", with: "leave 77")
    #expect(Sample.answers(refused).count == 1)
    #expect(Sample.answers(refused + text).last == "VERIFIED 0 x")
    let certificate = "firebreak-certificate" + text.split(separator: "firebreak-certificate")[1]
    let broken = certificate.replacing("starts 0", with: "starts 1")
    let answers = Sample.answers(text + broken + certificate)
    #expect(answers.count == 5 && answers.last == "VERIFIED 0 x")
    #expect(Sample.answers(certificate + text).last == "VERIFIED 0 x")
    #expect(Sample.answers(certificate).count == 1)
  }

  @Test func `no bytes trap`() {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &random)
    var state = seed
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let bytes = Array(Self.sample.text.utf8)
    let alphabet = Array(" \n0123456789,.:-=+*;@#%habcmtsxfF\u{0}\u{7F}".utf8) + [0xFF]
    var verified = 0
    for _ in 0..<3_000 {
      var changed = bytes
      for _ in 0...next(3) {
        let place = next(changed.count)
        switch next(4) {
        case 0: changed.remove(at: place)
        case 1: changed.insert(alphabet[next(alphabet.count)], at: place)
        case 2: changed[place] = alphabet[next(alphabet.count)]
        default: changed.replaceSubrange(place..<min(place + next(60), changed.count), with: [])
        }
      }
      verified += Sample.answers(changed).last == "VERIFIED 0 x" ? 1 : 0
    }
    print("3000 texts with random changes, seed \(seed): \(verified) verified")
    #expect(verified > 0)
  }
}
