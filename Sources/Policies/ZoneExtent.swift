public import Networks
public import Places

/// What a selection means in one network: addresses on segments, and devices.
public struct ZoneExtent: Hashable, Sendable {
  /// What belongs to the selection on one segment.
  public struct Part: Hashable, Sendable {
    /// The segment, an index into `Network.segments`.
    public var segment: Int
    /// The addresses there, of endpoint groups and of hosts that nobody declares.
    public var addresses: AddressSet
    /// Those among them that an endpoint group declares.
    public var declared: AddressSet
    /// Addresses that the selection names here and that links give to hosts that are at home
    /// elsewhere: none of its own, but feet on its ground.
    public var lines = AddressSet.none
    /// Addresses that the selection names here and that devices answer for: no host's, but their
    /// interface is in its range.
    public var answered = AddressSet.none

    /// Creates a part.
    public init(segment: Int, addresses: AddressSet, declared: AddressSet) {
      self.segment = segment
      self.addresses = addresses
      self.declared = declared
    }
  }

  /// The selection as written: a zone's name, or the members.
  public var name: String
  /// Where the selection is written.
  public var place: Place
  /// The parts, ascending by segment, one a segment.
  ///
  /// A part without addresses stands for hosts without an IP address, whom broadcast and frames
  /// without IP still reach.
  public var parts: [Part]
  /// The devices themselves, indices into `Network.devices`, ascending.
  public var devices: [Int]

  /// Creates an extent.
  public init(name: String, place: Place, parts: [Part] = [], devices: [Int] = []) {
    self.name = name
    self.place = place
    self.parts = parts
    self.devices = devices
  }

  /// Whether nothing belongs to it.
  public var isEmpty: Bool { parts.isEmpty && devices.isEmpty }

  /// The part on a segment, if there is one.
  ///
  /// - Complexity: O(log *n*) in the parts.
  public subscript(segment: Int) -> Part? {
    var low = 0
    var high = parts.count
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].segment < segment { low = middle + 1 } else { high = middle }
    }
    return low < parts.count && parts[low].segment == segment ? parts[low] : nil
  }

  /// All addresses, on whichever segment.
  public var addresses: AddressSet { parts.reduce(.none) { $0.union($1.addresses) } }
}
