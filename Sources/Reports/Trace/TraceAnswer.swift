/// The packet that answers a question best, and how it was chosen.
public struct TraceAnswer: Sendable {
  /// What becomes of it.
  public var trace: Trace
  /// Who sends it.
  public var source: TraceEnd
  /// The destination that it is sent to.
  public var target: TraceQuestion.Target
  /// How many pairs of hosts were tried.
  public var triedCount = 1
  /// Whether no bound left out a pair that rules tell apart from those that were tried.
  public var isExhausted = true

  /// How the packet was chosen, in words; `nil` where there was no choice.
  public var tried: String? {
    if triedCount == 1 { return nil }
    let hosts = "\(triedCount) pairs of hosts"
    if trace.isDelivered != false { return "\(hosts), until one got through" }
    return isExhausted
      ? "\(hosts); none gets through, the first is shown"
      : "\(hosts), not all that rules tell apart; none gets through, the first is shown"
  }
}
