import Documents
import Places

extension PANOS {
  /// The parts of a configuration that everything else is found in.
  struct Roots {
    /// The `config` element.
    let config: XMLElement
    /// The entry of the firewall itself.
    let device: XMLElement
    /// The virtual systems in document order.
    let virtualSystems: [XMLElement]

    /// Finds the parts.
    /// - Throws: `InputError` for a document that is none of a single firewall: a template with
    ///   statements between its elements, or what a Panorama exports.
    init(_ document: XMLDocument) throws(InputError) {
      guard let config = Self.config(document.root) else {
        throw InputError(
          at: document.root.place, "the root element is '\(document.root.name)', not 'config'",
          hint: "export the running configuration of the firewall as XML")
      }
      self.config = config
      try Self.refuseTemplate(document)
      guard let device = config.descendant("devices", "entry") else {
        throw InputError(
          at: config.place, "the configuration has no 'devices/entry'",
          hint: "export the whole running configuration, not a part of it")
      }
      if let second = config.descendants("devices", "entry").dropFirst().first {
        throw InputError(
          at: second.place, "the configuration has a second 'devices/entry'",
          hint: "give the configuration of one firewall a file of its own")
      }
      self.device = device
      virtualSystems = device.descendants("vsys", "entry")
      let managed = ["device-group", "template", "template-stack"]
      if virtualSystems.isEmpty,
        let part = device.children.first(where: { managed.contains($0.name) })
      {
        throw InputError(
          at: part.place, "this is the configuration of a Panorama, not of a firewall",
          hint: "export the effective running configuration of each firewall it manages")
      }
    }

    /// The configuration, bare or in the answer of the API.
    private static func config(_ root: XMLElement) -> XMLElement? {
      if root.name == "config" { return root }
      return root.name == "response" ? root.descendant("result", "config") : nil
    }

    /// A statement of a template language makes what follows depend on values that nobody gave.
    private static func refuseTemplate(_ document: XMLDocument) throws(InputError) {
      for element in document.elements where !element.isLeaf && element.hasText {
        let text = element.text
        if text.contains("{%") || text.contains("{{") || text.contains("${") {
          throw InputError(
            at: element.place,
            "'\(element.name)' holds statements of a template, so this is no configuration yet",
            hint: "fill the template in first")
        }
      }
    }
  }
}
