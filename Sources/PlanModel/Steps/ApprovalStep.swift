/// Waits for a person to say yes.
package struct ApprovalStep: Sendable, Hashable {
    package var question: String

    package init(question: String) {
        self.question = question
    }
}

extension ApprovalStep: StepSettings {
    static let question = Field("question", .text("a question such as 'Cut over?'"), "What the person is asked.")

    static var fields: [any FieldDeclaration] { [question] }
    static var requiredKeys: [String] { [question.key] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        reader.required(question).map(Self.init)
    }

    var spelledSettings: [(key: String, value: String)] { [Self.question.setting(question)] }
}
