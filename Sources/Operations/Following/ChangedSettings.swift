import Execution
import RedisTopology

/// The settings that a run has changed at one server, and how a person puts back those that are not as before.
struct ChangedSettings {
    /// By name, as they were before the run.
    var prior: [String: String]
    /// What the run has replaced although nobody knows its former value any more.
    var lost: [String] = []

    /// One at most. A server that does not answer may still have all of them.
    func leftovers(on server: Server) async -> [Leftover] {
        guard !prior.isEmpty || !lost.isEmpty else { return [] }
        do {
            let now = try await server.settings(prior.keys.sorted())
            let changed = prior.filter { name, value in now[name] != nil && now[name] != value }
            let mark = try await server.mark().flatMap { $0.changes.isEmpty ? nil : $0.owners }
            guard !changed.isEmpty || mark != nil else { return [] }
            let differences = Self.sorted(changed).map { name, value in
                "\(name) is \(shown(name, now[name] ?? "")) (before the run: \(shown(name, value)))"
            }
            let notes = mark == nil ? [] : ["\(SettingMark.setting) holds the run's note of its settings"]
            let commands = Self.sorted(changed) + (mark.map { [(SettingMark.setting, $0)] } ?? [])
            let hasFile = try await server.hasConfigurationFile()
            return [leftover(server, (differences + notes).joined(separator: ", "), commands, isWritten: hasFile)]
        } catch {
            let names = prior.keys.sorted().joined(separator: ", ")
            return [
                leftover(
                    server, "it does not answer (\(error.what)), and may still have what the run set: \(names)",
                    Self.sorted(prior), isWritten: true)
            ]
        }
    }

    private func leftover(
        _ server: Server, _ what: String, _ settings: [(String, String)], isWritten: Bool
    ) -> Leftover {
        let gone = lost.map { "; the former \($0) was replaced and is kept nowhere" }.joined()
        let commands = settings.map { server.commandLine(.leftSetting, $0, $1) }
        return Leftover(
            server.name, what + gone, commands: commands + (isWritten ? [server.commandLine(.leftSettingInFile)] : []))
    }

    /// A password is shown to nobody.
    private func shown(_ name: String, _ value: String) -> String {
        if value.isEmpty { return "empty" }
        return name == "masterauth" ? "set" : value
    }

    private static func sorted(_ settings: [String: String]) -> [(String, String)] {
        settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension ChangedSettings {
    init(_ credentials: ReplicationCredentials.Prior, and settings: [String: String] = [:]) {
        prior = credentials.settings.merging(settings) { $1 }
        switch credentials.password {
        case .untouched: break
        case .wasEmpty: prior["masterauth"] = ""
        case .replaced: lost = ["masterauth"]
        }
    }
}
