import Documents
import Networks
import Packets
import Places

/// Reads the indicators of a STIX 2.1 bundle.
struct STIXReader {
  private var feed: Feed
  private let day: Day
  private var sets: [AddressSet] = []
  private var observables = 0
  private var hiddenNotices = 0

  init(name: String, file: String, day: Day) {
    feed = Feed(name: name, place: Place(file: file))
    self.day = day
  }

  consuming func read(_ document: DocumentValue) throws(InputError) -> Feed {
    guard document["type"]?.string == "bundle" else {
      throw InputError(
        at: document.place, "the document is no STIX bundle",
        hint: "its \"type\" would be \"bundle\"; say \"format\" where it is something else")
    }
    for object in document["objects"]?.array ?? [] {
      switch object["type"]?.string {
      case "indicator": read(indicator: object)
      case "ipv4-addr", "ipv6-addr": observables += 1
      default: break
      }
    }
    feed.addresses = AddressSet.union(sets)
    if hiddenNotices > 0 {
      feed.notices.append(
        Notice(.opaque, at: feed.place, "\(hiddenNotices) more indicators are not understood"))
    }
    if observables > 0 {
      feed.notices.append(
        Notice(
          .remark, at: feed.place,
          "\(observables) addresses stand in the bundle beside its indicators and are not used"))
    }
    return feed
  }

  private mutating func read(indicator: DocumentValue) {
    if indicator["revoked"]?.bool == true || hasEnded(indicator) {
      feed.counts.expired += 1
      return
    }
    if let from = indicator["valid_from"]?.string {
      guard let start = Day(parsing: from.prefix(10)) else {
        note(indicator["valid_from"]?.place ?? indicator.place, "'\(from)' is no time")
        feed.counts.unsupported += 1
        return
      }
      if start > day {
        feed.counts.future += 1
        return
      }
    }
    guard let pattern = indicator["pattern"], let text = pattern.string,
      indicator["pattern_type"]?.string ?? "stix" == "stix"
    else {
      let type = indicator["pattern_type"]?.scalarText ?? "none"
      note(indicator["pattern_type"]?.place ?? indicator.place, "the pattern type is \(type)")
      feed.counts.unsupported += 1
      return
    }
    var reader = STIXPattern(text)
    reader.read()
    take(reader.found, at: pattern.place)
  }

  /// Whether an indicator's time was over before the day began.
  private mutating func hasEnded(_ indicator: DocumentValue) -> Bool {
    guard let until = indicator["valid_until"], let text = until.string else { return false }
    guard let end = Day(parsing: text.prefix(10)) else {
      // Without a readable end it is taken as in force, which forbids more.
      note(until.place, "'\(text)' is no time, so the indicator is taken as in force")
      return false
    }
    let isMidnight = text.dropFirst(11).prefix { $0 != "Z" }.allSatisfy { "0:.".contains($0) }
    return end < day || end == day && isMidnight
  }

  private mutating func take(_ found: STIXPattern.Found, at place: Place) {
    for problem in found.problems { note(place, problem) }
    feed.domains += found.domains
    if !found.addresses.isEmpty {
      sets += found.addresses.map { AddressSet($0) }
      feed.counts.used += 1
    } else if !found.domains.isEmpty || found.hasNames {
      feed.counts.names += 1
    } else if !found.problems.isEmpty {
      feed.counts.unsupported += 1
    } else {
      feed.counts.other += 1
    }
  }

  private mutating func note(_ place: Place, _ problem: String) {
    if feed.notices.count < Feed.noticeLimit {
      feed.notices.append(
        Notice(.opaque, at: place, "an indicator is not understood as a whole: \(problem)"))
    } else {
      hiddenNotices += 1
    }
  }
}

/// The addresses and names that a STIX pattern speaks of.
///
/// A pattern asks for several things at once or in turn, of which a packet shows one; so every
/// address in it counts, whatever it is joined to, and a comparison that only narrows (a port, a
/// time) is left out. This forbids at least what the pattern means.
struct STIXPattern {
  /// What was found.
  struct Found {
    var addresses: [AddressRange] = []
    var domains: [String] = []
    var hasNames = false
    var problems: [String] = []
  }

  private enum Token: Equatable {
    case word(String)
    case string(String)
    case symbol(Character)
  }

  private(set) var found = Found()
  private var tokens: [Token] = []
  private var position = 0

  init(_ text: String) { tokens = Self.tokens(of: text, problems: &found.problems) }

  /// Reads comparison after comparison; what stands between them is brackets and joining words.
  mutating func read() {
    var isNegated = false
    while position < tokens.count {
      switch tokens[position] {
      case .symbol: position += 1
      case .string(let text):
        position += 1
        found.problems.append("'\(text.prefix(40))' stands alone")
      case .word(let word):
        position += 1
        switch word.uppercased() {
        case "AND", "OR", "FOLLOWEDBY", "TIMES", "SECONDS": isNegated = false
        case "WITHIN", "REPEATS": position += 1
        // A time is the letter t and a string.
        case "START", "STOP": position += 2
        case "NOT":
          isNegated = true
        default:
          if word.contains(":") { readComparison(of: word, isNegated: isNegated) }
          isNegated = false
        }
      }
    }
  }

  private mutating func readComparison(of path: String, isNegated: Bool) {
    var isNegated = isNegated
    var symbol = next()
    if symbol == "NOT" {
      isNegated = true
      symbol = next()
    }
    let values = readValues()
    let isAddress = Self.isAddress(path)
    let isName = path.hasPrefix("domain-name:") || path.hasPrefix("url:")
    guard isAddress || isName else { return }
    if isNegated || symbol == "!=" {
      found.problems.append("it is about everything but '\(values.first ?? "")'")
      return
    }
    switch symbol {
    case "=", "IN", "ISSUBSET", "ISSUPERSET":
      for value in values { take(value, isAddress: isAddress) }
    default:
      if isName {
        found.hasNames = true
      } else {
        found.problems.append("'\(symbol)' is not understood for addresses")
      }
    }
  }

  private mutating func take(_ value: String, isAddress: Bool) {
    let text = Indicator.refanged(value)
    if let range = Indicator.addresses(text) {
      found.addresses.append(range)
    } else if let host = Indicator.host(ofURL: text) {
      found.hasNames = true
      if let range = Indicator.addresses(host) {
        found.addresses.append(range)
      } else {
        found.domains.append(host)
      }
    } else if isAddress {
      found.problems.append("'\(value.prefix(40))' is no address")
    } else {
      found.hasNames = true
      if let domain = Indicator.domain(text) { found.domains.append(domain) }
    }
  }

  /// Whether an object path leads to an address.
  private static func isAddress(_ path: String) -> Bool {
    if path == "ipv4-addr:value" || path == "ipv6-addr:value" { return true }
    let isTraffic = path.hasPrefix("network-traffic:") || path.hasPrefix("domain-name:resolves_to")
    return isTraffic && path.hasSuffix(".value")
  }

  /// The operator that is next, in capitals.
  private mutating func next() -> String {
    var text = ""
    while position < tokens.count {
      if case .symbol(let symbol) = tokens[position], "=!<>".contains(symbol) {
        text.append(symbol)
        position += 1
      } else if text.isEmpty, case .word(let word) = tokens[position] {
        position += 1
        return word.uppercased()
      } else {
        break
      }
    }
    return text
  }

  /// The one value or the values in parentheses that are next.
  private mutating func readValues() -> [String] {
    var values: [String] = []
    var isList = false
    while position < tokens.count {
      switch tokens[position] {
      case .symbol("("): isList = true
      case .symbol(","): break
      case .symbol(")") where isList:
        position += 1
        return values
      case .string(let text), .word(let text): values.append(text)
      default: return values
      }
      position += 1
      if !isList { return values }
    }
    return values
  }

  private static func tokens(of text: String, problems: inout [String]) -> [Token] {
    var tokens: [Token] = []
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "'" {
        rest.removeFirst()
        tokens.append(.string(string(&rest, problems: &problems)))
      } else if "[](),=!<>".contains(first), !(first == "[" && isIndex(rest)) {
        rest.removeFirst()
        tokens.append(.symbol(first))
      } else {
        tokens.append(.word(word(&rest)))
      }
    }
    return tokens
  }

  /// Whether a bracket is one of a list's index, `[*]` or `[3]`, and not of an observation.
  private static func isIndex(_ text: Substring) -> Bool {
    let inside = text.dropFirst().prefix { $0 != "]" }
    return inside == "*" || !inside.isEmpty && inside.allSatisfy(\.isNumber)
  }

  /// The text up to the closing quote; a backslash keeps what follows.
  private static func string(_ rest: inout Substring, problems: inout [String]) -> String {
    var value = ""
    while let character = rest.popFirst() {
      if character == "'" { return value }
      if character == "\\", let escaped = rest.popFirst() {
        value.append(escaped)
      } else {
        value.append(character)
      }
    }
    problems.append("a quote is not closed")
    return value
  }

  /// A word or an object path, whose parts may be quoted and indexed.
  private static func word(_ rest: inout Substring) -> String {
    var word = ""
    while let first = rest.first {
      if first == "[" && isIndex(rest) {
        let index = rest.prefix { $0 != "]" }
        word += index + "]"
        rest = rest.dropFirst(index.count + 1)
      } else if first == "'", word.hasSuffix(".") || word.hasSuffix(":") {
        rest.removeFirst()
        let name = rest.prefix { $0 != "'" }
        word += name
        rest = rest.dropFirst(name.count + 1)
      } else if first.isWhitespace || "[](),=!<>'".contains(first) {
        break
      } else {
        word.append(first)
        rest.removeFirst()
      }
    }
    return word
  }
}
