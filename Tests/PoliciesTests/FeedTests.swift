import Networks
import Packets
import Places
import Policies
import Testing

private func feed(
  _ text: String, as format: FeedFormat? = nil, on day: String = "2026-11-20"
) throws -> Feed {
  let day = try #require(Day(parsing: day))
  return try Feed.parse(Array(text.utf8), as: format, name: "f", file: "feed", on: day)
}

/// A bundle with one indicator.
private func bundle(_ pattern: String, _ more: String = "") -> String {
  let escaped = pattern.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  return """
    { "type": "bundle", "id": "bundle--1", "objects": [ { "type": "indicator",
      "pattern": "\(escaped)", "pattern_type": "stix",
      "valid_from": "2026-01-01T00:00:00Z"\(more) } ] }
    """
}

private func prefixes(_ feed: Feed) -> [String] {
  (feed.addresses.ipv4.prefixes(.ipv4) + feed.addresses.ipv6.prefixes(.ipv6)).map(\.description)
}

@Suite struct `Feeds that are lists` {
  @Test func `addresses, prefixes, comments, domains and other lines`() throws {
    let feed = try feed(
      """
      # header
      203.0.113.7
      198.51.100.0/24 ; SBL1
      192[.]0[.]2[.]1
        2001:db8::/32\t# v6
      10.0.0.9/30
      evil.example
      hxxps://c2[.]example:8443/path
      http://192.0.2.77/x
      01.2.3.4

      nonsense here
      """)
    #expect(
      prefixes(feed) == [
        "10.0.0.8/30", "192.0.2.1/32", "192.0.2.77/32", "198.51.100.0/24", "203.0.113.7/32",
        "2001:db8::/32",
      ])
    #expect(feed.domains == ["evil.example", "c2.example"])
    #expect(feed.counts.used == 6)
    #expect(feed.counts.names == 2)
    #expect(feed.counts.unsupported == 2)
    #expect(feed.notices.map(\.place.line) == [10, 12])
  }

  @Test func `many lines that are nothing are counted`() throws {
    let feed = try feed(String(repeating: "?\n", count: 50), as: .list)
    #expect(feed.counts.unsupported == 50)
    #expect(feed.notices.count == 21)
  }

  @Test func `half a million lines are one set`() throws {
    var lines: [UInt8] = []
    for number in 0..<500_000 {
      lines += Array(
        "\(20 + number >> 16).\(number >> 8 & 255).\(number & 255).\(number % 251)\n".utf8)
    }
    let day = try #require(Day(parsing: "2026-11-20"))
    let feed = try Feed.parse(lines, as: .list, name: "f", file: "feed", on: day)
    #expect(feed.counts.used == 500_000)
    #expect(feed.addresses.ipv4.ranges.count > 400_000)
  }
}

@Suite struct `Feeds that are STIX bundles` {
  @Test(arguments: [
    ("[ipv4-addr:value = '203.0.113.7']", "203.0.113.7/32"),
    ("[ipv4-addr:value = '203.0.113.7/24']", "203.0.113.0/24"),
    ("[ipv4-addr:value = '203[.]0[.]113[.]7']", "203.0.113.7/32"),
    ("[ipv6-addr:value = '2001:db8::1']", "2001:db8::1/128"),
    ("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.3')]", "192.0.2.1/32 192.0.2.3/32"),
    ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "198.51.100.0/24"),
    ("[ipv4-addr:value='192.0.2.1' OR ipv4-addr:value='192.0.2.2']", "192.0.2.1/32 192.0.2.2/32"),
    ("[ipv4-addr:value = '192.0.2.1'] OR [domain-name:value = 'a.example']", "192.0.2.1/32"),
    (
      "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.9'] WITHIN 600 SECONDS",
      "192.0.2.1/32 192.0.2.9/32"
    ),
    (
      "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.5' "
        + "AND network-traffic:dst_port = 443]", "192.0.2.5/32"
    ),
    (
      "[ipv4-addr:value = '192.0.2.1'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
      "192.0.2.1/32"
    ),
    ("[url:value = 'https://192.0.2.8:444/a']", "192.0.2.8/32"),
    ("[domain-name:resolves_to_refs[*].value = '192.0.2.6']", "192.0.2.6/32"),
    ("[ipv4-addr:value = '192.0.2.1' AND ipv4-addr:'x_tag' = 'it\\'s']", "192.0.2.1/32"),
  ])
  func `the addresses of a pattern`(pattern: String, expected: String) throws {
    let feed = try feed(bundle(pattern))
    #expect(prefixes(feed).joined(separator: " ") == expected)
    #expect(feed.counts.used == 1)
    #expect(feed.notices == [])
  }

  @Test(arguments: [
    ("[domain-name:value = 'evil.example']", ["evil.example"]),
    ("[url:value = 'hxxp://evil.example/x']", ["evil.example"]),
    ("[url:value MATCHES '^https?://']", []),
  ])
  func `names are counted`(pattern: String, domains: [String]) throws {
    let feed = try feed(bundle(pattern))
    #expect(feed.counts.names == 1)
    #expect(feed.domains == domains)
    #expect(feed.addresses.isEmpty)
  }

  @Test(arguments: [
    "[ipv4-addr:value != '192.0.2.1']", "[NOT ipv4-addr:value = '192.0.2.1']",
    "[ipv4-addr:value NOT IN ('192.0.2.1')]", "[ipv4-addr:value LIKE '192.0.2.%']",
    "[ipv4-addr:value = 'nothing']", "[ipv4-addr:value = '192.0.2",
  ])
  func `a pattern that is not understood is told with its place`(pattern: String) throws {
    let feed = try feed(bundle(pattern))
    #expect(feed.counts.unsupported == 1 || feed.counts.used == 1)
    #expect(feed.notices.first?.place.line == 2)
    #expect(feed.notices.first?.kind == .opaque)
  }

  @Test func `files and the like are counted as other`() throws {
    let feed = try feed(bundle("[file:hashes.'SHA-256' = 'aa']"))
    #expect(feed.counts.other == 1)
    #expect(feed.notices == [])
  }

  @Test func `an indicator counts within its time`() throws {
    let text = bundle(
      "[ipv4-addr:value = '192.0.2.1']", ", \"valid_until\": \"2026-06-30T12:00:00Z\"")
    #expect(try feed(text, on: "2025-12-31").counts.future == 1)
    #expect(try feed(text, on: "2026-01-01").counts.used == 1)
    #expect(try feed(text, on: "2026-06-30").counts.used == 1)
    #expect(try feed(text, on: "2026-07-01").counts.expired == 1)
    let midnight = bundle(
      "[ipv4-addr:value = '192.0.2.1']", ", \"valid_until\": \"2026-06-30T00:00:00.000Z\"")
    #expect(try feed(midnight, on: "2026-06-30").counts.expired == 1)
    let revoked = bundle("[ipv4-addr:value = '192.0.2.1']", ", \"revoked\": true")
    #expect(try feed(revoked).counts.expired == 1)
  }

  @Test func `other pattern types and documents are refused or told`() throws {
    let sigma = bundle("x").replacing(
      "\"pattern_type\": \"stix\"", with: "\"pattern_type\": \"sigma\"")
    #expect(try feed(sigma).counts.unsupported == 1)
    #expect(throws: InputError.self) { try feed("{ \"type\": \"report\" }") }
    #expect(throws: InputError.self) { try feed("{ ", as: .stix) }
  }
}
