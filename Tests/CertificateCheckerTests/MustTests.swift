import CertificateChecker
import Testing

@Suite struct `What must arrive` {
  static let proof = Sample(whole: Branch.network + Branch.certificate, "VERIFIED 0 reach")

  @Test func `connections through gateways are proved`() {
    Self.proof.accepts()
  }
}
