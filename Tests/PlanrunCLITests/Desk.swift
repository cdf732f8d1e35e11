import FoundationEssentials

/// A folder with a plan in it for one test, which is removed when the test ends.
final class Desk: Sendable {
    let path: String

    init(plan: String = Migration.plan) throws {
        path = FileManager.default.temporaryDirectory.path + "/planrun-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try write(plan, to: "plan.yaml")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var plan: String { path("plan.yaml") }
    var state: String { path("plan.state.json") }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
    }

    func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

    /// The text without the path of the folder, so that it can be compared as a whole.
    func without(_ text: String) -> String { text.replacing(path + "/", with: "") }
}

/// The path of the repository's folder, with a slash at the end.
let repository = String(#filePath.dropLast("Tests/PlanrunCLITests/Desk.swift".count))
