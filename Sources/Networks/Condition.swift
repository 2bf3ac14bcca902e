public import Packets
public import Places

/// Something that the input does not settle: a named unknown with two outcomes.
public struct Condition: Hashable, Sendable {
  /// How often a condition is evaluated anew.
  public enum Scope: Hashable, Sendable {
    /// One outcome for the whole network, such as a schedule or a missing routing table.
    case global
    /// One outcome for each combination of values of these wire fields, on one device: an
    /// unresolved source object depends on the source address alone. All wire fields where the
    /// condition may depend on anything in the packet; later packets are evaluated anew.
    case evaluation(of: [HeaderField])
  }

  /// The name, `device/kind:name`; unique in its network.
  public var name: String
  /// How often it is evaluated.
  public var scope: Scope
  /// Where it comes from.
  public var place: Place
  /// Why it is unknown, one sentence without a final full stop.
  public var why: String
  /// The outcome that the input settled with `assume`, or `nil`.
  public var assumed: Bool?

  /// Creates a condition.
  public init(
    name: String, scope: Scope, place: Place, why: String, assumed: Bool? = nil
  ) {
    self.name = name
    self.scope = scope
    self.place = place
    self.why = why
    self.assumed = assumed
  }

  /// The scope of a condition on the source address.
  public static let ofSource = Scope.evaluation(of: [.sourceIPv4, .sourceIPv6])
  /// The scope of a condition on the destination address.
  public static let ofDestination = Scope.evaluation(of: [.destinationIPv4, .destinationIPv6])
  /// The scope of a condition that may depend on anything in the packet.
  public static let ofPacket = Scope.evaluation(
    of: HeaderField.allCases.filter { $0 <= .etherType })
}

/// The conditions of a network; a match refers to one by its index.
public struct ConditionTable: Hashable, Sendable {
  /// The conditions in the order in which they were first named.
  public private(set) var conditions: [Condition] = []
  private var indexByName: [String: Int] = [:]

  /// An empty table.
  public init() {}

  /// The index of a condition, adding it where its name is new.
  public mutating func index(of condition: Condition) -> Int {
    if let index = indexByName[condition.name] { return index }
    indexByName[condition.name] = conditions.count
    conditions.append(condition)
    return conditions.count - 1
  }

  /// The index of the condition of this name, if there is one.
  public func index(named name: String) -> Int? { indexByName[name] }

  /// The condition at an index.
  public subscript(index: Int) -> Condition { conditions[index] }

  /// Settles a condition.
  public mutating func assume(_ index: Int, _ outcome: Bool) { conditions[index].assumed = outcome }
}
