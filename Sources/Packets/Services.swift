/// Ports of one protocol: `tcp/22,3389`.
public struct Service: Hashable, Sendable, CustomStringConvertible {
  /// The protocol's number.
  public var `protocol`: UInt8
  /// The destination ports.
  public var ports: Ranges

  /// Creates a service.
  public init(_ protocol: UInt8, _ ports: Ranges) {
    self.protocol = `protocol`
    self.ports = ports
  }

  /// The protocol and its ports, as in `tcp/22,8000-8099`.
  public var description: String {
    let name = ProtocolNames.text(`protocol`)
    if ports == HeaderField.destinationPort.allValues { return name }
    let texts = ports.ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return name + "/" + texts.joined(separator: ",")
  }
}

/// Well-known services by name: IANA's registrations and the control protocols.
public enum ServiceNames {
  /// The protocols and ports of a service; `nil` where the name is unknown.
  ///
  /// Case does not count. The result is ascending by protocol.
  public static func lookup(_ name: some StringProtocol) -> [Service]? {
    byName[name.lowercased()]
  }

  /// The usual name of one port of a protocol; `nil` where it has none.
  public static func name(_ protocol: UInt8, _ port: UInt16) -> String? {
    byPort[UInt32(`protocol`) << 16 | UInt32(port)]
  }

  /// Every name and alias, sorted.
  public static let all: [String] = byName.keys.sorted()

  private static let byName: [String: [Service]] = {
    var result: [String: [Service]] = [:]
    for entry in entries {
      for name in entry.names { result[name] = entry.services }
    }
    return result
  }()

  /// The first name in the table wins.
  private static let byPort: [UInt32: String] = {
    var result: [UInt32: String] = [:]
    for entry in entries {
      for service in entry.services {
        for range in service.ports.ranges {
          for port in range {
            let key = UInt32(service.protocol) << 16 | UInt32(port)
            if result[key] == nil { result[key] = entry.names.first }
          }
        }
      }
    }
    return result
  }()

  private static let entries: [(names: [String], services: [Service])] =
    table
    .split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      var ports: [UInt8: Ranges] = [:]
      for word in words {
        let parts = word.split(separator: "/")
        guard parts.count == 2, let values = readPorts(parts[1]) else { continue }
        for name in parts[0].split(separator: "+") {
          guard let number = ProtocolNames.number(name) else { continue }
          ports[number] = ports[number, default: .none].union(values)
        }
      }
      let services = ports.sorted { $0.key < $1.key }.map { Service($0.key, $0.value) }
      return (words.filter { !$0.contains("/") }, services)
    }

  private static func readPorts(_ text: Substring) -> Ranges? {
    var ranges: [ClosedRange<UInt128>] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { UInt128($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return nil }
      ranges.append(first...last)
    }
    return Ranges(ranges)
  }
}
