/// How deep names of zones, and of services, may stand for each other, since looking them up recurses.
///
/// A plant, its areas, lines and cells are four levels.
let nestingLimit = 100
