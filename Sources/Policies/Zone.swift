public import Packets
public import Places

/// Assets that share security requirements (IEC 62443).
public struct Zone: Hashable, Sendable {
  /// What sort of assets a zone holds; policy packs go by it.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Office and enterprise systems.
    case business
    /// What stands between two zones.
    case dmz
    /// Industrial control systems.
    case ics
    /// Safety instrumented systems.
    case safety
    /// Other assets whose disclosure does harm.
    case sensitive
    /// What manages the network.
    case management
    /// Suppliers' systems and their way in.
    case vendor
    /// What is not ours.
    case external
    /// An adversary's command and control.
    case c2
  }

  /// The name, unique in its policy.
  public var name: String
  /// What sort of assets it holds, if the policy says.
  public var kind: Kind?
  /// The level of the Purdue model, if the policy says.
  public var purdue: PurdueLevel?
  /// What belongs to it.
  public var members: Selection
  /// Where it is defined.
  public var place: Place

  /// Creates a zone.
  public init(
    name: String, kind: Kind? = nil, purdue: PurdueLevel? = nil, members: Selection, place: Place
  ) {
    self.name = name
    self.kind = kind
    self.purdue = purdue
    self.members = members
    self.place = place
  }
}

/// A level of the Purdue model in tenths, so that 3.5 is a level.
public struct PurdueLevel: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Ten times the level: 0...50.
  public let tenths: Int

  /// Level `tenths` / 10; `nil` where it is not within 0 and 5.
  public init?(tenths: Int) {
    guard (0...50).contains(tenths) else { return nil }
    self.tenths = tenths
  }

  /// The level as people write it: `2`, `3.5`.
  public var description: String {
    tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// Orders levels from the process upwards.
  public static func < (a: Self, b: Self) -> Bool { a.tenths < b.tenths }
}

/// Members together, as a zone lists them or a requirement names them.
///
/// Never empty.
public struct Selection: Hashable, Sendable, CustomStringConvertible {
  /// The members in the order of the file.
  public var members: [Member]
  /// Where it is.
  public var place: Place

  /// Creates a selection.
  public init(_ members: [Member], at place: Place) {
    self.members = members
    self.place = place
  }

  /// The members as they are written, separated by commas.
  public var description: String { members.map(\.description).joined(separator: ", ") }
}

/// One member of a zone, and where it is written.
public struct Member: Hashable, Sendable, CustomStringConvertible {
  /// How a member is named.
  public enum Selector: Hashable, Sendable {
    /// `segment:PATTERN`: the endpoints and the implicit group of these segments.
    case segment(NamePattern)
    /// `endpoint:PATTERN`: these endpoint groups, their links included.
    case endpoint(NamePattern)
    /// `role:PATTERN`: the endpoint groups that have such a role.
    case role(NamePattern)
    /// `device:PATTERN`: these devices themselves.
    case device(NamePattern)
    /// `internet`: every routed address that no segment holds.
    case internet
    /// An address, a prefix or a range: these addresses on every segment that holds them.
    case addresses(AddressRange)
    /// `zone:NAME` or a bare name: what belongs to another zone.
    case zone(String)
    /// `feed:NAME`: the addresses of a feed, on every segment that holds them.
    case feed(String)
  }

  /// What it names.
  public var selector: Selector
  /// Where it is written.
  public var place: Place

  /// Creates a member.
  public init(_ selector: Selector, at place: Place) {
    self.selector = selector
    self.place = place
  }

  /// The member as it is written.
  public var description: String {
    switch selector {
    case .segment(let pattern): "segment:\(pattern)"
    case .endpoint(let pattern): "endpoint:\(pattern)"
    case .role(let pattern): "role:\(pattern)"
    case .device(let pattern): "device:\(pattern)"
    case .internet: "internet"
    case .addresses(let range): range.description
    case .zone(let name): name
    case .feed(let name): "feed:\(name)"
    }
  }
}

/// A name in which `*` stands for any run of characters.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as written.
  public let text: String

  /// A pattern from its text.
  public init(_ text: String) { self.text = text }

  /// The pattern as written.
  public var description: String { text }

  /// Whether the pattern is a plain name.
  public var isName: Bool { !text.utf8.contains(UInt8(ascii: "*")) }

  /// Whether a name fits.
  ///
  /// - Complexity: O(*n m*) in the lengths, by remembering only the last `*`.
  public func matches(_ name: String) -> Bool {
    let pattern = Array(text.utf8)
    let name = Array(name.utf8)
    var p = 0
    var n = 0
    var star: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        p = last.pattern + 1
        n = last.name + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
