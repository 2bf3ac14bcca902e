/// Single packets on their way through a canonical network, as the page on it says, one random step at
/// a time: it knows no sets, and nothing of how certificates are checked.
struct Walk {
  /// What was done to a tracked field, by its track.
  enum Change: UInt128 { case same, moved, kept, lost }

  /// A packet somewhere.
  struct Packet: Equatable {
    var values: [String: UInt128] = [:]
    var outcomes: [Int: Bool] = [:]
    var location = 0

    /// The value of a field.
    subscript(field: String) -> UInt128 {
      get { values[field] ?? 0 }
      set { values[field] = newValue }
    }

    /// What was done to a tracked field.
    subscript(change field: String) -> Change {
      get { Change(rawValue: self[Walk.ghost("track", field)]) ?? .same }
      set { self[Walk.ghost("track", field)] = newValue.rawValue }
    }

    /// The tracks.
    var trail: String { Walk.tracks.map { "\(self[$0])" }.joined() }
  }

  /// A session with its class, its fields as remembered and those as looked up.
  struct Session {
    var remembered: Packet
    var lookedUp: [String: UInt128]?
  }

  static let tracked = [
    "sourceIPv4", "sourceIPv6", "destinationIPv4", "destinationIPv6", "sourcePort",
    "destinationPort",
  ]
  static let sessionFields = tracked + ["family", "protocol", "icmpType", "fragment"]
  static let wire =
    sessionFields + [
      "nextHeader", "icmpCode", "tcpFlags", "application", "etherType",
    ]
  static let registers = [
    "mark", "connectionState", "connectionDirection", "connectionStatus", "ingress", "egress",
    "nextHop", "vrf", "destinationTranslation", "sourceTranslation",
  ]
  static let ghosts = tracked.flatMap { [ghost("sent", $0), ghost("session", $0)] }
  static let tracks = tracked.map { ghost("track", $0) }
  static let fields = wire + registers + ["monitor", "sessionUse", "origin"] + tracks + ghosts

  static func ghost(_ kind: String, _ field: String) -> String {
    kind + (field.first?.uppercased() ?? "") + field.dropFirst()
  }

  static func maximum(_ field: String) -> UInt128 {
    switch field {
    case "family": 2
    case "protocol", "nextHeader", "icmpType", "icmpCode", "tcpFlags": 255
    case "fragment", "connectionDirection", "monitor": 1
    case "connectionState": 31
    case "connectionStatus", "sessionUse",
      _ where field.hasPrefix("track"):
      3
    case "mark": 0xFFFF_FFFF
    case "destinationTranslation", "sourceTranslation": 0xFF_FFFF
    case _ where field.hasSuffix("IPv4"): 0xFFFF_FFFF
    case _ where field.hasSuffix("IPv6"): .max
    default: 0xFFFF
    }
  }

  static func value(_ text: Substring) -> UInt128 {
    if text.contains(".") {
      return text.split(separator: ".").reduce(0) { $0 << 8 | (UInt128($1) ?? 0) }
    }
    if text.contains(":") {
      return text.split(separator: ":").reduce(0) { $0 << 16 | (UInt128($1, radix: 16) ?? 0) }
    }
    return UInt128(text) ?? 0
  }

  static func ranges(_ text: Substring) -> [ClosedRange<UInt128>] {
    text == "none"
      ? []
      : text.split(separator: ",").map { part in
        let ends = part.split(separator: "-").map(value)
        return ends[0]...ends[ends.count - 1]
      }
  }

  /// Whether a packet is in a box.
  static func has(_ words: ArraySlice<Substring>, _ packet: Packet) -> Bool {
    words.allSatisfy { word in
      if word == "*" { return true }
      if let sign = word.first, sign == "+" || sign == "-" {
        return packet.outcomes[Int(word.dropFirst()) ?? -1] == (sign == "+")
      }
      let parts = word.split(separator: "=")
      return ranges(parts[1]).contains { $0.contains(packet[String(parts[0])]) }
    }
  }

  /// The lines of a kind, each as its words without the first and without the remark.
  let lines: [Substring: [[Substring]]]
  let tables: [[(outcome: Int, boxes: [[Substring]])]]
  let locations: [[Substring]]
  let conditions: [[Substring]]
  /// Where packets start: a tag, a location and a box.
  let starts: [(tag: UInt128, place: [Substring])]
  let watchers: [Substring: [UInt128]]
  /// Values that the network speaks of.
  private let values: [UInt128]
  var sessions: [Int: [Session]] = [:]
  private var random: UInt64
  /// What a packet is to become, as far as it may; no chance is left to a walk that has a wish.
  var wish: Packet?
  /// Whether the packet is one of many, or is followed alone: one that asks, or an answer.
  var role = Role.sender

  enum Role { case sender, asks, answers }

  init(_ network: String, seed: UInt64) {
    var lines: [Substring: [[Substring]]] = [:]
    var tables: [[(outcome: Int, boxes: [[Substring]])]] = []
    var starts: [(tag: UInt128, place: [Substring])] = []
    var watchers: [Substring: [UInt128]] = [:]
    var tag: UInt128 = 0
    var values: Set<UInt128> = [0]
    for line in network.split(separator: "\n") where !line.hasPrefix("#") {
      let text = line.firstRange(of: " @ ").map { line[..<$0.lowerBound] } ?? line
      let words = text.split(separator: " ")
      let rest = Array(words.dropFirst())
      lines[words[0], default: []].append(rest)
      switch words[0] {
      case "table": tables.append([])
      case "entry": tables[tables.count - 1].append((Int(rest[0]) ?? 0, [Array(rest.dropFirst())]))
      case "or":
        let entry = tables[tables.count - 1].count - 1
        tables[tables.count - 1][entry].boxes.append(rest)
      case "otherwise": tables[tables.count - 1].append((Int(rest[0]) ?? 0, [["*"]]))
      case "tag": tag += 1
      case "sender": starts.append((0, rest))
      case "source": starts.append((tag, rest))
      case "watched": watchers[rest[0], default: []].append(tag)
      default: break
      }
      for word in rest where word.contains("=") {
        for range in Walk.ranges(word.split(separator: "=")[1]) {
          values.formUnion([range.lowerBound, range.upperBound, range.upperBound &+ 1])
        }
      }
    }
    (self.lines, self.tables, self.starts, self.watchers) = (lines, tables, starts, watchers)
    locations = (lines["location"] ?? []).map { Array($0.dropFirst()) }
    conditions = (lines["condition"] ?? []).map { line in
      line.count > 2 ? line[2].split(separator: ",") : []
    }
    self.values = values.sorted()
    random = seed
  }

  mutating func pick(_ count: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(random >> 33) % max(count, 1)
  }

  mutating func any(of field: String) -> UInt128 {
    if let wish { return wish[field] }
    let maximum = Walk.maximum(field)
    if pick(2) == 0 { return values[pick(values.count)] & maximum }
    return (UInt128(random) << 64 | UInt128(random)) % max(maximum, 1) + UInt128(pick(2))
  }

  mutating func any(of field: String, in ranges: [ClosedRange<UInt128>]) -> UInt128 {
    if let wish, ranges.contains(where: { $0.contains(wish[field]) }) { return wish[field] }
    let range = ranges[pick(ranges.count)]
    switch pick(3) {
    case 0: return range.lowerBound
    case 1: return range.upperBound
    default:
      let (width, offset) = (range.upperBound - range.lowerBound, UInt128(pick(1 << 30)))
      return range.lowerBound + (width == .max ? offset : offset % (width + 1))
    }
  }

  /// A packet that starts somewhere, often one that a session may take; nil where it may not.
  mutating func start() -> Packet? {
    let (tag, place) = starts[pick(starts.count)]
    var packet = Packet()
    for field in Walk.fields { packet[field] = min(any(of: field), Walk.maximum(field)) }
    for condition in conditions.indices { packet.outcomes[condition] = pick(2) == 0 }
    let known = sessions.keys.sorted().flatMap { sessions[$0] ?? [] }
    if !known.isEmpty, pick(3) > 0 {
      let session = known[pick(known.count)]
      let values = pick(2) == 0 ? session.lookedUp : Walk.answered(session.remembered, lines)
      packet.values.merge(values ?? [:]) { $1 }
      if pick(4) == 0, let related = lines["related"] {
        narrow(&packet, related[pick(related.count)][...])
      }
    } else {
      narrow(&packet, place[1...])
    }
    packet["sessionUse"] = UInt128(pick(4))
    packet["origin"] = tag
    for track in Walk.tracks { packet[track] = 0 }
    packet.location = Int(place[0]) ?? 0
    return starts(packet, tag, place) ? packet : nil
  }

  /// Whether a packet with a tag and no trail may start somewhere, whatever is said there of those.
  func starts(_ packet: Packet, _ tag: UInt128, _ place: [Substring]) -> Bool {
    let isLet = place[1...].filter { !$0.hasPrefix("origin=") && !$0.hasPrefix("track") }
    let isPlain = Walk.tracks.allSatisfy { packet[$0] == 0 } && packet["origin"] == tag
    return isPlain && packet.location == Int(place[0]) && Walk.has(isLet[...], packet)
  }

  mutating func narrow(_ packet: inout Packet, _ box: ArraySlice<Substring>) {
    for word in box where word != "*" {
      if word.hasPrefix("+") || word.hasPrefix("-") {
        packet.outcomes[Int(word.dropFirst()) ?? 0] = word.hasPrefix("+")
        continue
      }
      let parts = word.split(separator: "=")
      let (field, ranges) = (String(parts[0]), Walk.ranges(parts[1]))
      if !ranges.isEmpty, !ranges.contains(where: { $0.contains(packet[field]) }) {
        packet[field] = any(of: field, in: ranges)
      }
    }
  }

  /// The fields of a session as answered.
  static func answered(
    _ packet: Packet, _ lines: [Substring: [[Substring]]]
  ) -> [String: UInt128]? {
    var values = packet.values.filter { sessionFields.contains($0.key) }
    for suffix in ["IPv4", "IPv6", "Port"] {
      values["source\(suffix)"] = packet["destination\(suffix)"]
      values["destination\(suffix)"] = packet["source\(suffix)"]
    }
    let family = packet["family"]
    if packet["fragment"] == 0, packet["protocol"] == (family == 0 ? 1 : 58) {
      let answer = (lines["answer"] ?? []).first {
        value($0[0]) == family && value($0[1]) == packet["icmpType"]
      }
      guard let answer else { return nil }
      values["icmpType"] = value(answer[2])
    }
    return values
  }
}
