/// Saves the source's data on its disk before anything else happens to it.
package struct BackupStep: Sendable, Hashable {
    /// A good save that is not older than this counts; zero saves in any case.
    package var maxAge: Duration

    package init(maxAge: Duration = .zero) {
        self.maxAge = maxAge
    }
}

extension BackupStep: StepSettings {
    private static let maxAgeField = Field(
        "max-age", .duration(), default: BackupStep().maxAge,
        "A good save of the source that is not older than this is enough; 0s saves in any case.")

    static var fields: [any FieldDeclaration] { [maxAgeField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        BackupStep(maxAge: reader.value(maxAgeField))
    }

    var spelledSettings: [(key: String, value: String)] { [Self.maxAgeField.setting(maxAge)] }
}
