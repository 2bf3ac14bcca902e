import Documents
import Importers
import Networks
import Packets
import Places

/// Reads and assembles one description.
func nativeNetwork(
  _ text: String, as format: Document.Format = .json, file: String = "network.json",
  configs: [String: NetworkPart.Config] = [:], importers: [Importer] = []
) throws -> Network {
  let description = try NetworkDescription.parse(Array(text.utf8), as: format, file: file)
  return try assembleNetwork(
    [NetworkPart(description, configs: configs)], importers: importers
  ).network
}

/// The errors of a description, each with its place.
func nativeErrors(_ text: String, as format: Document.Format = .json) -> [String] {
  do {
    _ = try nativeNetwork(text, as: format)
    return []
  } catch let errors as InputErrors {
    return errors.errors.map {
      "\($0.place.line):\($0.place.column) \($0.message)" + ($0.hint.map { " (\($0))" } ?? "")
    }
  } catch {
    return ["\(error)"]
  }
}

/// What is on a segment: its subnets, and the interfaces and endpoints there.
func summary(ofSegment name: String, in network: Network) -> String {
  guard let index = network.segments.firstIndex(where: { $0.name == name }) else { return "none" }
  let subnets = network.segments[index].subnets.map(\.description)
  let ports = network.devices.flatMap { device in
    device.interfaces.filter { $0.segment == index }.map { "\(device.name)/\($0.name)" }
  }
  let groups = network.endpoints.filter { group in
    group.attachments.contains { $0.segment == index }
  }.map(\.name)
  return (subnets + ports + groups).joined(separator: " ")
}

func texts(_ notices: [Notice], _ kind: Notice.Kind) -> [String] {
  notices.filter { $0.kind == kind }.map(\.message)
}
