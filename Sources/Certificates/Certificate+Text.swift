public import Packets

extension Certificate {
  /// The certificate as text, for the network whose text has this SHA-256 in hexadecimal.
  /// - Complexity: Linear in the text.
  public func text(network digest: String) -> CanonicalText {
    var text = CanonicalText()
    text.add("firebreak-certificate 1\n")
    text.add("network \(digest)\n")
    text.add("claims")
    for claim in claims {
      text.space()
      text.add(claim)
    }
    text.endLine()
    for memory in memories { memory.write(to: &text) }
    Self.write(starts, as: "starts", to: &text)
    for bound in bounds { bound.write(to: &text) }
    text.add("end\n")
    return text
  }

  /// Writes a line of hints, equal ones in a row once with their count; none where there are none.
  fileprivate static func write(_ hints: [Hint], as keyword: String, to text: inout CanonicalText) {
    if hints.isEmpty { return }
    text.add(keyword)
    var index = 0
    while index < hints.count {
      var end = index + 1
      while end < hints.count, hints[end] == hints[index] { end += 1 }
      text.space()
      switch hints[index] {
      case .inside(let box): text.add(box)
      case .hidden(let entry, let box): text.add("h\(entry).\(box)")
      case .split(let entry, let box, let constraint): text.add("s\(entry).\(box).\(constraint)")
      }
      if end - index > 1 { text.add("*\(end - index)") }
      index = end
    }
    text.endLine()
  }
}

extension Certificate.Memory {
  fileprivate func write(to text: inout CanonicalText) {
    text.add("memory \(device)\n")
    for sessions in classes {
      text.add(
        "class \(sessions.destination) \(sessions.source) \(sessions.status) \(sessions.trail)\n")
      for pair in sessions.pairs {
        text.add("pair ")
        text.add(pair)
        text.endLine()
      }
    }
  }
}

extension Certificate.Bound {
  fileprivate func write(to text: inout CanonicalText) {
    text.add("at \(location)\n")
    for part in parts {
      text.add("trail \(part.trail)\n")
      for proved in part.boxes {
        text.add("box ")
        text.add(proved.box)
        text.endLine()
        Certificate.write(proved.hints, as: "hints", to: &text)
      }
    }
  }
}
