extension Header: CustomStringConvertible {
  /// The packet in one line, as in `tcp 10.0.0.1:40000 -> 10.0.0.2:443 [syn]`.
  public var description: String {
    if family == .nonIP { return "frame 0x" + String(etherType, radix: 16) }
    var text = ProtocolNames.text(`protocol`)
    text += " " + end(source, port: sourcePort) + " -> " + end(destination, port: destinationPort)
    if has(.icmpType) { text += " [type \(icmpType) code \(icmpCode)]" }
    if has(.tcpFlags) { text += " [" + flagNames + "]" }
    if isLaterFragment { text += " [later fragment]" }
    if family == .ipv6 && nextHeader != `protocol` {
      text += " [next header " + ProtocolNames.text(nextHeader) + "]"
    }
    if application != 0 { text += " [application \(application)]" }
    return text
  }

  private func end(_ value: UInt128, port: UInt16) -> String {
    let address = IPAddress(family, value)?.description ?? "?"
    guard has(.sourcePort) else { return address }
    return (family == .ipv6 ? "[\(address)]" : address) + ":\(port)"
  }

  private var flagNames: String {
    let names: [(UInt8, String)] = [
      (TCPFlags.fin, "fin"), (TCPFlags.syn, "syn"), (TCPFlags.rst, "rst"), (TCPFlags.psh, "psh"),
      (TCPFlags.ack, "ack"), (TCPFlags.urg, "urg"), (TCPFlags.ece, "ece"), (TCPFlags.cwr, "cwr"),
    ]
    let set = names.filter { tcpFlags & $0.0 != 0 }.map(\.1)
    return set.isEmpty ? "no flags" : set.joined(separator: " ")
  }
}
