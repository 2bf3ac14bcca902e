import Places

/// One input of the fuzzer, and whether places are inside it.
struct Input {
  /// The name of every input in its places.
  static let file = "input"

  let bytes: [UInt8]
  private let lines: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A carriage return ends a line too, alone or before a line feed.
    lines = 1 + bytes.count { $0 == 0x0A || $0 == 0x0D }
  }

  /// Ends the process where a place is not inside the input.
  ///
  /// A text in UTF-16 has up to three bytes of UTF-8 for two of its own.
  private func check(_ place: Place) {
    guard place.file == Self.file else { return }
    precondition(0...lines ~= place.line, "\(place) is in one of \(lines) lines")
    precondition(
      0...(3 * bytes.count + 1) ~= place.column, "\(place) is within \(bytes.count) bytes")
  }

  /// Ends the process where an error is not inside the input.
  func check(_ error: InputError) { check(error.place) }

  /// Ends the process where an error is not inside the input.
  func check(_ errors: InputErrors) {
    precondition(!errors.errors.isEmpty, "a refusal says why")
    for error in errors.errors { check(error) }
  }

  /// Ends the process where a notice is not inside the input.
  func check(_ notices: [Notice]) {
    for notice in notices { check(notice.place) }
  }
}
