extension RollbackSettings {
    private static let onFailure = Field(
        "on-failure", .word(OnFailure.allCases), default: RollbackSettings().onFailure,
        "What happens when a step fails before the point of no return: undo at once, ask, or leave everything as it is."
    )
    static let afterCutoverField = Field(
        "after-cutover", .word(AfterCutover.allCases),
        """
        What 'planrun rollback' does once the target is the primary: keep hands over in the other direction, which loses \
        no write and needs a source that follows the target; discard-writes goes back to the source and gives up what was \
        written since; stop leaves the target the primary. Without it: keep where the source can follow, else stop.
        """)

    static var fields: [any FieldDeclaration] { [onFailure, afterCutoverField] }

    static func read(_ reader: inout MappingReader) -> RollbackSettings {
        let settings = RollbackSettings(
            onFailure: reader.value(onFailure), afterCutover: reader.optional(afterCutoverField))
        reader.finish()
        return settings
    }
}
