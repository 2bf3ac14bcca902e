public import Documents
import Networks
import Packets
public import Places

extension Feed {
  /// Reads a feed, and takes what is in force on a day.
  ///
  /// A format that is not given is recognised: an object is a STIX bundle, anything else a list.
  /// - Throws: An error where the document is none of the format; what one indicator says and is not
  ///   understood is a notice.
  public static func parse(
    _ bytes: [UInt8], as format: FeedFormat?, name: String, file: String, on day: Day,
    limits: DocumentLimits = .standard
  ) throws(InputError) -> Self {
    switch format ?? recognisedFormat(of: bytes) {
    case .stix:
      let document = try JSONDocument.parse(bytes, file: file, limits: limits)
      return try STIXReader(name: name, file: file, day: day).read(document)
    case .list:
      guard bytes.count <= limits.bytes else {
        throw InputError(
          at: Place(file: file), "the feed has \(bytes.count) bytes, more than \(limits.bytes)")
      }
      return ListReader(name: name, file: file).read(bytes)
    }
  }

  private static func recognisedFormat(of bytes: [UInt8]) -> FeedFormat {
    let first = bytes.first { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
    return first == UInt8(ascii: "{") ? .stix : .list
  }

  /// How many notices about single indicators a feed may have; the rest is counted.
  static let noticeLimit = 20
}

/// Reads an address, a prefix or a domain a line; `#` and `;` start comments.
private struct ListReader {
  var feed: Feed
  private let file: String
  private var ipv4: [ClosedRange<UInt128>] = []
  private var ipv6: [ClosedRange<UInt128>] = []

  init(name: String, file: String) {
    feed = Feed(name: name, place: Place(file: file))
    self.file = file
  }

  /// - Complexity: O(*n* log *n*) in the lines.
  consuming func read(_ bytes: [UInt8]) -> Feed {
    var number = 1
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
      read(line: bytes[start..<end], number)
      number += 1
      start = end + 1
    }
    feed.addresses = AddressSet(ipv4: Ranges(ipv4), ipv6: Ranges(ipv6))
    if feed.counts.unsupported > Feed.noticeLimit {
      feed.notices.append(
        Notice(
          .opaque, at: Place(file: file),
          "\(feed.counts.unsupported - Feed.noticeLimit) more lines are no address and no domain"))
    }
    return feed
  }

  private mutating func read(line: ArraySlice<UInt8>, _ number: Int) {
    var line = line
    if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    if let comment = line.firstIndex(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";") })
    {
      line = line[..<comment]
    }
    while let first = line.first, first <= 0x20 { line = line.dropFirst() }
    while let last = line.last, last <= 0x20 { line = line.dropLast() }
    if line.isEmpty { return }
    if let range = Self.plainIPv4(line) {
      ipv4.append(range)
      feed.counts.used += 1
      return
    }
    let text = Indicator.refanged(String(decoding: line, as: UTF8.self))
    if let range = Indicator.addresses(text) {
      if range.family == .ipv4 { ipv4.append(range.range) } else { ipv6.append(range.range) }
      feed.counts.used += 1
    } else if let host = Indicator.host(ofURL: text), let range = Indicator.addresses(host) {
      if range.family == .ipv4 { ipv4.append(range.range) } else { ipv6.append(range.range) }
      feed.counts.used += 1
    } else if let domain = Indicator.host(ofURL: text) ?? Indicator.domain(text) {
      feed.domains.append(domain)
      feed.counts.names += 1
    } else {
      feed.counts.unsupported += 1
      if feed.counts.unsupported <= Feed.noticeLimit {
        feed.notices.append(
          Notice(
            .opaque, at: Place(file: file, line: number),
            "'\(text.prefix(60))' is no address and no domain"))
      }
    }
  }

  /// An IPv4 address with or without a prefix length, read without making a string of it; `nil`
  /// where it is anything else, which the general readers then look at.
  private static func plainIPv4(_ text: ArraySlice<UInt8>) -> ClosedRange<UInt128>? {
    var value: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var dots = 0
    var length = 32
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      if (0x30...0x39).contains(byte) {
        octet = octet * 10 + UInt32(byte - 0x30)
        digits += 1
        if digits > 3 || octet > 255 || digits > 1 && octet < 10 { return nil }
      } else if byte == UInt8(ascii: "."), digits > 0, dots < 3 {
        value = value << 8 | octet
        (octet, digits) = (0, 0)
        dots += 1
      } else if byte == UInt8(ascii: "/"),
        let read = Int(String(decoding: text[index...], as: UTF8.self)),
        (0...32).contains(read)
      {
        length = read
        break
      } else {
        return nil
      }
    }
    guard dots == 3, digits > 0 else { return nil }
    let address = UInt128(value << 8 | octet)
    let host = (UInt128(1) << UInt128(32 - length)) - 1
    return (address & ~host)...(address | host)
  }
}

/// How texts of indicators are understood, whatever the format of the feed.
enum Indicator {
  /// The text with `[.]`, `(.)`, `[:]` and `hxxp` written out again.
  static func refanged(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x5B || $0 == 0x28 || $0 == 0x78 || $0 == 0x58 }) else {
      return text
    }
    var result = ""
    var rest = Substring(text)
    let marks: [(String, String)] = [
      ("[.]", "."), ("(.)", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"), ("[://]", "://"),
      ("hxxp", "http"), ("hXXp", "http"),
    ]
    scan: while !rest.isEmpty {
      for (mark, plain) in marks where rest.hasPrefix(mark) {
        result += plain
        rest = rest.dropFirst(mark.count)
        continue scan
      }
      result.append(rest.removeFirst())
    }
    return result
  }

  /// The addresses of an address or a prefix, whose host bits do not matter.
  static func addresses(_ text: String) -> AddressRange? {
    guard let read = try? AddressInPrefix(parsing: text) else { return nil }
    return AddressRange(read.prefix)
  }

  /// The host of a URL, in lower case; `nil` where the text is none.
  static func host(ofURL text: String) -> String? {
    let bytes = Array(text.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes[colon...].starts(with: Array("://".utf8)), colon > 0
    else { return nil }
    var host = bytes[(colon + 3)...].prefix { !Array("/?#".utf8).contains($0) }
    if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)...] }
    if host.first == UInt8(ascii: "["), let end = host.firstIndex(of: UInt8(ascii: "]")) {
      host = host[(host.startIndex + 1)..<end]
    } else if let port = host.lastIndex(of: UInt8(ascii: ":")) {
      host = host[..<port]
    }
    return host.isEmpty ? nil : String(decoding: host, as: UTF8.self).lowercased()
  }

  /// A domain in lower case; `nil` where the text is none.
  static func domain(_ text: String) -> String? {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, text.utf8.count <= 253 else { return nil }
    let isDomain = labels.allSatisfy { label in
      !label.isEmpty && label.utf8.count <= 63
        && label.unicodeScalars.allSatisfy {
          $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
            || $0 == "*"
        }
    }
    guard isDomain, labels.last?.contains(where: \.isLetter) == true else { return nil }
    return text.lowercased()
  }
}
