internal import Diagnostics
internal import Values

extension InstanceSettings {
    private static let address = Field("address", .endpoint, "Where the server listens: host:port or [v6]:port.")
    private static let engine = Field("engine", .word(Engine.allCases), "The server software.")

    static var fields: [any FieldDeclaration] { [address, engine] + Access.fields }
    static var requiredKeys: [String] { [address.key, engine.key] }

    static func read(_ reader: inout MappingReader) -> InstanceSettings? {
        let endpoint = reader.required(address)
        let engine = reader.required(Self.engine)
        let access = Access.read(&reader)
        reader.finish()
        guard let endpoint, let engine else { return nil }
        return InstanceSettings(endpoint: endpoint, engine: engine, access: access)
    }
}
