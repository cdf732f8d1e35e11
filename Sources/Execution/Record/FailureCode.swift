/// The fixed, hyphenated word for one way in which a step or a verb fails: scripts match it, documents link to it.
///
/// `Execution` declares those that are its own, in `ExecutorFailure` and `StoreFailure`. Other modules declare theirs in
/// enums of their own, each with a constructor on this type, so that nobody writes or compares a code as a text. A
/// state file keeps the word; a word that only a newer planrun knows is read and shown as it is.
package struct FailureCode: Sendable, Hashable {
    package let word: String

    package init(_ code: some DeclaredFailure) { word = code.rawValue }

    /// For codes that are declared elsewhere, such as the ids of checks.
    package init(word: String) { self.word = word }

    package static func executor(_ failure: ExecutorFailure) -> FailureCode { FailureCode(failure) }
}

extension FailureCode: Codable {
    package init(from decoder: any Decoder) throws { word = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}

/// All codes of one part of planrun. Each is documented in the article `Failures`.
package protocol DeclaredFailure: RawRepresentable<String>, CaseIterable, Sendable {
    /// What a failure with this code says, in one line.
    var summary: String { get }
}

/// The failures that a step of any kind can have.
package enum ExecutorFailure: String, DeclaredFailure {
    case stepTimeout = "step-timeout"
    case unexpectedError = "unexpected-error"

    package var summary: String {
        switch self {
        case .stepTimeout: "the step was not done within its `timeout`"
        case .unexpectedError: "something happened that planrun does not know; please report it"
        }
    }
}
