extension RedactionSettings {
    private static let pattern = ValueType<String>.text("a pattern such as 'session:*'")
        .list("a list of patterns such as [ 'session:*' ]", atLeast: 1)

    private static let names = Field(
        "names", pattern, example: ["session:*"],
        "Patterns of keys that are never named, and of whose values nothing is shown.")
    private static let values = Field(
        "values", pattern, example: ["customer:*"], "Patterns of keys of whose values nothing is shown.")

    static var fields: [any FieldDeclaration] { [names, values] }

    static func read(_ reader: inout MappingReader) -> RedactionSettings {
        let settings = RedactionSettings(
            names: (reader.optional(names) ?? []).map(\.value), values: (reader.optional(values) ?? []).map(\.value))
        reader.finish()
        return settings
    }
}
