/// A whole network with a whole certificate.
enum Gateway {
  /// A gateway with sessions between a network inside and one outside.
  ///
  /// What is sent inside leaves with the gateway's address and a port of its own. Outside, port 80 of
  /// its addresses is open to some, and leads inside; nothing else gets in without a session.
  static let text = """
    firebreak-network 1
    valid family=0 fragment=0
    related family=0 protocol=1 icmpType=3 fragment=0
    answer 0 8 0
    condition 0 of destinationPort
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
    firebreak-certificate 1
    network 0000000000000000000000000000000000000000000000000000000000000000
    claims 0
    memory 0
    class 0 1 1 sourceIPv4:kept,sourcePort:kept
    pair family=0 sourceIPv4=192.0.2.1 sourcePort=1024-65535 fragment=0
    class 2 0 1 destinationIPv4:moved
    pair family=0 destinationIPv4=10.0.0.0-10.0.0.255 protocol=6 destinationPort=80 fragment=0
    starts 0 0 0
    at 0
    trail -
    box family=0 fragment=0 origin=0
    hints 0
    at 1
    trail -
    box family=0 fragment=0 origin=0-1
    hints 1
    at 2
    trail -
    box family=0 fragment=0 connectionStatus=1 ingress=1 egress=2 destinationTranslation=0 sourceTranslation=0 origin=0
    hints 0 0 0 0 0 0 0 0 0 0
    box family=0 fragment=0 connectionStatus=1 ingress=2 egress=1 destinationTranslation=0 sourceTranslation=0 origin=0-1
    hints 1 0 0 0 0 0 0 0 0 0
    at 3
    trail -
    box family=0 fragment=0 connectionStatus=1 ingress=1 egress=2 destinationTranslation=0 sourceTranslation=0 origin=0
    hints 0
    box family=0 fragment=0 connectionStatus=1 ingress=2 egress=1 destinationTranslation=0 sourceTranslation=0 origin=0-1
    hints 0
    at 4
    trail -
    box family=0 fragment=0 connectionStatus=1 ingress=1 egress=2 destinationTranslation=0 sourceTranslation=0 origin=0
    hints 0
    at 5
    trail -
    box family=0 destinationIPv4=192.0.2.0-192.0.2.255 protocol=6 destinationPort=80 fragment=0 connectionStatus=1 ingress=2 egress=1 destinationTranslation=0 sourceTranslation=0 origin=0-1 +0
    hints 0
    at 6
    trail sourceIPv4:kept,sourcePort:kept
    box family=0 sourceIPv4=192.0.2.1 sourcePort=1024-65535 fragment=0 connectionStatus=1 egress=2 destinationTranslation=0 sourceTranslation=1 origin=0
    hints 0 0
    trail destinationIPv4:moved
    box family=0 destinationIPv4=10.0.0.0-10.0.0.255 protocol=6 destinationPort=80 fragment=0 connectionStatus=1 egress=1 destinationTranslation=2 sourceTranslation=0 origin=0-1 +0
    hints 0 0
    at 7
    trail -
    box sessionUse=1-3
    hints 0 0 0 0 0
    at 8
    trail sourceIPv4:kept,sourcePort:kept
    box origin=0
    hints 0
    box sessionUse=1-3
    hints 1
    trail destinationIPv4:moved
    box destinationPort=80 +0
    hints 0
    box sessionUse=1-3
    hints 1
    trail destinationIPv4:kept,destinationPort:kept
    box sessionUse=1-3
    hints 0
    trail sourceIPv4:moved
    box sessionUse=1-3
    hints 0
    trail -
    box sessionUse=1-3
    hints 0
    at 9
    trail -
    box sessionUse=1-3
    hints 1
    at 10
    trail -
    box sessionUse=1-3
    hints 0
    at 11
    trail -
    box sessionUse=1-3
    hints 1
    at 12
    trail -
    box sessionUse=1-3
    hints 0 0
    at 13
    trail -
    box sessionUse=1-3
    hints 0
    at 14
    trail sourceIPv4:kept,sourcePort:kept
    box origin=0
    hints 0
    box sessionUse=1-3
    hints 2
    trail destinationIPv4:moved
    box destinationPort=80 +0
    hints 1
    box sessionUse=1-3
    hints 2
    trail destinationIPv4:kept,destinationPort:kept
    box sessionUse=1-3
    hints 2
    trail sourceIPv4:moved
    box sessionUse=1-3
    hints 2
    trail -
    box sessionUse=1-3
    hints 2
    at 16
    trail -
    box origin=0
    hints
    box destinationPort=80 +0
    hints
    box sessionUse=1-3
    hints
    end

    """
}
