public import Places

/// The errors of an input for people at a terminal: each with its place, and what to do about it.
public func text(of errors: InputErrors, style: TextStyle) -> String {
  var page = TextPage(style: style)
  for error in errors.errors {
    page.line(.strong("\(error.place): "), .bad("error: "), .init(error.message))
    if let hint = error.hint { page.line(.dim("hint: \(hint)"), indent: 2) }
  }
  if errors.errors.count > 1 { page.line("\(counted(errors.errors.count, "error"))") }
  return page.text
}
