import CertificateChecker
import Testing

@Suite struct `What fails to arrive` {
  static let refutation = Sample(
    whole: Branch.network + Branch.refutation, "VIOLATED 1 answers given +1 -1")

  @Test func `trips on which packets fail are refuted`() {
    Self.refutation.accepts()
  }
}
