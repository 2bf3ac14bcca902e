import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// One reading of one configuration: what is known so far, and what was not understood.
  struct Reader {
    let document: XMLDocument
    let roots: Roots
    var device: Device
    var context: ImportContext
    var ledger: Ledger
    /// The index of each interface by its name.
    var interfaceByName: [String: Int] = [:]
    /// The interfaces that no zone can hold or that never forward: tap, HA, management.
    var deadInterfaces: Set<Int> = []
    /// The interface of the management port, if there is one.
    var managementInterface: Int?
    /// The parts of the network that the model does not have.
    var unmodelledNetworks: [Reason] = []
    /// What about an interface may give its VRF routes that are not in the file.
    var interfaceReasons: [(interface: Int, reason: Reason)] = []
    /// The pairs of interfaces that are virtual wires.
    var wires: [Int: Int] = [:]
    /// The index of each virtual router's VRF by its name.
    var vrfByName: [String: Int] = [:]
    /// The interfaces that a virtual router has.
    var routedInterfaces: Set<Int> = []
    /// Why a VRF may have routes that are not in the file, in the order found.
    var unknownRoutes: [Int: [Reason]] = [:]
    /// What listens on the box itself, besides the management profiles.
    var listeners: [Listener] = []
    /// The shared gateways.
    var sharedGateways: [SharedGateway] = []
    /// The virtual systems.
    var systems: [VirtualSystem] = []
    /// The objects of `shared`.
    var shared = ObjectScope(label: nil)
    /// The labels that application override gives, so that matches look at the mark.
    var overrides = false
    /// Whether a rule decrypts, so that an application's secure ports count as its own.
    var decrypts = false
    /// Predefined applications whose ports came from the built-in table.
    var predefinedPorts: Set<String> = []
    /// How segments of TCP that fit no session are treated.
    var nonInitial = NonInitial()
    /// Where the configuration switches the filtering of IPv6 off.
    var ignoresIPv6: Place?
    /// The translations between families, with the condition of each.
    var familyTranslations: [(translation: Int, condition: Int)] = []
    /// The gateways for further sessions that the configuration switches off.
    var disabledGateways: Set<String> = []
    /// Where the configuration names the Panorama that manages the firewall.
    var managedBy: Place?
    /// The addresses that NAT rules answer for.
    var translatedAddresses = AddressSet.none
    /// What the address groups resolved so far stand for, by virtual system and name.
    var addressGroups: [String: Addresses] = [:]

    /// Why something is unknown, and where that comes from.
    struct Reason {
      var place: Place
      var why: String
    }

    init(_ document: XMLDocument, _ roots: Roots, device: Device, context: ImportContext) {
      self.document = document
      self.roots = roots
      self.device = device
      self.context = context
      ledger = Ledger(count: document.elementCount)
    }

    /// Reads everything, in the order in which one part needs another.
    mutating func readAll() {
      device.kind = .firewall
      device.vendor = "panos"
      readFrame()
      readSettings()
      readObjects()
      readInterfaces()
      readVirtualRouters()
      readVirtualSystems()
      readTunnels()
      readManagementPort()
      buildPipeline()
      settleUnknownRoutes()
      finish()
    }

    /// Marks the elements that only hold others together.
    private mutating func readFrame() {
      var around: XMLElement? = roots.config
      while let element = around {
        ledger.model(element)
        around = element.parent
      }
      ledger.model(roots.device)
      if let devices = roots.device.parent { ledger.model(devices) }
      if let vsys = roots.device.child("vsys") { ledger.model(vsys) }
      for part in ["network", "deviceconfig"] {
        if let element = roots.device.child(part) { ledger.model(element) }
      }
      for path in [["system"], ["setting"]] {
        if let element = roots.device.descendant(["deviceconfig"] + path) { ledger.model(element) }
      }
      if let shared = roots.config.child("shared") { ledger.model(shared) }
    }
  }
}

/// A text of the configuration and where it stands.
struct PANOSValue: Hashable {
  var text: String
  var place: Place
}

extension PANOS.Reader {
  /// The place of something that no element states.
  var implied: Place { .implied(by: document.file) }

  /// The first child of a name, marked as read.
  mutating func child(_ element: XMLElement, _ name: String) -> XMLElement? {
    guard let found = element.child(name) else { return nil }
    ledger.model(found)
    return found
  }

  /// The element at the end of a path, marked as read with those on the way.
  mutating func descend(_ element: XMLElement, _ path: String...) -> XMLElement? {
    var found: XMLElement? = element
    for name in path {
      guard let next = found else { return nil }
      found = child(next, name)
    }
    return found
  }

  /// The entries inside an element, marked as read.
  mutating func entries(_ element: XMLElement?) -> [XMLElement] {
    let found = element?.children("entry") ?? []
    for entry in found { ledger.model(entry) }
    return found
  }

  /// The text of the first child of a name, if it is there.
  mutating func value(_ element: XMLElement, _ name: String) -> PANOSValue? {
    child(element, name).map { PANOSValue(text: $0.text, place: $0.place) }
  }

  /// The members of a list; `nil` where the list is not there.
  ///
  /// A child that is no `member` is a member that no name can be, so that it stays unknown.
  mutating func members(_ element: XMLElement, _ name: String) -> [PANOSValue]? {
    guard let list = child(element, name) else { return nil }
    return members(of: list)
  }

  /// The members of a list.
  mutating func members(of list: XMLElement) -> [PANOSValue] {
    list.children.map { child in
      guard child.name == "member" else {
        ledger.opaque(child)
        return PANOSValue(text: "<\(child.name)>", place: child.place)
      }
      ledger.model(child)
      return PANOSValue(text: child.text, place: child.place)
    }
  }

  /// The name of an entry; one without a name gets none that a rule could mean.
  func name(of entry: XMLElement) -> String { entry.attribute("name") ?? "<unnamed>" }

  /// Adds a notice.
  mutating func notice(_ kind: Notice.Kind, at place: Place, _ message: String) {
    context.notices.append(Notice(kind, at: place, message))
  }

  /// A condition of this device.
  mutating func condition(
    _ kind: String, _ name: String, _ scope: Condition.Scope, at place: Place, _ why: String
  ) -> Int {
    let name = "\(device.name)/\(kind):\(name)"
    if context.conditions.index(named: name) == nil {
      notice(.opaque, at: place, "\(why); it is the condition '\(name)'")
    }
    return context.conditions.index(
      of: Condition(name: name, scope: scope, place: place, why: why))
  }

  /// Notes that a VRF may have routes that the file does not hold.
  mutating func addUnknownRoutes(_ vrf: Int, at place: Place, _ why: String) {
    unknownRoutes[vrf, default: []].append(Reason(place: place, why: why))
  }

  /// Gives each VRF with unknown routes its condition.
  mutating func settleUnknownRoutes() {
    for vrf in device.vrfs.indices {
      guard let reasons = unknownRoutes[vrf], let first = reasons.first else { continue }
      let why = reasons.map(\.why).joined(separator: "; ")
      device.vrfs[vrf].unknownRoutes = condition(
        "routes", device.vrfs[vrf].name, .global, at: first.place, why)
    }
  }

  /// Counts what nothing read: it is irrelevant by the list, or a person should know.
  mutating func finish() {
    sweep(document.root, path: document.root == roots.config ? "" : nil)
    if !predefinedPorts.isEmpty {
      notice(
        .inferred, at: implied,
        "the default ports of these predefined applications are taken from a built-in table: "
          + predefinedPorts.sorted().joined(separator: ", "))
    }
    context.coverage.append(ledger.coverage(of: document))
  }

  /// Looks at what is inside an element, whose path from `config` is `nil` outside it.
  private mutating func sweep(_ element: XMLElement, path: String?) {
    for child in element.children {
      let inner: String? =
        if child == roots.config { "" } else {
          path.map { $0.isEmpty ? child.name : "\($0)/\(child.name)" }
        }
      if ledger.state(child) == .unread {
        if let inner, PANOS.Irrelevant.contains(child, path: inner) {
          ledger.ignore(child)
          continue
        }
        if ledger.state(element) != .opaque {
          notice(.opaque, at: child.place, "'\(child.path)' is not modelled")
        }
        ledger.leave(child)
      }
      sweep(child, path: inner)
    }
  }
}
