import Documents
import Networks
import Places

/// The running configuration of one PAN-OS firewall, as XML.
///
/// `Documentation/Formats/PANOS.md` says which elements are modelled, and how.
enum PANOS {
  /// Reads one configuration into a device.
  static func read(
    _ bytes: [UInt8], file: String, device: inout Device, context: inout ImportContext
  ) throws(InputError) {
    let document = try XMLDocument.parse(bytes, file: file)
    let roots = try Roots(document)
    var reader = Reader(document, roots, device: device, context: context)
    reader.readAll()
    device = reader.device
    context = reader.context
  }

  /// Whether a document is a PAN-OS configuration: its root is `config`, and it has the one device
  /// entry that every firewall and every Panorama calls `localhost.localdomain`.
  static func recognises(_ bytes: [UInt8]) -> Bool {
    let names = ["<entry name=\"localhost.localdomain\"", "<entry name='localhost.localdomain'"]
    return contains(bytes, ["<config ", "<config>", "<config\n", "<config\r"])
      && contains(bytes, names)
  }

  private static func contains(_ bytes: [UInt8], _ needles: [String]) -> Bool {
    needles.contains { needle in
      let needle = Array(needle.utf8)
      guard let first = needle.first, bytes.count >= needle.count else { return false }
      var start = bytes.startIndex
      while let found = bytes[start...].firstIndex(of: first) {
        if bytes[found...].starts(with: needle) { return true }
        start = found + 1
      }
      return false
    }
  }
}

extension Importer {
  /// PAN-OS firewalls.
  static let panos = Importer(
    name: "panos", recognises: PANOS.recognises,
    read: { bytes, file, device, context throws(InputError) in
      try PANOS.read(bytes, file: file, device: &device, context: &context)
    })
}
