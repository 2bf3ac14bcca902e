import Packets
import Places

/// A set of requirements that the kinds of zones imply, after a published standard.
///
/// Where the policy itself says what may pass between two zones, with `isolate` or `allowOnly`, a rule
/// that would let nothing pass gives way: a person knows the plant better. Rules about single services
/// do not. The paraphrases are ours.
struct Pack: Sendable {
  /// A requirement for every pair of zones of some kinds.
  struct Rule: Sendable {
    /// What must be true between the two.
    enum Sort: Sendable {
      /// Nothing of these services may pass; of any, where there are none.
      case isolate([String])
      /// There is no way out to any external address.
      case noExit
      /// No host stands in both.
      case noDualHomed
    }

    var id: String
    var sort: Sort
    var from: [Zone.Kind]
    var to: [Zone.Kind]
    var severity: Requirement.Severity
    var clause: String
    var why: String
  }

  /// The name that a policy gives.
  var name: String
  var rules: [Rule]

  private static let outer: [Zone.Kind] = [.external, .c2, .vendor]
  private static let plant: [Zone.Kind] = [.ics, .safety]
  /// Protocols by which a person takes hold of a host.
  private static let remoteAccess = [
    "ssh", "telnet", "rdp", "vnc", "winrm", "winrm-https", "teamviewer", "anydesk", "x11",
  ]
  private static let people = [
    "smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s", "xmpp", "irc", "ircs",
  ]

  /// Every pack.
  static let all: [Pack] = [
    Pack(
      name: "iec62443-3-3",
      rules: [
        Rule(
          id: "SR5.1", sort: .isolate([]), from: [.business], to: plant, severity: .high,
          clause: "iec62443-3-3:SR5.1", why: "control networks are kept apart from others"),
        Rule(
          id: "SR5.1-safety", sort: .isolate([]), from: [.ics], to: [.safety], severity: .critical,
          clause: "iec62443-3-3:SR5.1",
          why: "what keeps people safe does not depend on what it guards"),
        Rule(
          id: "SR5.2", sort: .isolate([]), from: outer, to: plant + [.management],
          severity: .critical, clause: "iec62443-3-3:SR5.2",
          why: "a boundary denies what it is not told to pass"),
        Rule(
          id: "SR5.3", sort: .isolate(people), from: outer + [.business], to: plant,
          severity: .high, clause: "iec62443-3-3:SR5.3",
          why: "messages between people do not enter control networks"),
        Rule(
          id: "SR1.13", sort: .isolate(remoteAccess), from: outer, to: plant, severity: .critical,
          clause: "iec62443-3-3:SR1.13",
          why: "access from untrusted networks ends at a host that checks it"),
      ]),
    Pack(
      name: "nerc-cip-005-7",
      rules: [
        Rule(
          id: "R1.2", sort: .isolate([]), from: outer, to: plant, severity: .critical,
          clause: "nerc-cip-005-7:R1.2",
          why: "what comes from outside the perimeter passes an identified access point"),
        Rule(
          id: "R1.2-second-interface", sort: .noDualHomed, from: outer + [.business], to: plant,
          severity: .high, clause: "nerc-cip-005-7:R1.2",
          why: "a second interface of a host is an access point that nobody identified"),
        Rule(
          id: "R2.1", sort: .isolate(remoteAccess), from: outer + [.business], to: plant,
          severity: .critical, clause: "nerc-cip-005-7:R2.1",
          why: "interactive remote access uses an intermediate system"),
      ]),
    Pack(
      name: "nist-800-82r3",
      rules: [
        Rule(
          id: "no-direct-business", sort: .isolate([]), from: [.business], to: plant,
          severity: .high, clause: "nist-800-53r5:SC-7",
          why: "office and plant meet in a DMZ, not directly"),
        Rule(
          id: "no-direct-plant", sort: .isolate([]), from: plant, to: [.business], severity: .high,
          clause: "nist-800-53r5:SC-7", why: "office and plant meet in a DMZ, not directly"),
        Rule(
          id: "no-exit", sort: .noExit, from: plant, to: [], severity: .critical,
          clause: "nist-800-53r5:SC-7(5)", why: "control systems do not reach the internet"),
        Rule(
          id: "no-entry", sort: .isolate([]), from: outer, to: plant, severity: .critical,
          clause: "nist-800-53r5:AC-4", why: "the internet does not reach control systems"),
      ]),
    Pack(
      name: "cisa-cpg-2.0",
      rules: [
        Rule(
          id: "3.I", sort: .isolate([]), from: [.business], to: plant, severity: .high,
          clause: "cisa-cpg-2.0:3.I", why: "connections to the plant are denied unless listed"),
        Rule(
          id: "3.S", sort: .isolate(remoteAccess), from: outer, to: plant + [.business, .dmz],
          severity: .critical, clause: "cisa-cpg-2.0:3.S",
          why: "no service that is often exploited is open to the internet"),
      ]),
  ]
}
