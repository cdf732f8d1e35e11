import Diagnostics
import Subprocess

/// A plan file, or a file as a git revision has it: `main:plans/prod.yaml`.
struct PlanVersion {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// - Throws: `SourceFileError`.
    func file(_ context: CommandContext) async throws -> SourceFile {
        do throws(SourceFileError) {
            return try context.file(at: text)
        } catch {
            guard error.code == .fileNotFound, isRevision else { throw error }
        }
        return try await fileOfRevision()
    }

    /// Whether git could mean a file by it. A name that begins with `-` would be an option of git's.
    private var isRevision: Bool { text.contains(":") && !text.hasPrefix("-") && !text.hasPrefix(":") }

    private func fileOfRevision() async throws -> SourceFile {
        let outcome: (isSuccess: Bool, text: String, error: String)
        do {
            let result = try await run(
                .name("git"), arguments: ["cat-file", "blob", text], output: .string(limit: SourceFile.largestSize),
                error: .string(limit: 64 << 10))
            outcome = (result.terminationStatus.isSuccess, result.standardOutput, result.standardError)
        } catch {
            throw failure("git could not be asked for it: \(error)")
        }
        guard outcome.isSuccess else {
            let first = outcome.error.split(separator: "\n").first.map(String.init) ?? "it said nothing"
            throw failure("git does not know it: \(first)")
        }
        return SourceFile(path: text, text: outcome.text)
    }

    private func failure(_ message: String) -> SourceFileError {
        SourceFileError(
            code: .fileNotFound, path: text, message: "there is no such file, and \(message)",
            help: ["write REVISION:PATH, with the path from the root of the repository, or REVISION:./PATH"])
    }
}
