import Importers
import Networks
import Places
import Testing

@Suite struct `PAN-OS corpus` {
  /// What became of one file.
  private enum Outcome {
    case read(Device, ImportContext)
    case refused(InputError)
  }

  private static func read(_ path: String) -> Outcome {
    var device = Device(name: "fw", place: Place(file: path), kind: .firewall)
    var context = ImportContext()
    do throws(InputError) {
      try panos.read(bytes(at: path), path, &device, &context)
      return .read(device, context)
    } catch {
      return .refused(error)
    }
  }

  @Test func `every file loads or is refused with its place`() {
    guard let folder = corpusFolder("panos-xml") else {
      print("skipped: the corpus is not beside the package")
      return
    }
    let paths = files(under: folder)
    #expect(paths.count > 30)
    var refused: [String] = []
    for path in paths {
      let name = path.split(separator: "/").suffix(1).joined()
      switch Self.read(path) {
      case .read(let device, let context):
        let counts = context.coverage[0]
        print(
          name, "modelled", counts.modelled, "irrelevant", counts.irrelevant, "opaque",
          counts.opaque.count, "notices", context.notices.count, "conditions",
          context.conditions.conditions.count, "rules",
          device.acls.reduce(0) { $0 + $1.rules.count })
        #expect(counts.modelled > 0)
        #expect(context.notices.allSatisfy { $0.place.file == path })
      case .refused(let error):
        print(name, "refused", error)
        #expect(error.place.line > 0)
        refused.append(name)
      }
    }
    #expect(
      Set(refused) == [
        "iron_skillet_panos_full.xml", "panorama-example.xml", "panorama-8.0-merger.xml",
        "panorama-10.0-merger.xml", "panorama-8.0.xml",
      ])
  }

  @Test func `every file of the corpus is recognised`() {
    guard let folder = corpusFolder("panos-xml") else { return }
    for path in files(under: folder) {
      #expect(panos.recognises(bytes(at: path)), "\(path)")
    }
  }
}
