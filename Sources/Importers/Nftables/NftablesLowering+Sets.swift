import Documents
import Networks
import Packets

/// The elements of a set as values of its subjects, in order.
struct NftablesElements {
  /// One element: the values of each subject.
  var tuples: [[Ranges]]
  /// Whether an element could not be read.
  var hasUnreadable = false
}

extension NftablesLowering {
  /// Whether the operands are a member of what stands on the right side.
  mutating func membership(
    _ operands: [NftablesOperand], of right: DocumentValue, isNegated: Bool, _ site: Site
  ) -> Match {
    if let name = right.string, name.hasPrefix("@") {
      return lookup(operands, in: String(name.dropFirst()), isNegated: isNegated, site)
    }
    let members = right["set"].map { $0.array ?? [$0] } ?? [right]
    let elements = read(members, operands, right)
    guard !elements.hasUnreadable else {
      return bounded(operands, elements, isNegated: isNegated, right, site)
    }
    return matches(operands, elements.tuples, isNegated: isNegated, site)
  }

  /// A comparison with elements of which some, or some part of all, cannot be read.
  ///
  /// Where just subjects are unknown, the rest of each element still has to match.
  private mutating func bounded(
    _ operands: [NftablesOperand], _ elements: NftablesElements, isNegated: Bool,
    _ right: DocumentValue, _ site: Site
  ) -> Match {
    let condition = unreadable(operands, right, site)
    let known = operands.indices.filter { !operands[$0].subject.isUnknown }
    let isReadable = elements.tuples.allSatisfy { $0.count == operands.count }
    guard !isNegated, !known.isEmpty, known.count < operands.count, isReadable,
      !elements.tuples.isEmpty
    else { return condition }
    let tuples = elements.tuples.map { tuple in known.map { tuple[$0] } }
    let bound = matches(known.map { operands[$0] }, tuples, isNegated: false, site)
    return .all([bound, condition])
  }

  /// Whether the operands are in a named set.
  private mutating func lookup(
    _ operands: [NftablesOperand], in name: String, isNegated: Bool, _ site: Site
  ) -> Match {
    guard let index = namedSet(name) else {
      noteOpaque(site.value, "the set '\(name)', which is not listed,")
      return unreadable(operands, site.value, site)
    }
    let set = ruleset.sets[index]
    let elements = elements(ofSet: index, operands, isMap: false)
    if elements.hasUnreadable || set.hasStatements {
      noteOpaque(set.value, "the set '\(name)'")
      return bounded(operands, elements, isNegated: isNegated, site.value, site)
    }
    let isUpdated = facts.updatedSets.contains(set.name)
    guard set.changes || isUpdated else {
      return matches(operands, elements.tuples, isNegated: isNegated, site)
    }
    noteOpaque(set.value, "the set '\(name)', which changes while the device runs,")
    let inside = matches(operands, elements.tuples, isNegated: false, site)
    let present = presence(operands, site)
    let changed = Match.condition(changeOf(set, operands, site, isUpdated: isUpdated))
    let differs = Match.some([.all([inside, .not(changed)]), .all([.not(inside), changed])])
    return .all(present + [isNegated ? .not(differs) : differs])
  }

  /// The condition that a set's membership is another than the listing says.
  private mutating func changeOf(
    _ set: NftablesRuleset.NamedSet, _ operands: [NftablesOperand], _ site: Site, isUpdated: Bool
  ) -> Int {
    let titles = operands.map(\.subject.title).joined(separator: " . ")
    let detail = "\(set.name.table)/\(set.name.name) (\(titles))"
    let why = "the content of the set changes while the device runs"
    if isUpdated {
      return condition(
        "set", detail, at: site.value, ordinal: site.ordinal, remembers: true, why)
    }
    var fields: [HeaderField] = []
    for operand in operands {
      guard case .field(let field) = operand.subject.reading, field <= .etherType else {
        return condition("set", detail, at: site.value, ordinal: site.ordinal, why)
      }
      fields.append(field)
    }
    return condition(
      named: "set:\(set.name.family.rawValue)/\(detail)", at: set.value,
      scope: .evaluation(of: fields.sorted()), why)
  }

  /// The index of a set of the current table.
  func namedSet(_ name: String) -> Int? {
    ruleset.setIndex[NftablesRuleset.Name(family: family, table: table, name: name)]
  }

  /// The elements of a named set, or the keys of a named map.
  mutating func elements(
    ofSet index: Int, _ operands: [NftablesOperand], isMap: Bool
  ) -> NftablesElements {
    let titles = operands.map(\.subject.title).joined(separator: " . ")
    let kinds = operands.map { "\($0.subject.isUnknown) \($0.transforms)" }
    let key = "\(index) \(titles) \(kinds)"
    if let known = setElements[key] { return known }
    let set = ruleset.sets[index]
    let members = isMap ? set.elements.compactMap { $0.array?.first ?? $0 } : set.elements
    let result = read(members, operands, set.value)
    setElements[key] = result
    return result
  }

  /// Reads elements: one value for one operand, a concatenation for several.
  mutating func read(
    _ members: [DocumentValue], _ operands: [NftablesOperand], _ owner: DocumentValue
  ) -> NftablesElements {
    var result = NftablesElements(tuples: [])
    for member in members {
      guard let tuple = tuple(member, operands) else {
        result.hasUnreadable = true
        continue
      }
      result.tuples.append(tuple)
    }
    if operands.count == 1, !result.tuples.isEmpty {
      result.tuples = [[Ranges(result.tuples.flatMap { $0[0].ranges })]]
    }
    if operands.contains(where: { $0.subject.isUnknown }) { result.hasUnreadable = true }
    return result
  }

  /// The values that one element gives each operand; those of an unknown subject are all.
  mutating func tuple(_ member: DocumentValue, _ operands: [NftablesOperand]) -> [Ranges]? {
    let member = member["elem"]?["val"] ?? member
    if operands.count == 1, member["concat"] == nil {
      return values(of: member, operands[0]).map { [$0] }
    }
    guard let parts = member["concat"]?.array, parts.count == operands.count else { return nil }
    var tuple: [Ranges] = []
    for (part, operand) in zip(parts, operands) {
      guard let values = values(of: part, operand) else { return nil }
      tuple.append(values)
    }
    return tuple
  }

  /// The values of a subject for which an operand comes out as a constant.
  mutating func values(of value: DocumentValue, _ operand: NftablesOperand) -> Ranges? {
    let subject = operand.subject
    if subject.isUnknown { return Ranges(0...subject.greatest) }
    if case .interface(let field) = subject.reading {
      return interfaces(value, byIndex: !subject.title.hasSuffix("name"), field)
    }
    return subject.values(of: value).flatMap { preimage(operand, $0) }
  }

  private mutating func interfaces(
    _ value: DocumentValue, byIndex: Bool, _ field: HeaderField
  ) -> Ranges? {
    if let members = value["set"]?.array {
      var result = Ranges.none
      for member in members {
        guard let part = interfaces(member["elem"]?["val"] ?? member, byIndex: byIndex, field)
        else { return nil }
        result = result.union(part)
      }
      return result
    }
    // An interface that is gone is listed by the number it had, and 0 is none at all.
    if byIndex, value.int == 0 || value.string == "0" { return Ranges(0) }
    guard let name = value.string, !name.isEmpty, !byIndex || Int(name) == nil else { return nil }
    return interfaces(named: name, at: value.place)
  }

  /// The packets for which every operand can be read.
  mutating func presence(_ operands: [NftablesOperand], _ site: Site) -> [Match] {
    operands.map { reads($0.subject, Ranges(0...max($0.subject.greatest, 0x2000)), site) }
  }

  /// The packets whose operands are, or are not, one of the tuples.
  mutating func matches(
    _ operands: [NftablesOperand], _ tuples: [[Ranges]], isNegated: Bool, _ site: Site
  ) -> Match {
    if operands.count == 1 {
      let subject = operands[0].subject
      let values = tuples.first?[0] ?? .none
      let all = Ranges(0...subject.greatest)
      return reads(subject, isNegated ? all.subtracting(values) : values, site)
    }
    // Elements that differ in the last part only are one.
    var groups: [(head: ArraySlice<Ranges>, last: [ClosedRange<UInt128>])] = []
    var groupOfHead: [ArraySlice<Ranges>: Int] = [:]
    for tuple in tuples {
      let head = tuple.dropLast()
      let last = tuple.last?.ranges ?? []
      if let group = groupOfHead[head] {
        groups[group].last += last
      } else {
        groupOfHead[head] = groups.count
        groups.append((head, last))
      }
    }
    var site = site
    let firstOrdinal = site.ordinal
    var options: [Match] = []
    for group in groups {
      site.ordinal += 1
      let tuple = Array(group.head) + [Ranges(group.last)]
      options.append(.conjunction(zip(operands, tuple).map { reads($0.subject, $1, site) }))
    }
    let inside = Match.disjunction(options)
    site.ordinal = firstOrdinal
    return isNegated ? .conjunction(presence(operands, site) + [.not(inside)]) : inside
  }
}
