internal import Diagnostics
internal import Values

extension SentinelSettings {
    private static let primary = Field(
        "primary", .primaryName, "The name under which the Sentinels monitor the source.")
    private static let addresses = Field(
        "addresses", .sentinelEndpoints, "Every Sentinel that monitors the source: host:port or [v6]:port.")

    static var fields: [any FieldDeclaration] { [primary, addresses] + Access.fields }
    static var requiredKeys: [String] { [primary.key, addresses.key] }

    static func read(_ reader: inout MappingReader) -> (settings: SentinelSettings, places: [Located<Endpoint>])? {
        let primary = reader.required(Self.primary)
        let places = reader.required(Self.addresses)
        let access = Access.read(&reader)
        reader.finish()
        reportDuplicates(places ?? [], to: reader.collector)
        guard let primary, let places else { return nil }
        return (SentinelSettings(primary: primary, endpoints: places.map(\.value), access: access), places)
    }

    private static func reportDuplicates(_ places: [Located<Endpoint>], to collector: DiagnosticCollector) {
        var first: [Endpoint: SourceRange] = [:]
        for place in places {
            let identity = place.value.normalized
            if let range = first[identity] {
                collector.error(
                    .duplicateAddress, "'\(place.value)' is named twice", at: place.range, label: "named again here",
                    labels: [Diagnostic.Label(range, "first named here")], help: ["name each Sentinel once"])
            } else {
                first[identity] = place.range
            }
        }
    }
}
