import Certificates
import Packets
import Testing

@Suite struct `The text of a certificate` {
  private func text(_ certificate: Certificate) -> String {
    String(decoding: certificate.text(network: "00ff").bytes, as: UTF8.self)
  }

  @Test func `has a line for each part`() {
    var certificate = Certificate(claims: [0, 3])
    certificate.memories = [
      Certificate.Memory(
        device: 2,
        classes: [
          Certificate.Class(
            destination: 0, source: 4, status: 1, trail: "sourceIPv4:kept",
            pairs: [HeaderBox().constrained(.family, to: Ranges(0))])
        ])
    ]
    certificate.starts = [.inside(0), .inside(0), .inside(1)]
    certificate.bounds = [
      Certificate.Bound(
        location: 7,
        parts: [
          Certificate.Part(
            trail: "-",
            boxes: [
              Certificate.ProvedBox(
                HeaderBox(),
                hints: [
                  .split(entry: 1, box: 0, constraint: 2), .inside(4), .hidden(entry: 1, box: 0),
                ])
            ])
        ])
    ]
    #expect(
      text(certificate) == """
        firebreak-certificate 1
        network 00ff
        claims 0 3
        memory 2
        class 0 4 1 sourceIPv4:kept
        pair family=0
        starts 0*2 1
        at 7
        trail -
        box *
        hints s1.0.2 4 h1.0
        end

        """)
  }

  @Test func `has no line for hints where there are none`() {
    let bound = Certificate.Bound(
      location: 0,
      parts: [Certificate.Part(trail: "-", boxes: [Certificate.ProvedBox(HeaderBox(), hints: [])])]
    )
    #expect(
      text(Certificate(claims: [], bounds: [bound])).hasSuffix("at 0\ntrail -\nbox *\nend\n"))
  }
}
