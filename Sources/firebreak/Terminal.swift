import ArgumentParser
import Glibc
import Places
import Policies
import Reports

/// What the command line asks of the system: writing, the terminal, the clock.
///
/// It speaks C, so its calls are marked `unsafe`; every pointer lives within one call.
enum Terminal {
  /// Whether a descriptor is a terminal that understands escape sequences.
  static func understandsEscapes(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && variable("TERM") != "dumb"
  }

  /// Whether a descriptor gets colours (<https://no-color.org>).
  static func isColoured(_ descriptor: Int32) -> Bool {
    understandsEscapes(descriptor) && (variable("NO_COLOR") ?? "").isEmpty
  }

  /// Writes all of a text, or ends the process where that cannot be done.
  static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    var text = text
    text.withUTF8 { unsafe write($0, to: descriptor) }
  }

  /// Writes all bytes, or ends the process where that cannot be done.
  static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    unsafe bytes.withUnsafeBufferPointer { unsafe write($0, to: descriptor) }
  }

  private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) {
    var start = 0
    while start < bytes.count {
      let count = unsafe Glibc.write(
        descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { exit(EX_IOERR) }
      start += count
    }
  }

  /// Prints errors, and gives the exit status that says whose they are: the input's, or the command
  /// line's.
  static func refusal(of errors: InputErrors, status: Int32 = 3) -> ExitCode {
    let style = TextStyle(isColoured: isColoured(STDERR_FILENO))
    write(text(of: errors, style: style), to: STDERR_FILENO)
    return ExitCode(status)
  }

  /// Prints an error of the command line, which is at an option or an argument.
  static func misuse(_ site: String, _ message: String, hint: String? = nil) -> ExitCode {
    let error = InputError(at: Place(file: site), message, hint: hint)
    return refusal(of: InputErrors([error]), status: EX_USAGE)
  }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}

extension Day {
  /// Today, in UTC.
  static var today: Day {
    // Days from 1 March of year 0, so that the leap day comes last (Howard Hinnant, "chrono-
    // Compatible Low-Level Date Algorithms").
    let days = Int(time(nil)) / 86_400 + 719_468
    let era = days / 146_097
    let ofEra = days % 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return Day(year: year, month: month < 10 ? month + 3 : month - 9, day: day) ?? .earliest
  }

  private static var earliest: Day {
    guard let day = Day(year: 1970, month: 1, day: 1) else { return .today }
    return day
  }
}
