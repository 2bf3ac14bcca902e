import Documents
import Importers
import Networks
import Policies
import Reachability
import Simulation

/// The verdict on one requirement of a network, both in JSON, with the class of its witness or the
/// conditions that it depends on.
///
/// `policy` has the zones and whatever else stands beside the requirement.
func verdict(
  _ requirement: String, in network: String, policy: String
) throws -> String {
  let answer = try answer(requirement, in: network, policy: policy)
  if let error = answer.answer.internalError { return "error: \(error)" }
  switch answer.answer.verdict {
  case .holds: return "holds"
  case .violated(let violation):
    let classes = violation.witnesses.map { $0.deliveryClass?.rawValue ?? "lost" }
    return (["violated"] + classes).joined(separator: " ")
  case .undecided(let doubt):
    if let limit = doubt.limit { return "undecided: \(limit)" }
    return (["undecided"] + doubt.conditions.map { answer.conditions[$0].name })
      .joined(separator: " ")
  }
}

/// The answer to one requirement, with the conditions of the result.
func answer(
  _ requirement: String, in network: String, policy: String
) throws -> (answer: VerificationResult.Answer, conditions: [Condition]) {
  let text = """
    { "policy": "p", \(policy), "requirements": [ { "id": "R", \(requirement) } ] }
    """
  let asked = try Policy.parse(Array(text.utf8), as: .json, file: "policy.json")
  let description = try NetworkDescription.parse(
    Array(network.utf8), as: .json, file: "network.json")
  var assembled = try assembleNetwork([NetworkPart(description)]).network
  guard let day = Day(parsing: "2026-11-20") else { preconditionFailure("a day") }
  try asked.settleConditions(of: &assembled)
  let resolved = try ResolvedPolicy(asked, in: assembled, on: day)
  let result = verify(assembled, against: resolved)
  return (result.answers[0], result.conditions)
}
