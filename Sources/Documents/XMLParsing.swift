import CLibXML2
import Places

// The only file that touches libxml2, and the only one in this target with `unsafe` in it.

/// Reads an XML document into a tree.
func parseXML(
  _ bytes: [UInt8], file: String, limits: DocumentLimits
) throws(InputError) -> XMLTree {
  try limits.check(size: bytes.count, of: file)
  let text = try decodeXML(bytes, file: file)
  let lines = LineTable(text, file: file)
  try lines.checkUTF8(text, hint: "another encoding has to be declared in the first line")
  guard !text[LineTable.markLength(text)...].allSatisfy(\.isXMLSpace) else {
    throw InputError(at: lines.place(at: text.count), "the document is empty")
  }
  var state = SAXState(text: text, limits: limits)
  run(&state)
  if let failure = state.failure {
    let opened = failure.opened.map { lines.place(at: state.builder.nodes[Int($0)].offset) }
    throw InputError(
      at: lines.place(at: failure.offset),
      failure.message + (opened.map { ", which starts at \($0.line):\($0.column)" } ?? ""),
      hint: failure.hint)
  }
  return XMLTree(state.builder, lines: lines)
}

/// The bytes in UTF-8, whatever encoding they are in.
private func decodeXML(_ bytes: [UInt8], file: String) throws(InputError) -> [UInt8] {
  let form = XMLEncoding(of: bytes)
  if let contradiction = form.contradiction {
    throw InputError(at: Place(file: file, line: 1), contradiction)
  }
  guard let name = form.nameToDecode else { return bytes }
  guard let handler = unsafe xmlFindCharEncodingHandler(name) else {
    throw InputError(
      at: Place(file: file, line: 1), "the encoding \"\(name)\" is not known",
      hint: "UTF-8 always works")
  }
  // Without a callback of ours libxml2 would print what it cannot decode.
  unsafe xmlSetStructuredErrorFunc(nil) { _, _ in }
  defer {
    xmlSetStructuredErrorFunc(nil, nil)
    _ = unsafe xmlCharEncCloseFunc(handler)
  }
  let input = unsafe xmlBufferCreate()
  let output = unsafe xmlBufferCreate()
  defer {
    unsafe xmlBufferFree(input)
    unsafe xmlBufferFree(output)
  }
  let body = bytes[form.markLength...]
  let added = unsafe body.withUnsafeBufferPointer {
    unsafe xmlBufferAdd(input, $0.baseAddress, CInt($0.count))
  }
  // The function converts as much as it has room for and is called until nothing is left.
  while added == 0, unsafe xmlBufferLength(input) > 0 {
    let before = unsafe xmlBufferLength(input)
    guard unsafe xmlCharEncInFunc(handler, output, input) >= 0,
      unsafe xmlBufferLength(input) < before
    else { break }
  }
  let length = Int(unsafe xmlBufferLength(output))
  let decoded = unsafe Array(
    UnsafeBufferPointer(start: xmlBufferContent(output), count: length))
  guard added == 0, unsafe xmlBufferLength(input) == 0 else {
    let place = LineTable(decoded, file: file).place(at: decoded.count)
    throw InputError(at: place, "the text is not valid \(name), which the document says it is in")
  }
  if let contradiction = XMLEncoding.contradiction(in: decoded, decodedFrom: name) {
    throw InputError(at: Place(file: file, line: 1), contradiction)
  }
  return decoded
}

/// The first thing that went wrong, and where.
private struct Failure {
  var offset: Int
  var message: String
  var hint: String?
  /// The element whose end was expected, if that was the matter.
  var opened: UInt32?
}

/// The addresses of a prefix and a namespace in libxml2's table of names.
private struct NamespaceKey: Hashable {
  var prefix: UInt
  var uri: UInt
}

/// The state of a run of libxml2, which its callbacks reach through a pointer.
@safe private struct SAXState {
  let text: [UInt8]
  let limits: DocumentLimits
  var builder = XMLTreeBuilder()
  var failure: Failure?
  var parser: xmlParserCtxtPtr?
  /// The numbers of names, found by their addresses in libxml2's own table, which stay as they are.
  var names: [UInt: UInt32] = [:]
  var namespaces: [NamespaceKey: UInt32] = [:]

  init(text: [UInt8], limits: DocumentLimits) {
    self.text = text
    self.limits = limits
  }

  /// Where the text starts after its byte order mark.
  var start: Int { LineTable.markLength(text) }

  /// The offset at which libxml2 stands.
  var offset: Int {
    guard let input = unsafe parser?.pointee.input else { return start }
    let ahead = unsafe input.pointee.cur - input.pointee.base
    return min(start + Int(unsafe input.pointee.consumed) + ahead, text.count)
  }

  /// Records a failure, if it is the first, and stops.
  mutating func fail(_ message: String, at offset: Int, hint: String? = nil) {
    guard failure == nil else { return }
    failure = Failure(offset: offset, message: message, hint: hint)
    unsafe xmlStopParser(parser)
  }

  /// Makes sure that libxml2's table of names is small enough to be fast.
  mutating func checkNames() {
    guard failure == nil, let names = unsafe parser?.pointee.dict else { return }
    if unsafe Int(xmlDictSize(names)) > limits.names {
      fail("the document has more than \(limits.names) different names", at: offset)
    }
  }

  /// Makes sure that what was read is a whole document.
  mutating func finish(wellFormed: Bool) {
    guard failure == nil, !wellFormed || builder.nodes.isEmpty || !builder.open.isEmpty else {
      return
    }
    failure = Failure(offset: text.count, message: "the document is not well-formed XML")
  }
}

/// The callbacks, each of which is given the state as its context.
///
/// Those that are absent matter as much: with no callback that answers for an entity, none can be
/// resolved, and with no callback that loads a file, none is.
private func saxHandler() -> xmlSAXHandler {
  var handler = unsafe xmlSAXHandler()
  unsafe handler.initialized = UInt32(XML_SAX2_MAGIC)
  unsafe handler.startElementNs = { context, name, prefix, uri, declared, _, count, _, values in
    guard let name = unsafe name else { return }
    let state = unsafe context?.assumingMemoryBound(to: SAXState.self)
    unsafe state?.pointee.start(
      SAXName(local: name, prefix: prefix, uri: uri), declaring: Int(declared), attributes: values,
      count: Int(count))
  }
  unsafe handler.endElementNs = { context, _, _, _ in
    unsafe context?.assumingMemoryBound(to: SAXState.self).pointee.builder.end()
  }
  let characters: charactersSAXFunc = { context, bytes, length in
    unsafe context?.assumingMemoryBound(to: SAXState.self).pointee.builder
      .characters(UnsafeBufferPointer(start: bytes, count: Int(length)))
  }
  unsafe handler.characters = characters
  unsafe handler.cdataBlock = characters
  unsafe handler.ignorableWhitespace = characters
  unsafe handler.internalSubset = { context, _, _, _ in
    unsafe context?.assumingMemoryBound(to: SAXState.self).pointee.documentType()
  }
  unsafe handler.entityDecl = { context, _, _, _, _, _ in
    unsafe context?.assumingMemoryBound(to: SAXState.self).pointee.declaration()
  }
  unsafe handler.reference = { context, _ in
    unsafe context?.assumingMemoryBound(to: SAXState.self).pointee.unknownEntity()
  }
  unsafe handler.serror = { context, error in
    guard let error = unsafe error?.pointee else { return }
    unsafe context?.assumingMemoryBound(to: SAXState.self).pointee.report(error)
  }
  return unsafe handler
}

/// A name as libxml2 gives it: three strings in its own table of names.
@unsafe private struct SAXName {
  var local: UnsafePointer<xmlChar>
  var prefix: UnsafePointer<xmlChar>?
  var uri: UnsafePointer<xmlChar>?
}

extension SAXState {
  /// Starts an element.
  fileprivate mutating func start(
    _ name: SAXName, declaring declared: Int,
    attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int
  ) {
    guard failure == nil else { return }
    let bracket = startOfTag(endingAt: offset)
    let inScope = declared + (builder.open.last?.namespaces ?? 0)
    if builder.open.count >= limits.depth { return fail(limits.tooDeep, at: bracket) }
    if builder.nodes.count >= limits.values { return fail(limits.tooMany, at: bracket) }
    if count > limits.attributes || inScope > limits.attributes {
      return fail(
        "the element has more than \(limits.attributes) attributes or namespaces", at: bracket)
    }
    builder.start(
      name: unsafe number(of: name.local), namespace: unsafe namespace(name),
      at: UInt32(bracket), namespaces: inScope)
    guard count > 0, let attributes = unsafe attributes else { return }
    var places = AttributePlaces(text: text, tag: bracket)
    for index in 0..<count {
      let parts = unsafe attributes + 5 * index
      guard let local = unsafe parts[0], let start = unsafe parts[3], let end = unsafe parts[4]
      else { continue }
      let name = unsafe SAXName(local: local, prefix: parts[1], uri: parts[2])
      unsafe builder.attribute(
        name: number(of: name.local), namespace: namespace(name),
        at: UInt32(places.next() ?? bracket),
        value: UnsafeBufferPointer(start: start, count: end - start))
    }
  }

  /// Where the start tag around an offset begins, since no value inside a tag can have a `<`.
  private func startOfTag(endingAt offset: Int) -> Int {
    var position = min(offset, text.count - 1)
    while position > 0, text[position] != UInt8(ascii: "<") { position -= 1 }
    return position
  }

  /// The number of a name, by its address if it has been seen before.
  private mutating func number(of name: UnsafePointer<xmlChar>) -> UInt32 {
    let address = UInt(bitPattern: name)
    if let number = names[address] { return number }
    let number = builder.name(unsafe String(cString: name))
    names[address] = number
    return number
  }

  /// The number of a name's prefix and namespace, by their addresses if they have been seen before.
  private mutating func namespace(_ name: SAXName) -> UInt32 {
    guard unsafe name.prefix != nil || name.uri != nil else { return 0 }
    let key = unsafe NamespaceKey(
      prefix: UInt(bitPattern: name.prefix), uri: UInt(bitPattern: name.uri))
    if let number = namespaces[key] { return number }
    let number = unsafe builder.namespace(
      XMLTree.Namespace(
        prefix: name.prefix.map { unsafe String(cString: $0) },
        uri: name.uri.map { unsafe String(cString: $0) }))
    namespaces[key] = number
    return number
  }

  /// Refuses a document type that declares anything itself.
  fileprivate mutating func documentType() {
    var rest = text[offset...].drop(while: \.isXMLSpace)
    guard rest.first == UInt8(ascii: "[") else { return }
    let bracket = rest.startIndex
    rest = rest.dropFirst().drop(while: \.isXMLSpace)
    if rest.first != UInt8(ascii: "]") { declaration(at: bracket) }
  }

  /// Refuses a declaration of entities or of anything else that changes how the text is read.
  fileprivate mutating func declaration(at offset: Int? = nil) {
    fail(
      "a document type with declarations of its own is not accepted", at: offset ?? self.offset,
      hint: "remove the part of <!DOCTYPE …> from [ to ]")
  }

  /// Refuses a reference to an entity that only a document type elsewhere could define.
  fileprivate mutating func unknownEntity() {
    fail("the entity is not defined", at: offset, hint: "write the character itself")
  }

  /// Takes an error that libxml2 found.
  ///
  /// A prefix without a namespace is no error here: vendors' fragments are full of them, and the
  /// element is kept with its prefix.
  fileprivate mutating func report(_ error: xmlError) {
    guard unsafe error.level.rawValue >= XML_ERR_ERROR.rawValue,
      unsafe error.code != CInt(XML_NS_ERR_UNDEFINED_NAMESPACE.rawValue)
    else { return }
    var message = unsafe error.message.map { unsafe String(cString: $0) } ?? "not well-formed XML"
    while message.last?.isWhitespace == true { message.removeLast() }
    message = message.prefix(1).lowercased() + message.dropFirst()
    if message.contains("Huge input lookup") {
      message = "one tag, comment or other piece of the text is longer than 10 MB"
    }
    let mismatched = unsafe error.code == CInt(XML_ERR_TAG_NAME_MISMATCH.rawValue)
    let unfinished = unsafe error.code == CInt(XML_ERR_TAG_NOT_FINISHED.rawValue)
    if unsafe error.code == CInt(XML_ERR_DOCUMENT_END.rawValue), let open = builder.open.last {
      // What libxml2 says of a text that ends early is that there is more after its end.
      fail("the document ends inside an element", at: text.count)
      failure?.opened = open.node
      return
    }
    // At the end tag, where that is the wrong one, rather than behind it.
    fail(message, at: mismatched ? startOfTag(endingAt: offset) : offset)
    if mismatched || unfinished { failure?.opened = builder.open.last.map(\.node) }
  }
}

/// Finds where the attributes of one start tag are, which libxml2 does not say.
private struct AttributePlaces {
  private let text: [UInt8]
  private var position: Int

  /// Starts after the name of the element whose `<` is at an offset.
  init(text: [UInt8], tag: Int) {
    self.text = text
    position = tag
    skip { !$0.isXMLSpace && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
  }

  /// The offset of the next attribute that is not a declaration of a namespace.
  mutating func next() -> Int? {
    while true {
      skip(while: \.isXMLSpace)
      let start = position
      skip { !$0.isXMLSpace && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ">") }
      let name = text[start..<position]
      skip { $0.isXMLSpace || $0 == UInt8(ascii: "=") }
      guard position < text.count, !name.isEmpty else { return nil }
      let quote = text[position]
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
      position += 1
      skip { $0 != quote }
      position += 1
      if !name.elementsEqual("xmlns".utf8), !name.starts(with: "xmlns:".utf8) { return start }
    }
  }

  private mutating func skip(while matches: (UInt8) -> Bool) {
    while position < text.count, matches(text[position]) { position += 1 }
  }
}

/// Feeds the text to libxml2.
private func run(_ state: inout SAXState) {
  let text = state.text
  var handler = unsafe saxHandler()
  unsafe withUnsafeMutablePointer(to: &state) { state in
    guard let parser = unsafe xmlCreatePushParserCtxt(&handler, state, nil, 0, nil) else {
      unsafe state.pointee.failure = Failure(offset: 0, message: "there is no memory to read it")
      return
    }
    defer { unsafe xmlFreeParserCtxt(parser) }
    unsafe state.pointee.parser = parser
    let options =
      XML_PARSE_NOENT.rawValue | XML_PARSE_NONET.rawValue | XML_PARSE_IGNORE_ENC.rawValue
    _ = unsafe xmlCtxtUseOptions(parser, CInt(options))
    unsafe text.withUnsafeBufferPointer { text in
      unsafe feed(text, to: parser, state)
    }
  }
}

/// Feeds the text in pieces, none of which ends inside a character or a line end.
private func feed(
  _ text: UnsafeBufferPointer<UInt8>, to parser: xmlParserCtxtPtr,
  _ state: UnsafeMutablePointer<SAXState>
) {
  var position = unsafe state.pointee.start
  while position < text.count, unsafe state.pointee.failure == nil {
    var end = min(position + 65_536, text.count)
    while end < text.count, unsafe text[end] & 0xC0 == 0x80 { end -= 1 }
    if end < text.count, unsafe text[end - 1] == 0x0D, end - position > 1 { end -= 1 }
    unsafe text.baseAddress?.withMemoryRebound(to: CChar.self, capacity: text.count) { bytes in
      _ = unsafe xmlParseChunk(parser, bytes + position, CInt(end - position), 0)
    }
    position = end
    unsafe state.pointee.checkNames()
  }
  guard unsafe state.pointee.failure == nil else { return }
  _ = unsafe xmlParseChunk(parser, nil, 0, 1)
  unsafe state.pointee.finish(wellFormed: parser.pointee.wellFormed == 1)
}
