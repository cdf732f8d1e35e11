import Values

/// Saves the source's data on its disk before anything else happens to it.
package struct BackupStep: Sendable, Hashable {
    /// A good save that is not older than this is enough; with zero the step saves in any case.
    package var maxAge: Duration

    package init(maxAge: Duration = .zero) {
        self.maxAge = maxAge
    }
}

extension BackupStep: StepDeclaration {
    package static let name = StepKind.Name.backup
    package static let meaning =
        "Saves the source's data on its disk (BGSAVE) and waits until that has ended well."
    /// Two hours, as for a full sync.
    package static let defaults = StepDefaults(timeout: .seconds(7_200))

    package var kind: StepKind { .backup(self) }

    package func summary(_ scene: StepScene) -> String {
        "has \(scene.source) save its data" + (maxAge > .zero ? ", unless it did in the last \(maxAge.planText)" : "")
    }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension BackupStep: StepSettings {
    private static let maxAgeField = Field(
        "max-age", .duration(), default: BackupStep().maxAge, weaker: .higher,
        "A good save of the source that is not older than this is enough; 0s saves in any case.")

    static var fields: [any FieldDeclaration] { [maxAgeField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        BackupStep(maxAge: reader.value(maxAgeField))
    }

    package var spelledSettings: [(key: String, value: String)] { [Self.maxAgeField.setting(maxAge)] }
}
