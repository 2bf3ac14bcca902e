/// A canonical network: the transition system that certificates speak of.
struct Problem {
  /// Packets at a location, or the line that says so.
  typealias Place = (location: Int, box: Box, line: Int)

  /// A step of a `rewrite`; `anything` scrambles all wire fields.
  struct Write {
    enum Kind: String { case set, take, shift, scramble, anything }

    let kind: Kind
    /// What is written.
    let fields: [Field]
    /// The ghost that is taken.
    var ghost = Field.family
    /// What is set, or moves.
    var ranges = Ranges(ascending: [])
    /// Where the lowest value moves to.
    var target: UInt128 = 0
  }

  /// Where packets are.
  struct Location {
    enum Kind: String {
      case choose, spread, match, rewrite, recall, remember, watch, leave, deliver, drop
    }

    let kind: Kind
    let line: Int
    /// The table or the device.
    var subject = 0
    var writes: [Write] = []
    /// Where packets can go, in the order of the line.
    var successors: [Int] = []
  }

  /// A device.
  struct Device {
    /// The device itself and those whose sessions it shares; none where it keeps no sessions.
    var owners: [Int] = []
    var admitsErrors = false
    var bypassesFilters = false
    /// What translations do to the address and the port of their end: the distance that they move
    /// it by, nil where they replace it, and 0 for whatever no session can be read with.
    var translations: [Int: [UInt128?]] = [:]
    var parts: [Int: Int] = [:]
    /// The tags that watch the device.
    var watchers: [Int] = []
  }

  /// A requirement, with its name as it is written.
  struct Claim {
    let name: String
    /// The tags of a `never` claim; an `apart` claim has none.
    let tags: [Int]
    var forbidden: [Place] = []
    var left: Set<String> = []
    var right: Set<String> = []
  }

  var inputs: [String] = []
  var valid: [Box] = []
  var related: [Box] = []
  var answers: [(family: Int, request: UInt128, reply: UInt128)] = []
  /// Of each condition the wire fields that it is evaluated on, none where it is global.
  var conditions: [[Field]] = []
  var devices: [Device] = []
  var tables: [(entries: [(outcome: Int, boxes: [Box])], otherwise: Int)] = []
  var locations: [Location] = []
  var senders: [Place] = []
  /// The sources of each tag; no tag is 0.
  var sources: [[Place]] = [[]]
  var claims: [Claim] = []

  /// Refuses a network with packets at, or on their way to, a location that it does not have.
  func checkReferences() throws(Rejection) {
    for location in locations {
      var isComplete = location.successors.allSatisfy { $0 < locations.count }
      if location.kind == .match {
        let table = tables[location.subject]
        let outcomes = table.entries.map(\.outcome) + [table.otherwise]
        isComplete = isComplete && outcomes.allSatisfy { $0 < location.successors.count }
      }
      if !isComplete { throw Rejection(line: location.line, reason: "format: it leads nowhere") }
    }
    let places = [senders] + sources + claims.map(\.forbidden)
    for place in places.joined() where place.location >= locations.count {
      throw Rejection(line: place.line, reason: "format: no such location")
    }
  }
}
