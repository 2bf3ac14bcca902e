import Documents

extension PANOS {
  /// The elements that are known to have no part in where a packet goes.
  ///
  /// They are asked for only where nothing read the element: a `tag` that numbers a VLAN is
  /// modelled, one that labels an object is not. A listed element stands for all inside it.
  enum Irrelevant {
    /// Names that say nothing about traffic wherever they stand.
    static let names: Set<String> = [
      // For people.
      "description", "comment", "comments", "tag", "group-tag", "color", "display-name",
      "audit-comment", "uuid", "custom-logo",
      // What is logged, besides the flags of a rule, and how long or how fast.
      "log-setting", "log-settings", "link-speed", "link-duplex", "mtu", "adjust-tcp-mss", "lldp",
      "netflow-profile", "lacp", "timeout", "tcp-timeout", "udp-timeout", "session-timeout",
      // Inspection of the content of sessions that a rule already allowed: it may end them, and
      // allows none.
      "profile-setting", "option", "qos",
    ]

    /// Paths from `config`.
    static let paths: Set<String> = Set(
      """
      mgt-config readonly predefined
      shared/log-settings shared/reports shared/report-group shared/pdf-summary-report
      shared/email-scheduler shared/botnet shared/content-preview shared/certificate
      shared/certificate-profile shared/ssl-tls-service-profile shared/ssl-decrypt
      shared/ssl-tls-service-profile-exclude-cert shared/server-profile shared/admin-role
      shared/authentication-profile shared/authentication-sequence shared/authentication-object
      shared/local-user-database shared/profiles shared/profile-group shared/tag shared/override
      shared/threats shared/user-id-hub shared/response-page shared/scep shared/ocsp-responder
      shared/toplevel-schedule shared/log-collector-group shared/dns-domain-list
      shared/pdf-summary-report shared/password-profile shared/multi-factor
      devices/entry/deviceconfig/system/update-schedule
      devices/entry/deviceconfig/system/update-server
      devices/entry/deviceconfig/system/server-verification
      devices/entry/deviceconfig/system/hostname
      devices/entry/deviceconfig/system/domain
      devices/entry/deviceconfig/system/timezone
      devices/entry/deviceconfig/system/login-banner
      devices/entry/deviceconfig/system/motd-and-banner
      devices/entry/deviceconfig/system/locale
      devices/entry/deviceconfig/system/geo-location
      devices/entry/deviceconfig/system/dns-setting
      devices/entry/deviceconfig/system/ntp-servers
      devices/entry/deviceconfig/system/snmp-setting
      devices/entry/deviceconfig/system/ssl-tls-service-profile
      devices/entry/deviceconfig/system/secure-proxy-server
      devices/entry/deviceconfig/system/secure-proxy-port
      devices/entry/deviceconfig/system/secure-proxy-user
      devices/entry/deviceconfig/system/secure-proxy-password
      devices/entry/deviceconfig/system/lcaas-use-proxy
      devices/entry/deviceconfig/system/device-telemetry
      devices/entry/deviceconfig/system/authentication-profile
      devices/entry/deviceconfig/system/ssh
      devices/entry/deviceconfig/system/speed-duplex
      devices/entry/deviceconfig/system/hsm-settings
      devices/entry/deviceconfig/setting/application
      devices/entry/deviceconfig/setting/auto-mac-detect
      devices/entry/deviceconfig/setting/config
      devices/entry/deviceconfig/setting/ctd
      devices/entry/deviceconfig/setting/custom-logo
      devices/entry/deviceconfig/setting/logging
      devices/entry/deviceconfig/setting/management
      devices/entry/deviceconfig/setting/wildfire
      devices/entry/deviceconfig/setting/jumbo-frame
      devices/entry/deviceconfig/setting/pow
      devices/entry/deviceconfig/setting/ssl-decrypt
      devices/entry/deviceconfig/setting/hawkeye
      devices/entry/deviceconfig/setting/iot
      devices/entry/deviceconfig/setting/cloudapp
      devices/entry/deviceconfig/plugins
      devices/entry/plugins
      devices/entry/network/qos
      devices/entry/network/ike/crypto-profiles
      devices/entry/network/profiles/monitor-profile
      devices/entry/network/profiles/bfd-profile
      devices/entry/network/profiles/lldp-profile
      devices/entry/network/lldp
      devices/entry/network/underlay-net
      devices/entry/vsys/entry/profiles
      devices/entry/vsys/entry/profile-group
      devices/entry/vsys/entry/tag
      devices/entry/vsys/entry/log-settings
      devices/entry/vsys/entry/reports
      devices/entry/vsys/entry/report-group
      devices/entry/vsys/entry/pdf-summary-report
      devices/entry/vsys/entry/email-scheduler
      devices/entry/vsys/entry/threats
      devices/entry/vsys/entry/user-id-collector
      devices/entry/vsys/entry/user-id-agent
      devices/entry/vsys/entry/user-id-agent-sequence
      devices/entry/vsys/entry/user-id-ssl-auth
      devices/entry/vsys/entry/ts-agent
      devices/entry/vsys/entry/redistribution-agent
      devices/entry/vsys/entry/redistribution-collector
      devices/entry/vsys/entry/vm-info-source
      devices/entry/vsys/entry/group-mapping
      devices/entry/vsys/entry/dynamic-user-group
      devices/entry/vsys/entry/captive-portal
      devices/entry/vsys/entry/authentication-profile
      devices/entry/vsys/entry/authentication-sequence
      devices/entry/vsys/entry/authentication-object
      devices/entry/vsys/entry/local-user-database
      devices/entry/vsys/entry/server-profile
      devices/entry/vsys/entry/certificate
      devices/entry/vsys/entry/certificate-profile
      devices/entry/vsys/entry/ssl-tls-service-profile
      devices/entry/vsys/entry/ocsp-responder
      devices/entry/vsys/entry/ssl-decrypt
      devices/entry/vsys/entry/setting
      devices/entry/vsys/entry/url-admin-override
      devices/entry/vsys/entry/url-content-types
      devices/entry/vsys/entry/scep
      devices/entry/vsys/entry/iot
      devices/entry/vsys/entry/rulebase/qos
      devices/entry/vsys/entry/import/resource
      devices/entry/vsys/entry/zone/entry/enable-user-identification
      devices/entry/vsys/entry/zone/entry/enable-device-identification
      devices/entry/vsys/entry/zone/entry/user-acl
      devices/entry/vsys/entry/zone/entry/device-acl
      devices/entry/vsys/entry/zone/entry/network/enable-packet-buffer-protection
      devices/entry/vsys/entry/zone/entry/network/log-setting
      """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Whether an element at a path from `config` is listed.
    static func contains(_ element: XMLElement, path: String) -> Bool {
      names.contains(element.name) || paths.contains(path)
    }
  }
}
