public import Places
import Yams

/// A YAML document, as far as it says what JSON could say too.
///
/// Plain scalars are read by the core schema of YAML 1.2 (section 10.3), so `no` and `1:30` are
/// strings. An alias stands for a copy of what it names, which keeps its places. Tags other than
/// those of the core schema, keys that are not scalars, more than one document, and values that
/// JSON cannot write are refused.
public enum YAMLDocument {
  /// Reads a document.
  ///
  /// - Returns: The outermost value, whose `id` is 0.
  /// - Complexity: O(*n*) in the bytes, and in the values once aliases are followed.
  public static func parse(
    _ bytes: [UInt8], file: String, limits: DocumentLimits = .standard
  ) throws(InputError) -> DocumentValue {
    let documents = try parseAll(bytes, file: file, limits: limits)
    guard let first = documents.first else {
      throw InputError(at: Place(file: file, line: 1, column: 1), "the document is empty")
    }
    if documents.count > 1 {
      throw InputError(at: documents[1].place, "there is a second document in the file")
    }
    return first
  }

  /// Reads the documents of a file, which may be any number, in order.
  ///
  /// - Returns: The outermost value of each, whose `id` is 0. Documents share no numbers.
  /// - Complexity: O(*n*) in the bytes, and in the values once aliases are followed.
  public static func parseAll(
    _ bytes: [UInt8], file: String, limits: DocumentLimits = .standard
  ) throws(InputError) -> [DocumentValue] {
    try limits.check(size: bytes.count, of: file, atMost: limits.yamlBytes)
    let lines = LineTable(bytes, file: file)
    try lines.checkUTF8(bytes)
    let marks = YAMLMarks(bytes)
    let text = try aliasesAsScalars(bytes, lines: lines)
    let parser: Parser
    var roots: [Node] = []
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let root = try parser.nextRoot() { roots.append(root) }
    } catch {
      throw inputError(error, marks: marks, lines: lines)
    }
    var values: [DocumentValue] = []
    var left = limits
    for root in roots {
      var reading = YAMLReading(marks: marks, lines: lines, limits: left)
      try reading.add(root, key: nil, depth: 1)
      left.values -= reading.builder.nodes.count
      values.append(DocumentValue(tree: DocumentTree(reading.builder, lines: lines), id: 0))
    }
    // Nodes hold their anchors weakly.
    withExtendedLifetime(parser) {}
    return values
  }

  /// The text with every asterisk replaced, so that what was an alias is a plain scalar.
  ///
  /// Yams puts a copy of the value for an alias and hashes the keys it finds, which takes a document
  /// of a few lines longer than anyone can wait. So aliases are hidden from it and followed here,
  /// where they are counted. The character has the same width in marks, which count characters.
  private static func aliasesAsScalars(
    _ bytes: [UInt8], lines: LineTable
  ) throws(InputError) -> String {
    let text = String(decoding: bytes[LineTable.markLength(bytes)...], as: UTF8.self)
    // It could not be told from an asterisk afterwards, written as it is or as an escape.
    let isUsed =
      text.unicodeScalars.contains(YAMLReading.asterisk)
      || ["\\ue000", "\\u0000e000"].contains(where: text.lowercased().contains)
    if isUsed {
      throw InputError(at: lines.place(at: 0), "the character U+E000 is not accepted in YAML")
    }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(scalar == "*" ? YAMLReading.asterisk : scalar)
    }
    return String(scalars)
  }

  private static func inputError(
    _ error: any Error, marks: YAMLMarks, lines: LineTable
  ) -> InputError {
    func at(_ mark: Mark, _ message: String) -> InputError {
      InputError(at: lines.place(at: marks.offset(of: mark)), message)
    }
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _):
      return at(mark, (context.map { "\($0.text), " } ?? "") + problem)
    case .composer(_, let problem, let mark, _): return at(mark, problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { quoted(YAMLReading.restored($0)) }.joined(separator: ", ")
      return at(context.mark, "\(names) occurs twice in one mapping")
    case .reader(let problem, _, _, _): return InputError(at: lines.place(at: 0), problem)
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded, nil:
      return InputError(at: lines.place(at: 0), "the document is nested too deep or not YAML")
    }
  }
}

/// Turns the marks of Yams, which count characters, into offsets, which count bytes.
struct YAMLMarks {
  private let bytes: [UInt8]
  /// Where lines start, which end at more characters in YAML 1.1 than a line feed.
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [LineTable.markLength(bytes)]
    for index in bytes.indices {
      let ends =
        switch bytes[index] {
        case 0x0A: true
        case 0x0D: index + 1 >= bytes.count || bytes[index + 1] != 0x0A
        case 0x85: index > 0 && bytes[index - 1] == 0xC2
        case 0xA8, 0xA9: index > 1 && bytes[index - 2] == 0xE2 && bytes[index - 1] == 0x80
        default: false
        }
      if ends { starts.append(index + 1) }
    }
    self.starts = starts
  }

  /// The offset of the character at a mark.
  func offset(of mark: Mark) -> Int {
    var offset = starts[max(0, min(mark.line, starts.count) - 1)]
    var characters = mark.column - 1
    while characters > 0, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      characters -= 1
    }
    return offset
  }
}
