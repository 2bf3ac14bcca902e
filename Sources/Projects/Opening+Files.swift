import Documents
import Importers
import Places
import Policies

extension Opening {
  /// Reads a description, the configurations it names, and the files it includes.
  ///
  /// The outer prefixes are those of the file that includes this one, `nil` for the outermost; the
  /// prefix is what that file puts before the names of this one, `nil` for its network's name.
  mutating func addParts(
    of path: String, outer: [String]?, prefix: String?, at place: Place?,
    into parts: inout [NetworkPart], stack: [String]
  ) {
    let description: NetworkDescription
    let real: String
    do {
      (description, real) = try readDescription(path, at: place, stack: stack)
    } catch {
      errors += error.errors
      return
    }
    let directory = Path.directory(of: path)
    let prefixes =
      outer.map { $0 + [($0.last ?? "") + (prefix ?? description.name) + "/"] } ?? [""]
    var part = NetworkPart(description, prefixes: prefixes)
    for config in description.configs {
      let file = Path.join(directory, config.path)
      do {
        let bytes = try loader.read(file, at: config.place)
        part.configs[config.device] = NetworkPart.Config(file: file, bytes: bytes)
      } catch {
        errors.append(error)
      }
    }
    parts.append(part)
    for include in description.includes {
      guard stack.count < loader.limits.includeDepth else {
        errors.append(
          InputError(
            at: include.place,
            "files include each other more than \(loader.limits.includeDepth) levels deep"))
        return
      }
      addParts(
        of: Path.join(directory, include.path), outer: prefixes, prefix: include.prefix,
        at: include.place, into: &parts, stack: stack + [real])
    }
  }

  private mutating func readDescription(
    _ path: String, at place: Place?, stack: [String]
  ) throws(InputErrors) -> (description: NetworkDescription, real: String) {
    let bytes: [UInt8]
    let real: String
    do throws(InputError) {
      real = try loader.realPath(path, at: place)
      if stack.contains(real) {
        throw InputError(at: place ?? Place(file: path), "'\(path)' includes itself")
      }
      bytes = try loader.read(path, at: place)
    } catch {
      throw InputErrors([error])
    }
    let format = try format(of: path, at: place)
    let description = try NetworkDescription.parse(
      bytes, as: format, file: path, limits: loader.limits.document)
    return (description, real)
  }

  private func format(of path: String, at place: Place?) throws(InputErrors) -> Document.Format {
    if let format = Document.Format(fileName: path) { return format }
    throw InputErrors([
      InputError(
        at: place ?? Place(file: path), "'\(path)' has no ending that says its form",
        hint: "name it .json or .xml")
    ])
  }

  /// Reads the policy and its feeds; `nil` where there is none or it has errors.
  mutating func readPolicy(on day: Day) -> (policy: Policy, feeds: [Feed])? {
    guard let path = policyPath else { return nil }
    let policy: Policy
    do {
      policy = try parsedPolicy(path)
    } catch {
      errors += error.errors
      return nil
    }
    let directory = Path.directory(of: path)
    if let real = FileSystem.realPath(directory.isEmpty ? "." : directory) { loader.allow(real) }
    var feeds: [Feed] = []
    for reference in policy.feeds {
      let file = Path.join(directory, reference.path)
      do {
        let bytes = try loader.read(file, at: reference.place)
        feeds.append(
          try Feed.parse(
            bytes, as: reference.format, name: reference.name, file: file, on: day,
            limits: loader.limits.document))
      } catch {
        errors.append(error)
      }
    }
    return (policy, feeds)
  }

  private mutating func parsedPolicy(_ path: String) throws(InputErrors) -> Policy {
    let bytes: [UInt8]
    do {
      bytes = try loader.read(path, at: nil)
    } catch {
      throw InputErrors([error])
    }
    return try Policy.parse(
      bytes, as: try format(of: path, at: nil), file: path, limits: loader.limits.document)
  }
}
