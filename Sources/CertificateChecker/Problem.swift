/// A canonical network: the transition system that proofs speak of, as far as it was read.
package struct Problem {
  /// Packets at a location.
  package typealias Place = (location: Int, box: Box)
  /// An entry of a table.
  package typealias TableEntry = (outcome: Int, boxes: [Box])
  /// An ordered list, with what is in no entry, and the greatest outcome.
  package typealias Table = (entries: [TableEntry], otherwise: Int, greatest: Int)
  /// An ICMP type that answers another in a family.
  package typealias Answer = (family: Int, request: UInt128, reply: UInt128)
  /// A step of a `rewrite`: what is written, the ghost that is taken, the values that are set or move,
  /// and what the first of them moves to.
  package typealias Write = (
    kind: WriteKind, fields: [Field], ghost: Field, ranges: Ranges, to: UInt128
  )
  /// Where packets are: the table or the device, the writes, and where packets can go, in order.
  package typealias Location = (
    kind: LocationKind, subject: Int, writes: [Write], successors: [Int]
  )
  /// A device: itself and those whose sessions it shares (none where it keeps no sessions), what the line
  /// of its sessions says, what its translations do to the address and the port of their end, for which
  /// translations its parts stand, and the tags that watch it.
  ///
  /// A translation moves them by a distance, replaces them (nil), or does what no session can be read
  /// with (0).
  package typealias Device = (
    owners: [Int], admitsErrors: Bool, bypassesFilters: Bool, translations: [Int: [UInt128?]],
    parts: [Int: Int], watchers: [Int]
  )
  /// One way to reach a goal, line by line: the first word, and packets somewhere; of `answers` also
  /// where what they answer arrived.
  package typealias Trip = [(role: String, arrived: Int, place: Place)]
  /// A requirement, with its name as it is written: of a `never` claim the tags and what is forbidden, of
  /// an `apart` claim the names that are `left`, and those that are `right`, of a `must` claim the trips
  /// of each goal.
  package typealias Claim = (
    kind: String, name: String, tags: [Int], forbidden: [Place], sides: [String: Set<String>],
    goals: [[Trip]]
  )

  /// Classes of sessions, which are boxes of one value each, and for each what its sessions are in.
  package typealias Memory = [(kind: Box, pairs: [Box])]

  package enum WriteKind: String { case set, take, shift, scramble, anything }

  package enum LocationKind: String {
    case choose, spread, match, rewrite, recall, remember, watch, leave, deliver, drop
  }

  /// What checking may still cost.
  package var account: Account
  /// What bounds the sessions of devices, as the proof says that is checked.
  package var memories: [Int: Memory] = [:]
  package var inputs: [String] = []
  package var valid: [Box] = []
  var related: [Box] = []
  package var answers: [Answer] = []
  /// The fields that conditions are evaluated on, none where they are global.
  package var conditions: [[Field]] = []
  package var devices: [Device] = []
  package var tables: [Table] = []
  package var locations: [Location] = []
  /// What starts with each tag; the senders have none, which is 0.
  package var sources: [[Place]] = [[]]
  package var claims: [Claim] = []
  /// The line that is read.
  var line = Line(number: 0, bytes: [])
  /// The keyword of the last declaration, whose further lines may follow, or nothing.
  var last = ""
  /// The numbers that come next.
  var next = ["condition": 0, "segment": 0, "device": 0, "table": 0, "location": 0, "claim": 0]

  /// A network of which nothing was read, with what checking may cost.
  package init(account: Account) { self.account = account }
}
