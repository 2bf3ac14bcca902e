# Prints "ID VERDICT" a line, sorted by the caller, for a result of `firebreak verify --format json`
# (the members of its "requirements") or for an expected.json (an object of verdicts).
#
#   awk -f Scripts/verdicts.awk FILE

function string(   text, character) {
  text = ""
  at++
  while (at <= size) {
    character = substr(json, at++, 1)
    if (character == "\"") return text
    if (character == "\\") character = character substr(json, at++, 1)
    text = text character
  }
  return text
}

{ json = json $0 "\n" }

END {
  size = length(json)
  depth = 0
  at = 1
  while (at <= size) {
    character = substr(json, at, 1)
    if (character == "{" || character == "[") {
      depth++
      kind[depth] = character
      key[depth] = ""
      expecting = 1
    } else if (character == "}" || character == "]") {
      if (depth == 3 && key[1] == "requirements" && id != "") print id, verdict
      if (depth == 3) { id = ""; verdict = "" }
      depth--
    } else if (character == ",") {
      expecting = 1
    } else if (character == ":") {
      expecting = 0
    } else if (character == "\"") {
      text = string()
      at--
      if (kind[depth] == "{" && expecting) {
        key[depth] = text
      } else if (depth == 1) {
        if (text ~ /^(holds|violated|undecided)$/) print key[1], text
      } else if (depth == 3 && key[1] == "requirements") {
        if (key[3] == "id") id = text
        if (key[3] == "verdict") verdict = text
      }
    }
    at++
  }
}
