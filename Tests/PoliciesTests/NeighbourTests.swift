import Networks
import Testing

@testable import Policies

@Suite struct `Zones beside each other` {
  /// So many zones, with one segment each pair and a device each.
  private func pairs(ofZones count: Int) -> [(Int, Int)] {
    neighbours(
      among: (0..<count).map { number in
        let part = ZoneExtent.Part(segment: number / 2, addresses: .none, declared: .none)
        return ZoneExtent(name: "\(number)", place: here, parts: [part], devices: [number])
      })
  }

  @Test func `only those that share a segment or a device are compared`() {
    let few = pairs(ofZones: 2000)
    let many = pairs(ofZones: 4000)
    #expect(few.count == 1000 && many.count == 2000)
    #expect(many.allSatisfy { $0.0 + 1 == $0.1 && $0.0 % 2 == 0 })
  }
}
