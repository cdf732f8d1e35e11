/// Waits for a person to say yes.
package struct ApprovalStep: Sendable, Hashable {
    package var question: String

    package init(question: String) {
        self.question = question
    }
}

extension ApprovalStep: StepDeclaration {
    package static let name = StepKind.Name.approval
    package static let meaning =
        "Waits for a person to say yes. The value is the question."
    /// No time limit: a person may take as long as they like.
    package static let defaults = StepDefaults(timeout: nil)

    package var kind: StepKind { .approval(self) }

    package func summary(_ scene: StepScene) -> String { "asks: \(question)" }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    /// A rehearsal says yes by itself.
    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension ApprovalStep: StepSettings {
    static let question = Field(
        "question", .sentence("a question such as 'Cut over?'"), example: "Cut over?",
        "What the person is asked.")

    static var fields: [any FieldDeclaration] { [question] }
    static var requiredKeys: [String] { [question.key] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        reader.required(question).map(Self.init)
    }

    package var spelledSettings: [(key: String, value: String)] { [Self.question.setting(question)] }
}
