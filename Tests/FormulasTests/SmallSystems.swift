import Canonical
import Certificates
import Packets

@testable import Formulas

/// A box of these values.
func box(_ constraints: KeyValuePairs<HeaderField, ClosedRange<UInt128>>) -> HeaderBox {
  var box = HeaderBox()
  for (field, values) in constraints { box.constrain(field, to: Ranges(values)) }
  return box
}

extension CanonicalNetwork.Table {
  /// A list of one box an entry.
  static func list(_ entries: [(HeaderBox, Int)], otherwise: Int) -> Self {
    Self(
      entries: entries.map { Entry([$0.0], outcome: $0.1) }, otherwise: otherwise, outcomes: 2)
  }
}

/// The box of packets with a trail: `-`, or fields with what was done to them and commas between.
func trail(_ text: String) -> HeaderBox {
  let tracks: [String: UInt128] = ["moved": 1, "kept": 2, "lost": 3]
  let changes = text.split(separator: ",").map { $0.split(separator: ":") }
  return Trail.tracked.reduce(HeaderBox()) { box, tracked in
    let change = changes.first { $0[0] == tracked.field.canonicalName }
    return box.constrained(
      tracked.track, to: Ranges(change.flatMap { tracks[String($0[1])] } ?? 0))
  }
}

extension Certificate.Bound {
  /// A bound of boxes by trail, without hints.
  init(_ location: Int, _ parts: KeyValuePairs<String, [HeaderBox]>) {
    self.init(
      location: location,
      boxes: parts.flatMap { text, boxes in
        boxes.map { Certificate.ProvedBox($0.intersection(trail(text)), hints: []) }
      })
  }
}

/// Claims that nothing of a tag is forbidden.
func never(
  senders: [Claims.Packets] = [], sources: [Claims.Packets], _ forbidden: [Claims.Packets],
  watched: [Int] = []
) -> Claims {
  Claims(
    senders: senders, tags: [Claims.Tag(sources: sources, watched: watched)],
    claims: [
      Claims.Claim(name: "A-1", requirement: 0, kind: .never(tags: [0], forbidden: forbidden))
    ])
}

/// A filter before a segment: port 22 is dropped, the rest is delivered, and port 22 is forbidden.
struct Filtered {
  static let ipv4 = box([.family: 0...0])
  static let shell = box([.family: 0...0, .destinationPort: 22...22])
  static let tagged = box([.family: 0...0, .origin: 1...1])
  static let others = [
    box([.family: 0...0, .destinationPort: 0...21, .origin: 1...1]),
    box([.family: 0...0, .destinationPort: 23...0xFFFF, .origin: 1...1]),
  ]

  static let system = TransitionSystem(
    locations: [
      .choose([1]), .match(table: 0, targets: [2, 3]), .deliver(.segment(0)), .drop(.denied),
    ],
    tables: [.list([(shell, 1)], otherwise: 0)],
    claims: never(
      sources: [Claims.Packets(location: 0, boxes: [ipv4])],
      [Claims.Packets(location: 2, boxes: [shell])]))

  static func certificate(_ delivered: [HeaderBox]) -> Certificate {
    Certificate(
      claims: [0], open: Ranges(3),
      bounds: [
        .init(0, ["-": [tagged]]), .init(1, ["-": [tagged]]), .init(2, ["-": delivered]),
      ])
  }
}

/// A device with sessions between two sides.
///
/// What the inside sends is passed and remembered, with a source from a pool where it translates, and
/// what the outside sends is passed where a session takes it. The outside has the tag.
struct Stateful {
  static let inside = box([.family: 0...0, .sourceIPv4: 10...10, .protocol: 17...17])
  static let outside = box([.family: 0...0, .sourceIPv4: 99...99])
  static let pool: ClosedRange<UInt128> = 50...50

  /// The inside sends at 0, the outside at 3; 7 is the inside's segment.
  static func system(
    isTranslating: Bool, forbidden: HeaderBox, isRelatedAdmitted: Bool = false
  ) -> TransitionSystem {
    let pool = pool
    let sessions = Problem.Sessions(admitsRelated: isRelatedAdmitted)
    let sent = CanonicalNetwork.Write.set(.sourceTranslation, Ranges(1))
    let undone = CanonicalNetwork.Write.take(.destinationIPv4, from: .sessionSourceIPv4)
    return TransitionSystem(
      locations: [
        .recall(device: 0, fresh: 1, remembered: 8),
        .rewrite(
          isTranslating ? [sent, .set(.sourceIPv4, Ranges(pool))] : [], next: 2),
        .remember(device: 0, next: 8),
        .recall(device: 0, fresh: 8, remembered: 4),
        .rewrite(isTranslating ? [undone] : [], next: 5),
        .leave(next: 6),
        .choose([7]), .deliver(.segment(0)), .drop(.denied),
      ],
      sessions: [sessions],
      translations: [[.init(address: .replaced, port: .same)]],
      claims: never(
        senders: [Claims.Packets(location: 0, boxes: [fresh(inside)])],
        sources: [Claims.Packets(location: 3, boxes: [fresh(outside)])],
        [Claims.Packets(location: 7, boxes: [forbidden])]),
      related: [box([.family: 0...0, .protocol: 1...1, .icmpType: 3...3, .fragment: 0...0])])
  }

  /// What a host can send.
  static func fresh(_ box: HeaderBox) -> HeaderBox {
    Moving.registers.reduce(box) { $0.constrained($1, to: Ranges(0)) }
      .constrained(.monitor, to: Ranges(0))
  }
}
