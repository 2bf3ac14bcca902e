import Places

/// A word of a line, without its quotes.
struct IptablesWord {
  var text: String
  /// Where it begins, in bytes of the file.
  var offset: Int
  var isQuoted = false

  /// Whether it begins an option.
  var isOption: Bool { !isQuoted && text.hasPrefix("-") && text.count > 1 }
  /// Whether it negates the option next to it.
  var isNegation: Bool { !isQuoted && text == "!" }
}

/// What `iptables-save` and `ip6tables-save` wrote, before it means anything.
///
/// Both may be in one file, one after the other. Lines of commands without a table (`-P`, `-N`, `-A`,
/// `-I`), as generators of rulesets write them, are about the table `filter`.
struct IptablesListing {
  /// One rule.
  struct Rule {
    var words: [IptablesWord]
    var offset: Int
  }

  /// A chain with its rules.
  struct Chain {
    var name: String
    var offset: Int
    /// `ACCEPT` or `DROP` of a chain that the kernel calls.
    var policy: String?
    var rules: [Rule] = []
  }

  /// A table of one family.
  struct Table {
    var name: String
    var offset: Int
    /// Whether the file says which family it is: that of `ip6tables`.
    var isIPv6: Bool?
    /// Whether it is made of commands, which no `COMMIT` ends.
    var isCommands = false
    var chains: [Chain] = []
    /// The places of the chains by name.
    private(set) var chainIndex: [String: Int] = [:]

    /// Adds a chain that is not there, and says its place.
    mutating func add(_ chain: Chain) -> Int {
      chainIndex[chain.name] = chains.count
      chains.append(chain)
      return chains.count - 1
    }
  }

  /// The chains that the kernel calls, by the table.
  static let hooks: [String: [String]] = [
    "raw": ["PREROUTING", "OUTPUT"],
    "mangle": ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
    "nat": ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
    "filter": ["INPUT", "FORWARD", "OUTPUT"],
    "security": ["INPUT", "FORWARD", "OUTPUT"],
  ]

  var tables: [Table] = []

  /// Whether bytes look like such a listing: a table begins in one of the first lines, or a line of
  /// commands.
  static func isListing(_ bytes: [UInt8]) -> Bool {
    for line in bytes.prefix(4096).split(separator: 10).prefix(40) {
      let text = String(decoding: line, as: UTF8.self)
      let word = text.drop { $0 == " " || $0 == "\t" }
      if word.hasPrefix("#") || word.allSatisfy(\.isWhitespace) { continue }
      if word.hasPrefix("*") {
        return hooks[word.dropFirst().filter { !$0.isWhitespace }] != nil
      }
      return ["-A ", "-N ", "-P ", "-I "].contains { word.hasPrefix($0) }
    }
    return false
  }
}

/// Reads a listing line by line.
struct IptablesReading {
  private let file: String
  private let bytes: [UInt8]
  private(set) var listing = IptablesListing()
  /// The family that the last remark of a program named.
  private var isIPv6: Bool?
  /// The table that is being read, by its number.
  private var table: Int?
  /// The number of the line, from 1, and where it begins.
  private var line = 0
  private var start = 0

  init(_ bytes: [UInt8], file: String) {
    (self.bytes, self.file) = (bytes, file)
  }

  /// Reads all lines.
  ///
  /// - Throws: Where a line is none of such a listing, or the last table is not committed.
  static func read(_ bytes: [UInt8], file: String) throws(InputError) -> IptablesListing {
    var reading = Self(bytes, file: file)
    var offset = 0
    while offset < bytes.count {
      let end = bytes[offset...].firstIndex(of: 10) ?? bytes.count
      reading.line += 1
      reading.start = offset
      try reading.readLine(upTo: end)
      offset = end + 1
    }
    if let table = reading.table, !reading.listing.tables[table].isCommands {
      reading.start = bytes.count
      throw reading.refusal(
        "the file ends before the 'COMMIT' of the table '\(reading.listing.tables[table].name)'",
        hint: "write it anew with 'iptables-save'; it may have been cut short")
    }
    return reading.listing
  }

  /// An error at an offset of the line, or at its beginning.
  private func refusal(_ message: String, at offset: Int? = nil, hint: String? = nil) -> InputError
  {
    let column = (offset ?? start) - start + 1
    return InputError(
      at: Place(file: file, line: max(line, 1), column: max(column, 1)), message, hint: hint)
  }

  private mutating func readLine(upTo end: Int) throws(InputError) {
    let words = try words(upTo: end)
    guard let first = words.first else { return }
    if first.text.hasPrefix("#") && !first.isQuoted {
      let texts = words.map(\.text)
      // Such a remark begins a listing of its own.
      for text in texts where text.hasSuffix("-save") {
        if text.hasPrefix("ip6tables") { isIPv6 = true }
        if text.hasPrefix("iptables") { isIPv6 = false }
      }
    } else if first.text.hasPrefix("*") {
      try beginTable(first, words)
    } else if first.text == "COMMIT" {
      guard let table, !listing.tables[table].isCommands else {
        throw refusal("'COMMIT' ends no table", at: first.offset)
      }
      self.table = nil
    } else if first.text.hasPrefix(":") {
      try declare(first, words)
    } else {
      try readCommand(words)
    }
  }

  private mutating func beginTable(
    _ first: IptablesWord, _ words: [IptablesWord]
  ) throws(InputError) {
    let name = String(first.text.dropFirst())
    if let table, !listing.tables[table].isCommands {
      throw refusal(
        "the table '\(listing.tables[table].name)' has no 'COMMIT'", at: first.offset)
    }
    guard IptablesListing.hooks[name] != nil, words.count == 1 else {
      throw refusal("'\(name)' is no table of iptables", at: first.offset)
    }
    table = listing.tables.count
    listing.tables.append(.init(name: name, offset: first.offset, isIPv6: isIPv6))
  }

  /// The chain of this name in the table that is read; one that the kernel calls is there always.
  private mutating func chain(named word: IptablesWord) throws(InputError) -> Int {
    let table = table ?? beginCommands(at: word.offset)
    if let known = listing.tables[table].chainIndex[word.text] { return known }
    let own = IptablesListing.hooks[listing.tables[table].name] ?? []
    // A rule may stand before the line that declares its chain.
    return listing.tables[table].add(
      .init(
        name: word.text, offset: word.offset,
        policy: own.contains(word.text) ? "ACCEPT" : nil))
  }

  private mutating func beginCommands(at offset: Int) -> Int {
    let number = listing.tables.count
    listing.tables.append(
      .init(name: "filter", offset: offset, isIPv6: isIPv6, isCommands: true))
    table = number
    return number
  }

  /// `:CHAIN POLICY [PACKETS:BYTES]`.
  private mutating func declare(
    _ first: IptablesWord, _ words: [IptablesWord]
  ) throws(InputError) {
    guard table != nil else {
      throw refusal("a chain outside of a table", at: first.offset, hint: "'*filter' begins one")
    }
    var name = first
    name.text = String(first.text.dropFirst())
    guard !name.text.isEmpty, words.count == 2 || words.count == 3 else {
      throw refusal("a chain is ':NAME POLICY [PACKETS:BYTES]'", at: first.offset)
    }
    try set(policy: words[1], of: name)
  }

  private mutating func set(
    policy: IptablesWord, of name: IptablesWord
  ) throws(InputError) {
    let chain = try chain(named: name)
    let table = table ?? 0
    let isOwn = listing.tables[table].chains[chain].policy == nil
    guard isOwn ? policy.text == "-" : ["ACCEPT", "DROP"].contains(policy.text) else {
      throw refusal("'\(policy.text)' is no policy of '\(name.text)'", at: policy.offset)
    }
    listing.tables[table].chains[chain].policy = isOwn ? nil : policy.text
  }

  private mutating func readCommand(_ words: [IptablesWord]) throws(InputError) {
    var words = words[...]
    // Counters of the packets and bytes may come first.
    if words.first?.text.hasPrefix("[") == true { words = words.dropFirst() }
    guard let command = words.first else { throw refusal("a line without a command") }
    words = words.dropFirst()
    guard let name = words.first, !name.isOption else {
      throw refusal("'\(command.text)' is no rule of a chain", at: command.offset)
    }
    words = words.dropFirst()
    switch command.text {
    case "-A", "--append":
      let chain = try chain(named: name)
      listing.tables[table ?? 0].chains[chain].rules.append(
        .init(words: Array(words), offset: command.offset))
    case "-I", "--insert":
      let chain = try chain(named: name)
      let rules = listing.tables[table ?? 0].chains[chain].rules.count
      var number = 1
      if let word = words.first, let value = Int(word.text) {
        number = value
        words = words.dropFirst()
      }
      guard 1...(rules + 1) ~= number else {
        throw refusal("'\(name.text)' has no place \(number) for a rule", at: name.offset)
      }
      listing.tables[table ?? 0].chains[chain].rules.insert(
        .init(words: Array(words), offset: command.offset), at: number - 1)
    case "-N", "--new-chain":
      guard words.isEmpty else { throw refusal("a chain has one name", at: name.offset) }
      _ = try chain(named: name)
    case "-P", "--policy":
      guard let policy = words.first, words.count == 1 else {
        throw refusal("a policy is '-P CHAIN ACCEPT' or '-P CHAIN DROP'", at: name.offset)
      }
      try set(policy: policy, of: name)
    default:
      throw refusal(
        "'\(command.text)' is no line of a listing", at: command.offset,
        hint: "write the file with 'iptables-save'")
    }
  }

  /// The words of the line, of which quoted ones may have spaces.
  private func words(upTo end: Int) throws(InputError) -> [IptablesWord] {
    var words: [IptablesWord] = []
    var offset = start
    while offset < end {
      if [9, 13, 32].contains(bytes[offset]) {
        offset += 1
        continue
      }
      let begin = offset
      var text: [UInt8] = []
      var isQuoted = false
      while offset < end, ![9, 13, 32].contains(bytes[offset]) {
        let quote = bytes[offset]
        guard quote == 34 || quote == 39, words.first?.text.hasPrefix("#") != true else {
          text.append(quote)
          offset += 1
          continue
        }
        isQuoted = true
        offset += 1
        while offset < end, bytes[offset] != quote {
          // A backslash takes the next character as it is.
          if bytes[offset] == 92, offset + 1 < end { offset += 1 }
          text.append(bytes[offset])
          offset += 1
        }
        guard offset < end else { throw refusal("a quote is not closed", at: begin) }
        offset += 1
      }
      guard let string = String(validating: text, as: UTF8.self) else {
        throw refusal("the text is not valid UTF-8", at: begin)
      }
      words.append(IptablesWord(text: string, offset: begin, isQuoted: isQuoted))
    }
    return words
  }
}
