import Execution
import RESP
import RedisTopology

/// A module as a server lists it.
struct LoadedModule: Sendable, Hashable {
    let name: String
    /// It is part of the server program: the server names no file that it was loaded from.
    let isBuiltIn: Bool

    /// By `MODULE LIST`, and by `INFO modules` where a server does not carry that out.
    static func all(of server: Server) async throws(StepFailure) -> [LoadedModule] {
        let reply = try await server.replies(to: [["MODULE", "LIST"]])[0]
        guard let entries = reply.array else { return try await named(in: server) }
        return entries.compactMap(LoadedModule.init)
    }

    /// An entry is a list of names and values. Redis before 7 and Dragonfly tell no path. A built-in one has an empty path
    /// on Redis, and its own name there on Valkey.
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

    /// `module:name=bf,ver=20612,api=1,…`: the section has one such line for each.
    private static func named(in server: Server) async throws(StepFailure) -> [LoadedModule] {
        try await server.info("modules")["modules"].all("module").compactMap { line in
            let attributes = line.split(separator: ",")
            guard let name = attributes.first(where: { $0.hasPrefix("name=") }) else { return nil }
            return LoadedModule(name: String(name.dropFirst("name=".count)), isBuiltIn: false)
        }
    }
}
