import Escaping
package import PlanModel
package import Values

/// One command that a step will send, as a person types it in `redis-cli`.
///
/// It holds no secret: the plan's reference stands in its place.
package struct ForeseenCommand: Sendable, Equatable {
    package enum Word: Sendable, Equatable, ExpressibleByStringInterpolation {
        case plain(String)
        /// A secret, with what stands before it in the same word, such as the `>` of a rule of `ACL SETUSER`.
        case secret(SecretReference, after: String)
        /// What only the servers tell when the command is sent, as a phrase: `as before`.
        case open(String)

        package init(stringLiteral text: String) { self = .plain(text) }
    }

    package let place: Rights.Place
    package let address: Endpoint
    package let words: [Word]
    /// What it is for, as a phrase.
    package let why: String
    /// What the server has to answer.
    package let answer: String
    /// When it is sent, where that is not certain, as a clause: `where it lists the target already`.
    package let condition: String?

    /// `target 10.0.0.2:6379`
    package var server: String { "\(place.rawValue) \(address)" }

    /// `CONFIG SET masterauth "$REDIS_PASSWORD"`
    package var text: String { words.map(\.text).joined(separator: " ") }
}

extension ForeseenCommand.Word {
    /// As a shell takes it, except for what is open, which stands in angle brackets.
    package var text: String {
        switch self {
        case .plain(let text): VisibleText.escape(text).shellWord
        case .secret(let reference, let prefix): "\"\(prefix)\(reference.shellText)\""
        case .open(let phrase): "<\(phrase)>"
        }
    }

    /// What it is, where that is known and no secret.
    var value: String? {
        switch self {
        case .plain(let text): text
        case .secret, .open: nil
        }
    }

    static func secret(_ reference: SecretReference) -> Self { .secret(reference, after: "") }
}
