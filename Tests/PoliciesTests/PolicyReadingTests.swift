import Documents
import Packets
import Places
import Policies
import Testing

private let json = """
  { "policy": "caspian-power segmentation",
    "zones": {
      "business": { "kind": "business", "purdue": 4, "members": ["segment:office", "10.11.0.0/16"] },
      "dmz": { "kind": "dmz", "purdue": 3.5, "members": "segment:ot-dmz" },
      "control": { "kind": "ics", "purdue": 2, "members": ["segment:station-*"] },
      "outside": { "kind": "external", "members": ["internet"] } },
    "services": { "historian": ["tcp/5450"], "rdp": ["tcp/3389", "udp/3389"] },
    "feeds": { "typhoon": { "path": "intel/typhoon.stix.json", "format": "stix" } },
    "requirements": [
      { "id": "SEG-1", "isolate": { "from": "business", "to": "control" }, "severity": "critical",
        "clauses": ["iec62443-3-3:SR5.1", "nerc-cip-005-7:R1.2"], "why": "two hops are too few" },
      { "id": "SEG-2", "allowOnly": { "from": "dmz", "to": "control",
          "conduits": [ { "source": "endpoint:historian", "services": ["historian"] } ] } },
      { "id": "C2-1", "noExit": { "from": "control", "to": "feed:typhoon" } },
      { "id": "C2-2", "noExit": { "from": "control", "except": ["203.0.113.7"] }, "replies": "forbid" },
      { "id": "LOG-1", "mustReach": { "from": "business", "to": "dmz", "services": ["tcp/6514"] } },
      { "id": "T", "through": { "from": "business", "to": "control", "via": "device:fw-*" },
        "count": "connections" },
      { "id": "O", "oneWay": { "from": "control", "to": "dmz" } },
      { "id": "M", "managedFrom": { "devices": "device:*", "from": "dmz", "services": "ssh" } },
      { "id": "D", "noDualHomed": { "between": ["business", "control"], "except": "endpoint:fw" } } ],
    "packs": ["iec62443-3-3"],
    "assume": { "schedule:maintenance": false },
    "waivers": [ { "requirement": "SEG-2", "flows": { "source": "10.30.0.9", "services": ["tcp/22"] },
                   "owner": "OT security", "until": "2027-01-31", "why": "commissioning" } ] }
  """

/// A policy in XML with every part.
let sampleXML = """
  <policy name="caspian-power segmentation">
    <zones>
      <zone name="business" kind="business" purdue="4">
        <member>segment:office</member><member>10.11.0.0/16</member>
      </zone>
      <zone name="dmz" kind="dmz" purdue="3.5" members="segment:ot-dmz"/>
      <zone name="control" kind="ics" purdue="2"><member>segment:station-*</member></zone>
      <zone name="outside" kind="external"><member>internet</member></zone>
    </zones>
    <services>
      <service name="historian"><service>tcp/5450</service></service>
      <service name="rdp"><service>tcp/3389</service><service>udp/3389</service></service>
    </services>
    <feed name="typhoon" path="intel/typhoon.stix.json" format="stix"/>
    <requirement id="SEG-1" severity="critical">
      <isolate from="business" to="control"/>
      <clause>iec62443-3-3:SR5.1</clause><clause>nerc-cip-005-7:R1.2</clause>
      <why>two hops are too few</why>
    </requirement>
    <requirement id="SEG-2"><allowOnly from="dmz" to="control">
      <conduit source="endpoint:historian" services="historian"/></allowOnly></requirement>
    <requirement id="C2-1"><noExit from="control" to="feed:typhoon"/></requirement>
    <requirement id="C2-2" replies="forbid"><noExit from="control" except="203.0.113.7"/></requirement>
    <requirement id="LOG-1"><mustReach from="business" to="dmz"><service>tcp/6514</service>
      </mustReach></requirement>
    <requirement id="T" count="connections">
      <through from="business" to="control" via="device:fw-*"/></requirement>
    <requirement id="O"><oneWay from="control" to="dmz"/></requirement>
    <requirement id="M"><managedFrom devices="device:*" from="dmz" services="ssh"/></requirement>
    <requirement id="D"><noDualHomed except="endpoint:fw"><between>business</between>
      <between>control</between></noDualHomed></requirement>
    <pack>iec62443-3-3</pack>
    <assume><assumption name="schedule:maintenance">false</assumption></assume>
    <waiver requirement="SEG-2" owner="OT security" until="2027-01-31" why="commissioning">
      <flows source="10.30.0.9" services="tcp/22"/></waiver>
  </policy>
  """

private func parse(_ text: String, as format: Document.Format = .json) throws -> Policy {
  try Policy.parse(Array(text.utf8), as: format, file: "policy.json")
}

private func errors(_ text: String) -> [String] {
  do {
    _ = try parse(text)
    return []
  } catch let errors as InputErrors {
    return errors.errors.map {
      "\($0.place.line):\($0.place.column) \($0.message)" + ($0.hint.map { " (\($0))" } ?? "")
    }
  } catch {
    return ["\(error)"]
  }
}

/// The policy as text without places.
private func summary(_ policy: Policy) -> [String] {
  var lines = ["policy \(policy.name)"]
  for zone in policy.zones {
    let level = zone.purdue.map { "\($0)" } ?? "-"
    lines.append("zone \(zone.name) \(zone.kind?.rawValue ?? "-") \(level): \(zone.members)")
  }
  lines += policy.services.map { "service \($0.name): \($0.services)" }
  lines += policy.feeds.map { "feed \($0.name) \($0.path) \($0.format?.rawValue ?? "-")" }
  for requirement in policy.requirements {
    lines.append(
      "\(requirement.id) \(requirement.severity) \(requirement.count) \(requirement.replies) "
        + "\(requirement.clauses) \(requirement.why ?? "-"): \(text(requirement.obligation))")
  }
  lines += policy.packs.map { "pack \($0.name)" }
  lines += policy.assume.map { "assume \($0.name) \($0.outcome)" }
  for waiver in policy.waivers {
    lines.append(
      "waiver \(waiver.requirement.name) \(text(waiver.flows)) \(waiver.owner) \(waiver.until) "
        + waiver.why)
  }
  return lines
}

private func text(_ conduit: Conduit<Selection>) -> String {
  let source = conduit.source.map(\.description) ?? "*"
  return "\(source) -> \(conduit.destination.map(\.description) ?? "*") \(conduit.services)"
}

private func text(_ obligation: Obligation<Selection>) -> String {
  let end = { (party: Selection?) in party.map(\.description) ?? "*" }
  return switch obligation {
  case .isolate(let from, let to, let services): "isolate \(from) | \(to) \(services)"
  case .allowOnly(let from, let to, let conduits):
    "allowOnly \(from) | \(to) \(conduits.map(text))"
  case .mustReach(let from, let to, let services): "mustReach \(from) | \(to) \(services)"
  case .through(let from, let to, let via): "through \(from) | \(to) via \(via)"
  case .oneWay(let from, let to): "oneWay \(from) | \(to)"
  case .noExit(let from, let to, let except):
    "noExit \(from) to \(end(to)) except \(end(except))"
  case .managedFrom(let devices, let from, let services):
    "managedFrom \(devices) | \(from) \(services?.description ?? "*")"
  case .noDualHomed(let a, let b, let except): "noDualHomed \(a) | \(b) except \(end(except))"
  }
}

@Suite struct `Reading a policy` {
  @Test func `JSON gives every part`() throws {
    #expect(
      summary(try parse(json)) == [
        "policy caspian-power segmentation",
        "zone business business 4: segment:office, 10.11.0.0/16",
        "zone dmz dmz 3.5: segment:ot-dmz", "zone control ics 2: segment:station-*",
        "zone outside external -: internet", "service historian: tcp/5450",
        "service rdp: tcp/3389, udp/3389", "feed typhoon intel/typhoon.stix.json stix",
        "SEG-1 critical all allow [\"iec62443-3-3:SR5.1\", \"nerc-cip-005-7:R1.2\"] "
          + "two hops are too few: isolate business | control any",
        "SEG-2 high all allow [] -: "
          + "allowOnly dmz | control [\"endpoint:historian -> * tcp/5450\"]",
        "C2-1 high all allow [] -: noExit control to feed:typhoon except *",
        "C2-2 high all forbid [] -: noExit control to * except 203.0.113.7",
        "LOG-1 high all allow [] -: mustReach business | dmz tcp/6514",
        "T high connections allow [] -: through business | control via device:fw-*",
        "O high all allow [] -: oneWay control | dmz",
        "M high all allow [] -: managedFrom device:* | dmz tcp/22",
        "D high all allow [] -: noDualHomed business | control except endpoint:fw",
        "pack iec62443-3-3", "assume schedule:maintenance false",
        "waiver SEG-2 10.30.0.9 -> * tcp/22 OT security 2027-01-31 commissioning",
      ])
  }

  @Test func `XML of the same shape gives the same`() throws {
    #expect(summary(try parse(sampleXML, as: .xml)) == summary(try parse(json)))
  }

  @Test func `a service of the policy goes before a built-in one and may name others`() throws {
    let policy = try parse(
      """
      { "policy": "p", "services": { "all": ["ssh", "x", "udp/1"], "ssh": ["ssh", "tcp/2222"],
        "x": ["tcp/9"] }, "requirements": [ { "id": "a", "isolate": { "from": "u", "to": "v",
        "services": ["ssh", "dns"] } } ] }
      """)
    #expect(
      policy.services.map(\.services.description) == [
        "tcp/22, tcp/2222, tcp/9, udp/1", "tcp/22, tcp/2222", "tcp/9",
      ])
    #expect(
      text(policy.requirements[0].obligation) == "isolate u | v tcp/22, tcp/2222, tcp/53, udp/53")
  }

  @Test func `places are where things stand`() throws {
    let policy = try parse(json)
    #expect(
      policy.zones[0].members.members[1].place == Place(file: "policy.json", line: 3, column: 82))
    #expect(policy.requirements[0].place == Place(file: "policy.json", line: 10, column: 5))
  }
}

@Suite struct `What is refused in a policy file` {
  @Test func `unknown keys, wrong values, and ids that are given twice`() {
    let text = """
      { "policy": "p", "zone": {},
        "zones": { "a": { "kind": "busines", "purdue": 5.5, "members": ["segmnt:x", "10.0.0.1/8"] },
          "b": { "members": [] }, "c:d": { "members": "x" }, "internet": { "members": "x" } },
        "requirements": [
          { "id": "1", "isolate": { "from": "a" } }, { "id": "1", "isolate": { "from": "a", "to": "b" } },
          { "id": "1", "oneWay": { "from": "a", "to": "b", "services": "x" } },
          { "id": "3" }, { "id": "4", "isolate": { "from": "a", "to": "b", "services": ["httpz"] } },
          { "id": "5", "mustReach": { "from": "a", "to": "b" } },
          { "id": "6", "isolate": { "from": "300.1.2.3", "to": "st-*", "services": [] } } ],
        "waivers": [ { "requirement": "1", "flows": {}, "owner": "x", "until": "2027-02-30" } ] }
      """
    #expect(
      errors(text) == [
        "1:18 unknown key \"zone\" (the nearest known name is \"zones\")",
        "2:29 \"busines\" is not one of business, dmz, ics, safety, sensitive, management, vendor, "
          + "external, c2 (the nearest is \"business\")",
        "2:50 \"5.5\" is not a number from 0 to 5",
        "2:67 'segmnt:' is no kind of member (did you mean 'segment:'?)",
        "2:79 '10.0.0.1/8' is no address: bits are set past the prefix length; "
          + "the prefix is 10.0.0.0/8 (write 10.0.0.0/8)",
        "3:12 the zone 'b' has no members", "3:29 a zone's name is not empty and has no ':' or '*'",
        "3:56 'internet' is a member and cannot name a zone",
        "5:29 \"to\" is missing",
        "6:5 two requirements have the id '1' (the other is at policy.json:5:48)",
        "6:54 unknown key \"services\" (the nearest known name is \"from\")",
        "7:5 exactly one of \"isolate\", \"allowOnly\", \"mustReach\", \"through\", \"oneWay\", "
          + "\"noExit\", \"managedFrom\", \"noDualHomed\", \"distance\", \"logged\", \"mfa\", "
          + "\"separate\", \"survives\" must be given",
        "7:83 'httpz' is no service: no service or protocol is named 'httpz' "
          + "(the nearest known name is 'http')",
        "8:31 \"services\" is missing (say what must get through)",
        "9:39 '300.1.2.3' is no address: octet 300 is greater than 255",
        "9:58 'st-*' does not say what it is a pattern of "
          + "(write segment:st-*, endpoint:st-*, device:st-* or role:st-*)",
        "9:66 \"services\" names none (leave the key out for all services)",
        "10:16 \"why\" is missing",
        "10:74 \"2027-02-30\" is not a day such as 2027-01-31",
      ])
  }

  @Test(arguments: [
    "\"distance\": { \"from\": \"a\", \"to\": \"b\", \"atLeast\": \"2\" }",
    "\"logged\": { \"from\": \"a\", \"to\": \"b\", \"collector\": \"c\" }",
    "\"mfa\": { \"from\": \"a\", \"to\": \"b\", \"services\": [\"ssh\"] }",
    "\"separate\": { \"between\": [\"a\", \"b\"], \"physical\": true }",
    "\"survives\": { \"requirements\": \"x\", \"losses\": [\"any-one-device\"] }",
  ])
  func `kinds of requirements that nothing proves yet`(text: String) {
    let found = errors("{ \"policy\": \"p\", \"requirements\": [ { \"id\": \"1\", \(text) } ] }")
    #expect(found.count == 1)
    #expect(found[0].contains("is not supported yet by this version"))
  }

  @Test func `services that hold themselves or nothing`() {
    let text = """
      { "policy": "p", "services": { "a": ["b"], "b": ["a"], "c": [], "d": ["tcp/x"] } }
      """
    #expect(
      errors(text) == [
        "1:32 the service 'a' holds itself", "1:56 the service 'c' is empty",
        "1:71 'tcp/x' is no service: 'x' is no number, no range and no known name",
      ])
  }

  @Test func `a service that is none is not also missing`() {
    let text = """
      { "policy": "p", "requirements": [
        { "id": "1", "mustReach": { "from": "a", "to": "b", "services": ["tcp/x"] } },
        { "id": "2", "mustReach": { "from": "a", "to": "b", "services": [] } },
        { "id": "3", "mustReach": { "from": "a", "to": "b" } } ] }
      """
    #expect(
      errors(text) == [
        "2:68 'tcp/x' is no service: 'x' is no number, no range and no known name",
        "3:55 \"services\" names none (leave the key out for all services)",
        "4:29 \"services\" is missing (say what must get through)",
      ])
  }

  @Test(arguments: [100, 101, 20_000])
  func `services may name each other a hundred deep`(count: Int) {
    let names = (1..<count).map { "\"s\($0)\": [\"s\($0 + 1)\"]" }
    let text = """
      { "policy": "p", "services": { \(names.joined(separator: ", ")), "s\(count)": ["tcp/1"] } }
      """
    let found = errors(text)
    #expect(found.isEmpty == (count == 100))
    #expect(
      found.allSatisfy { $0.hasSuffix("services that name each other go more than 100 deep") })
  }
}

@Suite struct `The shape of a policy file` {
  @Test func `it has every key that the reading asks for`() {
    let paths = Policy.shape.keyPaths
    for path in [
      "policy", "zones.*.members", "zones.*.purdue", "requirements[].isolate.from",
      "requirements[].allowOnly.conduits[].services", "waivers[].flows.source", "feeds.*.path",
      "requirements[].survives.losses", "packs", "assume",
    ] { #expect(paths.contains(path), "\(path)") }
  }
}
