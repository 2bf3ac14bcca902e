import Importers
import Networks
import Places
import Testing

@Suite struct `nftables: public listings` {
  /// What became of one file.
  private struct Tally {
    var loaded = 0
    var refused = 0
    var modelled = 0
    var irrelevant = 0
    var opaque: [String: Int] = [:]
    var conditions = 0
    var rules = 0
  }

  private static func read(
    _ bytes: [UInt8], _ file: String, _ tally: inout Tally
  ) -> InputError? {
    var device = Device(name: "gw", place: Place(file: "network.json"), kind: .router)
    for name in ["eth0", "eth1", "lo"] {
      device.interfaces.append(Interface(name: name, place: device.place))
    }
    var context = ImportContext()
    do throws(InputError) {
      try Importer.nftables.read(bytes, file, &device, &context)
    } catch {
      tally.refused += 1
      return error
    }
    tally.loaded += 1
    let coverage = context.coverage.first ?? Coverage(file: file)
    tally.modelled += coverage.modelled
    tally.irrelevant += coverage.irrelevant
    for element in coverage.opaque { tally.opaque[element.name, default: 0] += 1 }
    tally.conditions += context.conditions.conditions.count
    tally.rules += device.acls.reduce(0) { $0 + $1.rules.count }
    #expect(context.notices.filter { $0.kind == .remark }.count == 1)
    return nil
  }

  private static func tell(_ tally: Tally, _ what: String) {
    print(
      "\(what): \(tally.loaded) loaded, \(tally.refused) refused, \(tally.modelled) modelled,",
      "\(tally.irrelevant) irrelevant, \(tally.opaque.values.reduce(0, +)) opaque,",
      "\(tally.conditions) conditions, \(tally.rules) rules")
    for (name, count) in tally.opaque.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      print("  \(count) \(name)")
    }
  }

  @Test func `every listing loads, and what is none is refused with its place`() throws {
    guard let corpus = NftablesFiles.corpus else {
      print("skipped: no public listings lie beside the package")
      return
    }
    var tally = Tally()
    for path in NftablesFiles.files(under: corpus) {
      let bytes = NftablesFiles.bytes(of: path)
      let isListing = Importer.nftables.recognises(bytes)
      let error = Self.read(bytes, path, &tally)
      #expect((error == nil) == isListing, "\(path): \(error?.description ?? "loaded")")
      if let error { #expect(error.place.line > 0, "\(path)") }
    }
    #expect(tally.loaded > 200)
    Self.tell(tally, "public listings")
  }

  @Test func `every expression of the tool's own tests can stand in a listing`() throws {
    guard let corpus = NftablesFiles.corpus else {
      print("skipped: no public listings lie beside the package")
      return
    }
    var tally = Tally()
    for path in NftablesFiles.files(under: corpus) where path.hasSuffix(".t.json") {
      let family = path.contains("/inet/") ? "inet" : "ip"
      var statements: [String] = []
      for line in NftablesFiles.lines(of: path) + [""] {
        if !line.isEmpty, !line.hasPrefix("#") {
          statements.append(line)
          continue
        }
        if statements.isEmpty { continue }
        // A verdict, so that the rule decides on something.
        var text = statements.joined(separator: "\n")
        if let end = text.lastIndex(of: "]") {
          text.replaceSubrange(end..., with: ", {\"accept\": null}]")
        }
        let listing = Self.listing(text, family)
        let error = Self.read(Array(listing.utf8), path, &tally)
        #expect(error == nil, "\(path): \(error?.description ?? "") in \(listing)")
        statements = []
      }
    }
    #expect(tally.loaded > 700)
    Self.tell(tally, "expressions")
  }

  private static func listing(_ statements: String, _ family: String) -> String {
    // Translations stand in chains of their own.
    let base =
      statements.contains("\"dnat\"") || statements.contains("\"redirect\"")
      ? "\"type\": \"nat\", \"hook\": \"prerouting\", \"prio\": -100"
      : statements.contains("\"snat\"") || statements.contains("\"masquerade\"")
        ? "\"type\": \"nat\", \"hook\": \"postrouting\", \"prio\": 100"
        : "\"type\": \"filter\", \"hook\": \"forward\", \"prio\": 0"
    let place = "\"family\": \"\(family)\", \"table\": \"t\""
    return """
      {"nftables": [
      {"table": {"family": "\(family)", "name": "t"}},
      {"chain": {\(place), "name": "c", \(base)}},
      {"rule": {\(place), "chain": "c", "expr": \(statements)}}
      ]}
      """
  }
}
