public import Documents
import Packets
public import Places

extension Policy {
  /// Reads a policy file.
  ///
  /// - Throws: All errors, each with its place: unknown keys, names that are given twice, services
  ///   and members that are none, kinds of requirements that this version does not know.
  public static func parse(
    _ bytes: [UInt8], as format: Document.Format, file: String,
    limits: DocumentLimits = .standard
  ) throws(InputErrors) -> Self {
    let document: Document
    do {
      document = try Document.parse(bytes, as: format, file: file, limits: limits)
    } catch {
      throw InputErrors([error])
    }
    return try document.read { Self.read(&$0) }
  }

  /// What a policy file may hold.
  public static var shape: DocumentShape { DocumentShape.accepted { Self.read(&$0) } }

  static func read(_ reader: inout FieldReader) -> Self? {
    let title = reader.title("policy")
    let services = readServices(&reader)
    let scope = PolicyScope(services: services)
    let zones = reader.entries("zones", each: "zone") { Zone.read($0, &$1) }
    let feeds = reader.entries("feeds", each: "feed") { FeedReference.read($0, &$1) }
    let requirements = reader.list("requirements", each: "requirement") {
      Requirement.read(&$0, in: scope)
    }
    let packs = reader.values("packs", each: "pack", Scalar.name.placed)
    let assume = reader.entries("assume", each: "assumption", .boolean)
    let waivers = reader.list("waivers", each: "waiver") { Waiver.read(&$0, in: scope) }
    refuseTwins(requirements.map { Reference($0.id, at: $0.place) }, "requirement", &reader)
    guard let title else { return nil }
    var policy = Self(name: title.value, place: reader.place)
    policy.zones = zones
    policy.services = services
    policy.feeds = feeds
    policy.requirements = requirements
    policy.packs = packs.map { Reference($0.value, at: $0.place) }
    policy.assume = assume.map { Assumption(name: $0.value, outcome: $1, place: $0.place) }
    policy.waivers = waivers
    return policy
  }

  private static func refuseTwins(
    _ names: [Reference], _ what: String, _ reader: inout FieldReader
  ) {
    var seen: [String: Place] = [:]
    for reference in names {
      if let first = seen[reference.name] {
        reader.refuse(
          "two \(what)s have the id '\(reference.name)'", at: reference.place,
          hint: "the other is at \(first)")
      } else {
        seen[reference.name] = reference.place
      }
    }
  }

  /// Reads the services that the policy names; a name may stand for other names.
  private static func readServices(_ reader: inout FieldReader) -> [NamedServices] {
    let entries = reader.entries(
      "services", each: "service", listing: "service", Scalar.name.placed)
    var names = ServiceNaming(entries.map { (Reference($0.value, at: $0.place), $1) })
    let services = names.resolveAll()
    for error in names.errors { reader.refuse(error.message, at: error.place, hint: error.hint) }
    return services
  }
}

/// What the values of a policy file are read with.
struct PolicyScope {
  let services: [String: ServiceSet]
  /// The names that may have been meant; where there are very many, only built-in ones may.
  private let names: [String]

  init(services: [NamedServices]) {
    names = services.count > 500 ? [] : services.map(\.name).sorted()
    self.services = Dictionary(
      services.map { ($0.name, $0.services) }, uniquingKeysWith: { first, _ in first })
  }

  /// One service: a name of the policy's, or else a built-in text.
  var service: Scalar<ServiceSet> {
    Scalar("a service such as tcp/443") { text, place throws(InputError) in
      if let known = services[text] { return known }
      do throws(ServiceError) {
        return try ServiceSet(parsing: text)
      } catch {
        throw unknownService(error, at: place, among: names)
      }
    }
  }
}

/// An error about a service, with the nearest name as its hint.
func unknownService(
  _ error: ServiceError, at place: Place, among own: [String]
) -> InputError {
  var hint: String?
  if case .unknownName(let name) = error.reason {
    let known = own + ServiceNames.all + ["any", "ip", "tcp", "udp", "icmp", "icmpv6"]
    hint = nearestName(to: name, among: known).map { "the nearest known name is '\($0)'" }
  }
  return InputError(at: place, error.description, hint: hint)
}

/// The looking up of a policy's named services, which may name each other.
private struct ServiceNaming {
  private enum State {
    case waiting
    case active
    case done(ServiceSet)
  }

  private let entries: [(name: Reference, texts: [Placed<String>])]
  private let positions: [String: Int]
  private var states: [State]
  private var depth = 0
  private(set) var errors: [InputError] = []

  init(_ entries: [(Reference, [Placed<String>])]) {
    self.entries = entries
    positions = Dictionary(
      entries.enumerated().map { ($1.0.name, $0) }, uniquingKeysWith: { first, _ in first })
    states = entries.map { _ in .waiting }
  }

  mutating func resolveAll() -> [NamedServices] {
    entries.indices.map { index in
      NamedServices(
        name: entries[index].name.name, services: services(of: index),
        place: entries[index].name.place)
    }
  }

  private mutating func services(of index: Int) -> ServiceSet {
    switch states[index] {
    case .done(let services): return services
    case .active:
      errors.append(
        InputError(
          at: entries[index].name.place, "the service '\(entries[index].name.name)' holds itself"))
      return .any
    case .waiting where depth == nestingLimit:
      errors.append(
        InputError(
          at: entries[index].name.place,
          "services that name each other go more than \(nestingLimit) deep"))
      return .any
    case .waiting:
      states[index] = .active
      depth += 1
      defer { depth -= 1 }
      var result = ServiceSet([])
      if entries[index].texts.isEmpty {
        errors.append(
          InputError(
            at: entries[index].name.place, "the service '\(entries[index].name.name)' is empty"))
      }
      for text in entries[index].texts { result = result.union(service(text, of: index)) }
      states[index] = .done(result)
      return result
    }
  }

  /// A name stands for the policy's own service, but inside its own definition for the built-in one.
  private mutating func service(_ text: Placed<String>, of index: Int) -> ServiceSet {
    if let own = positions[text.value], own != index { return services(of: own) }
    do {
      return try ServiceSet(parsing: text.value)
    } catch {
      let names = errors.count < nearestNameLimit ? entries.map(\.name.name) : []
      errors.append(unknownService(error, at: text.place, among: names))
      return .any
    }
  }
}
