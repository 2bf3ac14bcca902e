import Documents
import Networks
import Packets
import Places

extension Importer {
  /// Rulesets of Linux's netfilter as `nft -j list ruleset` writes them.
  public static let nftables = Importer(
    name: "nftables",
    recognises: { bytes in
      // The key stands at the beginning of every listing.
      let start = bytes.prefix(200)
      guard start.first(where: { $0 != 32 && $0 != 10 && $0 != 13 && $0 != 9 }) == 123 else {
        return false
      }
      return String(decoding: start, as: UTF8.self).contains("\"nftables\"")
    },
    read: { bytes, file, device, context throws(InputError) in
      let root = try JSONDocument.parse(bytes, file: file, repeatedKeys: .keepLast)
      NftablesLowering.lower(
        try NftablesRuleset(reading: root), of: file, into: &device, &context)
    })
}

extension NftablesLowering {
  /// Lowers a ruleset, however it was listed, into the device that runs it.
  static func lower(
    _ ruleset: NftablesRuleset, of file: String, into device: inout Device,
    _ context: inout ImportContext
  ) {
    var lowering = Self(ruleset, device: device, context: context)
    lowering.run(file: file)
    device = lowering.device
    context = lowering.context
  }

  /// Lowers the whole ruleset.
  private mutating func run(file: String) {
    device.vendor = "netfilter"
    device.acls = []
    device.translations = []
    // A router is reached by these, too, and Linux is one where it forwards.
    for index in device.interfaces.indices {
      let interface = device.interfaces[index]
      device.interfaces[index].localAddresses = interface.localAddresses
        .union(interface.subnetRouterAddresses)
    }
    for object in ruleset.objects { noteObject(object) }
    for chain in ruleset.chains where [.bridge, .arp].contains(chain.name.family) {
      for rule in chain.rules { noteSilently(rule) }
    }
    buildPipeline()
    context.notices.append(
      Notice(.remark, at: Place(file: file), Self.assumptions(of: device.name)))
    context.coverage.append(coverage(of: file))
  }

  /// What a listing cannot say, in one sentence.
  static func assumptions(of device: String) -> String {
    """
    \(device) is taken to forward packets, with the kernel's defaults for connection tracking \
    (tcp_loose=1) and without anything outside its ruleset: iptables-legacy and ebtables rules, \
    ipset contents, tc, XDP and eBPF programs, IPsec policies, routing by marks, rp_filter and other \
    sysctls, and br_netfilter
    """
  }

  private mutating func noteObject(_ object: DocumentValue) {
    let kind = object.key ?? ""
    note(object, NftablesIrrelevant.objects.contains(kind) ? .irrelevant : .modelled)
  }
}
