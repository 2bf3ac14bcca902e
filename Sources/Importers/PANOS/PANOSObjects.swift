import Documents
import Networks
import Places

extension PANOS {
  /// A kind of object that rules name.
  enum ObjectKind: String, CaseIterable {
    case address
    case addressGroup = "address-group"
    case externalList = "external-list"
    case region
    case service
    case serviceGroup = "service-group"
    case application
    case applicationGroup = "application-group"
    case applicationFilter = "application-filter"
    case schedule

    /// The names of the elements inside such an object that the reader understands.
    var understood: Set<String> {
      switch self {
      case .address: ["ip-netmask", "ip-range", "fqdn", "ip-wildcard"]
      case .addressGroup: ["static", "member", "dynamic", "filter"]
      case .externalList:
        [
          "type", "ip", "domain", "url", "predefined-ip", "predefined-url", "imsi", "imei",
          "recurring", "five-minute", "hourly", "daily", "weekly", "monthly", "at",
          "day-of-week", "day-of-month", "exception-list", "member", "certificate-profile",
          "auth", "username", "password", "expand-domain", "non-recurring",
        ]
      case .region:
        ["address", "member", "geo-location", "latitude", "longitude"]
      case .service:
        ["protocol", "tcp", "udp", "sctp", "port", "source-port", "override", "no", "yes"]
      case .serviceGroup: ["members", "member"]
      case .application:
        [
          "default", "port", "member", "ident-by-icmp-type", "ident-by-icmp6-type", "type", "code",
          "ident-by-ip-protocol", "parent-app", "none",
        ]
      case .applicationGroup: ["members", "member"]
      case .applicationFilter: []
      case .schedule:
        [
          "schedule-type", "recurring", "non-recurring", "daily", "weekly", "member", "sunday",
          "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        ]
      }
    }

    /// Whether everything else inside such an object says what kind of traffic it is for people,
    /// signatures that only decide which application a session has, or how an unread list is made.
    var restDescribes: Bool { self == .application || self == .applicationFilter }
  }

  /// The named objects of one virtual system, or of `shared`.
  struct ObjectScope {
    /// The virtual system where there are several; conditions name it.
    var label: String?
    private var byKind: [ObjectKind: [String: XMLElement]] = [:]

    init(label: String?) { self.label = label }

    subscript(kind: ObjectKind, name: String) -> XMLElement? { byKind[kind]?[name] }

    /// Adds an object; the first one of a name stays.
    mutating func add(_ kind: ObjectKind, _ name: String, _ element: XMLElement) -> Bool {
      if byKind[kind]?[name] != nil { return false }
      byKind[kind, default: [:]][name] = element
      return true
    }
  }

  /// An object and where it was found.
  struct FoundObject {
    var kind: ObjectKind
    var element: XMLElement
    /// The object's name as conditions spell it: with its virtual system where there are several.
    var qualifiedName: String
  }
}

extension PANOS.Reader {
  /// Finds all objects, shared ones first, and marks what is understood of them.
  mutating func readObjects() {
    if let element = roots.config.child("shared") {
      shared = readScope(element, label: nil)
    }
    for element in roots.virtualSystems {
      let several = roots.virtualSystems.count > 1
      let name = name(of: element)
      ledger.model(element)
      let scope = readScope(element, label: several ? name : nil)
      systems.append(PANOS.VirtualSystem(name: name, element: element, objects: scope))
    }
  }

  private mutating func readScope(_ element: XMLElement, label: String?) -> PANOS.ObjectScope {
    var scope = PANOS.ObjectScope(label: label)
    for kind in PANOS.ObjectKind.allCases {
      for list in element.children(kind.rawValue) {
        ledger.model(list)
        for entry in entries(list) {
          if kind.restDescribes {
            ledger.modelAll(entry)
          } else {
            ledger.model(entry, inside: kind.understood)
          }
          if !scope.add(kind, name(of: entry), entry) {
            notice(.finding, at: entry.place, "a second \(kind.rawValue) has this name")
          }
        }
      }
    }
    return scope
  }

  /// The object of a name: the virtual system's own before the shared one.
  func find(_ name: String, _ kinds: [PANOS.ObjectKind], in system: Int) -> PANOS.FoundObject? {
    for scope in [systems[system].objects, shared] {
      for kind in kinds {
        if let element = scope[kind, name] {
          return .init(
            kind: kind, element: element, qualifiedName: scope.label.map { "\($0)/\(name)" } ?? name
          )
        }
      }
    }
    return nil
  }

  /// A name that no object has, as conditions spell it.
  func qualified(_ name: String, in system: Int) -> String {
    systems[system].objects.label.map { "\($0)/\(name)" } ?? name
  }
}
