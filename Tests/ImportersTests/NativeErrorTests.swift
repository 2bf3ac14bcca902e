import Networks
import Testing

@Suite struct `What is refused in a network file` {
  @Test func `unknown keys, wrong texts and names that are not there, all at once`() {
    let text = """
      { "network": "n", "segmnts": {},
        "segments": { "a": { "subnets": ["10.0.0.1/24", "10.0.300.0/24"], "vlan": 5000 },
          "internet": {}, "b": { "subnets": "2001:db8::/33x" } },
        "devices": { "d": { "kind": "routr", "interfaces": { "x": { "addresses": "10.0.0.1/40" } },
          "routes": [ { "to": "0.0.0.0/0" }, { "to": "::/0", "via": "10.0.0.1" },
            { "to": "10.0.0.0/8", "discard": true, "nextVrf": "z" } ] },
          "e": { "kind": "diode", "from": "a" }, "f": { "to": "a", "format": "x" } },
        "endpoints": { "h": {}, "i": { "segment": "a", "interfaces": { "x": {} } } },
        "links": [ { "between": ["segment:a"] }, { "between": ["a", "segmen:b"] } ],
        "tunnels": { "t": { "ends": [] } }, "ha": { "g": { "members": [1] } } }
      """
    #expect(
      nativeErrors(text) == [
        "1:19 unknown key \"segmnts\" (the nearest known name is \"segments\")",
        "2:36 '10.0.0.1/24' is no address: bits are set past the prefix length; "
          + "the prefix is 10.0.0.0/24 (write 10.0.0.0/24)",
        "2:51 '10.0.300.0/24' is no address: octet 300 is greater than 255",
        "2:77 \"5000\" is not a whole number from 1 to 4094",
        "3:5 'internet' is reserved and cannot name a segment",
        "3:39 '2001:db8::/33x' is no address: '33x' is no prefix length from 0 to 128",
        "4:31 \"routr\" is not one of firewall, router, host, gateway, diode "
          + "(the nearest is \"router\")",
        "4:76 '10.0.0.1/40' is no address: '40' is no prefix length from 0 to 32",
        "5:17 a route needs \"via\" or \"interface\", or \"nextVrf\", or \"discard\": true, "
          + "and only one of the three",
        "5:63 the next hop is of another family than the destination",
        "6:7 a route needs \"via\" or \"interface\", or \"nextVrf\", or \"discard\": true, "
          + "and only one of the three",
        "7:10 a diode needs \"to\"", "7:57 only a diode has \"to\"",
        "7:62 \"format\" is of no use without \"config\"",
        "8:18 the endpoint is nowhere (give it \"segment\" and \"addresses\", or \"interfaces\")",
        "8:50 an endpoint has \"interfaces\", or \"segment\" and \"addresses\", not both",
        "9:16 a link is between two parties, not 1",
        "9:58 \"a\" is not a party such as device:fw, endpoint:rtu, segment:lan or internet",
        "9:63 \"segmen:b\" is not a party such as device:fw, endpoint:rtu, segment:lan or internet",
        "10:23 a tunnel has two ends, not 0",
        "10:66 each of \"members\" must be a name, which cannot be empty, not a number (put it in quotes)",
      ])
  }

  @Test func `references to what is not there, with the nearest name`() {
    let text = """
      { "network": "n", "segments": { "office": { "subnets": ["10.0.0.0/24"] } },
        "internet": { "segment": "ofice" },
        "devices": { "core": { "vrfs": ["red"],
          "interfaces": { "eth0": { "segment": "offce", "in": "acl-1", "vrf": "rd" },
            "eth1": { "addresses": "10.9.0.1/24" } },
          "routes": [ { "to": "10.0.0.0/8", "interface": "eth9" },
            { "to": "10.0.0.0/8", "via": "10.0.0.1", "vrf": "blue" } ],
          "filters": { "acl": [ { "permit": { "in": "eth8", "from": "plc" } },
            { "jump": { "filter": "acll" } } ] },
          "objects": { "plcs": ["10.0.0.9"] } } },
        "endpoints": { "h": { "segment": "lab", "addresses": "10.0.0.3" },
          "i": { "addresses": "10.77.0.3" } },
        "links": [ { "between": ["endpoint:hh", "device:cor"] } ],
        "ha": { "g": { "members": ["core", "core2"] } },
        "trunks": [ { "between": ["switch:s", "switch:s"], "segments": "office" } ] }
      """
    #expect(
      nativeErrors(text) == [
        "2:28 no segment is named 'ofice' (did you mean 'office'?)",
        "4:42 no segment is named 'offce' (did you mean 'office'?)",
        "4:57 'core' has no filter 'acl-1' (did you mean 'acl'?)",
        "4:73 'core' has no VRF 'rd' (did you mean 'red'?)",
        "6:52 'core' has no interface 'eth9' (did you mean 'eth0'?)",
        "7:55 'core' has no VRF 'blue'",
        "8:47 'core' has no interface 'eth8' (did you mean 'eth0'?)",
        "8:63 'core' has no object 'plc' (did you mean 'plcs'?)",
        "9:29 'core' has no filter 'acll' (did you mean 'acl'?)",
        "11:36 no segment is named 'lab'",
        "12:5 no segment holds the addresses of endpoint 'i' (say \"segment\")",
        "13:28 no endpoint is named 'hh' (did you mean 'h'?)",
        "13:43 no device is named 'cor' (did you mean 'core'?)",
        "14:38 no device is named 'core2' (did you mean 'core'?)",
        "15:29 no switch is named 's'", "15:41 no switch is named 's'",
      ])
  }

  @Test func `objects and filters that lead to themselves`() {
    let text = """
      { "network": "n", "devices": { "d": {
        "objects": { "a": ["b"], "b": ["a"], "c": ["10.0.0.1"] },
        "filters": { "f": [ { "jump": { "filter": "g" } } ],
          "g": [ { "jump": { "filter": "f" } } ], "h": [ { "jump": { "filter": "h" } } ],
          "i": [ { "jump": { "filter": "j" } }, { "jump": { "filter": "j" } } ], "j": [] } } } }
      """
    #expect(
      nativeErrors(text) == [
        "2:16 the object 'a' holds itself, or one that does",
        "2:28 the object 'b' holds itself, or one that does",
        "4:5 the filter 'g' jumps to itself", "4:45 the filter 'h' jumps to itself",
      ])
  }

  @Test func `a long chain of objects is looked up in linear time`() throws {
    let count = 20_000
    let objects = (1..<count).map { "\"o\($0)\": [\"o\($0 + 1)\"]" }.joined(separator: ",")
    let network = try nativeNetwork(
      """
      { "network": "n", "devices": { "d": {
        "objects": { \(objects), "o\(count)": ["10.0.0.1"] }, "forwardFilter": "f",
        "filters": { "f": [ { "permit": { "to": "o1" } } ] } } } }
      """)
    #expect("\(network.devices[0].acls[0].rules[0].match)".contains("\(0x0A00_0001)"))
  }

  @Test func `only the first errors come with the nearest name`() {
    let count = 5000
    let segments = (1...count).map { "\"segment-\($0)\": {}" }.joined(separator: ",")
    let endpoints = (1...count).map { "\"e\($0)\": {\"segment\": \"sgment-\($0)\"}" }
    let found = nativeErrors(
      """
      { "network": "n", "segments": { \(segments) },
        "endpoints": { \(endpoints.joined(separator: ",")) } }
      """)
    #expect(found.count == count)
    #expect(found.count { $0.contains("did you mean") } == 100)
  }

  @Test(arguments: [100, 101])
  func `a hundred VRFs may be handed packets`(count: Int) {
    let names = (1...count).map { "\"v\($0)\"" }.joined(separator: ",")
    let routes = (1...count).map { "{ \"to\": \"10.\($0).0.0/16\", \"nextVrf\": \"v\($0)\" }" }
    let found = nativeErrors(
      """
      { "network": "n", "devices": { "d": { "vrfs": [\(names)],
        "routes": [\(routes.joined(separator: ","))] } } }
      """)
    #expect(
      found
        == (count == 100
          ? [] : ["1:32 'd' hands packets on to 101 VRFs by routes, more than the 100 allowed"]))
  }

  @Test func `rules, translations and zones that say too little or too much`() {
    let text = """
      { "network": "n", "devices": { "d": {
        "interfaces": { "a": {}, "b": {} },
        "filters": { "f": [ {}, { "permit": {}, "deny": {} }, { "permit": { "services": "tcp/x" } } ] },
        "nat": [ { "source": { "from": "10.0.0.0/8" } }, {},
          { "source": { "translate": ["interface", "10.0.0.1"] } },
          { "destination": { "translate": "10.0.0.1", "ports": "1,3" } },
          { "static": { "inside": "10.0.0.0/24", "outside": "10.1.0.0/25" } } ],
        "zones": { "in": ["a"], "out": ["a"] } } } }
      """
    #expect(
      nativeErrors(text) == [
        "3:23 exactly one of \"permit\", \"deny\", \"reject\", \"jump\", \"return\" must be given",
        "3:43 exactly one of \"permit\", \"deny\", \"reject\", \"jump\", \"return\" must be given",
        "3:83 'tcp/x' is no service: 'x' is no number, no range and no known name",
        "4:24 a translation needs \"translate\" or \"ports\"",
        "4:52 exactly one of \"source\", \"destination\", \"static\" must be given",
        "5:19 \"interface\" and \"none\" stand alone",
        "6:58 translated ports are one port or one range",
        "7:17 \"inside\" and \"outside\" are of one family and one length",
      ])
  }

  @Test func `a device with a configuration has no filtering of its own`() {
    let text = """
      { "network": "n", "devices": { "d": { "config": "x.cfg", "stateful": true,
        "interfaces": { "a": { "in": "f" } } } } }
      """
    #expect(
      nativeErrors(text).prefix(2) == [
        "1:70 the filtering of 'd' is in its configuration "
          + "(leave it out here, or leave out \"config\")",
        "2:32 the filters of 'd' are in its configuration",
      ])
  }
}
