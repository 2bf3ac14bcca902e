extension ServiceSet {
  /// The services by which network devices are managed, unless a policy names others: SSH, Telnet,
  /// HTTP(S) and their usual second ports, SNMP, TFTP, NETCONF, TACACS+, Smart Install, WinRM, RDP
  /// and IPMI.
  public static let management = ServiceSet([
    .ports(
      Service(
        IPProtocol.tcp,
        Ranges(values: [22, 23, 49, 80, 443, 830, 3389, 4443, 4786, 5985, 5986, 8080, 8443]))),
    .ports(Service(IPProtocol.udp, Ranges(values: [69, 161, 623]))),
  ])
}
