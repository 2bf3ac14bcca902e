import Places

/// Where the lines of one document start, to turn an offset in bytes into a place.
///
/// A line ends at a line feed, so a carriage return before it counts as the last byte of its line.
/// A byte order mark belongs to no column.
struct LineTable: Sendable {
  /// The file's name.
  let file: String
  /// The offset of the first byte of each line.
  ///
  /// **Invariant**: It is never empty and ascends.
  private let starts: [UInt32]

  /// Finds the lines of a text.
  ///
  /// - Complexity: O(*n*) in the bytes.
  init(_ bytes: [UInt8], file: String) {
    self.file = file
    var starts: [UInt32] = [UInt32(Self.markLength(bytes))]
    let span = bytes.span
    for offset in span.indices where span[offset] == 0x0A {
      starts.append(UInt32(truncatingIfNeeded: offset + 1))
    }
    self.starts = starts
  }

  /// The number of bytes that a UTF-8 byte order mark takes at the start: 3 or 0.
  static func markLength(_ bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The place of the byte at an offset.
  ///
  /// - Complexity: O(log *n*) in the lines.
  func place(at offset: Int) -> Place {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(starts[middle]) <= offset { low = middle } else { high = middle }
    }
    return Place(file: file, line: low + 1, column: max(1, offset - Int(starts[low]) + 1))
  }

  /// The place of the byte at an offset, as an unsigned 32-bit number.
  func place(at offset: UInt32) -> Place { place(at: Int(offset)) }

  /// Refuses a text that is not UTF-8, at the first byte that shows it.
  func checkUTF8(_ bytes: [UInt8], hint: String? = nil) throws(InputError) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw InputError(
        at: place(at: error.byteOffsets.lowerBound), "the text is not valid UTF-8", hint: hint)
    }
  }
}
