extension ServiceNames {
  /// One service a line: its usual name, its aliases, and `protocol/ports`.
  ///
  /// Registered ports are those of IANA's "Service Name and Transport Protocol Port Number
  /// Registry". Ports that nobody registered (some of the control protocols') are the vendor's
  /// published default.
  static let table = """
    modbus mbap tcp+udp/502
    modbus-tls mbap-s tcp+udp/802
    dnp3 dnp tcp+udp/20000
    dnp3-sec dnp-sec tcp+udp/19999
    iec104 iec-104 tcp+udp/2404
    iec104-sec iec-104-sec tcp+udp/19998
    iso-tsap mms s7 s7comm iec61850-mms iec61850 iccp tase2 tcp+udp/102
    iso-tp0s iccp-tls mms-tls tcp+udp/3782
    opcua opcua-tcp opc-ua tcp+udp/4840
    opcua-tls opc-ua-tls tcp+udp/4843
    enip ethernet-ip ethernetip cip tcp+udp/44818 udp/2222
    enip-tls ethernet-ip-s tcp+udp/2221
    bacnet bacnet-ip udp/47808
    hart-ip hartip tcp+udp/5094
    profinet profinet-rt profinet-rtm profinet-cm tcp+udp/34962-34964
    ethercat tcp+udp/34980
    ff-annunc tcp+udp/1089
    ff-fms tcp+udp/1090
    ff-sm tcp+udp/1091
    ff-lr-port tcp+udp/3622
    omron-fins fins tcp+udp/9600
    melsec melsec-q mc-protocol tcp/5007 udp/5006
    ge-srtp tcp/18245
    codesys tcp/2455
    codesys-gateway codesys3 tcp/1217,11740
    red-lion-crimson crimson tcp/789
    pcworx tcp/1962
    proconos tcp/20547
    fox niagara-fox tcp/1911
    foxs niagara-foxs tcp/4911
    ads beckhoff-ads tcp+udp/48898
    atg veeder-root tcp/10001
    pi-system osisoft-pi tcp/5450
    ntp sntp udp/123
    ieee-c37-118 synchrophasor c37.118 tcp/4712 udp/4713
    lontalk lon-ip udp/1628,1629
    knxnet-ip knx eibnet udp/3671
    dlms cosem dlms-cosem tcp+udp/4059
    mqtt tcp+udp/1883
    mqtts secure-mqtt mqtt-tls tcp+udp/8883
    amqp tcp/5672
    amqps tcp/5671
    coap udp/5683
    coaps udp/5684
    ftp tcp/21
    ftp-data tcp/20
    ftps tcp/990
    ssh tcp/22
    telnet tcp/23
    smtp tcp/25
    smtps submissions tcp/465
    submission tcp/587
    dns domain tcp+udp/53
    dns-over-tls domain-s tcp+udp/853
    mdns udp/5353
    llmnr tcp+udp/5355
    bootps dhcp-server udp/67
    bootpc dhcp-client udp/68
    dhcp udp/67,68
    dhcpv6-client udp/546
    dhcpv6-server udp/547
    dhcpv6 udp/546,547
    tftp udp/69
    gopher tcp/70
    finger tcp/79
    http www tcp/80
    http-alt tcp/8080
    https tcp/443
    https-alt tcp/8443
    quic http3 udp/443
    kerberos tcp+udp/88
    kpasswd tcp+udp/464
    pop3 tcp/110
    pop3s tcp/995
    sunrpc portmapper rpcbind tcp+udp/111
    ident tcp/113
    nntp tcp/119
    msrpc epmap loc-srv tcp+udp/135
    netbios-ns udp/137
    netbios-dgm udp/138
    netbios-ssn tcp/139
    imap imap4 tcp/143
    imaps tcp/993
    snmp tcp+udp/161
    snmptrap snmp-trap tcp+udp/162
    snmp-tls tcp/10161
    bgp tcp/179
    ldap tcp+udp/389
    ldaps tcp/636
    ldap-gc msft-gc tcp/3268
    ldaps-gc msft-gc-ssl tcp/3269
    svrloc slp tcp+udp/427
    smb microsoft-ds cifs tcp/445
    isakmp ike udp/500
    ipsec-nat-t nat-t udp/4500
    exec tcp/512
    login rlogin tcp/513
    shell rsh tcp/514
    syslog udp/514
    syslog-tls syslogs tcp/6514
    printer lpd tcp/515
    rip udp/520
    ripng udp/521
    rtsp tcp+udp/554
    ipp tcp/631
    rsync tcp/873
    netconf-ssh netconf tcp/830
    socks tcp/1080
    openvpn tcp+udp/1194
    mssql ms-sql-s tcp/1433
    mssql-m ms-sql-m udp/1434
    oracle ncube-lm tcp/1521
    l2f l2tp-udp udp/1701
    pptp tcp/1723
    radius udp/1812
    radius-acct udp/1813
    radsec tcp/2083
    tacacs tcp/49
    nfs tcp+udp/2049
    hsrp udp/1985
    glbp udp/3222
    bfd udp/3784
    bfd-multihop udp/4784
    netflow udp/2055
    ipfix tcp+udp/4739
    sflow udp/6343
    stun tcp+udp/3478
    iscsi tcp/3260
    squid tcp/3128
    mysql tcp/3306
    rdp ms-wbt-server tcp+udp/3389
    svn tcp/3690
    vxlan udp/4789
    geneve udp/6081
    gtp-c udp/2123
    gtp-u udp/2152
    wireguard udp/51820
    teredo udp/3544
    sip tcp+udp/5060
    sips tcp/5061
    xmpp tcp/5222
    postgresql postgres tcp/5432
    vnc rfb tcp/5900
    winrm wsman tcp/5985
    winrm-https wsmans tcp/5986
    x11 tcp/6000-6063
    redis tcp/6379
    irc tcp/6667
    ircs tcp/6697
    jetdirect pdl-datastream tcp/9100
    elasticsearch tcp/9200
    prometheus tcp/9090
    zabbix-agent tcp/10050
    zabbix-trapper tcp/10051
    git tcp/9418
    teamviewer tcp+udp/5938
    anydesk tcp/7070
    ssdp upnp udp/1900
    wsd ws-discovery udp/3702
    mongodb tcp/27017
    memcached tcp+udp/11211
    docker tcp/2375
    docker-tls tcp/2376
    kubernetes-api tcp/6443
    echo tcp+udp/7
    discard tcp+udp/9
    daytime tcp+udp/13
    chargen tcp+udp/19
    time tcp+udp/37
    whois tcp/43
    wins tcp+udp/1512
    wol udp/9
    """
}
