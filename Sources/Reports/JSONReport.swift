import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

extension Report {
  /// The report for machines, as `Schemas/result.json` describes it.
  func json() -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("firebreak", version)
      writer.member("network", network.name)
      writer.member("policy", policy.policy.name)
      writer.member("asOf", ifAny: judgementDay?.description)
      if !unfiltered.isEmpty { writer.member("without", unfiltered) }
      writer.member("exitStatus", Int(result.exitStatus))
      writer.member("summary") { writeSummary(to: &$0) }
      writer.member("inputs", inputs) { writer, input in
        writer.object(compact: true) {
          $0.member("file", input.file)
          $0.member("bytes", input.size)
          $0.member("sha256", input.digest)
        }
      }
      writer.member("requirements", result.answers) { write($1, to: &$0) }
      writeLosses(to: &writer)
      writeMatrix(to: &writer)
      writer.member("conditions", result.conditions) { $0.write($1) }
      writer.member("assumptions") { writer in
        writer.array(assumptions) { $0.write($1) }
      }
      writer.member("inferred", notices(.inferred)) { $0.write($1) }
      writer.member("findings", notices(.finding)) { $0.write($1) }
      writer.member("unmodelled", notices(.opaque)) { $0.write($1) }
      writer.member("remarks", notices(.remark)) { $0.write($1) }
      writer.member("coverage", coverage) { $0.write($1) }
    }
    return writer.text + "\n"
  }

  private func writeSummary(to writer: inout JSONWriter) {
    let counts = counts
    writer.object(compact: true) {
      $0.member("requirements", result.answers.count)
      $0.member("holds", counts.holds)
      $0.member("violated", counts.violated)
      $0.member("waived", counts.waived)
      $0.member("undecided", counts.undecided)
    }
  }

  private func writeMatrix(to writer: inout JSONWriter) {
    guard let matrix = result.matrix else { return }
    writer.member("matrix") { writer in
      writer.object { writer in
        writer.member("zones", matrix.zones)
        writer.member("cells", matrix.cells) { writer, row in
          writer.array(row, compact: true) { $0.string($1.rawValue) }
        }
      }
    }
  }

  private func write(_ answer: VerificationResult.Answer, to writer: inout JSONWriter) {
    let requirement = answer.requirement
    writer.object { writer in
      writer.member("id", requirement.id)
      writer.member("verdict", answer.verdict.name)
      writer.member("severity", requirement.severity.rawValue)
      writer.member("kind", requirement.obligation.keyword)
      writer.member("asks", requirement.obligation.phrase)
      writer.member("why", ifAny: requirement.why)
      if !requirement.clauses.isEmpty { writer.member("clauses", requirement.clauses) }
      writer.member("pack", ifAny: requirement.pack)
      writer.member(requirement.place)
      writer.member("internalError", ifAny: answer.internalError)
      switch answer.verdict {
      case .holds(let proof): write(proof, to: &writer)
      case .violated(let violation): write(violation, to: &writer)
      case .undecided(let doubt): write(doubt, to: &writer)
      }
      let waivers = waivers(of: requirement)
      if !waivers.isEmpty { writer.member("waivers", waivers) { $0.write($1) } }
      writer.member("assumptions", answer.assumptions) { $0.write($1) }
    }
  }

  private func write(_ violation: Violation, to writer: inout JSONWriter) {
    writer.member("waived", violation.isWaived)
    writer.member("under", ifAny: violation.under)
    if !violation.remarks.isEmpty {
      writer.member("remarks") { $0.array(violation.remarks) { $0.string($1) } }
    }
    if let first = violation.witnesses.first {
      writer.member("witness") { write(first, to: &$0) }
    }
    let others = violation.witnesses.dropFirst()
    if !others.isEmpty { writer.member("furtherWitnesses", others) { write($1, to: &$0) } }
    write(violation.flows, to: &writer)
    writer.member("certificate", ifAny: violation.refutation)
    writer.member("withoutCertificate", ifAny: violation.withoutRefutation)
  }

  private func write(_ doubt: Doubt, to writer: inout JSONWriter) {
    writer.member("limit", ifAny: doubt.limit)
    let conditions = doubt.conditions.filter(result.conditions.indices.contains)
    writer.member("conditions", conditions) { writer, index in
      writer.write(result.conditions[index])
    }
    if let witness = doubt.witness { writer.member("witness") { write(witness, to: &$0) } }
    write(doubt.flows, to: &writer)
  }
}
