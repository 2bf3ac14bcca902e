import Documents
import Networks
import Packets

extension NftablesLowering {
  /// A match or target of `iptables-nft`, which the listing names without its parameters.
  mutating func extensionStatement(_ value: DocumentValue, _ draft: inout Draft) {
    let name = value["name"]?.string ?? ""
    let isMatch = value["type"]?.string == "match"
    // Only a listing of iptables has the text.
    let text = value["text"]?.string
    if NftablesIrrelevant.extensions.contains(name) {
      note(draft.statement, .irrelevant)
      return
    }
    if isMatch {
      require(
        "xt", text ?? "xt match \(name)",
        text.map { "'\($0)' depends on more than the model has" }
          ?? "the listing does not say what the match '\(name)' asks for", &draft)
      return
    }
    if name == "REJECT" { return finish(.reject, &draft) }
    opaque(
      "xt", text ?? "xt target \(name)", writes: Self.writes(of: name),
      text.map { "what '\($0)' does is not modelled" }
        ?? "the listing does not say what the target '\(name)' does", &draft)
  }

  /// What a target could write.
  private static func writes(of target: String) -> [HeaderField] {
    switch target {
    case "MASQUERADE", "SNAT", "SNPT": [.sourceIPv4, .sourceIPv6, .sourcePort]
    case "DNAT", "REDIRECT", "DNPT", "TPROXY":
      [.destinationIPv4, .destinationIPv6, .destinationPort]
    case "NETMAP": [.sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6]
    case "MARK", "CONNMARK", "HMARK": [.mark]
    case "TTL", "HL", "CT", "NOTRACK": []
    default: writableFields
    }
  }
}
