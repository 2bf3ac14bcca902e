import Randomness
import Testing

@testable import CertificateChecker

/// Sets of values and boxes, held to what their packets are, one by one.
@Suite struct `Sets of the checker` {
  /// Numbers at which ranges begin and end: both ends of all of them, and some between.
  static let numbers: [UInt128] = (0..<6).map { $0 } + (0..<6).reversed().map { .max - $0 }

  static func ranges(_ random: inout SplitMix, among numbers: [UInt128] = numbers) -> Ranges {
    var spans: [Span] = []
    var start: UInt128?
    for (place, number) in numbers.enumerated() {
      let isIn = UInt8.random(in: 0..<2, using: &random) == 0
      if isIn { start = start ?? number }
      guard let low = start, !isIn || place == numbers.count - 1 else { continue }
      spans.append(low...(isIn ? number : numbers[place - 1]))
      start = nil
    }
    return Ranges(ascending: spans)
  }

  @Test func `ranges have the values that their operations say`() {
    let seed: UInt64 = 3
    var random = SplitMix(seed)
    for _ in 0..<2_000 {
      let (a, b) = (Self.ranges(&random), Self.ranges(&random))
      let distance = [0, 1, 3, .max, .max - 2][Int.random(in: 0..<5, using: &random)] as UInt128
      let (both, moved) = (a.intersection(b), a.moved(by: distance))
      for number in Self.numbers {
        #expect(both.contains(number) == (a.contains(number) && b.contains(number)))
        #expect(a.complement.contains(number) != a.contains(number))
        #expect(moved.contains(number &+ distance) == a.contains(number))
      }
      #expect(a.meets(b) == !both.isEmpty)
      // The values between two of these numbers are in as those next to them are.
      let isInside = Self.numbers.allSatisfy { !a.contains($0) || b.contains($0) }
      if a.isInside(b) { #expect(isInside) }
      if isInside, a.spans.allSatisfy({ $0.upperBound - $0.lowerBound < 6 }) {
        #expect(a.isInside(b))
      }
    }
    print("ranges: 2000 pairs at seed \(seed)")
  }

  @Test func `what moves past the values of a field is gone`() {
    let all = Ranges(0, 65535)
    #expect(all.moved(by: 1, in: .sourcePort) == Ranges(1, 65535))
    #expect(all.moved(by: .max, in: .sourcePort) == Ranges(0, 65534))
    #expect(Ranges(65535).moved(by: 1, in: .sourcePort).isEmpty)
    #expect(Ranges(0, .max).moved(by: 7) == Ranges(ascending: [0...6, 7...(.max)]))
  }

  /// Fields and a condition of which random boxes speak, and the values that they have there.
  static let axes: [Int] = [Field.family, .protocol, .tcpFlags].map(\.rawValue) + [Field.count]

  static func box(_ random: inout SplitMix) -> Box {
    var box = Box()
    for axis in axes where Bool.random(using: &random) {
      box[axis] = ranges(&random, among: axis == Field.count ? [0, 1] : [0, 1, 2])
    }
    return box
  }

  /// All packets with these values.
  static let packets: [Box] = axes.reduce([Box()]) { packets, axis in
    packets.flatMap { packet in
      (0..<(axis == Field.count ? 2 : 3)).map { value in
        var one = packet
        one[axis] = Ranges(UInt128(value))
        return one
      }
    }
  }

  @Test func `boxes have the packets that their operations say`() throws {
    let seed: UInt64 = 5
    var random = SplitMix(seed)
    var parts = 0
    for _ in 0..<1_000 {
      let (a, b) = (Self.box(&random), Self.box(&random))
      let both = a.intersection(b)
      let isSplit = (0..<b.constraints.count).map { (a.split(by: b, at: $0) ?? [], $0) }
      #expect(a.split(by: b, at: b.constraints.count) == nil)
      for packet in Self.packets {
        let (isInA, isInB) = (packet.isInside(a), packet.isInside(b))
        #expect((both.map(packet.isInside) ?? false) == (isInA && isInB))
        for (halves, place) in isSplit {
          let index = b.constraints[place].index
          let inside = halves.filter(packet.isInside)
          #expect(inside.count == (isInA ? 1 : 0), "each packet is in one half")
          let isWithin = packet[index].isInside(b[index])
          #expect(inside.allSatisfy { $0[index].isInside(b[index]) == isWithin })
          parts += inside.count
        }
        if a.isInside(b), isInA { #expect(isInB) }
      }
    }
    #expect(parts > 1_000)
    print("boxes: 1000 pairs with \(Self.packets.count) packets each at seed \(seed)")
  }

  @Test func `an account pays before anything is made`() throws {
    var account = Account(work: 10)
    account.begin(Line(number: 7, bytes: []))
    try account.spend(10)
    #expect(throws: Rejection.self) { try account.spend(1) }
    account.allow(0)
    try account.spend(Bounds.workOfByte)
    #expect(throws: Rejection.self) { try account.spend(1) }
    account = Account(work: .max)
    account.begin(Line(number: 7, bytes: []))
    try account.spend(Bounds.room, isKept: true)
    do {
      try account.spend(1, isKept: true)
      Issue.record("there is no room")
    } catch { #expect(error.text == "INCOMPLETE line 7: bounds: too many boxes at once") }
    account.begin(Line(number: 8, bytes: []))
    try account.spend(Bounds.room, isKept: true)
  }
}
