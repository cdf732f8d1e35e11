import Execution
import RESP
import RedisTopology

/// A module that a server lists.
struct LoadedModule: Sendable, Hashable {
    let name: String
    /// Whether the module is part of the server program: the server then names no file that it was loaded from.
    let isBuiltIn: Bool

    /// Reads `MODULE LIST`, or `INFO modules` if the server refuses that.
    static func all(of server: Server) async throws(StepFailure) -> [LoadedModule] {
        let reply = try await server.replies(to: [["MODULE", "LIST"]])[0]
        guard let entries = reply.array else { return try await named(in: server) }
        return entries.compactMap(LoadedModule.init)
    }

    /// Reads an entry of `MODULE LIST`, which is a list of names and values. Redis before 7 and Dragonfly give no path.
    /// A built-in module has an empty path on Redis, and its own name as path on Valkey.
    init?(_ entry: RESPValue) {
        guard let fields = entry.array, fields.count.isMultiple(of: 2) else { return nil }
        var values: [String: String] = [:]
        for index in stride(from: 0, to: fields.count, by: 2) {
            if let field = fields[index].string { values[field.lowercased()] = fields[index + 1].string }
        }
        guard let name = values["name"] else { return nil }
        self.init(name: name, isBuiltIn: values["path"].map { $0.isEmpty || $0 == name } ?? false)
    }

    init(name: String, isBuiltIn: Bool) {
        self.name = name
        self.isBuiltIn = isBuiltIn
    }

    /// Reads `INFO modules`, which has a line such as `module:name=bf,ver=20612,api=1,…` for each module.
    private static func named(in server: Server) async throws(StepFailure) -> [LoadedModule] {
        try await server.info("modules")["modules"].all("module").compactMap { line in
            let attributes = line.split(separator: ",")
            guard let name = attributes.first(where: { $0.hasPrefix("name=") }) else { return nil }
            return LoadedModule(name: String(name.dropFirst("name=".count)), isBuiltIn: false)
        }
    }
}
