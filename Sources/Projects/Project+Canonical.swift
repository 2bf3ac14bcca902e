public import Canonical
public import Packets
public import Places
public import Policies

/// A project's network and requirements lowered to what certificates speak of.
public struct CanonicalForm: Sendable {
  /// The network.
  public let network: CanonicalNetwork
  /// What the requirements claim of it.
  public let claims: Claims
  /// Both as text, with every file that was read, and where each line comes from.
  public let text: CanonicalText
  /// The SHA-256 of the text, in hexadecimal.
  public var digest: String { SHA256Digest(of: text.bytes).description }
}

extension Project {
  /// The canonical form of the network and some requirements of its policy.
  ///
  /// - Throws: `InputErrors` with the place of what the lowering has no room for.
  public func canonicalForm(
    of requirements: [ResolvedRequirement]
  ) throws(InputErrors) -> CanonicalForm {
    let canonical: CanonicalNetwork
    do {
      canonical = try lower(network)
    } catch {
      throw InputErrors([InputError(at: error.place, error.message)])
    }
    let claims = claims(of: requirements, in: network, canonical: canonical)
    let inputs = files.map { Problem.Input(digest: $0.digest.description, path: $0.path) }
    let named = (policy?.requirements ?? []).map(\.requirement)
    let places = named.map { ($0.id, $0.place) }
    let remarks = Remarks(
      network, canonical, requirements: Dictionary(places, uniquingKeysWith: { first, _ in first }))
    let text = Problem(network, canonical, claims, inputs: inputs).text(with: remarks)
    return CanonicalForm(network: canonical, claims: claims, text: text)
  }
}
