internal import Diagnostics
internal import YAMLTree

/// The settings that every step may have. They are written beside the step's kind or inside its mapping.
struct CommonSettings {
    static let id = Field("id", .stepID, "The name of the step; without it, the step kind.")
    static let needs = Field(
        "needs", ValueType<String>.stepID.list("a list of step ids: [preflight]"),
        "The steps that must have succeeded before; without it, the step before this one. [] starts at once.")
    static let timeout = Field("timeout", .duration(from: .milliseconds(1)), "How long one attempt may take.")
    static let retries = Field(
        "retries", .integer(0...100),
        "How many more attempts follow the first, if it failed for a reason that can pass.")

    static var keys: [String] { [id.key, needs.key, timeout.key, retries.key] }

    let id: Located<String>?
    let needs: [Located<String>]?
    /// Whether `needs` is written, but wrong.
    let areNeedsUnknown: Bool
    let timeout: Duration?
    let retries: Int?

    init(beside: inout MappingReader, inside: inout MappingReader?) {
        func read<Value>(
            _ field: Field<Value>, _ beside: inout MappingReader, _ inside: inout MappingReader?
        ) -> (value: Value?, range: SourceRange?) {
            let outer = beside.entry(field.key)
            let inner = inside?.entry(field.key) ?? nil
            if let outer, let inner {
                beside.collector.error(
                    .settingWrittenTwice, "'\(field.key)' is written beside the step kind and inside it",
                    at: max(outer.keyRange, inner.keyRange), label: "written again here",
                    labels: [Diagnostic.Label(min(outer.keyRange, inner.keyRange), "first written here")],
                    help: ["keep one of them"])
            }
            guard let entry = outer ?? inner else { return (nil, nil) }
            return (beside.read(entry, field.type), entry.value.range)
        }
        let id = read(Self.id, &beside, &inside)
        let needs = read(Self.needs, &beside, &inside)
        self.id = id.value.flatMap { value in id.range.map { Located(value: value, range: $0) } }
        self.needs = needs.value
        self.areNeedsUnknown = needs.range != nil && needs.value == nil
        self.timeout = read(Self.timeout, &beside, &inside).value
        self.retries = read(Self.retries, &beside, &inside).value
    }
}
