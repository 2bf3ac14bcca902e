import Documents
import Places

extension PANOS {
  /// The state of every element of a document, so that none is left out.
  struct Ledger {
    /// What became of an element.
    enum State: UInt8 {
      /// Nothing asked for it yet.
      case unread
      /// It is in the model.
      case modelled
      /// The list says that it does not matter.
      case irrelevant
      /// It became a condition or an opaque step.
      case opaque
    }

    private var states: [State]

    init(count: Int) { states = Array(repeating: .unread, count: count) }

    /// The state of one element.
    func state(_ element: XMLElement) -> State { states[element.id] }

    /// Notes that an element is in the model; one that is opaque already stays so.
    mutating func model(_ element: XMLElement) {
      if states[element.id] != .opaque { states[element.id] = .modelled }
    }

    /// Notes that an element is in the model, and what is inside it under these names.
    mutating func model(_ element: XMLElement, inside names: Set<String>) {
      model(element)
      for child in element.children where names.contains(child.name) {
        model(child, inside: names)
      }
    }

    /// Notes that an element and all inside it is in the model.
    mutating func modelAll(_ element: XMLElement) {
      for id in element.subtreeIDs where states[id] == .unread { states[id] = .modelled }
    }

    /// Notes that an element and all inside it is opaque.
    mutating func opaque(_ element: XMLElement) {
      for id in element.subtreeIDs { states[id] = .opaque }
    }

    /// Notes that an element and what is unread inside it does not matter.
    mutating func ignore(_ element: XMLElement) {
      for id in element.subtreeIDs where states[id] == .unread { states[id] = .irrelevant }
    }

    /// Notes that an element itself became opaque where it was unread.
    mutating func leave(_ element: XMLElement) {
      if states[element.id] == .unread { states[element.id] = .opaque }
    }

    /// The count of all elements.
    func coverage(of document: XMLDocument) -> Coverage {
      var coverage = Coverage(file: document.file)
      for element in document.elements {
        switch states[element.id] {
        case .modelled: coverage.modelled += 1
        case .irrelevant: coverage.irrelevant += 1
        case .unread, .opaque:
          coverage.opaque.append(.init(element.path, at: element.place))
        }
      }
      return coverage
    }
  }
}
