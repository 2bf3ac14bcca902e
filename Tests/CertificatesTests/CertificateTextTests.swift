import Certificates
import Packets
import Testing

@Suite struct `The text of a certificate` {
  private func text(_ certificate: Certificate) -> String {
    String(decoding: certificate.text(network: "00ff").bytes, as: UTF8.self)
  }

  private let web = HeaderBox().constrained(.destinationPort, to: Ranges(values: [22, 80, 443]))

  @Test func `has a line for each part`() {
    var certificate = Certificate(claims: [0, 3], open: Ranges(values: [1, 2, 3, 9]))
    let kind = HeaderBox().constrained(.connectionStatus, to: Ranges(1))
      .constrained(.trackSourceIPv4, to: Ranges(2))
    let pair = HeaderBox().constrained(.family, to: Ranges(0))
    certificate.memories = [
      Certificate.Memory(
        device: 2, classes: [Certificate.Class(kind, pairs: [pair]), Certificate.Class(kind)])
    ]
    certificate.starts = [.inside(0), .inside(0), .inside(1)]
    certificate.bounds = [
      Certificate.Bound(
        location: 7,
        boxes: [
          Certificate.ProvedBox(
            HeaderBox(),
            hints: [
              .split(entry: 1, box: 0, constraint: 2), .inside(4), .hidden(entry: 1, box: 0),
              .passes, .passes,
            ]),
          Certificate.ProvedBox(pair, hints: []),
        ])
    ]
    #expect(
      text(certificate) == """
        firebreak-certificate 2
        network 00ff
        claims 0 3
        open 1-3,9
        box 0 family=0
        box 1 *
        memory 2
        class connectionStatus=1 trackSourceIPv4=2
        pairs 0
        class connectionStatus=1 trackSourceIPv4=2
        starts 0*2 1
        at 7
        may 1 s1.0.2 4 h1.0 >*2
        may 0
        end

        """)
  }

  @Test func `names long lists of values that several boxes have`() {
    let other = web.constrained(.family, to: Ranges(0))
    let boxes = [
      web, other, web, HeaderBox().constrained(.sourcePort, to: Ranges(values: [1, 3, 5])),
    ]
    let bound = Certificate.Bound(
      location: 0, boxes: boxes.map { Certificate.ProvedBox($0, hints: []) })
    #expect(
      text(Certificate(claims: [0], bounds: [bound])) == """
        firebreak-certificate 2
        network 00ff
        claims 0
        values 0 destinationPort 22,80,443
        box 0 destinationPort=$0
        box 1 family=0 destinationPort=$0
        box 2 sourcePort=1,3,5
        at 0
        may 0
        may 1
        may 0
        may 2
        end

        """)
  }
}
