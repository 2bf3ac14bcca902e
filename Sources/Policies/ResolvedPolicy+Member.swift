public import Networks
public import Places

extension ResolvedPolicy {
  /// What a member means beside the policy: one that a person names at the command line, say.
  ///
  /// - Throws: Errors where it names what is not there, or nobody has such an address.
  public func extent(
    of member: Member, in network: Network
  ) throws(InputErrors) -> ZoneExtent {
    if case .feed = member.selector {
      throw InputErrors([
        InputError(
          at: member.place, "'\(member)' cannot be named here",
          hint: "name a zone that it is a member of")
      ])
    }
    var resolver = Resolver(after: self, network: network)
    let extent = resolver.resolve(Selection([member], at: member.place))
    guard resolver.errors.isEmpty else { throw InputErrors(resolver.errors) }
    return extent
  }
}
