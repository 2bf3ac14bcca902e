import Foundation
import Testing

/// What the boxes of a certificate say, read without the checker.
struct Bounds {
  /// Boxes by location and trail; a location that is not there is not listed.
  private var boxes: [Int: [String: [[Substring]]]] = [:]
  /// Pairs by device and class.
  private var pairs: [Int: [String: [[Substring]]]] = [:]
  /// What claims forbid: locations, boxes, tags.
  private let forbidden: [(location: Int, box: [Substring])]

  init(_ network: String, _ certificate: String) {
    var (location, trail, device, kind) = (0, "", 0, "")
    for line in certificate.split(separator: "\n") {
      let words = line.split(separator: " ")
      let rest = Array(words.dropFirst())
      switch words[0] {
      case "at":
        location = Int(rest[0]) ?? 0
        boxes[location] = [:]
      case "trail":
        trail = String(rest[0])
        boxes[location, default: [:]][trail] = []
      case "box": boxes[location, default: [:]][trail, default: []].append(rest)
      case "memory":
        device = Int(rest[0]) ?? 0
        pairs[device] = [:]
      case "class":
        kind = rest.joined(separator: " ")
        pairs[device, default: [:]][kind] = []
      case "pair": pairs[device, default: [:]][kind, default: []].append(rest)
      default: break
      }
    }
    forbidden = network.split(separator: "\n").filter { $0.hasPrefix("forbid ") }.map { line in
      let words = line.split(separator: " ")
      return (Int(words[1]) ?? 0, Array(words.dropFirst(2)))
    }
  }

  /// What is wrong about a packet of tag 0 or 1, and the last session of each device, or nil.
  func escape(_ packet: Walk.Packet, _ sessions: [Int: [Walk.Session]]) -> String? {
    if let trails = boxes[packet.location] {
      let isThere = (trails[packet.trailText] ?? []).contains { Walk.has($0[...], packet) }
      if !isThere { return "\(packet) is in no box" }
    }
    if packet["origin"] == 1,
      forbidden.contains(where: { $0.location == packet.location && Walk.has($0.box[...], packet) })
    {
      return "\(packet) is forbidden"
    }
    for (device, classes) in pairs {
      guard let opener = sessions[device]?.last?.remembered else { continue }
      let codes = ["destinationTranslation", "sourceTranslation", "connectionStatus"]
      let kind = (codes.map { "\(opener[$0])" } + [opener.trailText]).joined(separator: " ")
      let isThere = (classes[kind] ?? []).contains { Walk.has($0[...], opener) }
      if !isThere { return "session \(opener) is in no pair" }
    }
    return nil
  }
}

@Suite struct `Certificates and single packets` {
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

  /// Walks of single packets, as long as none is where the certificate says there is none.
  static func travels(_ text: String, seed: UInt64, count: Int) -> Travels {
    let start = text.firstRange(of: "firebreak-certificate")?.lowerBound ?? text.endIndex
    let (network, certificate) = (String(text[..<start]), String(text[start...]))
    let bounds = Bounds(network, certificate)
    var walk = Walk(network, seed: seed)
    var travels = Travels()
    for number in 0..<count {
      if number % 200 == 0 { walk.sessions = [:] }
      var packet = walk.start()
      for _ in 0..<40 {
        guard let here = packet else { break }
        travels.steps += 1
        travels.places.insert("\(here.location) \(here.trailText) \(here["connectionState"])")
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

  /// Certificates and networks with one change each.
  static func mutants() -> [(text: String, change: String)] {
    let lines = Gateway.text.split(separator: "\n").map(String.init)
    var mutants: [(text: String, change: String)] = []
    func add(_ index: Int, _ line: String?) {
      var changed = lines
      changed.remove(at: index)
      if let line { changed.insert(line, at: index) }
      mutants.append((changed.joined(separator: "\n") + "\n", "\(lines[index]) -> \(line ?? "")"))
    }
    for (index, line) in lines.enumerated() where line != "end" {
      add(index, nil)
      let words = line.split(separator: " ")
      for (place, word) in words.enumerated().dropFirst() {
        var changes: [String] = []
        if let number = Int(word) {
          changes = ["\(number + 1)", "\(max(number - 1, 0))", "0"]
        } else if let equals = word.firstIndex(of: "=") {
          let (field, ranges) = (word[..<equals], Walk.ranges(word[word.index(after: equals)...]))
          let last = ranges.last.map { "\(field)=\($0.upperBound)" } ?? "\(field)=none"
          changes = field.contains("IP") ? ["", "\(field)=none"] : ["", last, "\(field)=none"]
        } else if word.contains(":") {
          changes = ["-", "sourcePort:kept", "destinationIPv4:kept"]
        } else if word.hasPrefix("+") || word.hasPrefix("-") {
          changes = ["", "-0", "+0"]
        }
        for change in changes where change != word {
          var words = words.map(String.init)
          words[place] = change
          let text = words.filter { !$0.isEmpty }.joined(separator: " ")
          add(index, text.contains(" ") ? text : text + " *")
        }
      }
      if index + 1 < lines.count {
        var changed = lines
        changed.swapAt(index, index + 1)
        mutants.append((changed.joined(separator: "\n") + "\n", "\(line) swapped"))
      }
    }
    return mutants
  }

  @Test func `what is accepted after a change is true nevertheless`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    let mutants = Self.mutants()
    var (accepted, escapes, tried) = (0, 0, 0)
    for (number, mutant) in mutants.enumerated()
    where (UInt64(number) &+ seed) % Self.stride == 0 {
      tried += 1
      let isAccepted = Sample.answers(mutant.text).last == "VERIFIED 0 in"
      accepted += isAccepted ? 1 : 0
      if isAccepted {
        let travels = Self.travels(mutant.text, seed: seed &+ UInt64(number), count: 300)
        #expect(travels.escape == nil, "seed \(seed), \(number): \(mutant.change)")
      } else if tried % 4 == 0, Sample.answers(mutant.text).last?.contains("format") == false {
        escapes += Self.travels(mutant.text, seed: seed, count: 300).escape == nil ? 0 : 1
      }
    }
    print(
      "seed \(seed): \(tried) of \(mutants.count) changes, \(accepted) accepted; of a quarter of the others "
        + "\(escapes) were shown to be wrong by a packet")
    #expect(tried > 50 && accepted > 0)
  }
}
