import HeaderSpaces
public import Packets

/// One line of a five-tuple access list.
public struct AccessRule: Hashable, Sendable {
  /// Whether the line permits.
  public var isPermitting: Bool
  /// The protocol, or -1 for any.
  public var `protocol`: Int
  /// The first source address.
  public var source: UInt32
  /// How many bits of the source count.
  public var sourceLength: Int
  /// The first destination address.
  public var destination: UInt32
  /// How many bits of the destination count.
  public var destinationLength: Int
  /// The source ports.
  public var sourcePorts: ClosedRange<Int>
  /// The destination ports.
  public var destinationPorts: ClosedRange<Int>

  /// Reads ten numbers: action (1 permits), protocol (-1 any), source, length, destination, length,
  /// source ports, destination ports.
  public init?(_ line: some StringProtocol) {
    let numbers = line.split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 10, numbers[6] <= numbers[7], numbers[8] <= numbers[9] else {
      return nil
    }
    self.init(
      isPermitting: numbers[0] == 1, protocol: numbers[1],
      source: (UInt32(numbers[2]), numbers[3]), destination: (UInt32(numbers[4]), numbers[5]),
      sourcePorts: numbers[6]...numbers[7], destinationPorts: numbers[8]...numbers[9])
  }

  init(
    isPermitting: Bool, protocol: Int, source: (UInt32, Int), destination: (UInt32, Int),
    sourcePorts: ClosedRange<Int>, destinationPorts: ClosedRange<Int>
  ) {
    self.isPermitting = isPermitting
    self.protocol = `protocol`
    (self.source, sourceLength) = source
    (self.destination, destinationLength) = destination
    self.sourcePorts = sourcePorts
    self.destinationPorts = destinationPorts
  }

  /// The line as the ten numbers that `init` reads.
  public var line: String {
    "\(isPermitting ? 1 : 0) \(`protocol`) \(source) \(sourceLength) \(destination) "
      + "\(destinationLength) \(sourcePorts.lowerBound) \(sourcePorts.upperBound) "
      + "\(destinationPorts.lowerBound) \(destinationPorts.upperBound)"
  }

  /// What the line matches.
  public var box: HeaderBox {
    var box = HeaderBox()
    if `protocol` >= 0 { box.constrain(.protocol, to: Ranges(UInt128(`protocol`))) }
    box.constrain(.sourceIPv4, to: prefixValues(source, sourceLength))
    box.constrain(.destinationIPv4, to: prefixValues(destination, destinationLength))
    for (field, ports) in [
      (HeaderField.sourcePort, sourcePorts), (.destinationPort, destinationPorts),
    ] {
      box.constrain(field, to: Ranges(UInt128(ports.lowerBound)...UInt128(ports.upperBound)))
    }
    return box
  }

  /// The five fields that a line can constrain.
  public static let fields: [HeaderField] = [
    .sourceIPv4, .destinationIPv4, .sourcePort, .destinationPort, .protocol,
  ]
}

extension [AccessRule] {
  /// The lines as rules of a first-match list.
  public var matches: [(boxes: [HeaderBox], isPermitting: Bool)] {
    map { ([$0.box], $0.isPermitting) }
  }
}

/// The addresses of a prefix.
public func prefixValues(_ address: UInt32, _ length: Int) -> Ranges {
  Prefix(IPAddress(ipv4: address), length: length).map { Ranges($0.range) } ?? .none
}
