public import Packets

extension Certificate {
  /// The certificate as text, for the network whose text has this SHA-256 in hexadecimal.
  /// - Complexity: Linear in the text.
  public func text(network digest: String) -> CanonicalText {
    var text = CanonicalText()
    text.add("firebreak-certificate 2\n")
    text.add("network \(digest)\n")
    text.add("claims")
    for claim in claims {
      text.space()
      text.add(claim)
    }
    text.endLine()
    if !open.isEmpty {
      text.add("open ")
      text.add(numbers: open)
      text.endLine()
    }
    let names = BoxNames(self)
    names.write(to: &text)
    for memory in memories { memory.write(to: &text, names) }
    if !starts.isEmpty {
      text.add("starts")
      Self.write(starts, to: &text)
      text.endLine()
    }
    for bound in bounds {
      text.add("at \(bound.location)\n")
      for proved in bound.boxes {
        text.add("may ")
        text.add(names.number(of: proved.box))
        Self.write(proved.hints, to: &text)
        text.endLine()
      }
    }
    for (goal, trip) in trips.enumerated() {
      text.add("trip \(goal) \(trip.trip) \(trip.application) \(trip.rank)\n")
    }
    text.add("end\n")
    return text
  }

  /// Writes hints, equal ones in a row once with their count.
  private static func write(_ hints: [Hint], to text: inout CanonicalText) {
    var index = 0
    while index < hints.count {
      var end = index + 1
      while end < hints.count, hints[end] == hints[index] { end += 1 }
      text.space()
      switch hints[index] {
      case .inside(let box): text.add(box)
      case .passes: text.add(">")
      case .hidden(let entry, let box): text.add("h\(entry).\(box)")
      case .split(let entry, let box, let constraint): text.add("s\(entry).\(box).\(constraint)")
      }
      if end - index > 1 { text.add("*\(end - index)") }
      index = end
    }
  }
}

extension Certificate.Memory {
  fileprivate func write(to text: inout CanonicalText, _ names: BoxNames) {
    text.add("memory \(device)\n")
    for sessions in classes {
      text.add("class ")
      text.add(sessions.kind)
      text.endLine()
      if sessions.pairs.isEmpty { continue }
      text.add("pairs")
      for pair in sessions.pairs {
        text.space()
        text.add(names.number(of: pair))
      }
      text.endLine()
    }
  }
}

/// The numbers of the boxes of a certificate, and of the long lists of values in them, in the order in
/// which they are met.
private struct BoxNames {
  private var boxes: [HeaderBox] = []
  private var numbers: [HeaderBox: Int] = [:]
  private var values: [HeaderBox.Constraint] = []
  private var numbersOfValues: [HeaderBox.Constraint: Int] = [:]

  /// How many ranges are worth a name where they occur in several boxes.
  private static let leastRanges = 3

  init(_ certificate: Certificate) {
    for pair in certificate.memories.flatMap(\.classes).flatMap(\.pairs) { meet(pair) }
    for proved in certificate.bounds.flatMap(\.boxes) { meet(proved.box) }
    var counts: [HeaderBox.Constraint: Int] = [:]
    for constraint in boxes.flatMap(\.constraints)
    where constraint.values.ranges.count >= Self.leastRanges {
      let count = counts[constraint, default: 0] + 1
      counts[constraint] = count
      if count == 2 {
        numbersOfValues[constraint] = values.count
        values.append(constraint)
      }
    }
  }

  private mutating func meet(_ box: HeaderBox) {
    if numbers[box] != nil { return }
    numbers[box] = boxes.count
    boxes.append(box)
  }

  /// The number of a box that the certificate has.
  func number(of box: HeaderBox) -> Int { numbers[box] ?? boxes.count }

  func write(to text: inout CanonicalText) {
    for (number, constraint) in values.enumerated() {
      text.add("values \(number) \(constraint.field.canonicalName) ")
      text.add(constraint.values, of: constraint.field)
      text.endLine()
    }
    for (number, box) in boxes.enumerated() {
      text.add("box ")
      text.add(number)
      text.space()
      text.add(box) { numbersOfValues[$0] }
      text.endLine()
    }
  }
}
