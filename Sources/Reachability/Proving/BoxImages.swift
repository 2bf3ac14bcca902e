import Canonical
import Networks
import Packets

extension HeaderBox {
  /// The box with any of these values in a field, whatever it had.
  func with(_ field: HeaderField, _ values: Ranges) -> Self {
    without(field).constrained(field, to: values)
  }

  /// The box after each value of a track became another.
  fileprivate func changing(_ track: HeaderField, to after: [ProofTrail.Track]) -> Self {
    let before = self[track]
    let values = after.indices.filter { before.contains(UInt128($0)) }
    return with(track, Ranges(values: values.map { UInt128(after[$0].rawValue) }))
  }

  /// The box with these fields open.
  func without(_ fields: [HeaderField]) -> Self { fields.reduce(self) { $0.without($1) } }
}

extension Prover {
  /// What writes make of a box; empty boxes are left out.
  func images(of box: HeaderBox, under writes: [CanonicalNetwork.Write]) -> [HeaderBox] {
    writes.reduce([box]) { boxes, write in
      boxes.flatMap { images(of: $0, under: write) }.filter { !$0.isEmpty }
    }
  }

  private func images(
    of box: HeaderBox, under write: CanonicalNetwork.Write
  ) -> [HeaderBox] {
    switch write {
    case .set(let field, let values):
      return [overwrite(field, forgetting([field], box)).with(field, values)]
    case .take(let field, from: let source):
      let written = overwrite(field, forgetting([field], box))
      return [written.with(field, written[source]).without(source)]
    case .shift(let field, let range, to: let target):
      let length = min(range.upperBound - range.lowerBound, field.greatest - target)
      let moving = box[field].intersection(Ranges(range.lowerBound...range.lowerBound + length))
      let moved = moving.ranges.map {
        $0.lowerBound - range.lowerBound + target...$0.upperBound - range.lowerBound + target
      }
      let result = forgetting([field], box).with(field, Ranges(moved))
      return [range.lowerBound == target ? result : shift(field, result)]
    case .anything: return scramble(Self.wire, box)
    case .scramble(let fields): return scramble(fields, box)
    }
  }

  private func scramble(_ fields: [HeaderField], _ box: HeaderBox) -> [HeaderBox] {
    var open = forgetting(fields, box)
    for field in fields { open = overwrite(field, open).without(field) }
    return HeaderBox.validPackets.map { open.intersection($0) }
  }

  /// The box with what a trail has of a field that is overwritten.
  private func overwrite(_ field: HeaderField, _ box: HeaderBox) -> HeaderBox {
    guard let ghost = Trail.ghost(of: field, in: .sent), let track = ProofTrail.track(of: field)
    else { return box }
    let before = box[track]
    if before == Ranges(.kept) { return box }
    let after = box.changing(track, to: [.kept, .lost, .kept, .lost])
    return before == Ranges(.same) ? after.with(ghost, box[field]) : after.without(ghost)
  }

  /// The box with what a trail has of a field that moves.
  private func shift(_ field: HeaderField, _ box: HeaderBox) -> HeaderBox {
    guard let ghost = Trail.ghost(of: field, in: .sent), let track = ProofTrail.track(of: field)
    else { return box }
    let result = box.changing(track, to: [.moved, .lost, .kept, .lost])
    return box[track].contains(UInt128(ProofTrail.Track.moved.rawValue))
      ? result.without(ghost) : result
  }

  /// The box without the outcomes that hang on fields.
  private func forgetting(_ fields: [HeaderField], _ box: HeaderBox) -> HeaderBox {
    if box.literals.isEmpty { return box }
    var result = box
    for literal in box.literals
    where fields.contains(where: { literalsOfField[$0]?.contains(literal.condition) ?? false }) {
      result = result.without(literal)
    }
    return result
  }

  /// The box of a packet as it leaves a device.
  static func leaving(_ box: HeaderBox) -> HeaderBox {
    let bare = forgettingTrail(box.without(registers + Trail.ghosts(in: .session)))
    return registers.reduce(bare) { $0.constrained($1, to: Ranges(0)) }
  }

  /// The box of a packet whose trail is forgotten.
  static func forgettingTrail(_ box: HeaderBox) -> HeaderBox {
    ProofTrail.fields.reduce(box.without(trail)) { $0.constrained($1, to: Ranges(.same)) }
  }

  /// The session that packets of a class open: what is left of a box of them.
  static func session(_ box: HeaderBox, of known: SessionClass) -> HeaderBox {
    let kept = Set(Engine.sessionFields + ghosts(known.trail, in: .sent))
    var result = box.without(HeaderField.allCases.filter { !kept.contains($0) })
    for literal in box.literals { result = result.without(literal) }
    return result
  }

  /// The boxes of packets that a session of a box takes in a way, with the session ghosts that they
  /// get, in the order of a certificate.
  func packets(
    takenBy pair: HeaderBox, _ known: SessionClass, _ way: SessionWay, _ family: Family
  ) -> [HeaderBox] {
    let own = pair.constrained(.family, to: Ranges(UInt128(family.rawValue)))
    if own.isEmpty { return [] }
    var box = own
    for field in Trail.tracked {
      guard let sent = Trail.ghost(of: field, in: .sent),
        let session = Trail.ghost(of: field, in: .session)
      else { continue }
      let old = own[sent]
      box = box.without(sent)
      switch (known.trail[field], way.isForward) {
      case (.same, _), (.lost, _), (.moved, false): break
      case (.moved, true):
        let distance = known.distances[field] ?? 0
        box = box.with(field, Trail.move(own[field], by: 0 &- distance, in: field))
      case (.kept, true): box = box.with(field, old).with(session, own[field])
      case (.kept, false): box = box.with(session, old)
      }
    }
    if !way.isForward { box = Self.exchanged(box) }
    if box.isEmpty { return [] }
    if way.isError {
      let ends = box.without(Self.others)
      return engine.canonical.icmpErrors.map { ends.intersection($0) }.filter { !$0.isEmpty }
    }
    return way == .reply ? answers(box, family).filter { !$0.isEmpty } : [box]
  }

  /// What becomes of packets without a trail and without session ghosts that a session of a box takes
  /// in a way, in the order of a certificate.
  func taken(
    _ packets: HeaderBox, by pair: HeaderBox, _ known: SessionClass, _ way: SessionWay,
    _ family: Family, _ notes: SessionNotes
  ) -> [HeaderBox] {
    self.packets(takenBy: pair, known, way, family).map {
      noted(packets.intersection($0), notes)
    }
  }

  /// What becomes of packets that a session takes when a device notes it.
  func noted(_ packets: HeaderBox, _ notes: SessionNotes) -> HeaderBox {
    let taken = packets.constrained(
      .sessionUse, to: Ranges(notes.use...HeaderField.sessionUse.greatest))
    return notes.values.reduce(taken) { $0.with($1.field, $1.values) }
  }

  private static func exchanged(_ box: HeaderBox) -> HeaderBox {
    var result = box
    for (a, b) in [
      (HeaderField.sourceIPv4, HeaderField.destinationIPv4), (.sourceIPv6, .destinationIPv6),
      (.sourcePort, .destinationPort),
    ] {
      result = result.with(a, box[b]).with(b, box[a])
    }
    return result
  }

  /// What answers requests of a box.
  private func answers(_ box: HeaderBox, _ family: Family) -> [HeaderBox] {
    let icmp = Ranges(UInt128(family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6))
    let message = box.constrained(.protocol, to: icmp)
    var result = [
      box.constrained(.protocol, to: icmp.complement(upTo: HeaderField.protocol.greatest)),
      message.constrained(.fragment, to: Ranges(1)),
    ]
    let whole = message.constrained(.fragment, to: Ranges(0))
    for (request, answer) in (SessionBehaviour.icmpReplyTypes[family] ?? [:]).sorted(
      by: { $0.key < $1.key })
    where box[.icmpType].contains(UInt128(request)) {
      result.append(whole.with(.icmpType, Ranges(UInt128(answer))))
    }
    return result
  }
}
