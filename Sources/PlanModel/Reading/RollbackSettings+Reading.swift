extension RollbackSettings {
    private static let onFailure = Field(
        "on-failure", .word(OnFailure.allCases), default: RollbackSettings().onFailure,
        "What happens when a step fails before the point of no return: undo at once, ask, or leave everything as it is."
    )
    private static let afterCutover = Field(
        "after-cutover", .word([.stop, .discardWrites], planned: [AfterCutover.copyBack.rawValue]),
        default: RollbackSettings().afterCutover,
        """
        What 'planrun rollback' does once the target is the primary: stop leaves it so; discard-writes goes back to \
        the source and gives up what was written since.
        """)

    static var fields: [any FieldDeclaration] { [onFailure, afterCutover] }

    static func read(_ reader: inout MappingReader) -> RollbackSettings {
        let settings = RollbackSettings(onFailure: reader.value(onFailure), afterCutover: reader.value(afterCutover))
        reader.finish()
        return settings
    }
}
