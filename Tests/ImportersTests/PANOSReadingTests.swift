import Importers
import Networks
import Packets
import Places
import Testing

@Suite struct `Reading PAN-OS` {
  private static let folder = fixturePath("PANOS", "", "").dropLast(2)

  private func read(_ text: String) throws(InputError) -> Firewall {
    try Firewall(Array(text.utf8), "config.xml")
  }

  /// A configuration of one virtual system with this inside it, and this beside it.
  private func config(_ inside: String, network: String = "", beside: String = "") -> String {
    """
    <config><devices><entry name="localhost.localdomain"><network>\(network)</network><vsys>
    <entry name="vsys1">\(inside)</entry></vsys>\(beside)</entry></devices></config>
    """
  }

  @Test func `every fixture is recognised and every element of it has one state`() throws {
    let paths = files(under: String(Self.folder))
    #expect(paths.count >= 20)
    for path in paths {
      let bytes = bytes(at: path)
      #expect(panos.recognises(bytes), "\(path)")
      let firewall = try Firewall(bytes, path)
      let coverage = try #require(firewall.context.coverage.first)
      let text = String(decoding: bytes, as: UTF8.self)
      let tags = text.split(separator: "<").filter { $0.first?.isLetter == true }
      #expect(
        coverage.modelled + coverage.irrelevant + coverage.opaque.count == tags.count, "\(path)")
    }
  }

  @Test func `what is no firewall's configuration is refused with its place`() throws {
    let cases: [(String, Int, String)] = [
      ("<config>\n<devices>", 2, ""),
      ("<configuration/>", 1, "not 'config'"),
      ("<config/>", 1, "has no 'devices/entry'"),
      ("<config>\n<devices>\n<entry name='a'/>\n<entry name='b'/></devices></config>", 4, "second"),
      (
        "<config><devices><entry name='a'>\n<device-group/></entry></devices></config>", 2,
        "of a Panorama"
      ),
      (
        "<config><devices><entry name='a'>\n<vsys>{% if x %}<entry name='vsys1'/></vsys></entry>"
          + "</devices></config>", 2, "statements of a template"
      ),
    ]
    for (text, line, words) in cases {
      do throws(InputError) {
        _ = try read(text)
        Issue.record("\(text) was read")
      } catch {
        #expect(error.place.line == line, "\(text)")
        #expect(error.message.contains(words), "\(error.message)")
      }
    }
  }

  @Test func `the answer of the API is read like the configuration in it`() throws {
    let firewall = try read(
      "<response status='success'><result>\(config("<zone/>"))</result></response>")
    #expect(firewall.context.coverage[0].opaque.isEmpty)
  }

  @Test func `an element that no list has is opaque and said to be`() throws {
    let firewall = try Firewall("managed")
    let notice = firewall.context.notices.first { $0.message.contains("novelty") }
    #expect(notice?.kind == .opaque)
    #expect(firewall.context.coverage[0].opaque.map(\.name).contains { $0.hasSuffix("novelty/x") })
  }

  @Test func `an unknown part of the network may lead packets anywhere`() throws {
    let firewall = try read(config("", network: "<wormhole><entry name='x'/></wormhole>"))
    let unknown = try #require(firewall.device.vrfs[0].unknownRoutes)
    #expect(firewall.context.conditions[unknown].why.contains("network/wormhole"))
  }

  @Test func `a placeholder of a template is an unknown address`() throws {
    let rule = """
      <rulebase><security><rules><entry name="r"><from><member>any</member></from>
      <to><member>any</member></to><source><member>${lan}</member></source>
      <destination><member>any</member></destination><service><member>any</member></service>
      <application><member>any</member></application><action>deny</action></entry></rules>
      </security></rulebase>
      """
    let firewall = try read(config(rule))
    #expect(firewall.conditions == ["address-source:${lan}"])
    #expect(firewall.rules("security").first { $0.name == "r" }?.match == .condition(0))
  }

  @Test func `secrets are in no notice, condition or name`() throws {
    let firewall = try Firewall("managed")
    let texts = firewall.context.notices.map(\.message) + firewall.conditions
    #expect(texts.allSatisfy { !$0.contains("secret") && !$0.contains("hash") })
  }

  @Test func `the description completes the configuration and loses where they differ`() throws {
    var device = Device(name: "fw", place: Place(file: "network.json"), kind: .firewall)
    func described(_ name: String, _ text: String) throws -> Interface {
      let read = try AddressInPrefix(parsing: text)
      var interface = Interface(
        name: name, place: Place(file: "network.json"),
        addresses: [.init(read.address, length: read.prefix.length)])
      interface.segment = 7
      return interface
    }
    device.interfaces = [
      try described("ethernet1/2", "198.51.100.2/24"), try described("ethernet1/1", "10.9.9.9/24"),
    ]
    var context = ImportContext()
    try panos.read(
      bytes(at: fixturePath("PANOS", "interfaces", "config.xml")), "config.xml", &device, &context)
    // The outer interface has its address from nowhere else.
    #expect(device.interfaces[0].addresses.map(\.address) == [address("198.51.100.2")])
    #expect(device.interfaces[0].segment == 7)
    #expect(device.interfaces[1].addresses.first?.address == address("10.1.0.1"))
    let finding = context.notices.first { $0.message.contains("other addresses than") }
    #expect(finding?.kind == .finding)
    #expect(device.interfaces.filter { $0.name == "ethernet1/1" }.count == 1)
  }

  @Test func `groups that hold each other many times are read once each`() throws {
    var groups = ""
    for level in 0..<60 {
      let inner = "<member>g\(level + 1)</member><member>h\(level + 1)</member>"
      for name in ["g\(level)", "h\(level)"] {
        groups += "<entry name='\(name)'><static>\(inner)</static></entry>"
      }
    }
    groups += "<entry name='g60'><static><member>10.0.0.1</member></static></entry>"
    groups += "<entry name='h60'><static><member>10.0.0.2</member></static></entry>"
    let rule = """
      <rulebase><security><rules><entry name="r"><from><member>any</member></from>
      <to><member>any</member></to><source><member>g0</member></source>
      <destination><member>any</member></destination><service><member>any</member></service>
      <application><member>any</member></application><action>deny</action></entry></rules>
      </security></rulebase>
      """
    let firewall = try read(config("<address-group>\(groups)</address-group>\(rule)"))
    let two = Ranges(0x0A00_0001...0x0A00_0002)
    #expect(firewall.rules("security").first { $0.name == "r" }?.match == .field(.sourceIPv4, two))
  }
}
