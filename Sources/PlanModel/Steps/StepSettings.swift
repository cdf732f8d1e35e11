internal import YAMLTree

/// What one step kind brings to the language: its keys, how they are read, and how they are shown.
protocol StepSettings: Sendable, Hashable {
    static var fields: [any FieldDeclaration] { get }
    static var requiredKeys: [String] { get }

    /// Asks for the keys of the kind; the caller has asked for those that every step has, and finishes the reader.
    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self?

    /// Effective values, defaults included, as a plan spells them.
    var spelledSettings: [(key: String, value: String)] { get }
}

extension StepSettings {
    static var requiredKeys: [String] { [] }
}
