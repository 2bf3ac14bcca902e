import Documents
import Places
import Testing

/// A small format with every kind of key, and its reading.
private struct Plant: Equatable {
  struct Segment: Equatable {
    var name: String
    var subnets: [String]
    var vlan: Int?
    var kind: Kind?
  }
  enum Kind: String, CaseIterable { case office, control }

  var title: String
  var segments: [Segment]
  var internet: String?
  var assume: [String: Bool]
  var services: [String: [String]]
  var filters: [String: [String]]
  var include: [String]
  var relays: [String]

  static func read(_ reader: inout FieldReader) -> Self? {
    let title = reader.title("plant")
    let segments = reader.entries("segments", each: "segment") { name, reader in
      Segment(
        name: name.value, subnets: reader.values("subnets", each: "subnet", .string),
        vlan: reader.value("vlan", .integer(in: 1...4094)),
        kind: reader.value("kind", .choice(of: Kind.self)))
    }
    let internet = reader.object("internet") { $0.value("segment", .string, required: true) }
    let assume = reader.entries("assume", each: "assumption", .boolean)
    let services = reader.entries("services", each: "service", listing: "port", .string)
    let filters = reader.entries("filters", each: "filter", listing: "rule") { reader in
      let permit = reader.object("permit") { "permit " + ($0.value("to", .string) ?? "all") }
      let deny = reader.object("deny") { "deny " + ($0.value("to", .string) ?? "all") }
      return reader.exactlyOne(of: "permit", "deny").flatMap { _ in permit ?? deny }
    }
    let include = reader.oneOrMany("include", each: "file", .string)
    let relays = reader.list("relays", each: "relay", orScalar: .string) { reader in
      reader.value("opens", .string, required: true)
    }
    guard let title else { return nil }
    return Self(
      title: title.value, segments: segments, internet: internet,
      assume: Dictionary(assume.map { ($0.name.value, $0.value) }) { $1 },
      services: Dictionary(services.map { ($0.name.value, $0.values) }) { $1 },
      filters: Dictionary(filters.map { ($0.name.value, $0.values) }) { $1 },
      include: include, relays: relays)
  }
}

private func read(_ text: String, as format: Document.Format = .json) throws -> Plant {
  try Document.parse(Array(text.utf8), as: format, file: "f").read(Plant.read)
}

/// The errors of a text that must have some, as `line:column message (hint)`.
private func errors(_ text: String, as format: Document.Format = .json) -> [String] {
  do {
    _ = try read(text, as: format)
    return []
  } catch let errors as InputErrors {
    return errors.errors.map {
      "\($0.place.line):\($0.place.column) \($0.message)" + ($0.hint.map { " (\($0))" } ?? "")
    }
  } catch {
    return ["\(error)"]
  }
}

@Suite struct `Checked reading` {
  private let json = """
    { "plant": "north", "segments": { "z": { "subnets": ["10.0.0.0/8", "b"], "vlan": 7 },
      "a": { "kind": "control" } }, "internet": { "segment": "z" },
      "assume": { "x:y": false }, "services": { "web": ["tcp/80"], "none": [] },
      "filters": { "in": [ { "deny": { "to": "q" } }, { "permit": {} } ] },
      "include": "one.json", "relays": [ "s", { "opens": "t" } ] }
    """
  private let plant = Plant(
    title: "north",
    segments: [
      Plant.Segment(name: "z", subnets: ["10.0.0.0/8", "b"], vlan: 7),
      Plant.Segment(name: "a", subnets: [], kind: .control),
    ], internet: "z", assume: ["x:y": false], services: ["web": ["tcp/80"], "none": []],
    filters: ["in": ["deny q", "permit all"]], include: ["one.json"], relays: ["s", "t"])

  @Test func `JSON gives every kind of value in order`() throws {
    #expect(try read(json) == plant)
  }

  @Test func `XML of the same shape gives the same`() throws {
    let long = """
      <plant name="north">
        <segments>
          <segment name="z" vlan="7"><subnet>10.0.0.0/8</subnet><subnet> b </subnet></segment>
          <segment name="a"><kind>control</kind></segment>
        </segments>
        <internet segment="z"/>
        <assume><assumption name="x:y">false</assumption></assume>
        <services><service name="web"><port>tcp/80</port></service><service name="none"/></services>
        <filters><filter name="in"><rule><deny to="q"/></rule>
          <rule><permit/></rule></filter></filters>
        <include><file>one.json</file></include>
        <relays><relay>s</relay><relay opens="t"/></relays>
      </plant>
      """
    #expect(try read(long, as: .xml) == plant)
    let short = """
      <plant name="north">
        <include>one.json</include><segment name="z"><vlan>7</vlan><subnets><subnet>10.0.0.0/8</subnet><subnet>b</subnet>
        </subnets></segment><segment name="a" kind="control"/>
        <internet><segment>z</segment></internet><assumption name="x:y">false</assumption>
        <service name="web"><port>tcp/80</port></service><service name="none"/>
        <filter name="in"><rule><deny><to>q</to></deny></rule><rule><permit/></rule></filter>
        <relay>s</relay><relay><opens>t</opens></relay>
      </plant>
      """
    #expect(try read(short, as: .xml) == plant)
  }

  @Test func `all errors are told, each with its place`() {
    let text = """
      { "plant": 3, "sgements": {},
        "segments": { "a": { "vlan": 4095, "subnet": [] }, "b": { "vlan": "7", "kind": "contrl" },
          "c": [] },
        "internet": {}, "assume": null, "services": { "x": "tcp/80" },
        "filters": { "in": [ {}, { "deny": {}, "permit": {} } ] }, "relays": [ 1 ] }
      """
    #expect(
      errors(text) == [
        "1:12 \"plant\" must be a name, which cannot be empty, not a number (put it in quotes)",
        "1:15 unknown key \"sgements\" (the nearest known name is \"segments\")",
        "2:32 \"4095\" is not a whole number from 1 to 4094",
        "2:38 unknown key \"subnet\" (the nearest known name is \"subnets\")",
        "2:69 \"vlan\" must be a whole number from 1 to 4094, not a string (leave out the quotes)",
        "2:82 \"contrl\" is not one of office, control (the nearest is \"control\")",
        "3:10 \"c\" must be an object, not an array",
        "4:15 \"segment\" is missing",
        "4:29 \"assume\" must be an object, not null",
        "4:54 \"x\" must be an array, not a string (put it in [ ])",
        "5:24 exactly one of \"permit\", \"deny\" must be given",
        "5:42 exactly one of \"permit\", \"deny\" must be given",
        "5:74 each of \"relays\" must be a string, not a number (put it in quotes)",
      ])
  }

  @Test func `errors in XML are told too`() {
    let text = """
      <plnt name="n" titel="x">text
        <segments><segment vlan="x"/><segmnt/></segments>
        <segment name="q" subnets="a"/>
        <internet segment="a"><segment>b</segment></internet><internet/>
        <assumption name="a">true</assumption><assumption name="a">maybe</assumption>
        <service name="w" port="9"/>
        <relay x="1">y</relay>
        <file>b</file><include>a</include>
      </plnt>
      """
    #expect(
      errors(text, as: .xml) == [
        "1:1 the root element must be <plant>, not <plnt>",
        "1:1 <plnt> cannot hold text: \"text\"",
        "1:16 unknown attribute \"titel\" (the nearest known name is \"filter\")",
        "2:13 <segment> needs the attribute \"name\"",
        "2:32 <segments> can hold <segment> only, not <segmnt>",
        "3:3 <segment> is outside <segments>, which the element has too",
        "4:25 \"segment\" is given twice",
        "4:56 \"internet\" is given twice",
        "5:41 \"maybe\" is not true or false",
        "5:53 the assumption \"a\" is given twice",
        "6:21 unknown attribute \"port\"",
        "7:3 each of \"relays\" must be a string, not an element",
        "8:17 \"include\" is given twice",
      ])
  }

  @Test func `a document that is no object is refused`() {
    #expect(errors("[]") == ["1:1 the document must be an object, not an array"])
    #expect(errors("{}") == ["1:1 \"plant\" is missing"])
  }

  @Test func `an object that a reading makes nothing of is an error`() throws {
    let document = try Document.parse(Array("{\"a\":\n{}}".utf8), as: .json, file: "f")
    let errors = #expect(throws: InputErrors.self) {
      try document.read { reader in
        _ = reader.object("a") { $0.value("b", .string) }
        return 1
      }
    }
    #expect(errors?.description == "f:2:1: error: this does not say enough")
  }

  @Test func `numbers with one decimal are read as tenths`() throws {
    func level(_ text: String) -> Int? {
      let document = try? Document.parse(Array("{\"x\": \(text)}".utf8), as: .json, file: "f")
      return try? document?.read { $0.value("x", .tenths(in: 0...50), required: true) }
    }
    #expect(["3", "3.5", "0", "5.0"].map(level) == [30, 35, 0, 50])
    #expect(["5.1", "-1", "1.25", "1e1", "\"3\"", "null"].allSatisfy { level($0) == nil })
  }

  @Test func `the keys that a reading accepts can be listed`() {
    #expect(
      DocumentShape.accepted(by: Plant.read).keyPaths == [
        "plant", "segments", "segments.*.subnets", "segments.*.vlan", "segments.*.kind",
        "internet", "internet.segment", "assume", "services", "filters",
        "filters.*[].permit", "filters.*[].permit.to", "filters.*[].deny",
        "filters.*[].deny.to", "include", "relays", "relays[].opens",
      ])
  }
}
