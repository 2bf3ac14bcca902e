public import Canonical
public import Packets
import Policies

extension Project {
  /// The text of the project's canonical network and of claims about it, which names every file that
  /// was read, and where each line comes from.
  public func text(of canonical: CanonicalNetwork, _ claims: Claims) -> CanonicalText {
    let inputs = files.map { Problem.Input(digest: $0.digest.description, path: $0.path) }
    let requirements = (policy?.requirements ?? []).map(\.requirement)
    let places = requirements.map { ($0.id, $0.place) }
    let remarks = Remarks(
      network, canonical, requirements: Dictionary(places, uniquingKeysWith: { first, _ in first }))
    return Problem(network, canonical, claims, inputs: inputs).text(with: remarks)
  }
}
