/// Why a text is no address, prefix or range of addresses.
public struct AddressError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the text.
  public enum Reason: Hashable, Sendable {
    /// There is no text.
    case empty
    /// A character that cannot stand there.
    case unexpected(String)
    /// An IPv4 address does not have four octets.
    case octetCount(Int)
    /// An octet is greater than 255.
    case octetTooLarge(String)
    /// A number starts with a 0, which some programs read as octal.
    case leadingZero(String)
    /// An IPv6 group has more than four digits.
    case groupTooLong(String)
    /// An IPv6 address does not have eight groups.
    case groupCount(Int)
    /// An IPv6 address has `::` twice.
    case twoCompressions
    /// An IPv6 address starts or ends with a single colon.
    case singleColon
    /// An address carries a zone such as `%eth0`, which only its own host understands.
    case zone
    /// The prefix length is no number or too large.
    case length(String, greatest: Int)
    /// A prefix has bits set past its length; the prefix that was probably meant.
    case hostBits(Prefix)
    /// The two ends of a range are of different families.
    case mixedFamilies
    /// A range ends before it starts.
    case reversed
  }

  /// The text that was read.
  public let text: String
  /// What is wrong with it.
  public let reason: Reason

  /// Creates an error.
  public init(_ text: String, _ reason: Reason) {
    self.text = text
    self.reason = reason
  }

  /// The error as a sentence without its full stop.
  public var description: String {
    let why =
      switch reason {
      case .empty: "it is empty"
      case .unexpected(let what): "'\(what)' cannot stand there"
      case .octetCount(let count): "an IPv4 address has 4 octets, not \(count)"
      case .octetTooLarge(let octet): "octet \(octet) is greater than 255"
      case .leadingZero(let number): "'\(number)' has a leading zero"
      case .groupTooLong(let group): "group '\(group)' has more than 4 digits"
      case .groupCount(let count): "an IPv6 address has 8 groups, not \(count)"
      case .twoCompressions: "'::' can stand only once"
      case .singleColon: "a single ':' stands at an end"
      case .zone: "a zone ('%') has no meaning outside its host"
      case .length(let length, let greatest):
        "'\(length)' is no prefix length from 0 to \(greatest)"
      case .hostBits(let prefix): "bits are set past the prefix length; the prefix is \(prefix)"
      case .mixedFamilies: "its ends are of different families"
      case .reversed: "it ends before it starts"
      }
    return "'\(text)' is no address: \(why)"
  }
}
