import Documents
import Packets
import Places

extension Scalar where Value == Prefix {
  /// A prefix without host bits.
  static var prefix: Self {
    Self("a subnet such as 10.0.0.0/24") { text, place throws(InputError) in
      try reading(at: place) { () throws(AddressError) in try Prefix(parsing: text) }
    }
  }

  /// The destinations of a route; `default` is not known, since it has no family.
  static var destination: Self { prefix }
}

extension Scalar where Value == IPAddress {
  /// An address.
  static var address: Self {
    Self("an address such as 10.0.0.1") { text, place throws(InputError) in
      try reading(at: place) { () throws(AddressError) in try IPAddress(parsing: text) }
    }
  }
}

extension Scalar where Value == AddressInPrefix {
  /// An interface's address with the length of its subnet's prefix.
  static var addressInPrefix: Self {
    Self("an address such as 10.0.0.1/24") { text, place throws(InputError) in
      try reading(at: place) { () throws(AddressError) in try AddressInPrefix(parsing: text) }
    }
  }
}

extension Scalar where Value == AddressRange {
  /// An address, a prefix or a range.
  static var addressRange: Self {
    Self("an address, a prefix or a range", parse: readAddressRange)
  }
}

extension Scalar where Value == AddressTerm {
  /// Addresses or an object's name; a name has a letter and neither a ':' nor a '/'.
  static var addressTerm: Self {
    Self("an address, a prefix, a range or an object's name") { text, place throws(InputError) in
      if text.isEmpty { return nil }
      let isName = text.contains(where: \.isLetter) && !text.contains { $0 == ":" || $0 == "/" }
      return isName ? .object(text) : .range(try readAddressRange(text, at: place))
    }
  }
}

/// Reads an address, a prefix or a range.
func readAddressRange(
  _ text: String, at place: Place
) throws(InputError) -> AddressRange {
  try reading(at: place) { () throws(AddressError) in try AddressRange(parsing: text) }
}

extension Scalar where Value == ServiceSet {
  /// A service.
  static var service: Self {
    Self("a service such as tcp/443") { text, place throws(InputError) in
      do throws(ServiceError) {
        return try ServiceSet(parsing: text)
      } catch {
        var hint: String?
        if case .unknownName(let name) = error.reason {
          let known = ServiceNames.all + ["any", "ip", "tcp", "udp", "icmp", "icmpv6"]
          hint = nearestName(to: name, among: known).map { "the nearest known name is '\($0)'" }
        }
        throw InputError(at: place, error.description, hint: hint)
      }
    }
  }
}

extension Scalar where Value == UInt8 {
  /// A protocol's name or number.
  static var protocolNumber: Self {
    Self("a protocol such as tcp or 47") { ProtocolNames.number($0) }
  }
}

extension Scalar where Value == Ranges {
  /// Ports as numbers and ranges.
  static var ports: Self {
    Self("ports such as 22,8000-8099") { text in
      guard case .ports(let service)? = try? ServiceSet(parsing: "tcp/" + text).terms.first else {
        return nil
      }
      return service.ports
    }
  }
}

extension Scalar where Value == PartyName {
  /// One end of a link.
  static var party: Self {
    Self("a party such as device:fw, endpoint:rtu, segment:lan or internet") { text in
      if text == "internet" { return .internet }
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      return switch parts[0] {
      case "endpoint": .endpoint(parts[1])
      case "segment": .segment(parts[1])
      case "device": .device(parts[1])
      case "switch": .switch(parts[1])
      default: nil
      }
    }
  }
}

/// Reads a text about addresses, with its place and what was probably meant in the error.
private func reading<Value>(
  at place: Place, _ read: () throws(AddressError) -> Value
) throws(InputError) -> Value {
  do throws(AddressError) {
    return try read()
  } catch {
    var hint: String?
    if case .hostBits(let prefix) = error.reason { hint = "write \(prefix)" }
    throw InputError(at: place, error.description, hint: hint)
  }
}
