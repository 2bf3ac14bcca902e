import Packets

/// A packet to be sent, with what the model does not look at but the kernel does.
struct Message: Hashable, Sendable {
  var header: Header
  /// What tells it from all others, wherever it comes out.
  var cookie: UInt32
  /// The identifier of an ICMP question and of its answer.
  var identifier: UInt16 = 0
  var sequence: UInt32 = 1000
  var acknowledged: UInt32 = 0
  /// The packet that an ICMP error is about, as its receiver saw it.
  var quoted: Header?

  /// The packet from its IP header on.
  var bytes: [UInt8] {
    let payload = Self.transport(self)
    var result = Self.network(header, length: payload.count, identifier: UInt16(cookie & 0xFFFF))
    result += payload
    return result
  }

  private static let magic: [UInt8] = [0xFB, 0x6B, 0x65, 0x72]

  private var payload: [UInt8] {
    var result = Self.magic
    result.append(cookie)
    return result
  }

  private static func network(_ header: Header, length: Int, identifier: UInt16) -> [UInt8] {
    var result: [UInt8] = []
    if header.family == .ipv4 {
      result += [0x45, 0]
      result.append(UInt16(20 + length))
      result.append(identifier)
      result += [0, 0, 64, header.protocol, 0, 0]
      result.append(address: header.source, bytes: 4)
      result.append(address: header.destination, bytes: 4)
      result.put(result.checksum, at: 10)
    } else {
      result += [0x60, 0, 0, 0]
      result.append(UInt16(length))
      result += [header.protocol, 64]
      result.append(address: header.source, bytes: 16)
      result.append(address: header.destination, bytes: 16)
    }
    return result
  }

  private static func transport(_ message: Self) -> [UInt8] {
    let header = message.header
    var result: [UInt8] = []
    switch header.protocol {
    case 6:
      result.append(header.sourcePort)
      result.append(header.destinationPort)
      result.append(message.sequence)
      result.append(message.acknowledged)
      result += [0x50, header.tcpFlags, 0xFF, 0xFF, 0, 0, 0, 0]
      result += message.payload
      result.put(checksum(of: result, header), at: 16)
    case 17:
      result.append(header.sourcePort)
      result.append(header.destinationPort)
      result.append(UInt16(16))
      result += [0, 0] + message.payload
      let sum = checksum(of: result, header)
      result.put(sum == 0 ? 0xFFFF : sum, at: 6)
    case 1, 58:
      result += [header.icmpType, header.icmpCode, 0, 0]
      if let quoted = message.quoted {
        result += [0, 0, 0, 0] + quotation(of: quoted, message) + message.payload
      } else {
        result.append(message.identifier)
        result += [0, 1] + message.payload
      }
      result.put(header.family == .ipv4 ? result.checksum : checksum(of: result, header), at: 2)
    default:
      // GRE without anything, and the first bytes of others.
      result = [0, 0, 8, 0] + message.payload
    }
    return result
  }

  /// The IP header of a packet and its first eight bytes.
  private static func quotation(of header: Header, _ message: Self) -> [UInt8] {
    let inner = Self(header: header, cookie: 0, identifier: message.identifier)
    let bytes = inner.bytes
    return Array(bytes[..<((header.family == .ipv4 ? 20 : 40) + 8)])
  }

  private static func checksum(of bytes: [UInt8], _ header: Header) -> UInt16 {
    let size = header.family == .ipv4 ? 4 : 16
    var result: [UInt8] = []
    result.append(address: header.source, bytes: size)
    result.append(address: header.destination, bytes: size)
    result.append(UInt32(bytes.count))
    result.append(UInt32(header.protocol))
    return (result + bytes).checksum
  }
}

/// A packet that came out somewhere.
struct Sighting: Hashable, Sendable {
  var header: Header
  var cookie: UInt32
  var identifier: UInt16

  /// Reads a packet from its IP header on; `nil` where it is none of ours.
  init?(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return nil }
    switch first >> 4 {
    case 4:
      guard bytes.count >= 20, bytes[0] == 0x45, bytes.short(at: 6) & 0x1FFF == 0 else {
        return nil
      }
      let header = Header(
        family: .ipv4, source: bytes.number(at: 12, bytes: 4),
        destination: bytes.number(at: 16, bytes: 4), protocol: bytes[9])
      self.init(header, Array(bytes[20...]))
    case 6:
      guard bytes.count >= 40 else { return nil }
      let header = Header(
        family: .ipv6, source: bytes.number(at: 8, bytes: 16),
        destination: bytes.number(at: 24, bytes: 16), protocol: bytes[6])
      self.init(header, Array(bytes[40...]))
    default: return nil
    }
  }

  /// Reads what follows the header of which the addresses and the protocol are known.
  init?(_ known: Header, _ bytes: [UInt8]) {
    header = known
    identifier = 0
    var offset = 4
    switch known.protocol {
    case 6, 17:
      offset = known.protocol == 6 ? 20 : 8
      guard bytes.count >= offset else { return nil }
      header.sourcePort = bytes.short(at: 0)
      header.destinationPort = bytes.short(at: 2)
      if known.protocol == 6 { header.tcpFlags = bytes[13] }
    case 1, 58:
      guard bytes.count >= 8 else { return nil }
      header.icmpType = bytes[0]
      header.icmpCode = bytes[1]
      identifier = bytes.short(at: 4)
      offset = 8
      let isError = known.protocol == 1 ? [3, 4, 5, 11, 12].contains(bytes[0]) : bytes[0] < 128
      if isError { offset += (known.family == .ipv4 ? 20 : 40) + 8 }
    default: break
    }
    guard bytes.count >= offset + 8,
      Array(bytes[offset..<offset + 4]) == [0xFB, 0x6B, 0x65, 0x72]
    else { return nil }
    cookie = UInt32(bytes.number(at: offset + 4, bytes: 4))
    header.normalise()
  }
}
