import Foundation
import Testing

/// What the boxes of a certificate say, read without the checker.
struct Bounds {
  /// Boxes by location; a location that is not there is open, or packets only pass through it.
  private var boxes: [Int: [[Substring]]] = [:]
  /// Pairs by device and class.
  private var pairs: [Int: [[Substring]: [[Substring]]]] = [:]
  /// What claims forbid: locations, boxes.
  private var forbidden: [(location: Int, box: [Substring])] = []
  /// The tags of claims, and 0 for packets without one.
  private var tags: Set<UInt128> = [0]

  init(_ network: String, _ certificate: String) {
    var (location, device, kind) = (0, 0, [Substring]())
    var (values, numbered): ([Substring], [[Substring]]) = ([], [])
    let claims = Walk.claims(network)
    for line in certificate.split(separator: "\n") {
      let words = line.split(separator: " ")
      var rest = Array(words.dropFirst())
      if words[0] == "box" || words[0] == "class" {
        rest = rest.map { word in
          guard let dollar = word.firstIndex(of: "$") else { return word }
          return word[..<dollar] + values[Int(word[word.index(after: dollar)...]) ?? 0]
        }
      }
      let numbers = rest.compactMap { Int($0) }
      switch words[0] {
      case "claims":
        for number in numbers {
          forbidden += claims[number].forbidden
          tags.formUnion(claims[number].tags)
        }
      case "values": values.append(rest[2])
      case "box": numbered.append(Array(rest.dropFirst()))
      case "at":
        location = numbers[0]
        boxes[location] = []
      case "may": boxes[location]?.append(numbered[numbers[0]])
      case "memory":
        device = numbers[0]
        pairs[device] = [:]
      case "class":
        kind = rest
        pairs[device]?[kind] = []
      case "pairs": pairs[device]?[kind] = numbers.map { numbered[$0] }
      default: break
      }
    }
  }

  /// What is wrong about a packet and the last session of each device, or nil.
  func escape(_ packet: Walk.Packet, _ sessions: [Int: [Walk.Session]]) -> String? {
    if tags.contains(packet["origin"]) {
      if let boxes = boxes[packet.location], !boxes.contains(where: { Walk.has($0[...], packet) }) {
        return "\(packet) is in no box"
      }
      if packet["origin"] > 0,
        forbidden.contains(where: {
          $0.location == packet.location && Walk.has($0.box[...], packet)
        })
      {
        return "\(packet) is forbidden"
      }
    }
    for (device, classes) in pairs {
      guard let opener = sessions[device]?.last?.remembered else { continue }
      let pairs = classes.first { Walk.has($0.key[...], opener) }?.value ?? []
      if !pairs.contains(where: { Walk.has($0[...], opener) }) {
        return "session \(opener) is in no pair"
      }
    }
    return nil
  }
}

@Suite struct `Proofs and single packets` {
  /// Of so many changes one is tried, all where `FIREBREAK_LAWS` says so.
  static let stride: UInt64 =
    ProcessInfo.processInfo.environment["FIREBREAK_LAWS"] == nil ? 12 : 1

  /// What walks of single packets through a network came upon.
  struct Travels {
    var steps = 0
    var sessions = 0
    var places: Set<String> = []
    var escape: String?
  }

  /// A text as its network and the proofs after it.
  static func parts(_ text: String) -> [String] {
    var parts = [""]
    for line in text.split(separator: "\n") {
      let isStart = line.hasPrefix("firebreak-cert") || line.hasPrefix("firebreak-ref")
      if isStart { parts.append("") }
      parts[parts.count - 1] += line + "\n"
    }
    return parts
  }

  /// Walks of single packets, as long as none is where the certificate says there is none.
  static func travels(_ text: String, seed: UInt64, count: Int) -> Travels {
    let parts = parts(text)
    let bounds = Bounds(parts[0], parts[parts.count - 1])
    var walk = Walk(parts[0], seed: seed)
    var travels = Travels()
    for number in 0..<count {
      if number % 200 == 0 { walk.sessions = [:] }
      var packet = walk.start()
      for _ in 0..<40 {
        guard let here = packet else { break }
        travels.steps += 1
        travels.places.insert("\(here.location) \(here.trail) \(here["connectionState"])")
        travels.escape = bounds.escape(here, walk.sessions)
        if travels.escape != nil { return travels }
        packet = walk.step(here)
      }
      travels.sessions = max(travels.sessions, walk.sessions.values.reduce(0) { $0 + $1.count })
    }
    return travels
  }

  @Test func `no packet leaves the boxes of what is accepted`() {
    #expect(Sample.answers(Gateway.text).last == "VERIFIED 0 in")
    let seed = UInt64.random(in: 0...UInt64.max)
    let travels = Self.travels(Gateway.text, seed: seed, count: 3_000)
    print(
      "seed \(seed): \(travels.steps) steps, \(travels.places.count) places, "
        + "\(travels.sessions) sessions at once")
    #expect(travels.escape == nil, "seed \(seed)")
    #expect(travels.sessions > 5 && travels.places.count > 30)
  }

  /// Other words in place of one.
  static func changes(_ word: Substring) -> [String] {
    if let number = Int(word) {
      return ["\(number + 1)", "\(max(number - 1, 0))", "0", "\(number)*2", ">", "h0.0", "s0.0.0"]
    }
    if let equals = word.firstIndex(of: "=") {
      let (field, text) = (word[..<equals], word[word.index(after: equals)...])
      if text.hasPrefix("$") { return ["", "\(field)=none", "\(field)=10.0.0.0-10.0.0.254"] }
      let ranges = Walk.ranges(text)
      if field.contains("IP"), !field.hasPrefix("track") { return ["", "\(field)=none"] }
      let (low, high) = (ranges.first?.lowerBound ?? 0, ranges.last?.upperBound ?? 0)
      let wider = low > 0 ? "\(low - 1)-\(high)" : "0-\(high + 1)"
      return ["", "\(field)=\(high)", "\(field)=\(low)", "\(field)=\(wider)", "\(field)=none"]
    }
    if word.hasPrefix("+") || word.hasPrefix("-") { return ["", "-0", "+0", "+1"] }
    if let star = word.firstIndex(of: "*") {
      let (token, count) = (word[..<star], Int(word[word.index(after: star)...]) ?? 0)
      return ["\(token)", "\(token)*\(count - 1)", "\(token)*\(count + 1)", "0*\(count)", ">"]
    }
    if word.contains(",") || word.contains("-") {
      let parts = word.split(separator: ",")
      return [String(parts[0]), "none", "0,\(word)", "\(word),19", "15-18", "17-18"]
    }
    return word == ">" ? ["0", "h0.0", "s0.0.0", ">*2", ""] : []
  }

  /// A text with one change each.
  static func mutants(_ text: String) -> [(text: String, change: String)] {
    let lines = text.split(separator: "\n").map(String.init)
    var mutants: [(text: String, change: String)] = []
    func add(_ change: String, _ make: (inout [String]) -> Void) {
      var changed = lines
      make(&changed)
      mutants.append((changed.joined(separator: "\n") + "\n", change))
    }
    for (index, line) in lines.enumerated() where line != "end" {
      add("without \(line)") { $0.remove(at: index) }
      add("\(line) twice") { $0.insert(line, at: index) }
      let words = line.split(separator: " ")
      for (place, word) in words.enumerated().dropFirst() {
        for change in changes(word) where change != word {
          var words = words.map(String.init)
          words[place] = change
          let text = words.filter { !$0.isEmpty }.joined(separator: " ")
          add("\(line) -> \(text)") { $0[index] = text.contains(" ") ? text : text + " *" }
        }
      }
      if line.hasPrefix("entry"),
        let next = lines[(index + 1)...].firstIndex(where: { $0.hasPrefix("entry") })
      {
        add("\(line) swapped with \(lines[next])") { $0.swapAt(index, next) }
      }
      if index + 1 < lines.count { add("\(line) swapped") { $0.swapAt(index, index + 1) } }
    }
    // Two boxes exchange their numbers.
    let boxes = lines.indices.filter { lines[$0].hasPrefix("box") }
    for (one, other) in zip(boxes, boxes.dropFirst()) {
      let words = [one, other].map {
        lines[$0].split(separator: " ").dropFirst(2).joined(separator: " ")
      }
      add("\(lines[one]) <-> \(lines[other])") {
        $0[one] = lines[one].split(separator: " ")[..<2].joined(separator: " ") + " " + words[1]
        $0[other] = lines[other].split(separator: " ")[..<2].joined(separator: " ") + " " + words[0]
      }
    }
    return mutants
  }

  @Test func `what is verified after a change is true nevertheless`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    let mutants = Self.mutants(Gateway.text)
    var (accepted, escapes, tried, refused) = (0, 0, 0, 0)
    for (number, mutant) in mutants.enumerated()
    where (UInt64(number) &+ seed) % Self.stride == 0 {
      tried += 1
      let answer = Sample.answers(mutant.text).last ?? ""
      if answer.hasPrefix("VERIFIED") {
        accepted += 1
        let travels = Self.travels(mutant.text, seed: seed &+ UInt64(number), count: 300)
        #expect(travels.escape == nil, "seed \(seed), \(number): \(mutant.change)")
      } else if tried % 4 == 0, !answer.contains("format") {
        refused += 1
        escapes += Self.travels(mutant.text, seed: seed, count: 300).escape == nil ? 0 : 1
      }
    }
    print(
      "seed \(seed): \(tried) of \(mutants.count) changes, \(accepted) verified; of \(refused) of the "
        + "others \(escapes) were shown to be wrong by a packet")
    #expect(tried > 50 && accepted > 0)
  }

  @Test(arguments: [Gateway.published, Gateway.answered])
  func `what is violated after a change is true nevertheless`(refutation: String) {
    Self.changeRefutation(Gateway.network + refutation, judgedBy: Walk.complaint)
  }

  /// Changes a network and a refutation in every way, and expects that of what the checker accepts
  /// a judge has nothing to complain.
  static func changeRefutation(
    _ text: String, judgedBy judge: (_ network: String, _ refutation: String) -> String?
  ) {
    let seed = UInt64.random(in: 0...UInt64.max)
    let mutants = Self.mutants(text)
    var (accepted, tried, wrong) = (0, 0, 0)
    for (number, mutant) in mutants.enumerated()
    where (UInt64(number) &+ seed) % Self.stride == 0 {
      tried += 1
      let answer = Sample.answers(mutant.text).last ?? ""
      if answer.contains("format") { continue }
      let parts = Self.parts(mutant.text)
      let complaint = judge(parts[0], parts[parts.count - 1])
      if answer.hasPrefix("VIOLATED") {
        accepted += 1
        #expect(complaint == nil, "seed \(seed), \(number): \(mutant.change)")
      } else {
        wrong += complaint == nil ? 0 : 1
      }
    }
    print(
      "seed \(seed): \(tried) of \(mutants.count) changes, \(accepted) violated, \(wrong) wrong")
    #expect(tried > 50 && accepted > 0 && wrong > 0)
  }
}
