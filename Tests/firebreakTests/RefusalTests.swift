import Foundation
import Testing

/// A broken input, and what is said of it.
struct Refusal: CustomTestStringConvertible, Sendable {
  var name: String
  var files: [(name: String, text: String)]
  var errors: String

  init(_ name: String, _ files: [(String, String)], _ errors: String) {
    self.name = name
    self.files = files.map { ($0.0, $0.1) }
    self.errors = errors
  }

  /// A network that is refused.
  init(_ name: String, network: String, as format: String = "json", _ errors: String) {
    self.init(name, [("network.\(format)", network)], errors)
  }

  /// A policy that is refused in a plain network.
  init(_ name: String, policy: String, as format: String = "json", _ errors: String) {
    self.init(name, [("network.json", plainNetwork), ("policy.\(format)", policy)], errors)
  }

  var testDescription: String { name }
}

@Suite struct `Broken inputs` {
  @Test(arguments: documents + networks + policies + configurations)
  func `are refused at their place with what to do`(refusal: Refusal) throws {
    let shell = try Shell()
    for file in refusal.files { try shell.write("n/\(file.name)", Data(file.text.utf8)) }
    let outcome = shell.run("firebreak verify n")
    #expect(outcome.status == 3)
    #expect(outcome.output == "")
    #expect(outcome.errors == refusal.errors + "\n")
  }

  private static let documents = [
    Refusal("an empty file", network: "", "n/network.json:1:1: error: the document is empty"),
    Refusal(
      "a file of white space", network: " \n\t", "n/network.json:2:2: error: the document is empty"),
    Refusal(
      "JSON that ends early", network: "{ \"network\": \"n\",\n  \"segments\": { \"a",
      "n/network.json:2:17: error: the string is not closed"),
    Refusal(
      "JSON with a comma too many", network: "{ \"network\": \"n\", }",
      "n/network.json:1:17: error: a comma has to be followed by a value"),
    Refusal(
      "more than one document", network: "{ \"network\": \"n\" } {}",
      "n/network.json:1:20: error: there is more after the end of the document"),
    Refusal(
      "a key given twice",
      network: "{ \"network\": \"n\", \"segments\": {\n  \"a\": {}, \"a\": {} } }",
      "n/network.json:2:12: error: the key \"a\" occurs twice in one object"),
    Refusal(
      "XML that ends early", network: "<network name=\"n\">\n  <segments>\n", as: "xml",
      "n/network.xml:3:1: error: the document ends inside an element, which starts at 2:3"),
    Refusal(
      "tags that do not match", network: "<network name=\"n\">\n  <segments></network>", as: "xml",
      "n/network.xml:2:13: error: opening and ending tag mismatch: segments line 2 and network, "
        + "which starts at 2:3"),
    Refusal(
      "entities that multiply",
      network: """
        <!DOCTYPE network [
          <!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">
        ]>
        <network name="&c;"/>
        """, as: "xml",
      """
      n/network.xml:1:19: error: a document type with declarations of its own is not accepted
        hint: remove the part of <!DOCTYPE …> from [ to ]
      """),
    Refusal(
      "an entity of another file",
      network: """
        <!DOCTYPE network [<!ENTITY a SYSTEM "/etc/passwd">]>
        <network name="n">&a;</network>
        """, as: "xml",
      """
      n/network.xml:1:19: error: a document type with declarations of its own is not accepted
        hint: remove the part of <!DOCTYPE …> from [ to ]
      """),
    Refusal(
      "aliases that multiply",
      policy: (["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
        + zip("bcdefghi", "abcdefgh").map {
          "\($0): &\($0) [*\($1), *\($1), *\($1), *\($1), *\($1), *\($1), *\($1), *\($1), *\($1), *\($1)]"
        })
        .joined(separator: "\n"), as: "yaml",
      "n/policy.yaml:8:8: error: the document has more than 20000000 values"),
    Refusal(
      "YAML that is not indented well",
      policy: "policy: p\nzones:\n  a: { members: [segment:a] }\n   b: 1\n", as: "yaml",
      "n/policy.yaml:4:4: error: while parsing a block mapping, did not find expected key"),
  ]

  private static let networks = [
    Refusal(
      "another kind of value", network: "{ \"network\": 5,\n  \"segments\": [] }",
      """
      n/network.json:1:14: error: "network" must be a name, which cannot be empty, not a number
        hint: put it in quotes
      n/network.json:2:15: error: "segments" must be an object, not an array
      2 errors
      """),
    Refusal(
      "a document that is no object", network: "[]",
      "n/network.json:1:1: error: the document must be an object, not an array"),
    Refusal(
      "a key that is not known", network: "{ \"network\": \"n\",\n  \"segmnts\": {} }",
      """
      n/network.json:2:3: error: unknown key "segmnts"
        hint: the nearest known name is "segments"
      """),
    Refusal(
      "addresses that are none",
      network: """
        { "network": "n", "segments": { "a": { "subnets": [
          "10.0.0.256/24", "10.0.0.1/24",
          "10.0.0/8", "fe80::/200", "10.0.0.O/24" ] } } }
        """,
      """
      n/network.json:2:3: error: '10.0.0.256/24' is no address: octet 256 is greater than 255
      n/network.json:2:20: error: '10.0.0.1/24' is no address: bits are set past the prefix length; the prefix is 10.0.0.0/24
        hint: write 10.0.0.0/24
      n/network.json:3:3: error: '10.0.0/8' is no address: an IPv4 address has 4 octets, not 3
      n/network.json:3:15: error: 'fe80::/200' is no address: '200' is no prefix length from 0 to 128
      n/network.json:3:29: error: '10.0.0.O/24' is no address: 'O' cannot stand there
      5 errors
      """),
    Refusal(
      "names that are not there",
      network: """
        { "network": "n", "segments": { "office": {} },
          "devices": { "r": { "interfaces": {
            "x": { "segment": "ofice", "in": "f" } }, "filters": { "g": [] } } } }
        """,
      """
      n/network.json:3:23: error: no segment is named 'ofice'
        hint: did you mean 'office'?
      n/network.json:3:38: error: 'r' has no filter 'f'
        hint: did you mean 'g'?
      2 errors
      """),
    Refusal(
      "objects and filters that hold themselves",
      network: """
        { "network": "n", "devices": { "r": {
          "objects": { "x": ["y"], "y": ["x"] },
          "filters": { "f": [ { "jump": { "filter": "f" } } ] } } } }
        """,
      """
      n/network.json:2:16: error: the object 'x' holds itself, or one that does
      n/network.json:2:28: error: the object 'y' holds itself, or one that does
      n/network.json:3:16: error: the filter 'f' jumps to itself
      3 errors
      """),
    Refusal(
      "a file that includes itself",
      network: "{ \"network\": \"n\",\n  \"include\": [\"network.json\"] }",
      "n/network.json:2:15: error: 'n/network.json' includes itself"),
    Refusal(
      "a file outside", network: "{ \"network\": \"n\",\n  \"include\": [\"../../log\"] }",
      """
      n/network.json:2:15: error: 'n/../../log' is outside the directory of the network
        hint: move it there, or allow its directory
      """),
  ]

  private static let policies = [
    Refusal(
      "zones that are empty, unknown or members of themselves",
      policy: """
        { "policy": "p", "zones": {
          "a": { "members": [] },
          "b": { "members": ["segment:q"] },
          "c": { "members": ["d"] }, "d": { "members": ["zone:c"] },
          "e": { "members": ["10.9.9.9"] } } }
        """,
      """
      n/policy.json:2:10: error: the zone 'a' has no members
      """),
    Refusal(
      "zones without an address, and names that are not there",
      policy: """
        { "policy": "p", "zones": {
          "b": { "members": ["segment:q"] },
          "c": { "members": ["d"] }, "d": { "members": ["zone:c"] },
          "e": { "members": ["10.9.9.9"] } },
          "requirements": [ { "id": "R", "isolate": { "from": "b", "to": "z" } } ] }
        """,
      """
      n/policy.json:2:22: error: no segment is named 'q'
        hint: did you mean 'a'?
      n/policy.json:3:10: error: the zone 'c' is a member of itself
      n/policy.json:4:10: error: no host has an address of '10.9.9.9'
      n/policy.json:5:66: error: no zone is named 'z'
        hint: did you mean 'b'?
      4 errors
      """),
    Refusal(
      "an id given twice",
      policy: """
        { "policy": "p",
          "zones": { "a": { "members": ["segment:a"] }, "b": { "members": ["segment:b"] } },
          "requirements": [
            { "id": "R", "isolate": { "from": "a", "to": "b" } },
            { "id": "R", "oneWay": { "from": "a", "to": "b" } } ] }
        """,
      """
      n/policy.json:5:5: error: two requirements have the id 'R'
        hint: the other is at n/policy.json:4:5
      """),
    Refusal(
      "services that hold themselves or are none",
      policy: """
        { "policy": "p", "services": {
          "s": ["t"], "t": ["s"],
          "u": ["htps"], "v": ["tcp/70000"] } }
        """,
      """
      n/policy.json:2:3: error: the service 's' holds itself
      n/policy.json:3:9: error: 'htps' is no service: no service or protocol is named 'htps'
        hint: the nearest known name is 'ftps'
      n/policy.json:3:24: error: 'tcp/70000' is no service: 70000 is greater than 65535
      3 errors
      """),
    Refusal(
      "a requirement that nothing proves",
      policy: """
        { "policy": "p", "requirements": [
          { "id": "R", "survives": { "requirements": "x", "losses": ["any-one-device"] } } ] }
        """,
      """
      n/policy.json:2:16: error: the requirement 'survives' is not supported yet by this version
        hint: take it out; nothing would prove it
      """),
    Refusal(
      "a feed that is not there",
      policy: "{ \"policy\": \"p\",\n  \"feeds\": { \"f\": { \"path\": \"f.txt\" } } }",
      "n/policy.json:2:14: error: 'n/f.txt' is not there"),
    Refusal(
      "a day that is none",
      policy: """
        { "policy": "p", "waivers": [ { "requirement": "R", "flows": {}, "owner": "o",
          "until": "2027-02-30", "why": "w" } ] }
        """,
      "n/policy.json:2:12: error: \"2027-02-30\" is not a day such as 2027-01-31"),
  ]

  private static func device(_ name: String, _ format: String, _ text: String, _ errors: String)
    -> Refusal
  {
    let key = format.isEmpty ? "" : ", \"format\": \"\(format)\""
    return Refusal(
      name,
      [
        (
          "network.json",
          "{ \"network\": \"n\", \"devices\": { \"r\": {\n  \"config\": \"r\"\(key) } } }"
        ),
        ("r", text),
      ], errors)
  }

  private static let configurations = [
    device(
      "a configuration that is not well-formed", "panos", "<config>\n  <a></config>",
      "n/r:2:6: error: opening and ending tag mismatch: a line 2 and config, which starts at 2:3"),
    device(
      "a configuration of something else", "panos", "<foo/>",
      """
      n/r:1:1: error: the root element is 'foo', not 'config'
        hint: export the running configuration of the firewall as XML
      """),
    device(
      "a part of a configuration", "panos", "<config version=\"10\"/>",
      """
      n/r:1:1: error: the configuration has no 'devices/entry'
        hint: export the whole running configuration, not a part of it
      """),
    device(
      "another JSON document", "nftables", "{ \"a\": 1 }",
      """
      n/r:1:1: error: this is no nftables ruleset: an object with 'nftables' is needed
        hint: write the file with 'nft -j list ruleset'
      """),
    device(
      "a format that is not recognised", "", "hostname r1\n",
      """
      n/network.json:2:13: error: the format of 'n/r' is not recognised
        hint: say "format": one of nftables, iptables, panos
      """),
    device(
      "a format that is not known", "ios", "hostname r1\n",
      """
      n/network.json:2:28: error: no format is named 'ios'
        hint: the formats are nftables, iptables, panos
      """),
  ]
}
