/// The most errors of one input that come with the nearest name, since finding it looks at every name
/// there is: any more of them are one mistake made often, and would take quadratic time.
public let nearestNameLimit = 100

/// The name among several that is the fewest typing errors away from another one.
///
/// A typing error is a letter too many, too few, wrong, or swapped with the next; capitals do not
/// count. Of equally near names the first wins. Only the first 64 letters are looked at.
public func nearestName(to name: String, among names: some Sequence<String>) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
  var best: (name: String, distance: Int)?
  for candidate in names {
    let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
    let distance = typingErrors(between: wanted, and: letters)
    if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
  }
  return best?.name
}

/// The nearest name, where it is near enough to be what was meant: at most half of the letters are
/// wrong, or the only one.
public func similarName(to name: String, among names: some Sequence<String>) -> String? {
  guard let nearest = nearestName(to: name, among: names) else { return nil }
  let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
  let letters = Array(nearest.lowercased().unicodeScalars.prefix(64))
  let distance = typingErrors(between: wanted, and: letters)
  return distance <= max(1, max(wanted.count, letters.count) / 2) ? nearest : nil
}

/// The optimal string alignment distance.
///
/// - Complexity: O(*nm*) in the lengths.
private func typingErrors(between a: [Unicode.Scalar], and b: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        distance = min(distance, beforeLast[j - 1] + 1)
      }
      row.append(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}

/// A text in double quotes for a message, shortened where it is very long.
func quoted(_ text: String) -> String {
  let short = text.unicodeScalars.prefix(80)
  let shown = String(String.UnicodeScalarView(short.map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
  return "\"\(shown)\(short.endIndex < text.unicodeScalars.endIndex ? "…" : "")\""
}
