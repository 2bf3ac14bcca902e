import Canonical
import ProofChecker
import Certificates
import Glibc
import Networks
import Packets
import Places
import Policies
import Projects
import Reachability

/// The directory with a canonical network and the certificates of what holds in it.
struct CertificateFiles {
  /// The directory as the user named it.
  let directory: String

  /// The name of the file with the canonical network.
  static let networkName = "network.txt"

  /// Proves what holds and refutes what is violated, writes network, certificates and refutations, and
  /// says with each requirement which file shows it, or why none does.
  ///
  /// - Throws: `InputErrors` where a file cannot be written.
  func write(
    _ result: inout VerificationResult, of project: Project, _ policy: ResolvedPolicy
  ) throws {
    let form = try project.canonicalForm(of: policy.requirements)
    var (held, broken): ([Int], [Int]) = ([], [])
    for (index, claim) in form.claims.claims.enumerated() {
      switch result.answers[claim.requirement].verdict {
      case .holds: held.append(index)
      case .violated: broken.append(index)
      case .undecided: break
      }
    }
    try prepare()
    try write(form.text.bytes, as: Self.networkName)
    var shown = Shown()
    let digest = form.digest
    let proofs = certify(project.network, form.network, form.claims, held: held)
    for (index, certificate) in proofs.certificates.enumerated() {
      let name = Self.name(index + 1, .certificate)
      try write(certificate.text(network: digest).bytes, as: name)
      for claim in certificate.claims { shown.files[claim] = name }
    }
    let runs = refute(project.network, form.network, form.claims, broken: broken)
    for (index, refutation) in runs.refutations.enumerated() {
      let name = Self.name(index + 1, .refutation)
      try write(refutation.text(network: digest).bytes, as: name)
      shown.files[refutation.claim] = name
    }
    for (claim, reason) in proofs.failures + runs.failures { shown.reasons[claim] = reason }
    note(shown, of: form.claims, policy, in: &result)
  }

  /// The kinds of files beside the network.
  private enum Kind: String, CaseIterable {
    case certificate
    case refutation
  }

  private static func name(_ number: Int, _ kind: Kind) -> String { "\(number).\(kind.rawValue)" }

  /// By claim, which file shows that it holds or does not, or why none does.
  private struct Shown {
    var files: [Int: String] = [:]
    var reasons: [Int: String] = [:]
  }

  /// Says with each requirement what shows it.
  private func note(
    _ shown: Shown, of claims: Claims, _ policy: ResolvedPolicy,
    in result: inout VerificationResult
  ) {
    for (number, requirement) in policy.requirements.enumerated() {
      let claim = claims.claims.firstIndex { $0.requirement == number }
      let file = claim.flatMap { shown.files[$0] }.map { directory + "/" + $0 }
      let reason =
        claim.flatMap { shown.reasons[$0] }
        ?? claims.unclaimed.first { $0.name == requirement.requirement.id }?.reason
        ?? "it has no claim"
      switch result.answers[number].verdict {
      case .holds(var proof):
        proof.certificate = file
        proof.withoutCertificate = file == nil ? reason : nil
        result.answers[number].verdict = .holds(proof)
      case .violated(var violation):
        violation.refutation = file
        violation.withoutRefutation = file == nil ? reason : nil
        result.answers[number].verdict = .violated(violation)
      case .undecided: break
      }
    }
  }

  /// Makes the directory, and removes what an earlier run left there.
  private func prepare() throws {
    if unsafe mkdir(directory, 0o777) != 0, errno != EEXIST { throw failure("cannot be made") }
    for name in try Kind.allCases.flatMap(names) where unsafe unlink(directory + "/" + name) != 0 {
      throw failure("cannot be removed", directory + "/" + name)
    }
  }

  /// The files of a kind that are in the directory, ascending by number.
  private func names(of kind: Kind) throws -> [String] {
    guard let listing = unsafe opendir(directory) else { throw failure("cannot be read") }
    defer { unsafe closedir(listing) }
    var numbers: [Int] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      guard let number = Int(name.prefix { $0 != "." }), Self.name(number, kind) == name else {
        continue
      }
      numbers.append(number)
    }
    return numbers.sorted().map { Self.name($0, kind) }
  }

  private func write(_ bytes: [UInt8], as name: String) throws {
    let path = directory + "/" + name
    guard let file = unsafe fopen(path, "wb") else { throw failure("cannot be written", path) }
    let count = unsafe fwrite(bytes, 1, bytes.count, file)
    let isClosed = unsafe fclose(file) == 0
    guard count == bytes.count, isClosed else { throw failure("cannot be written", path) }
  }

  private func failure(_ what: String, _ path: String? = nil) -> InputErrors {
    let reason = unsafe String(cString: strerror(errno))
    return InputErrors([InputError(at: Place(file: path ?? directory), "it \(what): \(reason)")])
  }
}

extension CertificateFiles {
  /// Checks that network and certificates are of what the project's files say now, and what the
  /// certificates prove; the answers, and whether all is well.
  ///
  /// - Throws: `InputErrors` where a file cannot be read.
  func recheck(
    _ project: Project, _ policy: ResolvedPolicy
  ) throws -> (answers: [String], isFine: Bool) {
    let kept = try read(Self.networkName)
    let form = try project.canonicalForm(of: policy.requirements)
    let text = form.text.bytes
    if kept != text {
      return (["REJECTED \(Self.networkName): \(difference(kept, project))"], false)
    }
    let digest = form.digest
    var check = Check()
    check.read(text)
    for name in try Kind.allCases.flatMap(names) {
      let bytes = try read(name)
      let lines = bytes.prefix(200).split(separator: UInt8(ascii: "\n"))
      if lines.count < 2 || !lines[1].elementsEqual("network \(digest)".utf8) {
        return (check.answers + ["REJECTED \(name): it is of another network"], false)
      }
      if Self.holdsNetwork(bytes) {
        return (check.answers + ["REJECTED \(name): it has a network of its own"], false)
      }
      check.read(bytes)
    }
    check.finish()
    return (check.answers + unshown(form.claims, check.answers), check.status == 0)
  }

  /// Remarks about claims of which no file shows anything.
  private func unshown(_ claims: Claims, _ answers: [String]) -> [String] {
    var shown: Set<Substring> = []
    for answer in answers {
      let words = answer.split(separator: " ")
      if words.count > 1, ["VERIFIED", "VIOLATED"].contains(words[0]) { shown.insert(words[1]) }
    }
    return claims.claims.enumerated().filter { !shown.contains("\($0.offset)") }.map {
      "# nothing here shows \($0.element.name)"
    }
  }

  /// Whether a network begins in a text, of which what follows would then speak.
  private static func holdsNetwork(_ bytes: [UInt8]) -> Bool {
    let keyword = Array("firebreak-network".utf8)
    return bytes.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: keyword) }
  }

  /// What differs between the text that was kept and the project's.
  private func difference(_ kept: [UInt8], _ project: Project) -> String {
    var recorded: [String: String] = [:]
    for line in String(decoding: kept, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("input ") {
      let words = line.split(separator: " ")
      if words.count > 2 { recorded[String(words[2])] = String(words[1]) }
    }
    for input in project.files {
      guard let digest = recorded.removeValue(forKey: input.path) else {
        return "it was made without \(input.path)"
      }
      if digest != input.digest.description { return "\(input.path) is not what it was" }
    }
    if let left = recorded.keys.min() { return "it was made with \(left), too" }
    return "it is not the network that these files describe"
  }

  private func read(_ name: String) throws -> [UInt8] {
    let path = directory + "/" + name
    guard let file = unsafe fopen(path, "rb") else { throw failure("cannot be read", path) }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = unsafe fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk[..<count]
    }
    return bytes
  }
}
