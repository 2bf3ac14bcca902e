extension String {
  /// The text with every character that would steer a terminal, end a line or turn the direction of
  /// writing replaced by its number, as in `\u{1b}`.
  ///
  /// Names come from configurations that nobody vouches for.
  public var visible: String {
    if utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isSteering {
        result += "\\u{" + Self(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Whether the character is seen by its effect rather than by its shape.
  var isSteering: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: false
    }
  }
}
