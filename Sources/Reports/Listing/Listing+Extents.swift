import Networks
import Packets
import Places
public import Policies

extension Listing {
  /// What a selection means: the addresses on each segment, who is declared among them, and devices.
  public func text(of extent: ZoneExtent, style: TextStyle = TextStyle()) -> String {
    var page = TextPage(style: style)
    page.line(.strong(extent.name), .dim("  \(extent.place)"))
    write(extent, to: &page)
    return page.text
  }

  func writeZones(to page: inout TextPage) {
    guard let policy else { return page.line("there is no policy") }
    for (zone, extent) in zip(policy.policy.zones, policy.zones) {
      page.gap()
      let level = zone.purdue.map { ", Purdue level \($0)" } ?? ""
      page.line(
        .strong(zone.name), .init("  \(zone.kind?.rawValue ?? "no kind")\(level)"),
        .dim("  \(zone.place)"))
      page.line(.dim("members "), .init(zone.members.description), indent: 2)
      write(extent, to: &page)
    }
  }

  private func write(_ extent: ZoneExtent, to page: inout TextPage) {
    for part in extent.parts {
      let addresses = part.addresses.text
      page.line(
        .strong(network.segments[part.segment].name),
        .init("  \(addresses.isEmpty ? "hosts without an address" : addresses)"), indent: 2)
      for endpoint in network.endpoints {
        for attachment in endpoint.attachments where attachment.segment == part.segment {
          let own = attachment.addresses.intersection(part.addresses)
          if own.isEmpty { continue }
          page.line(
            .init("\(endpoint.name)  \(own.text)"), .dim("  \(endpoint.place)"), indent: 4)
        }
      }
    }
    for device in extent.devices {
      page.line(
        .strong(network.devices[device].name), .init("  the device itself"),
        .dim("  \(network.devices[device].place)"), indent: 2)
    }
  }
}

extension AddressSet {
  /// The addresses in words: ranges, or everything but the fewer others.
  var text: String {
    var parts: [String] = []
    for family in [Family.ipv4, .ipv6] {
      let values = self[family]
      if values.isEmpty { continue }
      let others = values.complement(upTo: family.greatestAddress)
      if others.isEmpty {
        parts.append("all \(family == .ipv4 ? "IPv4" : "IPv6")")
      } else if others.ranges.count < values.ranges.count {
        parts.append("all \(family == .ipv4 ? "IPv4" : "IPv6") but \(Self.list(others, family))")
      } else {
        parts.append(Self.list(values, family))
      }
    }
    return parts.joined(separator: ", ")
  }

  private static func list(_ values: Ranges, _ family: Family) -> String {
    values.addressText(family)
  }
}
