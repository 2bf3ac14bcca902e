/// A whole network in which connections have to come about, with a certificate and refutations.
enum Branch {
  /// Clients of a branch, and servers behind two gateways with sessions.
  ///
  /// Each gives the servers another prefix and the clients another address. Which one is used is the same
  /// both ways.
  static let network = """
    firebreak-network 1
    valid family=0 protocol=6,17 icmpType=0 fragment=0 etherType=0
    valid family=0 protocol=1 fragment=0 etherType=0
    valid family=1 protocol=6,17 icmpType=0 fragment=0 etherType=0
    valid family=1 protocol=58 fragment=0 etherType=0
    related family=0 protocol=1 icmpType=3 fragment=0
    answer 0 8 0
    answer 1 128 129
    condition 0 of destinationPort
    condition 1 global
    segment 0 @ clients
    segment 1 @ servers
    device 0
    device 1
    sessions 0 related with=1
    sessions 1 bypass with=0
    translation 0 1 replaced replaced
    translation 0 2 moved:340282366920938463463374607431664180736 same
    translation 1 2 moved:340282366920938463463374607431664180736 same
    translation 1 3 replaced same
    table 0
    entry 0 family=0 destinationIPv4=198.51.100.0-198.51.100.255 application=443 ingress=1
    entry 1 family=1 application=443 ingress=1
    otherwise 2
    table 1
    entry 0 destinationTranslation=11010049 sourceTranslation=9437186
    or destinationTranslation=10485763 sourceTranslation=9437186
    entry 1 family=1 connectionState=2,18
    otherwise 2
    table 2
    entry 0 +1
    otherwise 1
    location 0 match 2 1 11
    location 1 rewrite 2 set ingress 1 ; set connectionStatus 1 ; set sourceTranslation 0 ; set destinationTranslation 0
    location 2 recall 0 3 6
    location 3 match 0 4 5 20
    location 4 rewrite 5 shift destinationIPv4 198.51.100.0-198.51.100.255 192.0.2.0 ; set destinationTranslation 2 ; set sourceIPv4 203.0.113.1 ; set sourcePort 1024-65535 ; set sourceTranslation 1
    location 5 remember 0 7
    location 6 match 1 8 9 20
    location 7 leave 22
    location 8 rewrite 9 take destinationIPv4 sessionSourceIPv4 ; take destinationPort sessionSourcePort ; shift sourceIPv4 192.0.2.0-192.0.2.255 198.51.100.0
    location 9 leave 21
    location 10 deliver segment 1
    location 11 rewrite 12 set ingress 1 ; set connectionStatus 2 ; set sourceTranslation 0 ; set destinationTranslation 0
    location 12 recall 1 13 16
    location 13 match 0 14 15 20
    location 14 rewrite 15 shift destinationIPv4 198.51.100.0-198.51.100.255 192.0.2.0 ; set destinationTranslation 2 ; set sourceIPv4 203.0.113.2-203.0.113.3 ; set sourceTranslation 3
    location 15 remember 1 7
    location 16 match 1 18 17 20
    location 17 watch 1 9
    location 18 rewrite 17 take destinationIPv4 sessionSourceIPv4 ; shift sourceIPv4 192.0.2.0-192.0.2.255 198.51.100.0
    location 19 rewrite 12 set ingress 2 ; set connectionStatus 1 ; set sourceTranslation 0 ; set destinationTranslation 0
    location 20 drop nobody
    location 21 deliver segment 0
    location 22 choose 10 23
    location 23 spread 10 20
    location 24 match 2 25 19
    location 25 rewrite 2 set ingress 2 ; set connectionStatus 1 ; set sourceTranslation 0 ; set destinationTranslation 0
    claim 0 must reach
    goal
    trip
    asks 0 family=0 sourceIPv4=10.0.0.0-10.0.0.255 destinationIPv4=198.51.100.0-198.51.100.9 protocol=6 destinationPort=443 icmpType=0 fragment=0 etherType=0
    arrives 10 destinationIPv4=192.0.2.0-192.0.2.4
    answers 10 24 sourceIPv4=192.0.2.0-192.0.2.9
    returns 21 family=0
    trip
    asks 0 family=0 sourceIPv4=10.0.0.0-10.0.0.255 destinationIPv4=198.51.100.0-198.51.100.9 protocol=6 destinationPort=443 icmpType=0 fragment=0 etherType=0
    asks 0 family=0 sourceIPv4=10.0.0.0-10.0.0.255 destinationIPv4=198.51.100.0-198.51.100.9 protocol=1 icmpType=8 fragment=0 etherType=0
    arrives 10 sourceIPv4=203.0.113.1 destinationIPv4=192.0.2.0-192.0.2.9
    arrives 10 sourceIPv4=203.0.113.2-203.0.113.3 destinationIPv4=192.0.2.0-192.0.2.9
    answers 10 24 family=0 sourceIPv4=192.0.2.0-192.0.2.9
    returns 21 family=0 sourceIPv4=198.51.100.0-198.51.100.9 destinationIPv4=10.0.0.0-10.0.0.255
    goal
    trip
    asks 0 family=1 sourceIPv6=2001:db8:0:1:0:0:0:1 destinationIPv6=2001:db8:0:2:0:0:0:1-2001:db8:0:2:0:0:0:9 protocol=58 icmpType=128 fragment=0 etherType=0
    asks 0 family=0 sourceIPv4=10.0.0.1 destinationIPv4=198.51.100.7 protocol=17 destinationPort=53 icmpType=0 fragment=0 etherType=0
    asks 0 family=1 sourceIPv6=2001:db8:0:1:0:0:0:1 destinationIPv6=2001:db8:0:2:0:0:0:1-2001:db8:0:2:0:0:0:9 protocol=6 destinationPort=80 icmpType=0 fragment=0 etherType=0
    arrives 10 *
    answers 10 24 nextHeader=6,58
    returns 21 *
    claim 1 must answers
    goal
    trip
    asks 0 family=0 sourceIPv4=10.0.0.0-10.0.0.255 destinationIPv4=198.51.100.0-198.51.100.9 protocol=6 destinationPort=443 icmpType=0 fragment=0 etherType=0
    arrives 10 family=0
    answers 10 24 sourcePort=80
    returns 21 *
    trip
    asks 0 family=0 sourceIPv4=10.0.0.0-10.0.0.255 destinationIPv4=198.51.100.0-198.51.100.9 protocol=6 destinationPort=443 icmpType=0 fragment=0 etherType=0
    arrives 10 family=0
    answers 10 19 family=0
    returns 21 *

    """

  static let digest = String(repeating: "0", count: 64)

  /// A certificate that both goals of claim 0 are reached.
  static let certificate = """
    firebreak-certificate 2
    network \(digest)
    claims 0
    trip 0 1 443 17
    trip 1 0 443 16
    end

    """

  /// What the filter denies, whatever the application is but 443.
  private static let denied = """
    starts 0 sourceIPv4=10.0.0.9 destinationIPv4=198.51.100.7 protocol=6 sourcePort=2000 destinationPort=443 application=1-442,444-65535 sessionUse=3
    goes 11 *
    goes 12 connectionStatus=2 ingress=1
    goes 13 *
    goes 20 *
    """
  /// The way with application 443, up to where it leaves the first gateway.
  private static let there = """
    starts 0 sourceIPv4=10.0.0.9 destinationIPv4=198.51.100.7 protocol=6 sourcePort=2000 destinationPort=443 application=443 sessionUse=3 +1
    goes 1 *
    goes 2 connectionStatus=1 ingress=1
    goes 3 *
    goes 4 *
    goes 5 sourceIPv4=203.0.113.1 destinationIPv4=192.0.2.7 sourcePort=3000 destinationTranslation=2 sourceTranslation=1 trackSourceIPv4=2 trackDestinationIPv4=1 trackSourcePort=2 sentSourceIPv4=10.0.0.9 sentSourcePort=2000
    goes 7 *
    goes 22 connectionStatus=0 ingress=0 destinationTranslation=0 sourceTranslation=0 trackSourceIPv4=0 trackDestinationIPv4=0 trackSourcePort=0
    """

  /// A refutation of claim 1: on the first trip nobody has the answer, or the filter denies the
  /// application; on the second the answer comes to a gateway that has no session.
  static let refutation = """
    firebreak-refutation 1
    network \(digest)
    refutes 1
    goal 0
    fails 0
    \(denied)
    \(there)
    goes 10 *
    answers 10 sourceIPv4=192.0.2.7 destinationIPv4=203.0.113.1 protocol=6 sourcePort=443 destinationPort=3000 tcpFlags=18 sessionUse=3 +1
    fails 1
    \(denied)
    \(there)
    goes 23 *
    goes 10 *
    answers 19 sourceIPv4=192.0.2.7 destinationIPv4=203.0.113.1 protocol=6 sourcePort=443 destinationPort=3000 tcpFlags=18 sessionUse=3 +1
    goes 12 connectionStatus=1 ingress=2
    goes 13 *
    goes 20 *
    end

    """
}
