import Networks
import Packets

/// Where in the course of a packet a chain runs, as far as its rules can tell.
struct NftablesContext: Hashable {
  /// What connection tracking has done so far.
  enum Tracking: Hashable {
    /// It is not active.
    case none
    /// It will look the packet up later.
    case before
    /// It has looked the packet up.
    case after
  }

  var hook: NftablesHook
  /// Whether later IPv4 fragments come by, whose data is then read as if it were a header.
  var seesFragments: Bool
  var tracking: Tracking
  /// Whether replies to translated sources already show the model the address behind the
  /// translation, while the device will put it in only afterwards.
  var repliesAreEarly = false
  /// The end that the chain translates, if its type is `nat`.
  var nat: TranslationEnd?

  /// Whether the packet's incoming interface is known there; reading it gives no name where not.
  var hasIngress: Bool { hook != .output && hook != .egress }
  /// Whether the packet's outgoing interface is known there.
  var hasEgress: Bool {
    hook == .forward || hook == .output || hook == .postrouting || hook == .egress
  }
}
