import Packets
import Testing

@testable import HeaderSpaces

@Suite struct `Levels of the fields` {
  @Test func `every field has levels of its own`() {
    var seen: Set<Int> = []
    for field in HeaderField.allCases {
      let levels = Levels.of(field)
      #expect(!levels.isEmpty, "\(field)")
      for level in levels { #expect(seen.insert(level).inserted, "\(field)") }
    }
    #expect(seen.count == Levels.chunks.count)
  }
}
