import FoundationEssentials
import PlanModel
import RESP
package import Rehearsal
import SystemPackage
import Values

extension LabDescription {
    /// The private world in which a Dragonfly with this set-up is asked.
    package static func recording(_ setup: Situation.Setup) -> LabDescription {
        let login: Login =
            switch setup {
            case .bare: .open
            case .password: .password
            case .users: .user("operator")
            }
        return LabDescription(source: Instance(login: login), target: Instance(login: login), sentinels: nil)
    }
}

/// Asks a real Dragonfly every question of the record, and further ones.
/// - Parameters:
///   - program: the absolute path of the Dragonfly.
///   - added: questions that the record does not have.
///   - note: is called with sentences about what is going on.
package func recordDragonfly(
    program: String, added: [String] = [], note: @Sendable (String) -> Void
) async throws -> DragonflyRecord {
    let before = DragonflyRecord.recorded
    let asks = Set(before.asks + added).sorted()
    var answers: DragonflyRecorder.Answers = [:]
    var engine = before.engine
    for setup in Situation.Setup.allCases {
        note("\(asks.count) questions to a Dragonfly with the set-up '\(setup.rawValue)'")
        let folder = try PrivateFolder.temporary()
        defer { folder.remove() }
        var description = LabDescription.recording(setup)
        description.target.engine = .dragonfly
        description.target.executable = setup == .bare ? try withoutFlagFile(program, in: folder) : program
        let (more, name) = try await withLab(description) { lab in
            (try await DragonflyRecorder(lab, setup, asks: asks).answers(note: note), try await engines(lab))
        }
        answers.merge(more) { $1 }
        engine = name
    }
    return DragonflyRecord(engine: engine, answers: answers, before: before)
}

/// The versions of the Dragonfly and of its source, as a phrase.
private func engines(_ lab: Lab) async throws -> String {
    func line(_ field: String, of server: ServerProcess) async throws -> String {
        let lines = try await lab.send(["INFO", "server"], to: server).string?.split(whereSeparator: \.isNewline)
        return String(lines?.first { $0.hasPrefix(field + ":") }?.dropFirst(field.count + 1) ?? "?")
    }
    // The last situation has killed the source.
    try await lab.source.start()
    let version = try await line("dragonfly_version", of: lab.target)
    return try await "Dragonfly \(version), with Redis \(line("redis_version", of: lab.source)) as its source"
}

/// Writes a program that starts Dragonfly with flags as arguments. A private world always passes a flag file, and the
/// set-up `bare` is to have none.
private func withoutFlagFile(_ program: String, in folder: PrivateFolder) throws -> String {
    let script = try folder.write(
        "#!/bin/sh\nexec '\(program)' $(cat \"${1#--flagfile=}\")\n", to: "dragonfly-without-flag-file")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.string)
    return script.string
}
