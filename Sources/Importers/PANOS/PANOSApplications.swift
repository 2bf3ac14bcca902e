import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// What an application list of a rule names.
  struct Applications {
    /// One application, by its label.
    struct Named: Hashable {
      var name: String
      var label: Int
      /// Its ports, or `nil` where the file and the table do not say.
      var ports: ApplicationPorts?
      /// A condition that its ports depend on, where they are unknown.
      var unknownPorts: Int?
    }

    var isAny = false
    var named: [Named] = []
    /// Conditions that stand for filters and whatever else names applications by their nature.
    var filters: [Int] = []
  }

  /// The applications that open further sessions, which no rule has to allow.
  static let gateways: Set<String> = [
    "ftp", "sip", "h.323", "h.245", "h.225", "rtsp", "sccp", "mgcp", "unistim", "rsh", "oracle",
    "tftp", "msrpc", "sqlnet", "rtmp", "pptp", "sunrpc", "portmapper", "ms-rpc", "skinny",
    "yahoo-voice", "gtp",
  ]

  /// The scope of a condition about the application alone.
  static let applicationScope = Condition.Scope.evaluation(of: [.application])
}

extension PANOS.Reader {
  /// What a list of applications names.
  mutating func applications(_ members: [PANOSValue], in system: Int) -> PANOS.Applications {
    var result = PANOS.Applications()
    var seen: Set<String> = []
    for member in members {
      if member.text == "any" {
        result.isAny = true
      } else {
        add(member, in: system, path: [], to: &result, seen: &seen)
      }
    }
    return result
  }

  private mutating func add(
    _ member: PANOSValue, in system: Int, path: [String], to result: inout PANOS.Applications,
    seen: inout Set<String>
  ) {
    let kinds: [PANOS.ObjectKind] = [.application, .applicationGroup, .applicationFilter]
    guard let found = find(member.text, kinds, in: system) else {
      guard seen.insert(member.text).inserted else { return }
      result.named.append(predefined(member))
      return
    }
    let name = found.qualifiedName
    let why = "which applications a filter holds comes with content updates"
    if path.contains(name) || path.count >= Self.nestingLimit {
      result.filters.append(
        condition(
          "application-group", name, PANOS.applicationScope, at: found.element.place,
          "the application group contains itself"))
      return
    }
    guard seen.insert("\(found.kind.rawValue)/\(name)").inserted else { return }
    switch found.kind {
    case .application: result.named.append(custom(found))
    case .applicationGroup:
      for inner in groupMembers(found.element) {
        add(inner, in: system, path: path + [name], to: &result, seen: &seen)
      }
      if hasOthers(found.element, than: ["member", "members"]) {
        result.filters.append(
          condition(
            "application-group", name, PANOS.applicationScope, at: found.element.place,
            "a part of the group is not modelled"))
      }
    default:
      ledger.opaque(found.element)
      result.filters.append(
        condition(
          "application-filter", name, PANOS.applicationScope, at: found.element.place, why))
    }
  }

  private mutating func predefined(_ member: PANOSValue) -> PANOS.Applications.Named {
    let ports = PANOS.predefined(member.text)
    return .init(
      name: member.text, label: context.application(named: member.text), ports: ports,
      unknownPorts: nil)
  }

  /// An application that the configuration defines, with the ports that it gives.
  private mutating func custom(_ found: PANOS.FoundObject) -> PANOS.Applications.Named {
    let label = context.application(named: found.qualifiedName)
    var words: [String] = []
    var isUnderstood = true
    if let list = found.element.child("default") {
      for kind in list.children {
        switch kind.name {
        case "port": words += kind.children("member").map(\.text)
        case "ident-by-ip-protocol": words.append("ip/\(kind.text)")
        case "ident-by-icmp-type": words.append("icmp/\(kind.child("type")?.text ?? kind.text)")
        case "ident-by-icmp6-type": words.append("icmp6/\(kind.child("type")?.text ?? kind.text)")
        default: isUnderstood = false
        }
      }
    }
    let ports =
      isUnderstood && !words.isEmpty
      ? PANOS.ApplicationPorts(parsing: words.joined(separator: " ")) : nil
    return .init(name: found.qualifiedName, label: label, ports: ports, unknownPorts: nil)
  }

  /// The match of the applications and services of a rule together.
  ///
  /// Before the application is known a packet has the label 0. A rule that permits named
  /// applications lets such packets through, since otherwise nothing could be identified; one that
  /// denies named applications does not stop them (`Documentation/Formats/PANOS.md`).
  mutating func match(
    _ applications: PANOS.Applications, _ service: PANOS.ServiceMatch, permits: Bool,
    at place: Place
  ) -> Match {
    if applications.isAny {
      switch service {
      case .any: return .any
      case .match(let match): return match
      case .applicationDefault: return anyApplicationDefault(permits: permits, at: place)
      }
    }
    var parts: [Match] = []
    for application in applications.named {
      let ports = portMatch(application, service, at: place)
      parts.append(.conjunction([identified([application.label]), ports]))
      if permits {
        parts.append(.conjunction([unidentified, early(application, at: place), ports]))
      } else if application.ports?.byHeader == true {
        let immediate = condition(
          "app-id", "identified-by-header", .evaluation(of: [.family, .protocol, .icmpType]),
          at: place,
          "whether an application that its header alone tells is identified at once is not known")
        let header = application.ports?.match ?? .any
        parts.append(.conjunction([unidentified, header, ports, .condition(immediate)]))
      }
    }
    for filter in applications.filters {
      let ports = filterPorts(service, at: place)
      parts.append(.conjunction([identifiedAny, .condition(filter), ports]))
      if permits { parts.append(.conjunction([unidentified, ports])) }
    }
    return .disjunction(parts)
  }

  /// Packets of sessions whose application is not known yet.
  private var unidentified: Match {
    .conjunction([notOverridden, .field(.application, Ranges(0))])
  }

  private var notOverridden: Match { overrides ? .field(.mark, Ranges(0)) : .any }

  /// Packets of sessions that turned out to be, or were told to be, one of these.
  private func identified(_ labels: [Int]) -> Match {
    let values = Ranges(values: labels.map { UInt128($0) })
    let seen = Match.conjunction([notOverridden, .field(.application, values)])
    guard overrides else { return seen }
    let told = Ranges(values: labels.map { UInt128($0) + 1 })
    return .disjunction([seen, .field(.mark, told)])
  }

  /// Packets of sessions whose application is known, whichever it is.
  private var identifiedAny: Match {
    let seen = Match.conjunction([
      notOverridden, .negation(.field(.application, Ranges(0))),
      .negation(.field(.family, Ranges(UInt128(Family.nonIP.rawValue)))),
    ])
    guard overrides else { return seen }
    return .disjunction([seen, .negation(.field(.mark, Ranges(0)))])
  }

  /// The packets that can be an application's first ones, by their protocol.
  private mutating func early(
    _ application: PANOS.Applications.Named, at place: Place
  ) -> Match {
    let known =
      application.ports?.protocols
      ?? Ranges(values: [UInt128(IPProtocol.tcp), UInt128(IPProtocol.udp)])
    let other = condition(
      "app-id", "first-packets-of-other-protocols", .evaluation(of: [.protocol]), at: place,
      "whether packets of a protocol that the application does not use pass until it is identified"
        + " is not known")
    return .disjunction([.field(.protocol, known), .condition(other)])
  }

  private mutating func portMatch(
    _ application: PANOS.Applications.Named, _ service: PANOS.ServiceMatch, at place: Place
  ) -> Match {
    switch service {
    case .any: return .any
    case .match(let match): return match
    case .applicationDefault:
      guard let ports = application.ports else {
        return .condition(
          condition(
            "application-default", application.name, PANOS.serviceScope, at: place,
            "the default ports of the application are not in the file"))
      }
      if PANOS.predefined(application.name) == ports { predefinedPorts.insert(application.name) }
      guard decrypts, let secure = ports.secure else { return ports.match }
      return .disjunction([ports.match, secure])
    }
  }

  private mutating func filterPorts(_ service: PANOS.ServiceMatch, at place: Place) -> Match {
    switch service {
    case .any: .any
    case .match(let match): match
    case .applicationDefault:
      .condition(
        condition(
          "application-default", "filtered", PANOS.serviceScope, at: place,
          "the default ports of the applications in a filter are not in the file"))
    }
  }

  /// Every application on its default ports.
  ///
  /// Packets whose application is not known yet pass on any
  /// port that is some application's.
  private mutating func anyApplicationDefault(permits: Bool, at place: Place) -> Match {
    let other = Match.condition(
      condition(
        "application-default", "any", PANOS.serviceScope, at: place,
        "which ports are the default of some application comes with content updates"))
    let known = Match.conjunction([identifiedAny, other])
    return permits
      ? .disjunction([
        known, .conjunction([unidentified, .disjunction([PANOS.anyPredefinedPorts, other])]),
      ]) : known
  }
}
