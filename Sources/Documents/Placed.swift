public import Places

/// A value that was read from a document, with its place there.
public struct Placed<Value> {
  /// The value.
  public var value: Value
  /// Where it is.
  public var place: Place

  /// Gives a value a place.
  public init(_ value: Value, at place: Place) {
    self.value = value
    self.place = place
  }
}

extension Placed: Sendable where Value: Sendable {}
extension Placed: Equatable where Value: Equatable {}
extension Placed: Hashable where Value: Hashable {}
