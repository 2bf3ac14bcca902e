public import Networks
public import Places

extension ResolvedPolicy {
  /// What a member means beside the policy: one that a person names at the command line, say.
  ///
  /// - Throws: Errors where it names what is not there, or nobody has such an address.
  public func extent(
    of member: Member, in network: Network
  ) throws(InputErrors) -> ZoneExtent {
    var resolver = Resolver(after: self, network: network)
    let extent = resolver.resolve(Selection([member], at: member.place))
    guard resolver.errors.isEmpty else { throw InputErrors(resolver.errors) }
    return extent
  }

  /// The policy with only those of its requirements whose ids fit one of the patterns.
  public func keeping(requirements patterns: [NamePattern]) -> Self {
    var result = self
    result.requirements.removeAll { resolved in
      !patterns.contains { $0.matches(resolved.requirement.id) }
    }
    return result
  }
}
