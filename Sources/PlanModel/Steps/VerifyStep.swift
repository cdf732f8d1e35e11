/// Asks the servers whether the world is as it should be at this place of the plan.
package struct VerifyStep: Sendable, Hashable {
    /// How the keys of source and target are compared. `sample` and `full` come later.
    package enum DataComparison: String, Sendable, Hashable, CaseIterable {
        case count
    }

    /// `nil`: topology and write checks only.
    package var data: DataComparison?

    package init(data: DataComparison? = nil) {
        self.data = data
    }
}

extension VerifyStep: StepDeclaration {
    package static let name = StepKind.Name.verify
    package static let meaning =
        "Asks the servers whether the world is as it should be at this place of the plan."
    /// Long enough for Sentinels in TILT, which lasts 30 s, to look at the servers again.
    package static let defaults = StepDefaults(timeout: .seconds(60))

    package var kind: StepKind { .verify(self) }

    package func summary(_ scene: StepScene) -> String {
        "\(scene.asking); changes nothing\(scene.writesKey ? " but one test key" : "")"
    }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension VerifyStep: StepSettings {
    private static let data = Field(
        "data", .word(DataComparison.allCases, planned: ["sample", "full"]),
        "Whether the keys of source and target are compared as well: count compares how many there are per database.")

    static var fields: [any FieldDeclaration] { [data] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let data = reader.optional(Self.data)
        // 'data: sample' has been reported; 'keys', which goes with it, belongs to the same mistake.
        reader.planned(["keys"], unless: reader.range(of: Self.data.key) != nil && data == nil)
        return VerifyStep(data: data)
    }

    package var spelledSettings: [(key: String, value: String)] { data.map { [Self.data.setting($0)] } ?? [] }
}
