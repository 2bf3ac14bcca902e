import Networks
import Packets

extension PANOS {
  /// What identifies an application, as far as headers show it.
  struct ApplicationPorts: Hashable {
    /// Packets on the application's default ports.
    var match: Match
    /// The protocols that the application's packets have.
    var protocols: Ranges
    /// Whether the header alone tells the application, without any payload.
    var byHeader: Bool
    /// Further ports that count as default where the firewall decrypts.
    var secure: Match?
  }

  /// The default ports of the best-known predefined applications.
  ///
  /// The full list comes with content updates and is in no configuration; an application that is
  /// not here has unknown ports. Whatever was taken from here is said in a notice.
  static func predefined(_ name: String) -> ApplicationPorts? {
    predefinedLines[name].flatMap { ApplicationPorts(parsing: $0) }
  }

  /// The union of the default ports of all the applications in the table.
  static let anyPredefinedPorts: Match = .disjunction(
    predefinedLines.sorted { $0.key < $1.key }.compactMap {
      ApplicationPorts(parsing: $0.value)?.match
    }.reduce(into: [Match]()) { if !$0.contains($1) { $0.append($1) } })

  private static let predefinedLines: [String: String] = Dictionary(
    uniqueKeysWithValues: table.split(separator: "\n").compactMap { line in
      guard let space = line.firstIndex(of: " ") else { return nil }
      return (String(line[..<space]), String(line[line.index(after: space)...]))
    })

  private static let table = """
    web-browsing tcp/80 secure:tcp/443
    ssl tcp/443
    ssh tcp/22
    telnet tcp/23
    ftp tcp/21
    tftp udp/69
    dns tcp/53 udp/53
    dns-base tcp/53 udp/53
    ntp tcp/123 udp/123
    ntp-base tcp/123 udp/123
    smtp tcp/25,587 secure:tcp/465
    pop3 tcp/110 secure:tcp/995
    imap tcp/143 secure:tcp/993
    ldap tcp/389,3268,3269,636 udp/389,3268
    kerberos tcp/88,464 udp/88,464
    radius udp/1812,1813,1645,1646
    tacacs-plus tcp/49
    snmp tcp/161,162 udp/161,162
    snmp-base tcp/161,162 udp/161,162
    snmpv1 tcp/161 udp/161
    snmpv2 tcp/161 udp/161
    snmpv3 tcp/161 udp/161
    snmp-trap tcp/162 udp/162
    syslog tcp/1468,514,6514 udp/514
    ms-rdp tcp/3389 udp/3389
    ms-ds-smb tcp/445,139 udp/445,139
    ms-ds-smb-base tcp/445,139 udp/445,139
    ms-ds-smbv2 tcp/445,139
    ms-ds-smbv3 tcp/445,139
    netbios-ns tcp/137 udp/137
    netbios-dg tcp/138 udp/138
    netbios-ss tcp/139 udp/139
    mssql-db tcp/1433
    mssql-mon udp/1434
    mysql tcp/3306
    postgres tcp/5432
    vnc tcp/5900,5800
    dhcp udp/67,68
    dhcpv6 udp/546,547
    ike udp/500,4500
    sip tcp/5060 udp/5060
    h.323 tcp/1720
    bgp tcp/179
    rip udp/520
    modbus tcp/502 udp/502
    modbus-base tcp/502 udp/502
    dnp3 tcp/20000 udp/20000
    dnp3-base tcp/20000 udp/20000
    iec-60870-5-104 tcp/2404
    iec-60870-5-104-base tcp/2404
    ping icmp/8 icmp6/128
    ping6 icmp6/128
    icmp icmp
    ipv6-icmp icmp6
    gre ip/47
    ipsec-esp ip/50
    ipsec-ah ip/51
    ospf ip/89
    ospfigp ip/89
    eigrp ip/88
    pim ip/103
    vrrp ip/112
    igmp ip/2
    l2tp udp/1701
    pptp tcp/1723
    """
}

extension PANOS.ApplicationPorts {
  /// Reads words such as `tcp/80,443`, `udp/dynamic`, `icmp/8` and `ip/47`; `nil` where one is none.
  init?(parsing text: String) {
    var ports: [Match] = []
    var secure: [Match] = []
    protocols = .none
    byHeader = true
    for word in text.split(separator: " ") {
      let isSecure = word.hasPrefix("secure:")
      let plain = isSecure ? word.dropFirst("secure:".count) : word
      guard let (match, number, byHeader) = Self.word(String(plain)) else { return nil }
      if isSecure {
        secure.append(match)
      } else {
        ports.append(match)
        protocols = protocols.union(Ranges(UInt128(number)))
        self.byHeader = self.byHeader && byHeader
      }
    }
    match = .disjunction(ports)
    self.secure = secure.isEmpty ? nil : .disjunction(secure)
  }

  private static func word(_ word: String) -> (Match, UInt8, byHeader: Bool)? {
    let parts = word.split(separator: "/", maxSplits: 1).map(String.init)
    guard let kind = parts.first else { return nil }
    let rest = parts.count == 2 ? parts[1] : nil
    switch kind {
    case "tcp", "udp", "sctp":
      guard let rest, let number = ProtocolNames.number(kind) else { return nil }
      let isDynamic = rest.split(separator: ",").contains { $0 == "dynamic" }
      let all = HeaderField.destinationPort.allValues
      guard let ports = isDynamic ? all : PANOS.portRanges(rest) else { return nil }
      return (PANOS.ports(number, ports), number, false)
    case "icmp", "icmp6":
      let family: Family = kind == "icmp" ? .ipv4 : .ipv6
      let number = family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6
      var match: [Match] = [
        .field(.family, Ranges(UInt128(family.rawValue))),
        .field(.protocol, Ranges(UInt128(number))),
      ]
      if let rest {
        guard let type = UInt8(rest) else { return nil }
        match.append(.field(.icmpType, Ranges(UInt128(type))))
      }
      return (.conjunction(match), number, true)
    case "ip":
      guard let rest, let number = UInt8(rest) else { return nil }
      return (.field(.protocol, Ranges(UInt128(number))), number, true)
    default: return nil
    }
  }
}
