/// A certificate as it is written: what bounds the packets and the sessions, and hints.
struct Proof {
  /// A box of packets that may be somewhere.
  typealias Entry = (box: Box, line: Int, hints: Line?)
  /// What bounds the sessions of a device; codes are of the destination, of the source, and the status.
  typealias Memory = (line: Int, classes: [(kind: SessionClass, pairs: [Box])])

  /// Sessions of one device with the same codes and trail.
  struct SessionClass: Hashable {
    let codes: [Int]
    let trail: Trail
  }

  let problem: Problem
  /// The line in which it begins.
  let line: Int
  /// The digest of the network that the certificate was made for.
  private(set) var digest = ""
  private(set) var claims: [Int] = []
  private(set) var memories: [Int: Memory] = [:]
  /// The lines of the locations that are listed.
  private(set) var listed: [Int: Int] = [:]
  /// The packets at one location with one trail, in the order in which they are written.
  private(set) var groups: [(location: Int, trail: Trail, entries: [Entry])] = []
  private(set) var groupAt: [Int: [Trail: Int]] = [:]
  /// The hints for what starts.
  private(set) var starts: Line?
  /// The first word of the last line.
  private(set) var last = ""
  private var device = 0
  private var location = 0
  private var known: [Int: Set<SessionClass>] = [:]

  /// The certificate for a network that begins in a line.
  init(of problem: Problem, line: Int) { (self.problem, self.line) = (problem, line) }

  /// What lines may follow; others follow anything after the claims.
  private static let order = [
    "network": [""], "claims": ["network"], "class": ["memory", "class", "pair"],
    "pair": ["class", "pair"], "trail": ["at", "trail", "box", "hints"],
    "box": ["trail", "box", "hints"], "hints": ["box"],
  ]

  /// Reads a line after its first word.
  mutating func read(_ keyword: String, _ rest: Line) throws(Rejection) {
    var line = rest
    try line.require(Proof.order[keyword]?.contains(last) ?? !claims.isEmpty, "out of place")
    last = keyword
    let group = groups.count - 1
    var isNew = true
    switch keyword {
    case "network": digest = try line.digest()
    case "claims":
      claims = try line.numbers(below: problem.claims.count)
      isNew = Set(claims).count == max(1, claims.count)
    case "memory":
      device = try line.number(below: problem.devices.count)
      isNew = memories.updateValue((line.number, []), forKey: device) == nil
    case "class":
      var codes: [Int] = []
      for count in [1 << 24, 1 << 24, 4] { codes.append(try line.number(below: count)) }
      let kind = SessionClass(codes: codes, trail: try line.trail())
      isNew = known[device, default: []].insert(kind).inserted
      memories[device]?.classes.append((kind, []))
    case "pair":
      let place = (memories[device]?.classes.count ?? 0) - 1
      let ghosts = memories[device]?.classes[place].kind.trail.ghosts ?? []
      let fields = (Field.session + ghosts).map(\.rawValue)
      let box = try Box(&line, of: 0)
      let isOfSession = box.constraints.allSatisfy { fields.contains($0.index) }
      try line.require(isOfSession, "a pair speaks of fields of sessions only")
      memories[device]?.classes[place].pairs.append(box)
    case "at":
      location = try line.number(below: problem.locations.count)
      isNew = listed.updateValue(line.number, forKey: location) == nil
    case "trail":
      groups.append((location, try line.trail(), []))
      let trail = groups[group + 1].trail
      isNew = groupAt[location, default: [:]].updateValue(group + 1, forKey: trail) == nil
    case "box":
      groups[group].entries.append((try Box(&line, of: problem.conditions.count), line.number, nil))
    case "hints": groups[group].entries[groups[group].entries.count - 1].hints = line
    case "starts": (isNew, starts) = (starts == nil, line)
    default: try line.require(keyword == "end", "an unknown line")
    }
    try line.require(isNew, "missing, or twice")
    try line.require(line.isAtEnd || ["hints", "starts"].contains(keyword), "too much in the line")
  }
}
