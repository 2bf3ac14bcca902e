/// The names that occur in one document, each stored once and known by a small number.
struct NameTable: Sendable {
  /// The names, by their numbers.
  private(set) var names: [String] = []
  private var indices: [ExactName: UInt32] = [:]

  /// The number of a name, which is added if it is new.
  mutating func insert(_ name: String) -> UInt32 {
    let exact = ExactName(string: name)
    if let index = indices[exact] { return index }
    let index = UInt32(truncatingIfNeeded: names.count)
    names.append(name)
    indices[exact] = index
    return index
  }

  /// The number of a name, if it occurs.
  func index(of name: String) -> UInt32? { indices[ExactName(string: name)] }
}

/// A string that equals another when their bytes do.
///
/// Swift's own equality finds two spellings of one accented letter equal; a device does not.
private struct ExactName: Hashable, Sendable {
  let string: String

  static func == (a: Self, b: Self) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }

  /// Feeds the bytes to the hasher eight at a time, which is several times faster than one by one.
  func hash(into hasher: inout Hasher) {
    var word: UInt64 = 0
    var filled = 0
    for byte in string.utf8 {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        hasher.combine(word)
        word = 0
        filled = 0
      }
    }
    hasher.combine(word)
    hasher.combine(filled)
  }
}
