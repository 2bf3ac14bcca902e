import Canonical
import CertificateChecker
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

  /// Proves what holds, writes network and certificates, and says with each requirement which file
  /// proves it, or why none does.
  ///
  /// - Throws: `InputErrors` where a file cannot be written.
  func write(
    _ result: inout VerificationResult, of project: Project, _ policy: ResolvedPolicy
  ) throws {
    let canonical: CanonicalNetwork
    do {
      canonical = try lower(project.network)
    } catch {
      throw InputErrors([InputError(at: error.place, error.message)])
    }
    let claims = claims(of: policy.requirements, in: project.network, canonical: canonical)
    let text = project.text(of: canonical, claims).bytes
    let digest = SHA256Digest(of: text).description
    let held = claims.claims.indices.filter {
      if case .holds = result.answers[claims.claims[$0].requirement].verdict { return true }
      return false
    }
    let made = certify(project.network, canonical, claims, held: held)
    try prepare()
    try write(text, as: Self.networkName)
    var files: [Int: String] = [:]
    for (number, certificate) in made.certificates.enumerated() {
      let name = "\(number + 1).certificate"
      try write(certificate.text(network: digest).bytes, as: name)
      for claim in certificate.claims { files[claims.claims[claim].requirement] = name }
    }
    var reasons: [Int: String] = [:]
    for (claim, reason) in made.failures { reasons[claims.claims[claim].requirement] = reason }
    for (number, requirement) in policy.requirements.enumerated() {
      guard case .holds(var proof) = result.answers[number].verdict else { continue }
      proof.certificate = files[number].map { directory + "/" + $0 }
      if proof.certificate == nil {
        proof.withoutCertificate =
          reasons[number]
          ?? claims.unclaimed.first { $0.name == requirement.requirement.id }?.reason
          ?? "it has no claim"
      }
      result.answers[number].verdict = .holds(proof)
    }
  }

  /// Makes the directory, and removes certificates of an earlier run.
  private func prepare() throws {
    if unsafe mkdir(directory, 0o777) != 0, errno != EEXIST { throw failure("cannot be made") }
    var number = 1
    while unsafe unlink("\(directory)/\(number).certificate") == 0 { number += 1 }
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
    let canonical: CanonicalNetwork
    do {
      canonical = try lower(project.network)
    } catch {
      throw InputErrors([InputError(at: error.place, error.message)])
    }
    let claims = claims(of: policy.requirements, in: project.network, canonical: canonical)
    let text = project.text(of: canonical, claims).bytes
    if kept != text {
      return (["REJECTED \(Self.networkName): \(difference(kept, project))"], false)
    }
    let digest = SHA256Digest(of: text).description
    var check = Check()
    check.read(text)
    var number = 1
    while case let name = "\(number).certificate", unsafe access(directory + "/" + name, F_OK) == 0
    {
      let certificate = try read(name)
      let lines = certificate.prefix(200).split(separator: UInt8(ascii: "\n"))
      if lines.count < 2 || !lines[1].elementsEqual("network \(digest)".utf8) {
        return (check.answers + ["REJECTED \(name): it is of another network"], false)
      }
      check.read(certificate)
      number += 1
    }
    check.finish()
    return (check.answers, check.status == 0)
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
