import Places

extension FieldReader {
  /// Where the items of an array come from, in order.
  mutating func items(_ key: String, each: String, required: Bool) -> [FieldSource] {
    switch source {
    case .probe: return [source]
    case .attribute: return []
    case .value(let value):
      guard let array = value[key] else {
        if required { refuseMissing(key) }
        return []
      }
      return items(of: .value(array), each: each, named: quoted(key))
    case .element(let element):
      return repeated(key, each: each, in: element, required: required)
    }
  }

  /// Where the entries of an object whose keys the user chooses come from, in order.
  mutating func namedItems(
    _ key: String, each: String, required: Bool
  ) -> [(Placed<String>, FieldSource)] {
    switch source {
    case .probe: return [(Placed("", at: place), source)]
    case .attribute: return []
    case .value(let value):
      guard let object = value[key] else {
        if required { refuseMissing(key) }
        return []
      }
      guard let entries = object.object else {
        refuse(
          "\(quoted(key)) must be an object, not \(FieldSource.value(object).kindName)",
          at: object.place)
        return []
      }
      return entries.map { (Placed($0.key, at: $0.keyPlace), .value($0.value)) }
    case .element(let element):
      let items = repeated(key, each: each, in: element, required: required)
      var seen: Set<String> = []
      return items.compactMap { item in
        guard case .element(let element) = item else { return nil }
        guard let name = element.attribute("name") else {
          refuse("<\(each)> needs the attribute \"name\"", at: element.place)
          return nil
        }
        let place = element.attributePlace("name") ?? element.place
        if !seen.insert(name).inserted {
          refuse("the \(each) \(quoted(name)) is given twice", at: place)
        }
        return (Placed(name, at: place), item)
      }
    }
  }

  /// Where the items of an array come from that is at hand.
  mutating func items(
    of source: FieldSource, each: String, named name: String, isNamed: Bool = false
  ) -> [FieldSource] {
    switch source {
    case .probe: return [source]
    case .attribute: return []
    case .value(let value):
      if let array = value.array { return array.map { .value($0) } }
      refuse(
        "\(name) must be an array, not \(source.kindName)", at: source.place,
        hint: value.kind == .null ? "leave the key out" : "put it in [ ]")
      return []
    case .element(let element):
      refuseText(in: element)
      for attribute in element.attributes where !(isNamed && attribute.name == "name") {
        refuse("unknown attribute \(quoted(attribute.name))", at: attribute.place)
      }
      return element.children.compactMap { child in
        if child.name == each { return .element(child) }
        refuse(
          "<\(element.name)> can hold <\(each)> only, not <\(child.name)>", at: child.place)
        return nil
      }
    }
  }

  /// Where the single value of a key comes from that may be an array or not, if it is not one.
  mutating func alone(_ key: String, each: String) -> FieldSource? {
    switch source {
    case .probe, .attribute: return nil
    case .value(let value):
      guard let single = value[key], single.kind != .array else { return nil }
      return .value(single)
    case .element(let element):
      let around = key == each ? [] : element.children(key)
      var found: [FieldSource] = []
      if let text = element.attribute(key), let place = element.attributePlace(key) {
        found.append(.attribute(text: text, place: place))
      }
      // An item alone may stand in the element with the key's name without one of its own.
      found += around.filter { $0.isLeaf && $0.hasText }.map { .element($0) }
      guard let first = found.first else { return nil }
      let all = Set(found.map(\.place) + (around + element.children(each)).map(\.place))
      if all.count > 1 { refuse("\(quoted(key)) is given twice", at: all.max()) }
      return first
    }
  }

  /// The elements of the items of an array, which stand in the object's own element or in one that
  /// has the key's name.
  private mutating func repeated(
    _ key: String, each: String, in element: XMLElement, required: Bool
  ) -> [FieldSource] {
    let around = key == each ? [] : element.children(key)
    let direct = element.children(each)
    if let place = element.attributePlace(key) {
      declareAttribute(key)
      refuse("\(quoted(key)) must be written as elements <\(each)>", at: place)
    } else if around.isEmpty, direct.isEmpty, required {
      refuseMissing(key)
    }
    if around.count > 1 { refuse("<\(key)> is given twice", at: around[1].place) }
    if let first = around.first, let item = direct.first {
      refuse(
        "<\(each)> is outside <\(key)>, which the element has too", at: max(first.place, item.place)
      )
    }
    guard let first = around.first else { return direct.map { .element($0) } }
    return items(of: .element(first), each: each, named: quoted(key))
  }

  /// Finds the keys of the object that were not asked for.
  mutating func refuseUnknownKeys() {
    switch source {
    case .probe, .attribute: return
    case .value(let value):
      let known = fields.map(\.key)
      for child in value.children {
        guard let key = child.key, !known.contains(key) else { continue }
        refuseUnknown("key", key, known: known, at: child.keyPlace)
      }
    case .element(let element):
      refuseText(in: element)
      for attribute in element.attributes where !isKnown(attribute) {
        refuseUnknown("attribute", attribute.name, known: allNames, at: attribute.place)
      }
      for child in element.children where !elementNames.contains(child.name) {
        refuseUnknown("element", child.name, known: allNames, at: child.place)
      }
    }
  }

  private var allNames: [String] {
    attributeNames + elementNames.filter { !attributeNames.contains($0) }
  }

  /// Whether an attribute belongs to a key, or tells an XML editor where a schema is.
  private func isKnown(_ attribute: XMLAttribute) -> Bool {
    if attribute.namespace == "http://www.w3.org/2001/XMLSchema-instance" {
      return ["schemaLocation", "noNamespaceSchemaLocation"].contains(attribute.name)
    }
    return attribute.prefix == nil && attributeNames.contains(attribute.name)
  }

  private mutating func refuseUnknown(
    _ what: String, _ name: String, known: [String], at place: Place?
  ) {
    let nearest = nearestName(to: name, among: known)
    refuse(
      "unknown \(what) \(quoted(name))", at: place,
      hint: nearest.map { "the nearest known name is \(quoted($0))" } ?? "nothing can be here")
  }

  private mutating func refuseText(in element: XMLElement) {
    if element.hasText {
      refuse("<\(element.name)> cannot hold text: \(quoted(element.text))", at: element.place)
    }
  }
}
