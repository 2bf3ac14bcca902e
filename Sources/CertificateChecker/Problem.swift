/// A canonical network: the transition system that proofs speak of, as far as it was read.
struct Problem {
  /// Packets at a location.
  typealias Place = (location: Int, box: Box)
  /// An entry of a table.
  typealias TableEntry = (outcome: Int, boxes: [Box])
  /// An ordered list, with what is in no entry, and the greatest outcome.
  typealias Table = (entries: [TableEntry], otherwise: Int, greatest: Int)
  /// An ICMP type that answers another in a family.
  typealias Answer = (family: Int, request: UInt128, reply: UInt128)
  /// A step of a `rewrite`: what is written, the ghost that is taken, the values that are set or move,
  /// and what the first of them moves to.
  typealias Write = (kind: WriteKind, fields: [Field], ghost: Field, ranges: Ranges, to: UInt128)
  /// Where packets are: the table or the device, the writes, and where packets can go, in order.
  typealias Location = (kind: LocationKind, subject: Int, writes: [Write], successors: [Int])
  /// A device: itself and those whose sessions it shares (none where it keeps no sessions), what the line
  /// of its sessions says, what its translations do to the address and the port of their end, for which
  /// translations its parts stand, and the tags that watch it.
  ///
  /// A translation moves them by a distance, replaces them (nil), or does what no session can be read
  /// with (0).
  typealias Device = (
    owners: [Int], admitsErrors: Bool, bypassesFilters: Bool, translations: [Int: [UInt128?]],
    parts: [Int: Int], watchers: [Int]
  )
  /// One way to reach a goal, line by line: the first word, and packets somewhere; of `answers` also
  /// where what they answer arrived.
  typealias Trip = [(role: String, arrived: Int, place: Place)]
  /// A requirement, with its name as it is written: of a `never` claim the tags and what is forbidden, of
  /// an `apart` claim the names that are `left`, and those that are `right`, of a `must` claim the trips
  /// of each goal.
  typealias Claim = (
    kind: String, name: String, tags: [Int], forbidden: [Place], sides: [String: Set<String>],
    goals: [[Trip]]
  )

  /// Classes of sessions, which are boxes of one value each, and for each what its sessions are in.
  typealias Memory = [(kind: Box, pairs: [Box])]

  enum WriteKind: String { case set, take, shift, scramble, anything }

  enum LocationKind: String {
    case choose, spread, match, rewrite, recall, remember, watch, leave, deliver, drop
  }

  /// What checking may still cost.
  var account: Account
  /// What bounds the sessions of devices, as the proof says that is checked.
  var memories: [Int: Memory] = [:]
  var inputs: [String] = []
  var valid: [Box] = []
  var related: [Box] = []
  var answers: [Answer] = []
  /// The fields that conditions are evaluated on, none where they are global.
  var conditions: [[Field]] = []
  var devices: [Device] = []
  var tables: [Table] = []
  var locations: [Location] = []
  /// What starts with each tag; the senders have none, which is 0.
  var sources: [[Place]] = [[]]
  var claims: [Claim] = []
  /// The line that is read.
  var line = Line(number: 0, bytes: [])
  /// The keyword of the last declaration, whose further lines may follow, or nothing.
  var last = ""
  /// The numbers that come next.
  var next = ["condition": 0, "segment": 0, "device": 0, "table": 0, "location": 0, "claim": 0]
}
