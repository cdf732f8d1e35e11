import SystemPackage

/// Why the private servers of a rehearsal could not be started, or did not do what was asked of them.
package struct RehearsalError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, Equatable, CaseIterable {
        case programMissing = "program-missing"
        case serverDidNotStart = "server-did-not-start"
        case certificatesFailed = "certificates-failed"
        case sentinelsDidNotAgree = "sentinels-did-not-agree"
        case folderFailed = "folder-failed"
        case commandRefused = "command-refused"
        case noPrimary = "no-primary"
    }

    package let code: Code
    /// What happened and where: lower case, no full stop, server text escaped.
    package let sentence: String
    /// What to do about it, one line each.
    package let help: [String]
    /// The last lines that the server logged, escaped.
    package let log: [String]

    package init(code: Code, sentence: String, help: [String] = [], log: [String] = []) {
        self.code = code
        self.sentence = sentence
        self.help = help
        self.log = log
    }

    package var description: String {
        ([sentence] + log.map { "  │ \($0)" } + help.map { "  = help: \($0)" }).joined(separator: "\n")
    }
}

extension RehearsalError {
    static func programMissing(_ program: String) -> Self {
        let package = program.hasPrefix("valkey") ? "valkey-server" : "redis-server"
        return RehearsalError(
            code: .programMissing, sentence: "the program '\(program)' is not installed",
            help: ["apt-get install -y \(program == "openssl" ? "openssl" : package)"])
    }

    static func folderFailed(_ path: FilePath, _ error: any Error) -> Self {
        RehearsalError(code: .folderFailed, sentence: "cannot use \(path.string): \(error)")
    }
}
