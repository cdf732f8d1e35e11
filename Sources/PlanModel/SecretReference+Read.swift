internal import Diagnostics
internal import Glibc

/// Why a secret could not be read. Names the place where it should be, never the value.
package struct SecretError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case environmentUnset = "secret-environment-unset"
        case environmentEmpty = "secret-environment-empty"
        case fileMissing = "secret-file-missing"
        case fileUnreadable = "secret-file-unreadable"
        case fileEmpty = "secret-file-empty"
        case notText = "secret-not-text"
    }

    package let code: Code
    /// Lower case, no full stop.
    package let message: String
    package let help: String

    package init(_ code: Code, _ message: String, help: String) {
        self.code = code
        self.message = message
        self.help = help
    }
}

extension SecretReference {
    /// The longest secret that is read. Redis takes passwords of any length; a larger file is a mistake.
    private static let largestSize = 64 << 10

    /// Reads the secret, each time anew. Keep the value no longer than you use it.
    ///
    /// From a file, one line break at the end is dropped, because editors and `echo` put it there.
    ///
    /// - Parameter planPath: the plan file; a relative path is looked up in its folder.
    package func read(planPath: String, environment: [String: String]) throws(SecretError) -> String {
        switch self {
        case .environment(let name): try Self.value(of: name, in: environment)
        case .file(let path): try Self.contents(of: PlanPath.resolve(path, planPath: planPath))
        }
    }

    /// The same for whoever must not wait for a secret: what is no regular file, such as a pipe, is refused unread.
    package func readAtOnce(planPath: String, environment: [String: String]) throws(SecretError) -> String {
        if case .file(let path) = self {
            let path = PlanPath.resolve(path, planPath: planPath)
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
                throw SecretError(
                    .fileUnreadable, "the secret file '\(path)' cannot be used: this is no regular file",
                    help: "put the secret into a file of its own")
            }
        }
        return try read(planPath: planPath, environment: environment)
    }

    private static func value(of name: String, in environment: [String: String]) throws(SecretError) -> String {
        guard let value = environment[name] else {
            throw SecretError(
                .environmentUnset, "the environment variable '\(name)' is not set",
                help: "set it for this command: \(name)=… planrun …")
        }
        guard !value.isEmpty else {
            throw SecretError(
                .environmentEmpty, "the environment variable '\(name)' is empty",
                help: "set it, or remove 'password' from the plan if the server asks for none")
        }
        return value
    }

    private static func contents(of path: String) throws(SecretError) -> String {
        let file: SourceFile
        do {
            file = try SourceFile.load(path: path, limit: largestSize)
        } catch {
            let isMissing = error.code == .fileNotFound
            throw SecretError(
                isMissing ? .fileMissing : .fileUnreadable,
                "the secret file '\(path)' cannot be used: \(error.message)",
                help: isMissing
                    ? "relative paths go from the folder of the plan" : "check who may read it: ls -l \(path)")
        }
        guard file.encodingProblem == nil else {
            throw SecretError(
                .notText, "the secret file '\(path)' is not UTF-8 text", help: "put the password alone into it")
        }
        let value = file.text.last?.isNewline == true ? String(file.text.dropLast()) : file.text
        guard !value.isEmpty else {
            throw SecretError(.fileEmpty, "the secret file '\(path)' is empty", help: "put the password alone into it")
        }
        return value
    }
}

package enum PlanPath {
    /// The path of a file that a plan names; a relative one is looked up in the folder of the plan file.
    /// - Parameter planPath: the path of the plan file, which need not exist.
    package static func resolve(_ path: String, planPath: String) -> String {
        guard !path.hasPrefix("/"), let slash = planPath.lastIndex(of: "/") else { return path }
        return planPath[...slash] + path
    }
}
