import Documents
import Packets
import Places

extension Requirement {
  static func read(_ reader: inout FieldReader, in scope: PolicyScope) -> Self? {
    let id = reader.value("id", .name, required: true)
    let severity = reader.value("severity", .choice(of: Severity.self))
    let why = reader.value("why", .string)
    let clauses = reader.values("clauses", each: "clause", .name)
    let count = reader.value("count", .choice(of: Count.self))
    let replies = reader.value("replies", .choice(of: Replies.self))
    let exits = reader.value("exits", .choice(of: Exits.self))
    let obligation = readObligation(&reader, in: scope)
    let place = reader.place
    guard let id, let obligation else { return nil }
    return Self(
      id: id, severity: severity ?? .high, why: why, clauses: clauses, count: count ?? .all,
      replies: replies ?? .allow, exits: exits ?? .all, obligation: obligation, place: place)
  }

  /// Reads the one key that says what must be true.
  private static func readObligation(
    _ reader: inout FieldReader, in scope: PolicyScope
  ) -> Obligation<Selection>? {
    let found = [
      reader.object("isolate") { Obligation.isolate(&$0, in: scope) },
      reader.object("allowOnly") { Obligation.allowOnly(&$0, in: scope) },
      reader.object("mustReach") { Obligation.mustReach(&$0, in: scope) },
      reader.object("through") { Obligation.through(&$0) },
      reader.object("oneWay") { Obligation.oneWay(&$0) },
      reader.object("noExit") { Obligation.noExit(&$0) },
      reader.object("managedFrom") { Obligation.managedFrom(&$0, in: scope) },
      reader.object("noDualHomed") { Obligation.noDualHomed(&$0) },
    ]
    readLaterKinds(&reader, in: scope)
    let key = reader.exactlyOne(
      of: "isolate", "allowOnly", "mustReach", "through", "oneWay", "noExit", "managedFrom",
      "noDualHomed", "distance", "logged", "mfa", "separate", "survives")
    return key == nil ? nil : found.compactMap(\.self).first
  }

  /// Reads the kinds that have a syntax already and no proof yet: they are refused, each with its
  /// place, since a requirement that is left out in silence would look like one that holds.
  private static func readLaterKinds(_ reader: inout FieldReader, in scope: PolicyScope) {
    let later: [(String, (inout FieldReader) -> Void)] = [
      (
        "distance",
        { inner in
          _ = (inner.selection("from"), inner.selection("to"))
          _ = inner.value("atLeast", .string)
        }
      ),
      (
        "logged",
        { inner in
          _ = (inner.selection("from"), inner.selection("to"), inner.selection("collector"))
        }
      ),
      (
        "mfa",
        { inner in
          _ = (inner.selection("from"), inner.selection("to"), inner.services(in: scope))
        }
      ),
      (
        "separate",
        { inner in
          _ = inner.values("between", each: "between", .member)
          _ = inner.value("physical", .boolean)
        }
      ),
      (
        "survives",
        { inner in
          _ = inner.oneOrMany("requirements", each: "requirement", .name)
          _ = inner.oneOrMany("losses", each: "loss", .name)
        }
      ),
    ]
    for (key, reading) in later {
      _ = reader.object(key) { inner -> Bool? in
        reading(&inner)
        return true
      }
      if let place = reader.keyPlace(key) {
        reader.refuse(
          "the requirement '\(key)' is not supported yet by this version", at: place,
          hint: "take it out; nothing would prove it")
      }
    }
  }
}

extension FieldReader {
  /// The services of a requirement; `nil` where the key is not there.
  mutating func services(in scope: PolicyScope) -> ServiceSet? {
    let before = errorCount
    let services = oneOrMany("services", each: "service", scope.service)
    guard let first = services.first else {
      if let place = keyPlace("services"), errorCount == before {
        refuse("\"services\" names none", at: place, hint: "leave the key out for all services")
      }
      return nil
    }
    return services.dropFirst().reduce(first) { $0.union($1) }
  }
}

extension Obligation<Selection> {
  fileprivate static func isolate(_ reader: inout FieldReader, in scope: PolicyScope) -> Self? {
    let before = reader.errorCount
    let from = reader.selection("from", required: true)
    let to = reader.selection("to", required: true)
    let services = reader.services(in: scope)
    guard let from, let to else { return reader.nothing(since: before) }
    return .isolate(from: from, to: to, services: services ?? .any)
  }

  fileprivate static func allowOnly(_ reader: inout FieldReader, in scope: PolicyScope) -> Self? {
    let before = reader.errorCount
    let from = reader.selection("from", required: true)
    let to = reader.selection("to", required: true)
    let conduits = reader.list("conduits", each: "conduit", required: true) {
      Conduit.read(&$0, in: scope)
    }
    guard let from, let to else { return reader.nothing(since: before) }
    return .allowOnly(from: from, to: to, conduits: conduits)
  }

  fileprivate static func mustReach(_ reader: inout FieldReader, in scope: PolicyScope) -> Self? {
    let before = reader.errorCount
    let from = reader.selection("from", required: true)
    let to = reader.selection("to", required: true)
    let services = reader.services(in: scope)
    if services == nil, reader.keyPlace("services") == nil {
      reader.refuse("\"services\" is missing", hint: "say what must get through")
    }
    guard let from, let to, let services else { return reader.nothing(since: before) }
    return .mustReach(from: from, to: to, services: services)
  }

  fileprivate static func through(_ reader: inout FieldReader) -> Self? {
    let before = reader.errorCount
    let from = reader.selection("from", required: true)
    let to = reader.selection("to", required: true)
    let via = reader.selection("via", required: true)
    guard let from, let to, let via else { return reader.nothing(since: before) }
    return .through(from: from, to: to, via: via)
  }

  fileprivate static func oneWay(_ reader: inout FieldReader) -> Self? {
    let before = reader.errorCount
    let from = reader.selection("from", required: true)
    let to = reader.selection("to", required: true)
    guard let from, let to else { return reader.nothing(since: before) }
    return .oneWay(from: from, to: to)
  }

  fileprivate static func noExit(_ reader: inout FieldReader) -> Self? {
    let before = reader.errorCount
    let from = reader.selection("from", required: true)
    let to = reader.selection("to")
    let except = reader.selection("except")
    guard let from else { return reader.nothing(since: before) }
    return .noExit(from: from, to: to, except: except)
  }

  fileprivate static func managedFrom(
    _ reader: inout FieldReader, in scope: PolicyScope
  ) -> Self? {
    let before = reader.errorCount
    let devices = reader.selection("devices", required: true)
    let from = reader.selection("from", required: true)
    let services = reader.services(in: scope)
    guard let devices, let from else { return reader.nothing(since: before) }
    return .managedFrom(devices: devices, from: from, services: services)
  }

  fileprivate static func noDualHomed(_ reader: inout FieldReader) -> Self? {
    let before = reader.errorCount
    let zones = reader.values("between", each: "between", .member, required: true)
    let except = reader.selection("except")
    guard zones.count == 2 else {
      if reader.errorCount == before {
        reader.refuse("\"between\" needs two zones", at: reader.keyPlace("between"))
      }
      return nil
    }
    let sides = zones.map { Selection([$0], at: $0.place) }
    return .noDualHomed(sides[0], sides[1], except: except)
  }
}

extension FieldReader {
  /// The end of a reading that lacks a part: the reader has recorded why, unless a list was empty.
  fileprivate mutating func nothing<Value>(since before: Int) -> Value? {
    if errorCount == before { refuse("the requirement names nothing at one of its ends") }
    return nil
  }
}

extension Conduit<Selection> {
  static func read(_ reader: inout FieldReader, in scope: PolicyScope) -> Self? {
    let source = reader.selection("source")
    let destination = reader.selection("destination")
    let services = reader.services(in: scope)
    return Self(
      source: source, destination: destination, services: services ?? .any, place: reader.place)
  }
}

extension Waiver {
  static func read(_ reader: inout FieldReader, in scope: PolicyScope) -> Self? {
    let requirement = reader.value("requirement", Scalar.name.placed, required: true)
    let flows = reader.object("flows", required: true) { Conduit.read(&$0, in: scope) }
    let owner = reader.value("owner", .name, required: true)
    let until = reader.value("until", .day, required: true)
    let why = reader.value("why", .name, required: true)
    guard let requirement, let flows, let owner, let until, let why else { return nil }
    return Self(
      requirement: Reference(requirement.value, at: requirement.place), flows: flows, owner: owner,
      until: until, why: why, place: reader.place)
  }
}
