/// A canonical network: the transition system that certificates speak of, as far as it was read.
struct Problem {
  /// Packets at a location, or the line that says so.
  typealias Place = (location: Int, box: Box, line: Int)
  /// An ICMP type that answers another in a family.
  typealias Answer = (family: Int, request: UInt128, reply: UInt128)
  /// A step of a `rewrite`: what is written, the ghost that is taken, the values that are set or move,
  /// and by what they move, modulo 2^128.
  typealias Write = (kind: WriteKind, fields: [Field], ghost: Field, ranges: Ranges, by: UInt128)
  /// What a device does with sessions: the device itself and those whose sessions it shares (none where
  /// it keeps no sessions), and what its line says.
  typealias Sessions = (owners: [Int], admitsErrors: Bool, bypassesFilters: Bool)

  enum WriteKind: String { case set, take, shift, scramble, anything }

  enum LocationKind: String {
    case choose, spread, match, rewrite, recall, remember, watch, leave, deliver, drop
  }

  /// Where packets are.
  struct Location {
    let kind: LocationKind
    let line: Int
    /// The table or the device.
    var subject = 0
    var writes: [Write] = []
    /// Where packets can go, in the order of the line.
    var successors: [Int] = []
  }

  /// A device.
  struct Device {
    var sessions: Sessions = ([], false, false)
    /// What translations do to the address and the port of their end: the distance that they move
    /// it by, nil where they replace it, and 0 for whatever no session can be read with.
    var translations: [Int: [UInt128?]] = [:]
    var parts: [Int: Int] = [:]
    /// The tags that watch the device.
    var watchers: [Int] = []
  }

  /// A requirement, with its name as it is written; an `apart` claim has no tags.
  struct Claim {
    let name: String
    let tags: [Int]
    var forbidden: [Place] = []
    /// The names that are `left`, and those that are `right`.
    var sides: [String: Set<String>] = [:]
  }

  var inputs: [String] = []
  var valid: [Box] = []
  var related: [Box] = []
  var answers: [Answer] = []
  /// Of each condition the wire fields that it is evaluated on, none where it is global.
  var conditions: [[Field]] = []
  var devices: [Device] = []
  var tables: [(entries: [(outcome: Int, boxes: [Box])], otherwise: Int)] = []
  var locations: [Location] = []
  var senders: [Place] = []
  /// The sources of each tag; no tag is 0.
  var sources: [[Place]] = [[]]
  var claims: [Claim] = []
  /// The line that is read.
  var line = Line(number: 0, bytes: [])
  /// The keyword of the declaration whose further lines may follow, or nothing.
  var group = ""
  /// The numbers that come next.
  var next = [
    "condition": 0, "segment": 0, "device": 0, "table": 0, "location": 0, "tag": 1, "claim": 0,
  ]

  /// Refuses a network that is not complete, or leads packets to a location that it does not have.
  func checkReferences() throws(Rejection) {
    try line.require(group != "table", "a table has no end")
    for location in locations where location.successors.contains(where: { $0 >= locations.count }) {
      throw Rejection(line: location.line, reason: "format: it leads nowhere")
    }
  }
}
