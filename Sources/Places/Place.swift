/// A position in an input file.
///
/// Lines and columns count from 1; columns count UTF-8 bytes. A place whose line is 0 means the
/// file as a whole.
public struct Place: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The path of the file as the user would name it, or a pseudo-name such as `built-in`.
  public var file: String
  /// The line, from 1; 0 means the whole file.
  public var line: Int
  /// The column in UTF-8 bytes, from 1; 0 means the whole line.
  public var column: Int

  /// Creates a place from its parts.
  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The place of something that no input states, such as a vendor's default rule.
  public static func implied(by file: String) -> Self { Self(file: file) }

  /// The place as compilers print it: `file:line:column`, without the parts that are 0.
  public var description: String {
    if line == 0 { return file }
    return column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
  }

  /// Orders places by file, line and column.
  public static func < (a: Self, b: Self) -> Bool {
    if a.file != b.file { return a.file < b.file }
    return (a.line, a.column) < (b.line, b.column)
  }
}
