import ProofChecker
import Testing

/// A network and a certificate that are accepted, and what makes of them one that is not.
struct Sample {
  /// The whole text.
  var text: String
  /// The last answer to it.
  var answer = "VERIFIED 0 x"

  static let digest = String(repeating: "0", count: 64)

  /// A network with claim 0 and a certificate of it, without the lines that are always the same.
  init(_ network: String, _ certificate: String) {
    text = """
      firebreak-network 1
      \(network)
      firebreak-certificate 2
      network \(Sample.digest)
      claims 0
      \(certificate)
      end

      """
    while text.contains("\n\n") { text.replace("\n\n", with: "\n") }
  }

  /// A whole text with its last answer.
  init(whole text: String, _ answer: String) { (self.text, self.answer) = (text, answer) }

  /// Replaces a text where it is first, or first after the beginning of another; it has to be there.
  mutating func replace(
    _ old: String, with new: String, after beginning: String = "",
    _ location: SourceLocation = #_sourceLocation
  ) {
    let start = text.firstRange(of: beginning)?.lowerBound ?? text.startIndex
    let range = text[start...].firstRange(of: old)
    #expect(range != nil, sourceLocation: location)
    if let range { text.replaceSubrange(range, with: new) }
  }

  /// The fields in the order in which a box has them.
  private static let fields = [
    "family", "sourceIPv4", "sourceIPv6", "destinationIPv4", "destinationIPv6", "protocol",
    "sourcePort", "destinationPort", "icmpType", "fragment", "mark", "connectionState",
    "connectionDirection", "connectionStatus", "vrf", "destinationTranslation",
    "sourceTranslation", "monitor", "sessionUse", "origin", "trackSourceIPv4",
    "trackSourceIPv6", "trackDestinationIPv4", "trackDestinationIPv6", "trackSourcePort",
    "trackDestinationPort", "sentSourceIPv4", "sentDestinationIPv4", "sentSourcePort",
    "sessionSourceIPv4", "sessionSourceIPv6", "sessionDestinationIPv4", "sessionSourcePort",
  ]

  /// A box with its fields in their order.
  static func sorted(_ box: String) -> String {
    let words = box.split(separator: " ").map { word in
      (fields.firstIndex(of: String(word.prefix { $0 != "=" })) ?? fields.count, String(word))
    }
    return words.sorted { $0 < $1 }.map(\.1).joined(separator: " ")
  }

  /// The six tracks, 0 but for those that are given by the names of their fields.
  static func tracks(_ others: [String: Int] = [:]) -> String {
    let fields = [
      "SourceIPv4", "SourceIPv6", "DestinationIPv4", "DestinationIPv6", "SourcePort",
      "DestinationPort",
    ]
    return fields.map { "track\($0)=\(others[$0] ?? 0)" }.joined(separator: " ")
  }

  /// A line of a class.
  static func kind(
    _ destination: Int, _ source: Int, _ status: Int, _ tracks: [String: Int] = [:]
  ) -> String {
    "class connectionStatus=\(status) destinationTranslation=\(destination) "
      + "sourceTranslation=\(source) \(self.tracks(tracks))"
  }

  /// The answers to a text, read in pieces of so many bytes.
  static func answers(_ text: String, inPiecesOf count: Int = 1 << 20) -> [String] {
    answers(Array(text.utf8), inPiecesOf: count)
  }

  /// The answers to bytes, read in pieces of so many.
  static func answers(_ bytes: [UInt8], inPiecesOf count: Int = 1 << 20) -> [String] {
    var check = Check()
    var rest = bytes[...]
    while !rest.isEmpty {
      check.read(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    check.finish()
    return check.answers
  }

  /// The text with a part of it, which must be there once, exchanged for another.
  func replacing(
    _ old: String, _ new: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Sample {
    #expect(
      text.ranges(of: old).count == 1, "\(old): \(text)", sourceLocation: sourceLocation)
    var sample = self
    sample.text = text.replacing(old, with: new).replacing("\n\n", with: "\n")
    return sample
  }

  /// The last answer to the text with the first of a part after some line exchanged for another.
  func answer(
    _ old: String, _ new: String, after line: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let start = text.firstRange(of: line)?.upperBound ?? text.startIndex
    let range = text[start...].firstRange(of: old)
    #expect(range != nil, "\(old)", sourceLocation: sourceLocation)
    var changed = text
    if let range { changed.replaceSubrange(range, with: new) }
    return Sample.answers(changed).last ?? ""
  }

  /// Holds the text to its answer.
  func accepts(sourceLocation: SourceLocation = #_sourceLocation) {
    let answers = Sample.answers(text)
    #expect(answers.last == answer, "\(answers)", sourceLocation: sourceLocation)
  }

  /// Holds the text with an exchange to its answer.
  func accepts(_ old: String, _ new: String, sourceLocation: SourceLocation = #_sourceLocation) {
    replacing(old, new, sourceLocation: sourceLocation).accepts(sourceLocation: sourceLocation)
  }

  /// Refuses the text with an exchange, naming this line of it and an obligation.
  func rejects(
    _ old: String, _ new: String, at line: String, _ obligation: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let sample = replacing(old, new, sourceLocation: sourceLocation)
    let lines = sample.text.split(separator: "\n", omittingEmptySubsequences: false)
    let number = (lines.firstIndex { $0 == line } ?? -1) + 1
    let answers = Sample.answers(sample.text)
    let isNamed = answers.last?.hasPrefix("REJECTED line \(number): \(obligation)") == true
    #expect(isNamed, "line \(number), \(answers)", sourceLocation: sourceLocation)
  }
}
