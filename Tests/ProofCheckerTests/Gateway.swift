/// A whole network with a whole certificate and refutations.
enum Gateway {
  /// A gateway with sessions between a network inside and one outside.
  ///
  /// What is sent inside leaves with the gateway's address and a port of its own. Outside, port 80 of
  /// its addresses is open to some, and leads inside; nothing else gets in without a session.
  static let network = """
    firebreak-network 1
    valid family=0 fragment=0
    related family=0 protocol=1 icmpType=3 fragment=0
    answer 0 8 0
    condition 0 of destinationPort
    condition 1 global
    segment 0 @ inside
    segment 1 @ outside
    device 0 @ gateway
    sessions 0 related
    translation 0 1 replaced replaced
    translation 0 2 moved:340282366920938463463374607428714757632 same
    table 0
    entry 0 ingress=1
    entry 1 destinationIPv4=192.0.2.0-192.0.2.255 protocol=6 destinationPort=80 ingress=2 +0
    otherwise 2
    table 1
    entry 0 connectionState=3
    entry 1 sourceTranslation=6815745
    entry 2 destinationTranslation=11010049
    entry 3 destinationTranslation=5242882
    entry 4 sourceTranslation=9437186
    otherwise 5
    table 2
    entry 0 egress=1
    entry 2 egress=2 +1
    entry 1 egress=2
    otherwise 2
    location 0 rewrite 2 set ingress 1 ; set egress 2 ; set destinationTranslation 0 ; set sourceTranslation 0 ; set connectionStatus 1
    location 1 rewrite 2 set ingress 2 ; set egress 1 ; set destinationTranslation 0 ; set sourceTranslation 0 ; set connectionStatus 1
    location 2 recall 0 3 7
    location 3 match 0 4 5 17
    location 4 rewrite 6 set sourceIPv4 192.0.2.1 ; set sourcePort 1024-65535 ; set sourceTranslation 1
    location 5 rewrite 6 shift destinationIPv4 192.0.2.0-192.0.2.255 10.0.0.0 ; set destinationTranslation 2
    location 6 remember 0 8
    location 7 match 1 12 9 10 11 13 17
    location 8 match 2 14 15 17
    location 9 rewrite 8 take sourceIPv4 sessionSourceIPv4 ; take sourcePort sessionSourcePort
    location 10 rewrite 8 take destinationIPv4 sessionSourceIPv4 ; take destinationPort sessionSourcePort
    location 11 rewrite 8 shift destinationIPv4 192.0.2.0-192.0.2.255 10.0.0.0
    location 12 watch 0 8
    location 13 rewrite 8 shift sourceIPv4 10.0.0.0-10.0.0.255 192.0.2.0 ; scramble tcpFlags
    location 14 leave 16
    location 15 leave 18
    location 16 deliver segment 0
    location 17 drop nobody
    location 18 deliver segment 1
    sender 0 family=0 fragment=0
    sender 1 family=0 fragment=0
    tag 1
    source 1 family=0 fragment=0
    watched 0
    claim 0 never in 1
    forbid 16 destinationPort=0-79,81-65535 sessionUse=0
    forbid 16 sessionUse=0 -0
    claim 1 never published 1
    forbid 16 destinationPort=80
    claim 2 never answered 1
    forbid 16 sessionUse=3

    """

  /// A certificate of what does not get in.
  static let certificate = """
    firebreak-certificate 2
    network 0000000000000000000000000000000000000000000000000000000000000000
    claims 0
    open 15,17-18
    values 0 destinationIPv4 10.0.0.0-10.0.0.255
    box 0 family=0 fragment=0 connectionStatus=1 ingress=1 egress=2 destinationTranslation=0 sourceTranslation=0 origin=0
    box 1 family=0 fragment=0 connectionStatus=1 ingress=2 egress=1 destinationTranslation=0 sourceTranslation=0 origin=0-1
    box 2 family=0 sourceIPv4=192.0.2.1 sourcePort=1024-65535 fragment=0
    box 3 family=0 destinationIPv4=$0 protocol=6 destinationPort=80 fragment=0
    memory 0
    class connectionStatus=1 destinationTranslation=0 sourceTranslation=1 trackSourceIPv4=2 trackSourceIPv6=0 trackDestinationIPv4=0 trackDestinationIPv6=0 trackSourcePort=2 trackDestinationPort=0
    pairs 2
    class connectionStatus=1 destinationTranslation=2 sourceTranslation=0 trackSourceIPv4=0 trackSourceIPv6=0 trackDestinationIPv4=1 trackDestinationIPv6=0 trackSourcePort=0 trackDestinationPort=0
    pairs 3
    starts 0 1 1
    at 2
    may 0 0*9 > 0
    may 1 0*9 > 1
    box 4 family=0 sourceIPv4=192.0.2.1 sourcePort=1024-65535 fragment=0 connectionStatus=1 egress=2 destinationTranslation=0 sourceTranslation=1 origin=0 trackSourceIPv4=2 trackSourceIPv6=0 trackDestinationIPv4=0 trackDestinationIPv6=0 trackSourcePort=2 trackDestinationPort=0
    box 5 family=0 destinationIPv4=$0 protocol=6 destinationPort=80 fragment=0 connectionStatus=1 egress=1 destinationTranslation=2 sourceTranslation=0 origin=0-1 trackSourceIPv4=0 trackSourceIPv6=0 trackDestinationIPv4=1 trackDestinationIPv6=0 trackSourcePort=0 trackDestinationPort=0 +0
    box 6 origin=0
    box 7 sessionUse=1-3
    box 8 destinationPort=80 +0
    at 6
    may 4 0 0
    may 5 0 2
    at 7
    may 7 >*5 1*6
    at 8
    may 6 > 0
    may 7 > 1
    may 8 > 2
    at 16
    may 6
    may 7
    may 8
    end

    """

  /// The network and its certificate.
  static let text = network + certificate

  /// A packet of tag 1 to port 80 of an address of the gateway.
  static let published = """
    firebreak-refutation 1
    network 0000000000000000000000000000000000000000000000000000000000000000
    refutes 1
    starts 1 destinationIPv4=192.0.2.5 protocol=6 destinationPort=80 origin=1 +0
    goes 2 connectionStatus=1 ingress=2 egress=1
    goes 3 *
    goes 5 *
    goes 6 destinationIPv4=10.0.0.5 destinationTranslation=2 trackDestinationIPv4=1
    goes 8 *
    goes 14 *
    goes 16 connectionStatus=0 ingress=0 egress=0 destinationTranslation=0 trackDestinationIPv4=0
    end

    """

  /// Somebody inside asks a name server, whose answer has tag 1.
  static let answered = """
    firebreak-refutation 1
    network 0000000000000000000000000000000000000000000000000000000000000000
    refutes 2
    starts 0 sourceIPv4=10.0.0.9 destinationIPv4=198.51.100.7 protocol=17 sourcePort=2000 destinationPort=53
    goes 2 connectionStatus=1 ingress=1 egress=2
    goes 3 *
    goes 4 *
    goes 6 sourceIPv4=192.0.2.1 sourcePort=3000 sourceTranslation=1 trackSourceIPv4=2 trackSourcePort=2 sentSourceIPv4=10.0.0.9 sentSourcePort=2000
    goes 8 *
    goes 15 *
    starts 1 sourceIPv4=198.51.100.7 destinationIPv4=192.0.2.1 protocol=17 sourcePort=53 destinationPort=3000 sessionUse=3 origin=1
    goes 2 connectionStatus=1 ingress=2 egress=1
    goes 7 connectionState=2 connectionDirection=1 destinationTranslation=11010049 sessionSourceIPv4=10.0.0.9 sessionSourcePort=2000
    goes 10 *
    goes 8 destinationIPv4=10.0.0.9 destinationPort=2000 trackDestinationIPv4=2 trackDestinationPort=2 sentDestinationIPv4=192.0.2.1 sentDestinationPort=3000
    goes 14 *
    goes 16 connectionState=0 connectionDirection=0 connectionStatus=0 ingress=0 egress=0 destinationTranslation=0 trackDestinationIPv4=0 trackDestinationPort=0
    end

    """
}
