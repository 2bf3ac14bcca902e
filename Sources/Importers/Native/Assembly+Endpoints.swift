import Documents
import Networks
import Packets
import Places

extension Assembly {
  /// An attachment whose segment the description does not name.
  struct WaitingAttachment {
    var endpoint: Int
    var attachment: EndpointDescription.Attachment
  }

  /// Adds what a part says of its endpoint groups; those without a segment wait.
  mutating func addEndpoints(_ part: NetworkPart) {
    for description in part.description.endpoints {
      let name = (part.prefixes.last ?? "") + description.name.value
      guard let index = endpoints[name] else { continue }
      var group = network.endpoints[index]
      group.roles = description.roles
      group.mfa = description.mfa
      group.forwards = description.forwards
      group.published = description.published
      group.software = description.software
      group.services = description.services.map(Self.union)
      group.relays = description.relays.map {
        EndpointGroup.Relay(
          accepts: Self.union($0.accepts), opens: Self.union($0.opens), place: $0.place)
      }
      for attachment in description.attachments {
        if let reference = attachment.segment {
          guard let segment = segment(reference, in: part) else { continue }
          group.attachments.append(attached(attachment, to: segment))
        } else {
          waitingAttachments.append(WaitingAttachment(endpoint: index, attachment: attachment))
        }
      }
      network.endpoints[index] = group
    }
  }

  private static func union(_ services: [ServiceSet]) -> ServiceSet {
    services.reduce(ServiceSet([])) { $0.union($1) }
  }

  private func attached(
    _ attachment: EndpointDescription.Attachment, to segment: Int
  ) -> EndpointGroup.Attachment {
    EndpointGroup.Attachment(
      name: attachment.name, segment: segment,
      addresses: AddressSet.ofRanges(attachment.addresses.map(\.value)),
      gateway: attachment.gateway, place: attachment.place)
  }

  /// Attaches the groups that wait to the one segment whose subnets hold their addresses.
  mutating func attachEndpoints() {
    for waiting in waitingAttachments {
      let addresses = AddressSet.ofRanges(waiting.attachment.addresses.map(\.value))
      let found = network.segments.indices.filter { index in
        index != network.internet
          && addresses.subtracting(AddressSet(network.segments[index].subnets)).isEmpty
      }
      let name = network.endpoints[waiting.endpoint].name
      guard let segment = found.first, found.count == 1 else {
        let why = found.isEmpty ? "no segment holds" : "several segments hold"
        fail(
          at: waiting.attachment.place, "\(why) the addresses of endpoint '\(name)'",
          hint: found.isEmpty
            ? "say \"segment\""
            : "say \"segment\": "
              + found.map { network.segments[$0].name }.joined(separator: " or "))
        continue
      }
      network.endpoints[waiting.endpoint].attachments.append(
        attached(waiting.attachment, to: segment))
      note(
        .inferred, at: waiting.attachment.place,
        "endpoint '\(name)' is on segment '\(network.segments[segment].name)', "
          + "whose subnets hold its addresses")
    }
  }

  /// Makes a device of every endpoint group that forwards between its segments.
  mutating func addForwardingHosts() {
    for group in network.endpoints where group.forwards {
      var device = Device(name: "endpoint:\(group.name)", place: group.place, kind: .host)
      for (number, attachment) in group.attachments.enumerated() {
        var interface = Interface(
          name: attachment.name.isEmpty ? "\(number + 1)" : attachment.name,
          place: attachment.place,
          addresses: interfaceAddresses(of: attachment))
        interface.segment = attachment.segment
        interface.localAddresses = attachment.addresses
        device.interfaces.append(interface)
        if let gateway = attachment.gateway,
          let everything = Prefix(gateway, length: 0)
        {
          device.vrfs[0].routes.append(
            Route(
              to: everything, via: [.gateway(gateway, interface: number)],
              place: attachment.place))
        }
      }
      if device.interfaces.count < 2 {
        note(
          .finding, at: group.place,
          "endpoint '\(group.name)' forwards, but joins one segment only")
      }
      network.devices.append(device)
    }
  }

  /// One address a subnet, from which the connected routes follow.
  private func interfaceAddresses(
    of attachment: EndpointGroup.Attachment
  ) -> [Interface.Address] {
    network.segments[attachment.segment].subnets.compactMap { subnet in
      let held = attachment.addresses.intersection(AddressSet([subnet]))[subnet.family]
      guard let value = held.least, let address = IPAddress(subnet.family, value) else {
        return nil
      }
      return Interface.Address(address, length: subnet.length)
    }
  }
}
