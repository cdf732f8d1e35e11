import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The target has the modules that the source has. A key that needs a missing module makes the full sync fail, or is
/// left out.
///
/// Engines also list parts of themselves as modules (Redis 8 its 'vectorset', Valkey 9 its 'lua'). Such a part may be
/// missing on the target as long as nobody uses it.
struct ModulesCheck: Check {
    static let declaration = CheckDeclaration(id: "modules", title: "the target has the source's modules")

    private static let sampleSize = 200

    static func rights(in plan: Plan) -> Rights {
        Rights(at: [.source, .target], [.moduleList]) + Rights(at: [.source], [.commandTable])
            + KeySample.rights([.type])
    }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let source = try await LoadedModule.all(of: servers.source)
        guard !source.isEmpty else { return .passed("the source has no modules") }
        let target = Set(try await LoadedModule.all(of: servers.target).map(\.name))
        let missing = source.filter { !target.contains($0.name) }
        guard !missing.isEmpty else {
            return .passed("the target has \(Self.list(source)) as well")
        }
        let uses = try await uses(servers)
        guard !uses.isEmpty else { return unused(missing, servers) }
        return missed(
            "the target lacks the module \(Self.list(missing)), which is in use: \(uses.joined(separator: ", "))",
            servers)
    }

    /// Evidence that somebody uses modules: calls of their write commands, and keys of their types in a sample.
    private func uses(_ servers: Servers) async throws -> [String] {
        let flags = try await servers.source.commandFlags()
        let calls = try await servers.source.commandCalls().filter { call in
            call.value > 0 && flags[call.key].map { $0.isSuperset(of: ["module", "write"]) } == true
        }
        let types = try await KeySample.types(servers, count: Self.sampleSize).subtracting([
            "string", "list", "set", "zset", "hash", "stream", "none",
        ])
        return calls.sorted { $0.key < $1.key }.map {
            "\($0.key.uppercased().printable) (\($0.value.counted("call", "calls")))"
        }
            + types.sorted().map { "keys of type \($0.printable)" }
    }

    private static func list(_ modules: [LoadedModule]) -> String {
        modules.map { $0.name.printable }.sorted().joined(separator: ", ")
    }
}

extension ModulesCheck {
    /// The official image of Redis 8 loads four modules from files, whether or not anybody uses them. A sample of keys
    /// proves nothing about a module that somebody chose to load, so that one is a warning.
    private func unused(_ missing: [LoadedModule], _ servers: Servers) -> Finding {
        let loaded = missing.filter { !$0.isBuiltIn }
        guard !loaded.isEmpty else {
            return .passed("the source has \(Self.list(missing)) built in, which nothing uses")
        }
        return .untold(
            "the target lacks the module \(Self.list(loaded)), and nothing shows that it is used: no call of its write commands, no key of its types among \(Self.sampleSize) looked at",
            at: [servers.target.name],
            remedy: [
                "ask the applications whether they use it; a key of its types would make the full sync fail, or be left out"
            ])
    }

    private func missed(_ saw: String, _ servers: Servers) -> Finding {
        let isDragonfly = servers.plan.target.engine == .dragonfly
        return .missed(
            saw,
            wants: "the modules of the source, or no key that needs them"
                + (isDragonfly
                    ? ": before 1.40 such a key aborts the sync, since then it is left out (dragonfly#7848)" : ""),
            at: [servers.target.name],
            remedy: [
                isDragonfly
                    ? "make sure that no key of its types is left"
                    : "load the module on the target, or make sure that no key of its types is left"
            ])
    }
}
