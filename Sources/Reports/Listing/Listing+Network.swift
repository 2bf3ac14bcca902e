import Networks
import Packets
import Places

extension Listing {
  func writeSegments(to page: inout TextPage) {
    for (index, segment) in network.segments.enumerated() {
      var words = segment.subnets.map(\.description)
      if index == network.internet { words.append("the internet") }
      if let vlan = segment.vlan { words.append("VLAN \(vlan)") }
      if segment.medium != .copper { words.append(segment.medium.rawValue) }
      page.line(
        .strong(segment.name), .init("  \(words.joined(separator: ", "))"),
        .dim("  \(segment.place)"))
      for port in network.ports(on: index) {
        let device = network.devices[port.device]
        let interface = device.interfaces[port.interface]
        page.line(.init("\(device.name) \(interface.name)  \(interface.addressText)"), indent: 2)
      }
      for endpoint in network.endpoints {
        for attachment in endpoint.attachments where attachment.segment == index {
          page.line(.init("\(endpoint.name)  \(attachment.addresses.text)"), indent: 2)
        }
      }
    }
  }

  func writeDevices(to page: inout TextPage) {
    for device in network.devices {
      page.gap()
      page.line(
        .strong(device.name), .init("  \(device.kind.rawValue), \(device.vendor)"),
        .dim("  \(device.place)"))
      for interface in device.interfaces { write(interface, of: device, to: &page) }
      let routes = device.vrfs.reduce(0) { $0 + $1.routes.count }
      let rules = device.acls.reduce(0) { $0 + $1.rules.count }
      page.line(
        .init(
          "\(counted(routes, "route")), \(counted(device.acls.count, "list")) with "
            + "\(counted(rules, "rule")), \(counted(device.translations.count, "translation")), "
            + (device.sessions == nil ? "stateless" : "stateful")), indent: 2)
    }
  }

  private func write(_ interface: Interface, of device: Device, to page: inout TextPage) {
    let segment = interface.segment.map { "on \(network.segments[$0].name)" } ?? "on no segment"
    var words = [interface.addressText, segment]
    if let zone = interface.zone { words.append("zone \(zone)") }
    if interface.vrf != 0 { words.append("VRF \(device.vrfs[interface.vrf].name)") }
    if !interface.isUp { words.append("down") }
    if !interface.answersFor.isEmpty { words.append("answers for \(interface.answersFor.text)") }
    page.line(
      .init(interface.name), .init("  \(words.filter { !$0.isEmpty }.joined(separator: ", "))"),
      .dim("  \(interface.place)"), indent: 2)
  }

  func writeEndpoints(to page: inout TextPage) {
    for endpoint in network.endpoints {
      var words: [String] = []
      if !endpoint.roles.isEmpty { words.append(endpoint.roles.joined(separator: ", ")) }
      if endpoint.forwards { words.append("forwards") }
      if endpoint.mfa == true { words.append("asks for a second factor") }
      page.line(
        .strong(endpoint.name), .init(words.isEmpty ? "" : "  \(words.joined(separator: ", "))"),
        .dim("  \(endpoint.place)"))
      for attachment in endpoint.attachments {
        let gateway = attachment.gateway.map { ", gateway \($0)" } ?? ""
        page.line(
          .init(
            "\(network.segments[attachment.segment].name)  \(attachment.addresses.text)\(gateway)"),
          indent: 2)
      }
      for address in endpoint.published { page.line("published as \(address)", indent: 2) }
    }
  }
}

extension Interface {
  /// The addresses with the lengths of their prefixes.
  fileprivate var addressText: String {
    addresses.map { "\($0.address)/\($0.length)" }.joined(separator: ", ")
  }
}
