import Execution
import PlanModel
import RESP
import RedisTopology

/// The target has the modules that the source has: a key of a module that is missing aborts the full sync.
struct ModulesCheck: Check {
    static let declaration = CheckDeclaration(id: "modules", title: "the target has the source's modules")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let source = try await modules(servers.source)
        guard !source.isEmpty else { return .passed("the source has no modules") }
        let missing = source.subtracting(try await modules(servers.target)).sorted()
        let isDragonfly = servers.plan.target.engine == .dragonfly
        guard !missing.isEmpty else {
            return .passed("the target has \(source.sorted().joined(separator: ", ")) as well")
        }
        return .missed(
            "the target lacks the module \(missing.joined(separator: ", "))",
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

    private func modules(_ server: Server) async throws(StepFailure) -> Set<String> {
        let info = try await server.info("modules")["modules"]
        // `module:name=bf,ver=20612,api=1,…`; the section shows one line for each, of which the last is kept by name.
        let listed = info.fields.filter { $0.key == "module" }.values
        var names = Set(
            listed.compactMap { $0.split(separator: ",").first?.split(separator: "=").last.map { $0.printable } })
        let reply = try await server.replies(to: [["MODULE", "LIST"]])[0]
        for case .array(let fields) in reply.array ?? [] where fields.count > 1 {
            if let name = fields[1].string { names.insert(name.printable) }
        }
        return names
    }
}
