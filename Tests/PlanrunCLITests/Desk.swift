import FoundationEssentials

/// A folder of one test with a plan in it, gone when the test is.
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

    /// What was printed, with the folder taken out, so that it can be compared whole.
    func without(_ text: String) -> String { text.replacing(path + "/", with: "") }
}

/// The folder of the repository.
let repository = String(#filePath.dropLast("Tests/PlanrunCLITests/Desk.swift".count))
