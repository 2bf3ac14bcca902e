import Networks
import Packets
import Places
import Testing

@testable import Importers

@Suite struct `Interfaces on one segment` {
  /// How often one of so many interfaces, with addresses of their own but for one that all pairs
  /// share, is compared with another as they are put on a segment.
  private func comparisons(of count: Int) -> Int {
    var ports = SegmentPorts()
    var result = 0
    for number in 0..<count {
      let address = IPAddress(ipv4: 0x0A00_0000 + UInt32(number / 2))
      let interface = Interface(
        name: "\(number)", place: Place(file: "ports"), addresses: [.init(address, length: 8)])
      result += ports.mayShareAddress(with: interface).count
      ports.add(Port(device: number, interface: 0), with: interface)
    }
    return result
  }

  @Test func `only those that may share an address are compared`() {
    #expect(comparisons(of: 2500) == 1250)
    #expect(comparisons(of: 5000) == 2500)
  }
}
